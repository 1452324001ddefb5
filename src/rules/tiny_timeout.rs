//! Timeouts that look like seconds.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};

/// A timeout is so short that seconds may have been meant.
pub static RULE: Rule = Rule {
    id: "tiny-timeout",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A timeout is so short that seconds may have been meant",
    explanation: r##"All of these files count milliseconds: a `timeout-kill` of `30` sends SIGKILL 30 ms after the down signal. What is under 100 ms, or under a second and a whole number of minutes if read as seconds, is reported. In the language a duration carries its unit, so there is nothing to guess."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec web
== web/timeout-kill
30
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec web
== web/timeout-kill
30000
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &context.model.definitions {
        for (number, value) in definition.numbers.iter().filter(|(number, _)| number.is_duration()) {
            let milliseconds = value.value;
            let looks_like_seconds =
                (1..100).contains(&milliseconds) || (milliseconds < 1000 && milliseconds % 60 == 0 && milliseconds > 0);
            if !looks_like_seconds {
                continue;
            }
            diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!("the `{}` of `{}` is {milliseconds} milliseconds", number.file(), definition.name),
                )
                .at(value.place, "counted in milliseconds")
                .help(format!("if seconds were meant, write {}", u64::from(milliseconds) * 1000)),
            );
        }
    }
}
