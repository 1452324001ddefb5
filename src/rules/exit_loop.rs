//! Services that are switched off and started again for ever.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::script::{Script, run_scripts};
use crate::rules::shell::{Frame, Join, Shell};
use crate::rules::{Context, Example, Rule, Scope};

/// `run` exits on a condition, and is started again at once.
pub static RULE: Rule = Rule {
    id: "exit-loop",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`run` exits on a condition, and is started again for ever",
    explanation: r##"A `run` that ends is started again, whatever its exit code: a gate such as `[ "$WEB" = 1 ] || exit 0` ends and begins again each second for as long as the container runs. A `finish` that exits 125 tells s6 to leave the service down. Reported is a gate on a variable at the beginning of a shell's `run`, where no `finish` says 125."##,
    bad: Example::Language(
        r##"longrun web {
    run sh """
        if [ "$WEB" != 1 ]; then
            exit 0
        fi
        exec web
        """
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run sh """
        if [ "$WEB" != 1 ]; then
            exit 0
        fi
        exec web
        """
    finish sh """
        if [ "$WEB" != 1 ]; then
            exit 125
        fi
        """
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

/// What a gate may do before it exits: nothing that takes time, or takes the service down.
const HARMLESS: &[&str] =
    &["echo", "printf", ":", "set", "export", "test", "[", "[[", "true", "false", "unset", "readonly"];

/// What a script that knows of the loop mentions.
const DELIBERATE: &[&str] = &["125", "s6-svc", "s6-rc", "s6-permafail", "sleep", "/run/s6", "halt", "poweroff"];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in run_scripts(context) {
        let definition = script.definition;
        if definition.incomplete {
            continue;
        }
        let Some(range) = script.shell().and_then(|shell| gate(&shell, &script.text)) else { continue };
        if script.mentions(DELIBERATE) || finish_may(script) {
            continue;
        }
        let finish = definition.programs.finish.is_some();
        diagnostics.push(
            Diagnostic::new(
                &RULE,
                format!("the `run` of `{}` exits here, and is started again each second", definition.name),
            )
            .at(script.locate(context, range), "s6 starts it again, whatever it exits with")
            .help(if finish {
                "let `finish` exit 125 in this case: then the service stays down"
            } else {
                "add a `finish` that exits 125 in this case: then the service stays down"
            }),
        );
    }
}

/// Whether a `finish` is there that may exit 125: only a short look is sure.
fn finish_may(script: &Script<'_>) -> bool {
    let Some(finish) = &script.definition.programs.finish else {
        return script.definition.carries("finish");
    };
    let text = String::from_utf8_lossy(&finish.bytes);
    let literal = |word: &str| text.contains(word);
    DELIBERATE.iter().any(|word| literal(word))
        || ["exec", ".sh", "$(", "source", "exit $", "exit \"$"].iter().any(|word| literal(word))
}

/// The `exit` of a gate on a variable that stands at the beginning.
fn gate(shell: &Shell, text: &[u8]) -> Option<Range<usize>> {
    let mut tests_variable = false;
    for command in &shell.commands {
        let words = command.command(text);
        let Some(first) = words.first() else {
            // Only assignments, or the end of a compound command.
            if command.words.iter().any(|word| word.literal.is_none() && holds_command(text, &word.range)) {
                return None;
            }
            continue;
        };
        let program = first.literal.as_deref()?;
        if program == "exit" {
            let zero = words.get(1).is_none_or(|code| code.is("0"));
            let conditional = command.inside == [Frame::If]
                || (command.before != Join::None && command.inside.iter().all(|frame| *frame == Frame::Group))
                || command.inside == [Frame::Group];
            return (zero && conditional && tests_variable && command.after == Join::None).then(|| first.range.clone());
        }
        let in_gate = command.inside.iter().all(|frame| matches!(frame, Frame::If | Frame::Group));
        if !HARMLESS.contains(&program) || !in_gate || command.inside.len() > 1 {
            return None;
        }
        if !tests_variable && matches!(program, "test" | "[" | "[[") {
            let (start, end) = (first.range.start, words.last()?.range.end);
            // They stand in the order of the text.
            let first = shell.variables.partition_point(|(_, range)| range.start < start);
            let behind = shell.variables.get(first..).unwrap_or_default();
            let inside = behind.iter().take_while(|(_, range)| range.start < end);
            tests_variable = inside.into_iter().any(|(_, range)| range.end <= end);
        }
    }
    None
}

/// Whether a word runs something.
fn holds_command(text: &[u8], range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|raw| raw.contains(&b'`') || raw.windows(2).any(|pair| pair == b"$("))
}
