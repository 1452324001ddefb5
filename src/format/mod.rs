//! Text of the language in its one style: what it says stays, and so do its comments and the text of its scripts.
//!
//! Definitions and statements are laid out anew from the syntax tree; what could not be read stays as it was written, down
//! to the last blank, and nothing is ever lost: a definition whose new layout does not hold exactly the old one's signs is
//! left alone.

mod block;
mod definition;
mod edits;
mod signs;
mod statement;
mod text;

use std::cell::RefCell;

pub use edits::{Change, changes};

use crate::diagnostic::Diagnostic;
use crate::rules::reading;
use crate::source::{FileId, Span};
use crate::syntax::ast::Comment;
use crate::syntax::{Parsed, parse};
use block::{Entry, Item};

/// Lines that are put together are at most so many characters long. What cannot be broken may be longer.
pub(crate) const WIDTH: usize = 120;

/// Spaces of one level.
const INDENT: usize = 4;

/// A text in the one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// The lines, counted from one, at which something begins that could not be read and is left as it was.
    pub left: Vec<usize>,
}

/// Lays a text out.
///
/// Lines end as those of the text do: with CR LF where all do, and else with LF. A byte order mark stays.
#[must_use]
pub fn format(text: &str) -> Formatted {
    let mark = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
    let (mark, text) = text.split_at_checked(mark).unwrap_or(("", text));
    if text.starts_with(MARK) {
        // Only the first is a mark: a second one is part of something that cannot be read.
        return Formatted { text: format!("{mark}{text}"), left: vec![1] };
    }
    let ends = text.matches("\r\n").count();
    let formatted = if ends > 0 && ends == text.matches('\n').count() {
        let formatted = with_line_feeds(&text.replace("\r\n", "\n"));
        Formatted { text: formatted.text.replace('\n', "\r\n"), ..formatted }
    } else {
        with_line_feeds(text)
    };
    if mark.is_empty() { formatted } else { Formatted { text: format!("{mark}{}", formatted.text), ..formatted } }
}

/// The byte order mark that some editors write.
const MARK: char = '\u{feff}';

fn with_line_feeds(text: &str) -> Formatted {
    let parsed = parse(FileId(0), text);
    let formatted = laid_out(text, &parsed);
    if formatted.left.is_empty() {
        return formatted;
    }
    // What could not be read may hang together with what is around it in ways that nobody foresees. So it is looked at
    // whether the result reads the same, and stays the same.
    let again = parse(FileId(0), &formatted.text);
    let is_sound = said(text, &parsed) == said(&formatted.text, &again)
        && laid_out(&formatted.text, &again).text == formatted.text;
    if is_sound { formatted } else { Formatted { text: text.to_owned(), ..formatted } }
}

/// What a text says, roughly: which problems, comments and definitions there are, and the signs of each.
fn said(text: &str, parsed: &Parsed) -> impl PartialEq {
    let slice = |span: Span| text.get(span.range()).unwrap_or_default().to_owned();
    let tree = &parsed.tree;
    let problems: Vec<&str> = parsed.diagnostics.iter().map(|found| found.rule.id).collect();
    let comments: Vec<String> = tree.comments.iter().map(|comment| slice(comment.span)).collect();
    let definitions = tree.definitions.iter().map(|definition| {
        (
            std::mem::discriminant(&definition.kind),
            definition.documentation.clone(),
            signs::signs(&slice(definition.span)),
        )
    });
    (problems, comments, definitions.collect::<Vec<_>>())
}

fn laid_out(text: &str, parsed: &Parsed) -> Formatted {
    let mut damage: Vec<u32> = parsed.diagnostics.iter().filter(|found| is_damage(found)).flat_map(places).collect();
    damage.sort_unstable();
    let formatter = Formatter { text, comments: &parsed.tree.comments, damage, left: RefCell::default() };
    let items = formatter.definitions(&parsed.tree.definitions);
    let entries = formatter.entries(Span::new(0, text.len()), items, 0);
    let mut left = formatter.left.take();
    left.sort_unstable();
    let mut last = (0, 1);
    let lines = left.into_iter().map(|place| {
        let between = text.get(last.0..place as usize).unwrap_or_default();
        last = (place as usize, last.1 + between.matches('\n').count());
        last.1
    });
    let mut left: Vec<usize> = lines.collect();
    left.dedup();
    Formatted { text: Entry::join("", &entries), left }
}

/// Whether a diagnostic is about text that was not understood.
fn is_damage(found: &Diagnostic) -> bool {
    found.rule.id != reading::BIDIRECTIONAL_CONTROL.id && found.rule.id != reading::BAD_ESCAPE.id
}

fn places(found: &Diagnostic) -> Vec<u32> {
    found.labels.iter().map(|label| label.location.span.start).collect()
}

/// What is known of the text that is laid out.
struct Formatter<'t> {
    text: &'t str,
    comments: &'t [Comment],
    /// Bytes at which something could not be read, in order.
    damage: Vec<u32>,
    /// Bytes at which something is left as it was.
    left: RefCell<Vec<u32>>,
}

impl<'t> Formatter<'t> {
    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The text between two places.
    fn between(&self, start: u32, end: u32) -> &'t str {
        self.slice(Span { start, end: end.max(start) })
    }

    /// The comments in a span.
    fn comments_in(&self, span: Span) -> &'t [Comment] {
        let from = self.comments.partition_point(|comment| comment.span.start < span.start);
        let to = self.comments.partition_point(|comment| comment.span.start < span.end);
        self.comments.get(from..to.max(from)).unwrap_or_default()
    }

    /// Where a sign stands at or behind `from`, outside of comments.
    fn find(&self, from: u32, sign: char) -> Option<u32> {
        let mut at = from;
        loop {
            let rest = self.text.get(at as usize..)?;
            let found = at + Span::new(rest.find(sign)?, 0).start;
            match self.comments_in(Span { start: from, end: found }).last().filter(|comment| comment.span.end > found) {
                Some(comment) => at = comment.span.end,
                None => return Some(found),
            }
        }
    }

    /// The places in a span at which something could not be read.
    fn damage_in(&self, span: Span) -> &[u32] {
        let from = self.damage.partition_point(|place| *place < span.start);
        let to = self.damage.partition_point(|place| *place <= span.end);
        self.damage.get(from..to.max(from)).unwrap_or_default()
    }

    /// Remembers where something is left as it was.
    fn leave(&self, place: u32) {
        self.left.borrow_mut().push(place);
    }

    /// What stays as it is. Comments at the end of what is not closed belong to what is below.
    fn verbatim<'i>(&self, span: Span) -> Item<'i> {
        let mut end = span.end;
        loop {
            let trimmed = block::without_end(self.between(span.start, end)).len();
            end = span.start + Span::new(trimmed, 0).start;
            let last = self.comments_in(Span { end, ..span }).last().filter(|comment| comment.span.end >= end);
            let Some(comment) = last.filter(|comment| {
                let before = self.between(span.start, comment.span.start).trim_end_matches([' ', '\t']);
                before.ends_with('\n')
            }) else {
                return Item::Verbatim(Span { end, ..span });
            };
            end = comment.span.start;
        }
    }
}
