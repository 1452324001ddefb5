//! `finish` scripts that are killed before they end.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Number;
use crate::rules::script::{Script, base_name, finish_scripts};
use crate::rules::shell::Word;
use crate::rules::{Context, Example, Rule, Scope};

/// `finish` takes longer than it may.
pub static RULE: Rule = Rule {
    id: "finish-too-long",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`finish` takes longer than its `timeout-finish`",
    explanation: r##"s6-supervise kills a `finish` with SIGKILL after `timeout-finish`, which is 5 seconds where nothing is said. Reported is a `finish` that sleeps for longer in so many words, or that gives a program more time with `timeout`: what stands behind it does not run, or the program is killed with the script's time."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
    finish sh """
        sleep 10
        rm -f /run/web.lock
        """
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
    timeout-finish 15s
    finish sh """
        sleep 10
        rm -f /run/web.lock
        """
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

/// Milliseconds that s6-supervise gives `finish` where nothing is said.
const DEFAULT: u64 = 5000;

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in finish_scripts(context) {
        let definition = script.definition;
        let limit = definition.number(Number::TimeoutFinish);
        let allowed = limit.map_or(DEFAULT, |limit| u64::from(limit.value));
        if allowed == 0 || definition.incomplete {
            continue;
        }
        let pauses = pauses(script);
        let total =
            pauses.iter().map(|(milliseconds, _)| milliseconds).fold(0, |sum: u64, next| sum.saturating_add(*next));
        let Some((_, range)) = pauses.iter().max_by_key(|(milliseconds, _)| *milliseconds) else { continue };
        if total <= allowed {
            continue;
        }
        let mut diagnostic = Diagnostic::new(
            &RULE,
            format!(
                "the `finish` of `{}` takes {}, and is killed after {}",
                definition.name,
                seconds(total),
                seconds(allowed)
            ),
        )
        .at(script.locate(context, range.clone()), "longer than `finish` may take");
        if let Some(limit) = limit {
            diagnostic = diagnostic.at(limit.place, "the limit");
        }
        diagnostics.push(diagnostic.help(context.say(
            "set `timeout-finish` to more than that, or do less in `finish`",
            "write more milliseconds than that into `timeout-finish`, or do less in `finish`",
        )));
    }
}

/// How long a script surely waits if it runs to its end, and where.
fn pauses(script: &Script<'_>) -> Vec<(u64, Range<usize>)> {
    let mut pauses = Vec::new();
    if let Some(shell) = script.shell() {
        for command in shell.commands.iter().filter(|command| command.is_outermost() && command.stands_alone()) {
            let words = command.command(&script.text);
            if matches!(words.first().and_then(|word| word.literal.as_deref()), Some("exit" | "return")) {
                break;
            }
            pauses.extend(pause(words));
        }
        return pauses;
    }
    let words: Vec<Word> = script
        .words()
        .unwrap_or_default()
        .into_iter()
        .map(|word| Word { literal: String::from_utf8(word.bytes).ok(), bare: true, range: word.span })
        .collect();
    // `foreground { sleep N }`, or all of it.
    let opens = |at: usize| at.checked_sub(1).is_none_or(|at| words.get(at).is_some_and(|word| word.is("foreground")));
    for at in 0..words.len() {
        let rest = words.get(at..).unwrap_or_default();
        if opens(at) {
            pauses.extend(pause(rest));
        }
    }
    pauses
}

/// How long a command waits: `sleep N`, or `timeout N PROGRAM`.
fn pause(words: &[Word]) -> Option<(u64, Range<usize>)> {
    let literal = |at: usize| words.get(at).and_then(|word: &Word| word.literal.as_deref());
    let mut at = usize::from(literal(0) == Some("exec"));
    let start = at;
    match base_name(literal(at)?) {
        "sleep" => at += 1,
        "timeout" => {
            at += 1;
            while let Some(option) = literal(at).filter(|word| word.starts_with('-')) {
                at += 1 + usize::from(matches!(option, "-k" | "-s" | "--signal" | "--kill-after"));
            }
            literal(at + 1)?;
        }
        _ => return None,
    }
    let milliseconds = milliseconds(literal(at)?)?;
    Some((milliseconds, words.get(start)?.range.start..words.get(at)?.range.end))
}

/// A duration as sleep(1) and timeout(1) take it.
fn milliseconds(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let (number, factor) = match unit {
        's' => (text.strip_suffix('s')?, 1000),
        'm' => (text.strip_suffix('m')?, 60_000),
        'h' => (text.strip_suffix('h')?, 3_600_000),
        _ => (text, 1000),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(factor)
}

fn seconds(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) { format!("{} s", milliseconds / 1000) } else { format!("{milliseconds} ms") }
}
