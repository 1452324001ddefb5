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
        "== web/type\nlongrun\n== web/run\n#!/bin/sh\nexec httpd -f\n== web/producer-for\nweb-log \n== web-log/type\nlongrun\n== web-log/run\n#!/bin/sh\nexec s6-log /var/log/web\n== web-log/consumer-for\nweb\n",
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/producer-for
web-log
== web-log/type
longrun
== web-log/run
#!/bin/sh
exec s6-log /var/log/web
== web-log/consumer-for
web
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
