//! What a selection grows to, and the other places of a name in the same text.

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Position, SelectionRange};

use crate::lsp::names::Role;
use crate::lsp::navigate::Cursor;
use crate::lsp::position::Lines;
use crate::lsp::walk::{Part, walk};
use crate::source::Span;
use crate::syntax::ast::{Argument, Definition, Tree};

/// From the smallest thing at a place to the whole text.
pub(super) fn ranges(text: &str, tree: &Tree, lines: &Lines<'_>, positions: &[Position]) -> Vec<SelectionRange> {
    positions.iter().map(|position| range(text, &tree.definitions, lines, lines.offset(*position))).collect()
}

fn range(text: &str, definitions: &[Definition], lines: &Lines<'_>, offset: usize) -> SelectionRange {
    let at = Span::new(offset, offset);
    let mut spans = vec![Span::new(0, text.len())];
    let mut add = |span: Span| {
        if span.start <= at.start && at.end <= span.end && span.start < span.end {
            spans.push(span);
        }
    };
    walk(definitions, &mut |part| match part {
        Part::Definition(definition) => add(definition.span),
        Part::Body(body) => add(body.span),
        Part::Statement(statement) => {
            add(statement.span);
            add(statement.keyword.span);
            for argument in &statement.arguments {
                add(argument.span());
                if let Argument::Exec(exec) = argument {
                    exec.words.iter().for_each(|word| add(word.span));
                }
            }
        }
    });
    // A word between blanks, where nothing else is known.
    let before =
        text.get(..offset).unwrap_or_default().rsplit(|char: char| char.is_whitespace()).next().map_or(0, str::len);
    let after =
        text.get(offset..).unwrap_or_default().split(|char: char| char.is_whitespace()).next().map_or(0, str::len);
    add(Span::new(offset - before, offset + after));
    // Each holds the next.
    spans.sort_by_key(|span| (std::cmp::Reverse(span.end - span.start), span.start));
    spans.dedup();
    let mut chain: Option<SelectionRange> = None;
    let mut outer = Span::new(0, text.len());
    for span in spans {
        if outer.start <= span.start && span.end <= outer.end {
            outer = span;
            chain = Some(SelectionRange { range: lines.range(span), parent: chain.map(Box::new) });
        }
    }
    chain.unwrap_or(SelectionRange { range: lines.range(at), parent: None })
}

/// Every place of the name here in the same text.
pub(super) fn highlights(cursor: &Cursor<'_>) -> Option<Vec<DocumentHighlight>> {
    let name = cursor.name()?;
    let mut places = cursor.places();
    let here = cursor.index.same(name).filter(|other| other.place.file == cursor.file);
    Some(
        here.map(|other| DocumentHighlight {
            range: places.range(other.place),
            kind: Some(if other.role == Role::Reference {
                DocumentHighlightKind::READ
            } else {
                DocumentHighlightKind::WRITE
            }),
        })
        .collect(),
    )
}
