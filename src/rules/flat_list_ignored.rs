//! Flat lists that are never read.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::{Found, Kind};
use crate::report;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// A flat list stands beside the directory that replaces it.
pub static RULE: Rule = Rule {
    id: "flat-list-ignored",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A flat list stands beside the directory that replaces it",
    explanation: r##"Where `dependencies.d` or `contents.d` exists, even empty, s6-rc-compile never opens `dependencies` or `contents`: what only the flat list names is lost without a word."##,
    bad: Example::Tree(
        r##"== db/type
longrun
== db/run
#!/bin/sh
exec db
== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/dependencies.d/
== web/dependencies
db
"##,
    ),
    good: Example::Tree(
        r##"== db/type
longrun
== db/run
#!/bin/sh
exec db
== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/dependencies.d/db
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let flat = if definition.kind == Kind::Bundle { "contents" } else { "dependencies" };
        let directory = format!("{flat}.d");
        let (Some(entry), Some(listing)) = (facts.present(flat), facts.present(&directory)) else { continue };
        if !matches!(listing.found, Found::Directory) {
            continue;
        }
        let Some(bytes) = entry.bytes() else { continue };
        let listed: HashSet<&str> = facts.listed(&directory).filter_map(|entry| entry.path.file_name()).collect();
        let names: Vec<String> = formats::list(bytes)
            .into_iter()
            .map(|range| String::from_utf8_lossy(bytes.get(range).unwrap_or_default()).trim().to_owned())
            .collect();
        let lost: Vec<&str> = names.iter().map(String::as_str).filter(|name| !listed.contains(name)).collect();
        let diagnostic = Diagnostic::new(
            &RULE,
            format!("the `{flat}` of `{}` is never read: there is a `{directory}`", definition.name),
        )
        .at(entry.first_line(), "never opened");
        diagnostics.push(if lost.is_empty() {
            diagnostic.help("delete it").fix(Fix {
                title: format!("delete `{flat}`"),
                edits: vec![Edit::Remove { path: facts.path_of(entry) }],
                safety: Safety::Safe,
            })
        } else {
            diagnostic.help(format!("add {} to `{directory}`, and delete `{flat}`", report::list(&lost)))
        });
    }
}
