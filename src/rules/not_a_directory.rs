//! Files where directories belong.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Found, Kind};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// A file stands where s6-rc wants a directory.
pub static RULE: Rule = Rule {
    id: "not-a-directory",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A file stands where s6-rc wants a directory",
    explanation: r##"`dependencies.d`, `contents.d`, `data`, `env` and `template` are directories; s6-rc-compile refuses anything else of these names."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/env
PORT=80
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/env/PORT
80
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let names: &[&str] = match definition.kind {
            Kind::Longrun => &["data", "dependencies.d", "env", "template"],
            Kind::Oneshot => &["dependencies.d"],
            Kind::Bundle => &["contents.d"],
        };
        for name in names {
            let Some(entry) = facts.present(name) else { continue };
            if matches!(entry.found, Found::Directory | Found::Outside | Found::Unreadable { .. }) {
                continue;
            }
            let help = match *name {
                "dependencies.d" | "contents.d" => "it is a directory that holds an empty file for each name",
                "env" => "it is a directory that holds a file for each variable",
                _ => "it is a directory, copied as it is",
            };
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the `{name}` of `{}` is not a directory", definition.name))
                    .at(entry.first_line(), "a file")
                    .help(help),
            );
        }
    }
}
