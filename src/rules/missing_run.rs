//! Longruns without a program.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// A longrun has no `run`.
pub static RULE: Rule = Rule {
    id: "missing-run",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A longrun has no `run`",
    explanation: r##"A longrun is a process: without a program there is nothing to supervise. s6-rc-compile refuses it."##,
    bad: Example::Language(
        r##"longrun web {
    timeout-kill 5s
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 5s
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        if definition.programs.run.is_none() && !definition.incomplete {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the longrun `{}` has no `run`", definition.name))
                    .at(definition.place, "nothing to run")
                    .help(
                        context.say(
                            "say what it runs: `run exec PROGRAM`",
                            "put an executable script of this name into it",
                        ),
                    ),
            );
        }
    }
}
