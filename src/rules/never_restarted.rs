//! `finish` scripts that give up after every death.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::script::finish_scripts;
use crate::rules::{Context, Example, Rule, Scope};

/// `finish` always exits 125.
pub static RULE: Rule = Rule {
    id: "never-restarted",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "`finish` always exits 125, so nothing is ever started again",
    explanation: r##"Exit code 125 of `finish` is a permanent failure: s6 leaves the service down. A `finish` that says so after every death takes away what a longrun is for, and a restart by `s6-svc -r` ends in a stop as well. If the program is to run once, a oneshot says so, and what depends on it can wait for its end."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
    finish sh """
        echo "web is gone"
        exit 125
        """
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
    finish sh """
        if [ "$1" = 78 ]; then
            exit 125
        fi
        """
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in finish_scripts(context) {
        let Some(shell) = script.shell() else { continue };
        let mut exits = shell.commands.iter().filter(|command| {
            let program = command.program(&script.text);
            program.is_none_or(|program| matches!(program, "exit" | "exec" | "return" | "." | "source" | "eval"))
        });
        let (Some(exit), None) = (exits.next(), exits.next()) else { continue };
        let words = exit.command(&script.text);
        let always = exit.inside.is_empty() && exit.stands_alone() && words.get(1).is_some_and(|code| code.is("125"));
        let (true, Some(first), Some(code)) = (always, words.first(), words.get(1)) else { continue };
        diagnostics.push(
            Diagnostic::new(
                &RULE,
                format!("the `finish` of `{}` always exits 125: it is never started again", script.definition.name),
            )
            .at(script.locate(context, first.range.start..code.range.end), "a permanent failure, after every death")
            .help("exit 125 only for what will not mend itself; what is to run once is a oneshot"),
        );
    }
}
