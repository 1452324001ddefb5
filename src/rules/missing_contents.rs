//! Bundles without a list.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// A bundle has neither `contents.d` nor `contents`.
pub static RULE: Rule = Rule {
    id: "missing-contents",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A bundle has neither `contents.d` nor `contents`",
    explanation: r##"s6-rc-compile refuses a bundle without a list of its members. An empty directory is a list: it makes an empty bundle."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== all/type
bundle
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== all/type
bundle
== all/contents.d/web
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Bundle) {
        // s6-overlay has one of its own for these.
        let shipped = context.model.target.built_in(&definition.name).is_some_and(|built_in| built_in.open);
        let listed = facts.present("contents.d").is_some() || facts.present("contents").is_some();
        if definition.incomplete || shipped || listed {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the bundle `{}` has no `contents.d`", definition.name))
                .at(definition.place, "a bundle of what?")
                .help("make a directory `contents.d` in it, with an empty file for each member"),
        );
    }
}
