//! Shell where execline is read.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Kind, Program};
use crate::rules::script::{base_name, is_verbatim};
use crate::rules::shell::is_name;
use crate::rules::shell_words::is_shell_word;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::execline::{self, Word, WordKind};

/// `up`, `down` or `reload` is written like a shell script.
pub static RULE: Rule = Rule {
    id: "shell-in-up",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "`up`, `down` or `reload` is written like a shell script",
    explanation: r##"s6-rc never runs these files: s6-rc-compile splits them into the words of one command line, by the rules of execline. `&&`, `|`, `>`, `set -e` or `$(…)` mean nothing there, and neither does the end of a line: all of it becomes arguments of the first word. Nothing is reported before the container starts. A shell script belongs into a file of its own that `up` names, or behind `sh -c`; in the language `up sh` does that."##,
    bad: Example::Language(
        r##"oneshot setup {
    up text """
        mkdir -p /data && chown www /data
        """
}
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"oneshot setup {
    up sh """
        mkdir -p /data && chown www /data
        """
}
bundle user { setup }
"##,
    ),
    check: Some(check),
};

/// The places of one program that are shown.
const SHOWN: usize = 4;

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Oneshot) {
        for (file, program) in definition.programs.iter().filter(|(_, program)| is_verbatim(program)) {
            let found = found(program);
            let Some((_, first)) = found.first() else { continue };
            let message = format!("the `{file}` of `{}` is no shell script, and {first}", definition.name);
            let mut diagnostic = Diagnostic::new(&RULE, message);
            for (range, _) in found.iter().take(SHOWN) {
                diagnostic = diagnostic.at(program.locate(range.clone()), "only an argument");
            }
            let help = format!("let a shell read it: `{file} sh \"\"\"…\"\"\"`");
            diagnostics.push(diagnostic.help(context.say(
                &help,
                &format!("put it into an executable file with an interpreter line, and only the path of that file into `{file}`"),
            )));
        }
    }
}

/// What only a shell would understand, and what becomes of it.
fn found(program: &Program) -> Vec<(Range<usize>, String)> {
    let text = &program.bytes;
    let Ok(words) = execline::lex(text) else { return Vec::new() };
    let said = |word: &Word| match word.kind {
        WordKind::Plain => String::from_utf8(word.bytes.clone()).ok(),
        _ => None,
    };
    let mut found = Vec::new();
    let mut program: Option<String> = None;
    for (at, word) in words.iter().enumerate() {
        let Some(text_of) = said(word) else { continue };
        let next = words.get(at + 1).filter(|next| next.depth == word.depth).and_then(said).unwrap_or_default();
        let is_assignment = |text: &str| text.split_once('=').is_some_and(|(name, _)| is_name(name));
        if is_shell_word(&text_of) {
            found.push((word.span.clone(), format!("`{text_of}` is only a word there")));
        } else if (text_of == "set" && at == 0 && next.starts_with(['-', '+']))
            || (text_of == "if" && matches!(next.as_str(), "[" | "[["))
            || (text_of == "export" && is_assignment(&next))
        {
            let end = words.get(at + 1).map_or(word.span.end, |next| next.span.end);
            found.push((word.span.start..end, format!("`{text_of} {next}` is not what a shell makes of it")));
        } else if at == 0 && is_assignment(&text_of) {
            found.push((word.span.clone(), format!("`{text_of}` would be the name of a program")));
        } else if word.depth == 0 && begins_line(text, word.span.start) && is_utility(&text_of) {
            if let Some(first) = &program {
                found.push((word.span.clone(), format!("`{text_of}` is an argument of `{first}` there")));
            } else if at == 0 {
                program = Some(text_of);
            }
        }
    }
    found
}

/// Whether a word is the first of its line, and the line before does not go on with a backslash.
fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match before.get(..before.len() - blanks).unwrap_or_default() {
        [] => true,
        [above @ .., b'\n'] => !above.ends_with(b"\\"),
        _ => false,
    }
}

/// Programs that do one thing to files and never run another one.
fn is_utility(program: &str) -> bool {
    const UTILITIES: &[&str] = &[
        "mkdir", "chown", "chmod", "chgrp", "cp", "mv", "rm", "rmdir", "ln", "touch", "install", "echo", "cat", "sed",
    ];
    UTILITIES.contains(&base_name(program))
}
