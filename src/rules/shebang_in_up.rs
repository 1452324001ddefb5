//! Interpreter lines where nothing is interpreted.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::moved_script;
use crate::rules::shell_in_up::is_shell;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// `up`, `down` or `reload` begins with an interpreter line.
pub static RULE: Rule = Rule {
    id: "shebang-in-up",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "`up`, `down` or `reload` begins with an interpreter line",
    explanation: r##"These files are parsed as execline when they are compiled, and never executed: the first line is a comment. Where it names a shell, what follows is not read by that shell either."##,
    bad: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
#!/bin/sh
mkdir -p /data
"##,
    ),
    good: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
mkdir -p /data
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Oneshot) {
        for file in ["up", "down", "reload"] {
            let Some(entry) = facts.present(file).filter(|entry| !entry.beneath) else { continue };
            let Some(bytes) = entry.bytes() else { continue };
            let Some(line) = formats::shebang(bytes) else { continue };
            let text = String::from_utf8_lossy(bytes.get(line.clone()).unwrap_or_default()).into_owned();
            let harmless = text.split_whitespace().next().is_some_and(|word| word.ends_with("/execlineb"));
            let end = (line.end + 1).min(bytes.len());
            let mut diagnostic = Diagnostic::new(
                &RULE,
                format!("the first line of the `{file}` of `{}` is only a comment", definition.name),
            )
            .at(entry.part(0, line.end), "never interpreted");
            let program = definition.programs.iter().find(|(part, _)| *part == file).map(|(_, program)| program);
            // To delete the line of what is a shell script changes nothing, and hides what it was meant to be.
            if program.is_some_and(is_shell) {
                if let Some(fix) = moved_script::fix(context, definition, file) {
                    diagnostic = diagnostic.fix(fix);
                }
            } else {
                diagnostic = diagnostic.fix(Fix::replace("delete the line", entry.part(0, end), "", Safety::Safe));
            }
            if harmless {
                diagnostic.severity = Severity::Hint;
            }
            diagnostics.push(diagnostic.help(if harmless {
                "s6-rc parses this file as execline, with or without the line"
            } else {
                "s6-rc parses this file as execline: put a script into a file of its own, and its path here"
            }));
        }
    }
}
