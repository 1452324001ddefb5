//! Names that are said twice.

use foldhash::{HashMap, HashMapExt};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::ReferenceOrigin;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A name stands twice in a list.
pub static RULE: Rule = Rule {
    id: "duplicate-entry",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "A name stands twice in a list",
    explanation: r##"The second one adds nothing. Often one of the two was meant to be another name."##,
    bad: Example::Language(
        r##"longrun db {
    run exec db
}
longrun web {
    depends-on db, db
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun db {
    run exec db
}
longrun web {
    depends-on db
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &context.model.definitions {
        for list in [&definition.dependencies, &definition.contents] {
            if list.len() < 2 {
                continue;
            }
            let mut seen: HashMap<&str, Location> = HashMap::new();
            for reference in list.iter().filter(|reference| reference.origin == ReferenceOrigin::Written) {
                if let Some(first) = seen.insert(&reference.name, reference.place) {
                    diagnostics.push(
                        Diagnostic::new(&RULE, format!("`{}` names `{}` twice", definition.name, reference.name))
                            .at(reference.place, "again here")
                            .at(first, "first here")
                            .help("delete one of the two"),
                    );
                }
            }
        }
    }
}
