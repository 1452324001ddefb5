//! Two descriptors that are one.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Number};
use crate::rules::{Context, Example, Rule, Scope};

/// `notification-fd` and `lock-fd` are the same descriptor.
pub static RULE: Rule = Rule {
    id: "same-fds",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "`notification-fd` and `lock-fd` are the same descriptor",
    explanation: r##"One descriptor cannot both hold the lock and carry the readiness message. s6-rc-compile refuses the set from 3 up, and only warns below."##,
    bad: Example::Language(
        r##"longrun web {
    notification-fd 3
    lock-fd 3
    timeout-up 30s
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
    lock-fd 4
    timeout-up 30s
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        let pair = definition.number(Number::NotificationFd).zip(definition.number(Number::LockFd));
        let Some((notification, lock)) = pair.filter(|(notification, lock)| notification.value == lock.value) else {
            continue;
        };
        let mut diagnostic =
            Diagnostic::new(&RULE, format!("`{}` uses descriptor {} twice", definition.name, lock.value))
                .at(lock.place, "for the lock here")
                .at(notification.place, "for readiness here")
                .help("give the lock another descriptor, such as the next one");
        if lock.value < 3 {
            diagnostic.severity = Severity::Warning;
        }
        diagnostics.push(diagnostic);
    }
}
