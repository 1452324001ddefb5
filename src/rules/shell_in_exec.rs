//! Shell where no shell is.

use foldhash::{HashSet, HashSetExt};
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::TextMap;
use crate::rules::shell_words::is_shell_word;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::{FileId, Location, Span};

/// The words of an `exec` are written like a shell's.
pub static RULE: Rule = Rule {
    id: "shell-in-exec",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "The words of an `exec` hold an operator of the shell",
    explanation: r##"`exec` starts a program without a shell: each word is one argument, and `&&`, `|`, `>` or `$(…)` are handed to the program like any other. Where a shell is meant, `sh` with a text runs one. Where the characters themselves are meant, quote them: then nothing is reported."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web --listen 8080 2>&1
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run sh """
        exec web --listen 8080 2>&1
        """
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashSet<(FileId, u32)> = HashSet::new();
    for definition in &context.model.definitions {
        for (file, program) in definition.programs.iter() {
            let TextMap::Whole(place) = &program.map else { continue };
            let source = context.sources.text(*place);
            if !source.starts_with("exec ") || !seen.insert((place.file, place.span.start)) {
                continue;
            }
            let words: Vec<Range<usize>> =
                bare_words(source).into_iter().filter(|word| operator(source, word)).collect();
            let Some(first) = words.first().and_then(|word| source.get(word.clone())) else { continue };
            let mut diagnostic = Diagnostic::new(
                &RULE,
                format!("`{first}` is an argument here: the `{file}` of `{}` runs without a shell", definition.name),
            );
            let mut edits = Vec::new();
            for word in &words {
                let start = place.span.start as usize;
                let at = Location::new(place.file, Span::new(start + word.start, start + word.end));
                let text = source.get(word.clone()).unwrap_or_default();
                let fix = Fix::replace("", at, format!("'{text}'"), Safety::Suggested);
                edits.extend(fix.edits);
                diagnostic = diagnostic.at(at, "handed to the program as it is");
            }
            diagnostics.push(
                diagnostic
                    .help(format!(
                        "let a shell read it: `{file} sh \"\"\"…\"\"\"`; if the characters are meant, quote them"
                    ))
                    .fix(Fix { title: "quote them".to_owned(), edits, safety: Safety::Suggested }),
            );
        }
    }
}

fn operator(source: &str, word: &Range<usize>) -> bool {
    source.get(word.clone()).is_some_and(is_shell_word)
}

/// The words without quotes or backslashes, where they stand.
fn bare_words(source: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut bare = true;
    let mut quote = None;
    let mut chars = source.char_indices();
    while let Some((at, char)) = chars.next() {
        if let Some(open) = quote {
            if char == '\\' && open == '"' {
                chars.next();
            } else if char == open {
                quote = None;
            }
            continue;
        }
        // A backslash at the end of a line is a blank.
        let is_blank =
            char == '\\' && source.get(at + 1..).is_some_and(|rest| rest.trim_start_matches('\r').starts_with('\n'));
        if is_blank || char.is_ascii_whitespace() {
            if let Some(start) = start.take().filter(|_| bare) {
                words.push(start..at);
            }
            bare = true;
            continue;
        }
        start = start.or(Some(at));
        match char {
            '"' | '\'' => (quote, bare) = (Some(char), false),
            '\\' => {
                bare = false;
                chars.next();
            }
            _ => {}
        }
    }
    words.extend(start.filter(|_| bare).map(|start| start..source.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_the_language_ends_them() {
        let words =
            |source: &'static str| -> Vec<&str> { bare_words(source).into_iter().map(|word| &source[word]).collect() };
        assert_eq!(words("a `\\\n b"), ["a", "`", "b"]);
        assert_eq!(words("a `\\\r\n b"), ["a", "`", "b"]);
        assert_eq!(words("a `\\ b"), ["a"]);
        assert_eq!(words("a 'b' \"c\\\" d\" e\\n f"), ["a", "f"]);
    }
}
