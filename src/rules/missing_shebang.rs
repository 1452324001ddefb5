//! Scripts without an interpreter.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::rules::directories::{is_binary, scripts};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// A script does not begin with `#!`.
pub static RULE: Rule = Rule {
    id: "missing-shebang",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A script does not begin with `#!`",
    explanation: r##"`run`, `finish` and the script that `up` names are executed, not read by a shell: without an interpreter line the kernel refuses them. s6-supervise retries a `run` for ever, and the boot waits with it."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
exec httpd -f
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in scripts(context) {
        let bytes = script.bytes;
        if bytes.starts_with(b"#!") || bytes.starts_with(formats::BYTE_ORDER_MARK) || is_binary(bytes) {
            continue;
        }
        let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let message = if bytes.is_empty() {
            format!("{} is empty, and cannot be executed", script.path)
        } else {
            format!("{} has no interpreter line, and cannot be executed", script.path)
        };
        let shebang = context.model.target.script_shebang("sh");
        let mut diagnostic = Diagnostic::new(&RULE, message)
            .at(script.entry.part(0, line), "the first line says no interpreter")
            .help(format!("begin it with the interpreter: `{shebang}`"));
        if let Some(place) = script.named {
            diagnostic = diagnostic.at(place, format!("executed by `{}`", script.definition.name));
        }
        if !script.is_needed() {
            diagnostic.severity = Severity::Warning;
        }
        if !bytes.is_empty() {
            diagnostic = diagnostic.fix(Fix::replace(
                format!("begin it with `{shebang}`"),
                script.entry.part(0, 0),
                format!("{shebang}\n"),
                Safety::Suggested,
            ));
        }
        diagnostics.push(diagnostic);
    }
}
