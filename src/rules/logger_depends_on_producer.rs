//! A consumer that depends on its producer.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// A consumer of a pipeline depends on its producer.
pub static RULE: Rule = Rule {
    id: "logger-depends-on-producer",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A consumer of a pipeline depends on its producer",
    explanation: r##"A producer needs its consumer: s6-rc adds that dependency itself. A logger that depends on what it logs closes a circle."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    depends-on web
    run exec web-log
}
pipeline web | web-log
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    run exec web-log
}
pipeline web | web-log
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::Logger, |names| {
        let message = format!("{} need each other: a producer needs its consumer already", crate::report::list(names));
        (message, "drop the written dependency: the pipeline brings both up in the right order".to_owned())
    });
}
