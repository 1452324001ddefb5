//! Templates that nothing uses.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::UnusedKind;
use crate::rules::{Context, Example, Rule, Scope};

/// A template is never used.
pub static RULE: Rule = Rule {
    id: "unused-template",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "A template is never used",
    explanation: r##"It has no effect. Often the name is misspelt where it should be used, or the last use was deleted."##,
    bad: Example::Language(
        r##"template worker(name) {
    longrun {{name}} {
        run exec worker
    }
}
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"template worker(name) {
    longrun {{name}} {
        run exec worker
        in user
    }
}
use worker("one")
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for unused in context.model.unused.iter().filter(|unused| unused.what == UnusedKind::Template) {
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the template `{}` is never used", unused.name))
                .at(unused.place, "defined here")
                .help("delete it")
                .fix(Fix::replace(format!("delete `{}`", unused.name), unused.definition, "", Safety::Suggested)),
        );
    }
}
