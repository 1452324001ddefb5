//! Names that cannot be a directory's.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A name cannot be the name of a directory.
pub static RULE: Rule = Rule {
    id: "bad-name",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A name cannot be the name of a directory",
    explanation: r##"Every definition becomes a directory, and every name a file. A name cannot be empty, hold a `/`, a newline or NUL, begin with a dot (s6-rc-compile skips such entries), or have more than 255 bytes."##,
    bad: Example::Language(
        r##"longrun "a/b" {
    run exec httpd -f
}
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun a-b {
    run exec httpd -f
}
bundle user { a-b }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut look = |name: &str, place: Location| {
        let why = if name.is_empty() {
            "a name cannot be empty"
        } else if name.contains('/') {
            "a name cannot hold `/`"
        } else if name.contains('\n') {
            "a name cannot hold a newline"
        } else if name.starts_with('.') {
            "a name cannot begin with a dot: s6-rc-compile skips such directories"
        } else if name.len() > 255 {
            "a name has at most 255 bytes"
        } else {
            return;
        };
        diagnostics.push(Diagnostic::new(&RULE, why).at(place, "not a name").help("use letters, digits, `-` and `_`"));
    };
    for definition in &context.model.definitions {
        look(&definition.name, definition.place);
        // The compiler takes any line for one, and so does whoever writes the file as it is.
        if let Some(name) = definition.pipeline_name.as_ref().filter(|_| !definition.carries("pipeline-name")) {
            look(&name.value, name.place);
        }
        for reference in definition
            .dependencies
            .iter()
            .chain(&definition.contents)
            .filter(|reference| context.model.find(&reference.name).is_none())
        {
            look(&reference.name, reference.place);
        }
    }
}
