//! Constants that nothing uses.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::UnusedKind;
use crate::rules::{Context, Example, Rule, Scope};

/// A constant is never used.
pub static RULE: Rule = Rule {
    id: "unused-let",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "A constant is never used",
    explanation: r##"It has no effect. Often the name is misspelt where it should be used, or the last use was deleted."##,
    bad: Example::Language(
        r##"let data = "/data"
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"let data = "/data"
longrun web {
    run exec httpd {{data}}
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for unused in context.model.unused.iter().filter(|unused| unused.what == UnusedKind::Constant) {
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the constant `{}` is never used", unused.name))
                .at(unused.place, "defined here")
                .help("delete it")
                .fix(Fix::replace(format!("delete `{}`", unused.name), unused.definition, "", Safety::Suggested)),
        );
    }
}
