//! Services that are waited for without end.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Number};
use crate::rules::script::is_made;
use crate::rules::{Context, Example, Rule, Scope};

/// A service says when it is ready, and nobody says how long to wait for it.
pub static RULE: Rule = Rule {
    id: "readiness-without-timeout",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "`notification-fd` without `timeout-up`: the start may wait for ever",
    explanation: r##"A longrun with `notification-fd` counts as up when it says so on that descriptor, and everything that depends on it waits. If it never does, because it hangs, or because it was never told the descriptor, the start waits for ever and shows no error. With `timeout-up` the start fails after that time and s6-rc names the service. Under s6-overlay S6_CMD_WAIT_FOR_SERVICES_MAXTIME can bound the whole start as well; it does not tell which service was late."##,
    bad: Example::Language(
        r##"longrun web {
    notification-fd 3
    run exec web --ready-fd 3
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
    timeout-up 30s
    run exec web --ready-fd 3
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        let Some(fd) = definition.number(Number::NotificationFd) else { continue };
        // `never` is a word that somebody chose to write.
        if definition.number(Number::TimeoutUp).is_some() || definition.incomplete || is_made(definition) {
            continue;
        }
        let name = &definition.name;
        diagnostics.push(
            Diagnostic::new(&RULE, format!("if `{name}` never says that it is ready, the start waits for ever"))
                .at(fd.place, format!("what depends on `{name}` waits for this"))
                .help(context.say(
                    "say how long that may take: `timeout-up 30s`, or `timeout-up never` to wait on purpose",
                    "say how long that may take: a file `timeout-up` with milliseconds, such as 30000, or 0 to wait on purpose",
                )),
        );
    }
}
