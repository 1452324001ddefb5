//! Names that s6-rc keeps for itself.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A name begins with a prefix that s6-rc keeps for itself.
pub static RULE: Rule = Rule {
    id: "reserved-name",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A name begins with a prefix that s6-rc keeps for itself",
    explanation: r##"Names that begin with `s6rc-` or `s6-rc-` are s6-rc's own; s6-rc-compile refuses them everywhere, also as dependencies and members."##,
    bad: Example::Language(
        r##"longrun s6rc-web {
    run exec httpd -f
}
bundle user { s6rc-web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut look = |name: &str, place: Location| {
        if let Some(prefix) = PREFIXES.iter().find(|prefix| name.starts_with(**prefix)) {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("`{name}` begins with `{prefix}`, which s6-rc keeps for itself"))
                    .at(place, "reserved")
                    .help("choose a name that begins with something else"),
            );
        }
    };
    // s6-rc-compile checks the names of plain files too.
    for (_, entry) in context.model.tree.iter().flat_map(|tree| &tree.strays) {
        look(entry.path.as_str(), entry.place());
    }
    for definition in &context.model.definitions {
        look(&definition.name, definition.place);
        if let Some(name) = &definition.pipeline_name {
            look(&name.value, name.place);
        }
        let references = definition
            .dependencies
            .iter()
            .chain(&definition.contents)
            .chain(&definition.producer_for)
            .chain(&definition.consumer_for);
        for reference in references.filter(|reference| context.model.find(&reference.name).is_none()) {
            look(&reference.name, reference.place);
        }
    }
}

/// `check_identifier` of s6-rc-compile 0.7.0.0.
const PREFIXES: &[&str] = &["s6rc-", "s6-rc-"];
