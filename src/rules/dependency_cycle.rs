//! Services that wait for each other.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// Services depend on each other in a circle.
pub static RULE: Rule = Rule {
    id: "dependency-cycle",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "Services depend on each other in a circle",
    explanation: r##"None of them can ever start: each waits for the next. s6-rc-compile refuses the set and names one service of the circle; here every edge is shown where it is written, hidden ones included. Of each tangle the shortest circle is told."##,
    bad: Example::Language(
        r##"longrun a {
    depends-on b
    run exec a
}
longrun b {
    depends-on a
    run exec b
}
bundle user { a, b }
"##,
    ),
    good: Example::Language(
        r##"longrun a {
    depends-on b
    run exec a
}
longrun b {
    run exec b
}
bundle user { a, b }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::Dependency, |names| {
        let message = match names {
            [only] => format!("`{only}` depends on itself"),
            _ => format!("{} depend on each other in a circle", crate::report::list(names)),
        };
        (message, "remove one of these edges: the one that is only about order, not about need".to_owned())
    });
}
