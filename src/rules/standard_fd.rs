//! Descriptors that are taken.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Number};
use crate::rules::{Context, Example, Rule, Scope};

/// `notification-fd` or `lock-fd` is a standard descriptor.
pub static RULE: Rule = Rule {
    id: "standard-fd",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`notification-fd` or `lock-fd` is a standard descriptor",
    explanation: r##"0, 1 and 2 are the input, the output and the errors of the program. s6-rc-compile warns; only a program that never prints can use 1 for readiness."##,
    bad: Example::Language(
        r##"longrun web {
    notification-fd 1
    timeout-up 30s
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
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
        for number in [Number::NotificationFd, Number::LockFd] {
            let Some(fd) = definition.number(number).filter(|fd| fd.value < 3) else { continue };
            let what = ["standard input", "standard output", "standard error"]
                .get(fd.value as usize)
                .copied()
                .unwrap_or_default();
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the {} of `{}` is its {what}", number.file(), definition.name))
                    .at(fd.place, what)
                    .help("use 3 or above, and tell the program"),
            );
        }
    }
}
