//! Timeouts of zero that are no limit.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Number;
use crate::rules::{Context, Example, Rule, Scope};

/// A timeout of zero was hardly meant as no limit.
pub static RULE: Rule = Rule {
    id: "zero-timeout",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "A timeout of zero is no limit, which was hardly meant",
    explanation: r##"0 is for ever in all of these files. A `timeout-kill` of 0 does not kill at once: it never sends SIGKILL, which is what happens without the file too. A `timeout-finish` of 0 takes away the limit of 5 seconds, and a `finish` that hangs then keeps the service from ever being started or stopped again. For `timeout-up` and `timeout-down` 0 is the default, and whoever writes it waits on purpose. In the language `never` says all this in so many words, and is never reported."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run 755
#!/bin/sh
exec httpd -f
== web/timeout-kill
0
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run 755
#!/bin/sh
exec httpd -f
== web/timeout-kill
10000
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &context.model.definitions {
        for (number, value) in &definition.numbers {
            let (label, help) = match number {
                Number::TimeoutKill => (
                    "SIGKILL is never sent",
                    context.say(
                        "write how long the process may take to stop, or `never`",
                        "write how many milliseconds the process may take to stop, or delete the file",
                    ),
                ),
                Number::TimeoutFinish => (
                    "`finish` may take for ever",
                    context.say(
                        "write how long `finish` may take, or `never`",
                        "write how many milliseconds `finish` may take; without the file it is 5000",
                    ),
                ),
                _ => continue,
            };
            // `never` is a word that somebody chose to write.
            if value.value != 0 || !context.sources.text(value.place).trim_start().starts_with('0') {
                continue;
            }
            let message = format!("the `{}` of `{}` is zero, which is no limit", number.file(), definition.name);
            diagnostics.push(Diagnostic::new(&RULE, message).at(value.place, label).help(help));
        }
    }
}
