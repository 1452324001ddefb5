//! A kill of the process group that never comes.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Flag, Kind, Number};
use crate::rules::{Context, Example, Rule, Scope};

/// `flag-timeout-killpg` without `timeout-kill`.
pub static RULE: Rule = Rule {
    id: "killpg-without-timeout",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`flag-timeout-killpg` without `timeout-kill` does nothing",
    explanation: r##"The flag changes whom the SIGKILL of `timeout-kill` goes to: the whole process group in place of the one process. Without `timeout-kill`, or where it is 0, there is no SIGKILL, and processes that the service leaves behind are never killed."##,
    bad: Example::Language(
        r##"longrun web {
    flag-timeout-killpg
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 10s
    flag-timeout-killpg
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        let Some(flag) = definition.flag(Flag::TimeoutKillpg) else { continue };
        let timeout = definition.number(Number::TimeoutKill);
        if timeout.is_some_and(|timeout| timeout.value != 0) || definition.incomplete {
            continue;
        }
        let message = format!("`{}` has no `timeout-kill`, so its process group is never killed", definition.name);
        let mut diagnostic = Diagnostic::new(&RULE, message).at(flag, "does nothing by itself");
        if let Some(timeout) = timeout {
            diagnostic = diagnostic.at(timeout.place, "no SIGKILL is ever sent");
        }
        diagnostics.push(diagnostic.help(context.say(
            "say when the SIGKILL comes: `timeout-kill 10s`",
            "say when the SIGKILL comes: a file `timeout-kill` with milliseconds, such as 10000",
        )));
    }
}
