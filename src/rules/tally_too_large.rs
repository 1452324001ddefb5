//! Death tallies beyond what s6 takes.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Number};
use crate::rules::{Context, Example, Rule, Scope};

/// `max-death-tally` is above 4096.
pub static RULE: Rule = Rule {
    id: "tally-too-large",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`max-death-tally` is above 4096",
    explanation: r##"s6-supervise remembers at most 4096 deaths; s6-rc-compile copies larger numbers without a word."##,
    bad: Example::Language(
        r##"longrun web {
    max-death-tally 9999
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    max-death-tally 4096
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        if let Some(tally) = definition.number(Number::MaxDeathTally).filter(|tally| tally.value > MAX_TALLY) {
            diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!(
                        "`{}` would remember {} deaths, and s6 remembers at most {MAX_TALLY}",
                        definition.name, tally.value
                    ),
                )
                .at(tally.place, "too large")
                .help(format!("write {MAX_TALLY} or less; without the statement it is 100")),
            );
        }
    }
}

/// The largest tally of s6-supervise (s6 2.15.1.0, servicedir document).
const MAX_TALLY: u32 = 4096;
