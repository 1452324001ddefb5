//! Oneshots without a program.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// A oneshot has no `up`.
pub static RULE: Rule = Rule {
    id: "missing-up",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A oneshot has no `up`",
    explanation: r##"A oneshot is what its `up` does. s6-rc-compile refuses one without; an empty `up` is allowed, and does nothing."##,
    bad: Example::Language(
        r##"oneshot setup {
    down exec true
}
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"oneshot setup {
    up exec true
    down exec true
}
bundle user { setup }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Oneshot) {
        if definition.programs.up.is_none() && !definition.incomplete {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the oneshot `{}` has no `up`", definition.name))
                    .at(definition.place, "nothing to run")
                    .help(context.say(
                        "say what it does: `up exec PROGRAM`, or `up exec true` where only `down` matters",
                        "put a file `up` into it: a command line of execline; an empty one does nothing",
                    )),
            );
        }
    }
}
