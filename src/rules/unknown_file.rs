//! Files that s6-rc does not know.

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Safety, Severity, did_you_mean};
use crate::model::Kind;
use crate::rules::directories::{Mentions, directories, rename};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::read_by;

/// A definition holds a file that s6-rc does not know.
pub static RULE: Rule = Rule {
    id: "unknown-file",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A definition holds a file that s6-rc does not know",
    explanation: r##"s6-rc-compile neither reads nor copies what it does not know: a misspelt name silently loses its meaning. Helper scripts that a program of the definition names, hidden files, README files and licences are not reported; `data/` and `env/` are the places for files of your own."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/notificationfd
3
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/timeout-up
30000
== web/notification-fd
3
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let mentions = Mentions::of(definition);
        for entry in facts.top().filter(|entry| !entry.beneath) {
            let name = entry.path.as_str();
            if name.starts_with('.') || name == "type" || is_known(name) || is_document(name) {
                continue;
            }
            if mentions.name(name) {
                continue;
            }
            let known = KNOWN.iter().flat_map(|kind| read_by(*kind)).copied();
            let near = did_you_mean(name, known.filter(|known| facts.entry(known).is_none()));
            let message = format!("`{}` holds `{name}`, which s6-rc does not know", definition.name);
            let diagnostic = Diagnostic::new(&RULE, message);
            let listed = context.graph.find(name).is_some() && definition.kind != Kind::Bundle;
            diagnostics.push(match near {
                Some(near) => {
                    let diagnostic = diagnostic
                        .at(entry.first_line(), format!("did you mean `{near}`?"))
                        .help("it is neither read nor copied");
                    match rename(&facts.path_of(entry), entry, near, Safety::Suggested) {
                        Some(fix) => diagnostic.fix(fix),
                        None => diagnostic,
                    }
                }
                None if listed => diagnostic
                    .at(entry.first_line(), format!("`{name}` is the name of a service"))
                    .help("if this is a dependency, move the file into `dependencies.d`"),
                None => diagnostic
                    .at(entry.first_line(), "neither read nor copied")
                    .help("what a service needs beside it belongs into `data/`"),
            });
        }
    }
}

const KNOWN: &[Kind] = &[Kind::Longrun, Kind::Oneshot, Kind::Bundle];

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|kind| read_by(*kind).contains(&name)) || matches!(name, "log" | "instance" | "instances")
}

fn is_document(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["readme", "license", "licence", "copying"].iter().any(|word| lower.starts_with(word))
        || Utf8Path::new(&lower).extension() == Some("md")
}
