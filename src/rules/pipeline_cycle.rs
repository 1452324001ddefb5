//! Pipelines that feed themselves.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// A pipeline feeds itself.
pub static RULE: Rule = Rule {
    id: "pipeline-cycle",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A pipeline feeds itself",
    explanation: r##"What the last one writes would be read by the first one again. A producer needs its consumer to be up, so none of them can start; s6-rc-compile reports it as a cycle of services."##,
    bad: Example::Language(
        r##"longrun a {
    run exec a
}
longrun b {
    run exec b
}
pipeline x = a | b
pipeline b | a
bundle user { x }
"##,
    ),
    good: Example::Language(
        r##"longrun a {
    run exec a
}
longrun b {
    run exec b
}
pipeline x = a | b
bundle user { x }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::Pipeline, |names| {
        let message = match names {
            [only] => format!("`{only}` writes to itself"),
            _ => format!("the pipeline of {} runs in a circle", crate::report::list(names)),
        };
        (message, "take one `|` out: a chain ends in a consumer that writes to nobody".to_owned())
    });
}
