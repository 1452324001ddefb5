//! Names of two lines.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// The name of an entry of a source directory holds a newline.
pub static RULE: Rule = Rule {
    id: "newline-in-name",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "The name of an entry of a source directory holds a newline",
    explanation: r##"s6-rc-compile refuses the whole source: its lists have one name a line."##,
    bad: Example::Tree(
        r##"== web%0Atwo/type
longrun
== web%0Atwo/run
#!/bin/sh
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
    let Some(tree) = &context.model.tree else { return };
    let strays = tree.strays.iter().filter(|(_, entry)| !entry.beneath);
    let strays = strays.map(|(_, entry)| (entry.path.as_str(), Location::start_of(entry.file)));
    let definitions =
        directories(context).map(|(definition, facts)| (definition.name.as_str(), Location::start_of(facts.file)));
    for (name, place) in strays.chain(definitions).filter(|(name, _)| name.contains('\n')) {
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the name `{}` holds a newline", name.escape_default()))
                .at(place, "not a name")
                .help("rename it: letters, digits, `-` and `_` are safe"),
        );
    }
}
