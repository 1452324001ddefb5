//! Bundles that hold each other.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// A bundle holds itself, directly or through others.
pub static RULE: Rule = Rule {
    id: "bundle-cycle",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A bundle holds itself, directly or through others",
    explanation: r##"A bundle stands for its members, so one that holds itself stands for nothing. s6-rc-compile refuses the set."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
bundle net { web, all }
bundle all { net }
bundle user { all }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
bundle net { web }
bundle all { net }
bundle user { all }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::Bundle, |names| {
        let message = match names {
            [only] => format!("the bundle `{only}` holds itself"),
            _ => format!("the bundles {} hold each other", crate::report::list(names)),
        };
        (message, "take one of these members out".to_owned())
    });
}
