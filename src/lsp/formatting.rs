//! Layout: of a whole text, of some lines, and of what a brace closes.

use std::ops::Range;

use lsp_types::TextEdit;

use crate::format::{Change, changes, format};
use crate::lsp::position::Lines;
use crate::source::{FileId, Span};
use crate::syntax::parse;

/// What lays a text out, as far as it touches `within`.
pub(super) fn format_text(text: &str, lines: &Lines<'_>, within: Range<usize>) -> Vec<TextEdit> {
    let changes = changes(text, &format(text).text);
    edits(changes.into_iter().filter(|change| touches(&change.range, &within)), 0, lines)
}

/// What lays out the definition that ends right before `offset`, where a brace was written; nothing where none does.
pub(super) fn format_closed(text: &str, lines: &Lines<'_>, offset: usize) -> Vec<TextEdit> {
    let parsed = parse(FileId(0), text);
    let closed = parsed.tree.definitions.iter().find(|definition| definition.span.end as usize == offset);
    let Some(range) = closed.map(|definition| definition.span.range()) else { return Vec::new() };
    let definition = text.get(range.clone()).unwrap_or_default();
    let formatted = format(definition).text;
    edits(changes(definition, formatted.trim_end_matches(['\r', '\n'])).into_iter(), range.start, lines)
}

/// Changes of what begins at a byte, as the protocol has them.
fn edits(changes: impl Iterator<Item = Change>, start: usize, lines: &Lines<'_>) -> Vec<TextEdit> {
    let edit =
        |Change { range, text }| TextEdit::new(lines.range(Span::new(start + range.start, start + range.end)), text);
    changes.map(edit).collect()
}

/// Whether one range has to do with another; one that is empty is a place.
fn touches(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end.max(other.start + 1) && other.start < one.end.max(one.start + 1)
}
