//! Dependencies of bundles.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// A bundle has dependencies, which s6-rc ignores.
pub static RULE: Rule = Rule {
    id: "dependency-in-bundle",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A bundle has dependencies, which s6-rc ignores",
    explanation: r##"A bundle is only a name for its members: it has no state, and depends on nothing. s6-rc-compile never opens its `dependencies` or `dependencies.d`. Give the dependency to the members that need it."##,
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
== all/type
bundle
== all/contents.d/web
== all/dependencies.d/db
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
== all/type
bundle
== all/contents.d/web
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Bundle) {
        for file in ["dependencies.d", "dependencies"] {
            let Some(entry) = facts.present(file) else { continue };
            let named = file == "dependencies.d" && facts.listed(file).next().is_none();
            if definition.incomplete || named {
                continue;
            }
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the bundle `{}` has dependencies, which are ignored", definition.name))
                    .at(entry.first_line(), "never read")
                    .help("a bundle depends on nothing: move the dependency to the members that need it"),
            );
        }
    }
}
