//! Daemons that leave their supervisor.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::daemons::{leaves, may_name};
use crate::rules::script::{Script, behind_prefixes, run_scripts};
use crate::rules::shell::Join;
use crate::rules::{Context, Example, Rule, Scope};

/// `run` ends at once, because its daemon goes into the background.
pub static RULE: Rule = Rule {
    id: "background-process",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`run` ends at once, because its daemon goes into the background",
    explanation: r##"s6 supervises the process that `run` becomes. If that forks and leaves, s6 sees a death: it starts `run` again, which often fails now because the first copy holds the port, again each second, and the first copy is never stopped. Reported are well-known daemons without the option that keeps them in the foreground (sshd without `-D`, Apache without `-DFOREGROUND`, crond without `-f`), those with an option that sends them away, and scripts whose last command ends in `&` without a `wait`. Daemons whose configuration file decides, such as nginx, are reported only where the command line says so itself (`daemon on`)."##,
    bad: Example::Language(
        r##"longrun ssh {
    run exec /usr/sbin/sshd -e
}
bundle user { ssh }
"##,
    ),
    good: Example::Language(
        r##"longrun ssh {
    run exec /usr/sbin/sshd -D -e
}
bundle user { ssh }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in run_scripts(context) {
        let name = &script.definition.name;
        if let Some(range) = left_behind(script) {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the `run` of `{name}` ends while its last command runs on"))
                    .at(script.locate(context, range), "left in the background")
                    .help("drop the `&` and write `exec` before it, so that s6 supervises the program itself"),
            );
            continue;
        }
        if !may_name(&script.text) {
            continue;
        }
        let Some(words) = last_words(script) else { continue };
        let literal: Vec<Option<&str>> = words.iter().map(|(word, _)| word.as_deref()).collect();
        let Some(program) = behind_prefixes(&literal) else { continue };
        let Some((culprit, help)) = literal.get(program..).and_then(leaves) else { continue };
        let Some((_, range)) = words.get(program + culprit.unwrap_or(0)) else { continue };
        let label = if culprit.is_some() { "sends it into the background" } else { "leaves unless it is told to stay" };
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the daemon of `{name}` goes into the background, and s6 sees a death"))
                .at(script.locate(context, range.clone()), label)
                .help(help),
        );
    }
}

/// The words of what a script ends as, where it surely does.
fn last_words(script: &Script<'_>) -> Option<Vec<(Option<String>, Range<usize>)>> {
    if let Some(shell) = script.shell() {
        let last = shell.commands.last().filter(|last| last.inside.is_empty() && last.stands_alone())?;
        return Some(
            last.command(&script.text).iter().map(|word| (word.literal.clone(), word.range.clone())).collect(),
        );
    }
    let outer = script.words()?.into_iter().filter(|word| word.depth == 0);
    let plain = |word: String| (!word.contains('$')).then_some(word);
    Some(outer.map(|word| (String::from_utf8(word.bytes).ok().and_then(plain), word.span)).collect())
}

/// The last command of a shell script, if it is left in the background and nothing waits for it.
fn left_behind(script: &Script<'_>) -> Option<Range<usize>> {
    let shell = script.shell()?;
    let last = shell.commands.last()?;
    let leaves = last.inside.is_empty() && last.before == Join::None && last.after == Join::Background;
    if !leaves || script.mentions(&["wait", "trap"]) || shell.runs(&script.text, &[".", "source"]) {
        return None;
    }
    let (first, end) = (last.words.first()?, last.words.last()?);
    Some(first.range.start..end.range.end)
}
