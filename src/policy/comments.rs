//! `# hermesc: allow(rule-id, …) reason`, for the line below or the line it ends, and `# hermesc: allow-file(rule-id)`.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Fix, Safety};
use crate::policy::{Level, settable};
use crate::rules::unused_allow::RULE;
use crate::source::{FileId, Location, Source, SourceMap, Span};
use crate::syntax::ast::Tree;

/// A comment that is meant for hermesc.
#[derive(Debug, Clone)]
pub struct Allow {
    /// The comment.
    place: Location,
    /// The codes in it, with their places; nothing where it cannot be read.
    ids: Option<Vec<(String, Location)>>,
    /// The line that it is about, counted from zero; nothing for the whole file.
    line: Option<usize>,
}

/// The comments of these files that are meant for hermesc, in order.
#[must_use]
pub fn collect(sources: &SourceMap, trees: &[(FileId, Arc<Tree>)]) -> Vec<Allow> {
    let mut allows = Vec::new();
    for (file, tree) in trees {
        let Some(source) = sources.get(*file) else { continue };
        for comment in tree.comments.iter().filter(|comment| !comment.documentation) {
            allows.extend(read(source, *file, comment.span));
        }
    }
    allows
}

fn read(source: &Source, file: FileId, span: Span) -> Option<Allow> {
    let text = source.text(span);
    let rest = text.strip_prefix('#')?.trim_start().strip_prefix("hermesc:")?.trim_start();
    let place = Location::new(file, span);
    let line = Some(line_about(source, span));
    let (line, rest) = match (rest.strip_prefix("allow-file"), rest.strip_prefix("allow")) {
        (Some(rest), _) => (None, rest.trim_start()),
        (None, Some(rest)) => (line, rest.trim_start()),
        (None, None) => return Some(Allow { place, ids: None, line }),
    };
    let Some((list, _)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return Some(Allow { place, ids: None, line });
    };
    let mut at = span.start as usize + (text.len() - rest.len()) + 1;
    let mut ids = Vec::new();
    for part in list.split(',') {
        let id = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        ids.push((id.to_owned(), Location::new(file, Span::new(start, start + id.len()))));
        at += part.len() + 1;
    }
    Some(Allow { place, ids: Some(ids), line })
}

/// The line of a comment behind something; the next one that is neither empty nor a comment for one that stands alone.
fn line_about(source: &Source, span: Span) -> usize {
    let (own, start) = source.line_of(span.start);
    let before = source.bytes.get(start as usize..span.start as usize).unwrap_or_default();
    if !before.iter().all(u8::is_ascii_whitespace) {
        return own;
    }
    let rest = source.bytes.get(span.end as usize..).unwrap_or_default();
    let next = rest.split(|byte| *byte == b'\n').skip(1).position(|line| {
        let line = line.trim_ascii_start();
        !line.is_empty() && !line.starts_with(b"#")
    });
    own + 1 + next.unwrap_or_default()
}

impl Allow {
    fn covers(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> bool {
        diagnostic.location().is_some_and(|location| {
            let line = || sources.get(location.file).map(|source| source.line_of(location.span.start).0);
            location.file == self.place.file && self.line.is_none_or(|about| line() == Some(about))
        })
    }
}

/// Drops what the comments allow, and adds what is wrong with them.
pub(super) fn silence(diagnostics: Vec<Diagnostic>, allows: &[Allow], sources: &SourceMap) -> Vec<Diagnostic> {
    if allows.is_empty() {
        return diagnostics;
    }
    // Where a text cannot be read, rules are silent about what follows from it: a comment may only seem unused.
    let unread = diagnostics.iter().any(|diagnostic| diagnostic.rule.is_reading_error());
    let mut wrong = Vec::new();
    let mut words: Vec<Word<'_>> = Vec::new();
    for allow in allows {
        let Some(ids) = &allow.ids else {
            wrong.push(
                Diagnostic::new(&RULE, "this comment is meant for hermesc, and cannot be read")
                    .at(allow.place, "allows nothing")
                    .help("write `# hermesc: allow(code) reason`, or `# hermesc: allow-file(code) reason`"),
            );
            continue;
        };
        for (id, place) in ids {
            match settable(id, Level::Allow) {
                Ok(rule) => words.push(Word { allow, id: rule.id, place: *place, used: false }),
                Err(refusal) => {
                    let mut diagnostic =
                        Diagnostic::new(&RULE, refusal.to_string()).at(*place, "allows nothing").help(refusal.help());
                    if let super::Refusal::Unknown { near: Some(near), .. } = refusal {
                        diagnostic =
                            diagnostic.fix(Fix::replace(format!("write `{near}`"), *place, near, Safety::Suggested));
                    }
                    wrong.push(diagnostic);
                }
            }
        }
    }
    let mut kept = sift(diagnostics, &mut words, sources);
    let unused = words.iter().filter(|word| !word.used && !unread && word.id != RULE.id);
    wrong.extend(unused.map(Word::unused));
    kept.extend(sift(wrong, &mut words, sources));
    kept
}

/// What no word allows; the words that allow something are marked.
fn sift(diagnostics: Vec<Diagnostic>, words: &mut [Word<'_>], sources: &SourceMap) -> Vec<Diagnostic> {
    let allowed = |diagnostic: &Diagnostic, words: &mut [Word<'_>]| {
        let mut any = false;
        for word in words.iter_mut() {
            if word.id == diagnostic.rule.id && word.allow.covers(diagnostic, sources) {
                word.used = true;
                any = true;
            }
        }
        any
    };
    diagnostics.into_iter().filter(|diagnostic| !allowed(diagnostic, words)).collect()
}

/// One code of a comment.
struct Word<'a> {
    allow: &'a Allow,
    id: &'static str,
    place: Location,
    used: bool,
}

impl Word<'_> {
    fn unused(&self) -> Diagnostic {
        let about = if self.allow.line.is_some() { "the line that it is about" } else { "this file" };
        let diagnostic = Diagnostic::new(&RULE, format!("`{}` is allowed here, and nothing has it", self.id))
            .at(self.place, "silences nothing")
            .help(format!("delete it: there is no `{}` in {about}", self.id));
        if self.allow.ids.as_ref().is_some_and(|ids| ids.len() == 1) {
            diagnostic.fix(Fix::replace("delete the comment", self.allow.place, "", Safety::Suggested))
        } else {
            diagnostic
        }
    }
}
