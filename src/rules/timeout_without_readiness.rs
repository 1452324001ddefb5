//! Start timeouts of services that are up as soon as they are started.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Number};
use crate::rules::{Context, Example, Rule, Scope};

/// A longrun has `timeout-up` and no readiness.
pub static RULE: Rule = Rule {
    id: "timeout-without-readiness",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "`timeout-up` of a longrun that never says when it is ready",
    explanation: r##"Without `notification-fd` a longrun is up as soon as its process exists, so `timeout-up` bounds next to nothing: only the case that `run` cannot be started at all. It does not wait for the service to answer. If the program can write a newline to a descriptor when it is ready, say `notification-fd`; for one that cannot, s6-notifyoncheck polls a command."##,
    bad: Example::Language(
        r##"longrun web {
    timeout-up 30s
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-up 30s
    notification-fd 3
    run exec web --ready-fd 3
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        let Some(timeout) = definition.number(Number::TimeoutUp).filter(|timeout| timeout.value != 0) else { continue };
        if definition.number(Number::NotificationFd).is_some() || definition.incomplete {
            continue;
        }
        let name = &definition.name;
        diagnostics.push(
            Diagnostic::new(&RULE, format!("`{name}` is up as soon as it is started, so `timeout-up` bounds almost nothing"))
                .at(timeout.place, "nothing is waited for")
                .help(context.say(
                    "say on which descriptor the program reports that it is ready: `notification-fd 3`; or drop the timeout",
                    "say on which descriptor the program reports that it is ready, in a file `notification-fd`; or drop the timeout",
                )),
        );
    }
}
