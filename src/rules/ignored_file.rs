//! Files that this kind of definition never reads.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::directories::{Mentions, directories};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::read_by;

/// A definition holds a file that its type never reads.
pub static RULE: Rule = Rule {
    id: "ignored-file",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A definition holds a file that its type never reads",
    explanation: r##"`up` and `down` belong to oneshots, `run`, `finish`, `notification-fd` and most others to longruns, and bundles read their contents only. s6-rc-compile passes over the others without a word; `log/` means something to plain s6 alone, and `down` in a longrun does not keep it down. A script that a program of the definition names is not reported."##,
    bad: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
mkdir -p /data
== setup/finish
#!/bin/sh
exit 0
"##,
    ),
    good: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
mkdir -p /data
== setup/down
rm -r /data
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| !definition.incomplete) {
        let kind = definition.kind;
        let mentions = Mentions::of(definition);
        for entry in facts.top().filter(|entry| !entry.beneath && entry.exists()) {
            let name = entry.path.as_str();
            let owners: Vec<&str> = [Kind::Longrun, Kind::Oneshot, Kind::Bundle]
                .into_iter()
                .filter(|other| read_by(*other).contains(&name))
                .map(Kind::word)
                .collect();
            let internal = matches!(name, "log" | "instance" | "instances");
            if read_by(kind).contains(&name) || (owners.is_empty() && !internal) || mentions.name(name) {
                continue;
            }
            // Other rules tell of these.
            if kind == Kind::Bundle && matches!(name, "dependencies" | "dependencies.d") {
                continue;
            }
            let help = match name {
                "log" => "s6-rc connects a logger by `producer-for` and `consumer-for`".to_owned(),
                "instance" | "instances" => "s6 makes it itself, from `template/`".to_owned(),
                "down" if kind == Kind::Longrun => {
                    "a service that should not start is left out of every bundle; what stops a longrun is `down-signal`"
                        .to_owned()
                }
                _ => format!("only a {} reads it: delete it, or move it there", owners.join(" or a ")),
            };
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the {} `{}` never reads its `{name}`", kind.word(), definition.name))
                    .at(entry.first_line(), "never read")
                    .help(help),
            );
        }
    }
}
