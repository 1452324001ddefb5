//! Blanks behind names.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::StainKind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// A blank behind a name is part of the name.
pub static RULE: Rule = Rule {
    id: "trailing-blank-in-list",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A blank behind a name is part of the name",
    explanation: r##"In `dependencies`, `contents`, `producer-for`, `consumer-for` and `pipeline-name` s6-rc skips blanks before a name and keeps those behind it: the name looks right, and is not defined."##,
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
== web/dependencies
db
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        for stain in facts.stains.iter().filter(|stain| stain.kind == StainKind::Blank) {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("`{}` names `{}` with a blank behind it", definition.name, stain.name))
                    .at(stain.place, "part of the name")
                    .help("end the line with the name")
                    .fix(Fix::replace("delete the blanks", stain.place, "", Safety::Safe)),
            );
        }
    }
}
