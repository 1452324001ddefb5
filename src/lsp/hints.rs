//! What a text does not say: when a service can start, and what a statement adds.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip};
use smol_str::SmolStr;

use crate::lsp::navigate::Cursor;
use crate::lsp::position::Lines;
use crate::lsp::walk::{Part, walk};
use crate::model::{Definition, Kind};
use crate::source::{Location, Span};
use crate::syntax::ast::{Definition as Written, DefinitionKind, Tree};

/// At most so many names are shown.
const MAX_NAMES: usize = 3;

/// The hints of a part of a text.
pub(super) fn hints(cursor: &Cursor<'_>, tree: &Tree, lines: &Lines<'_>, within: Span) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    let mut of: Vec<&Definition> = Vec::new();
    let mut add = |at: u32, label: String, tooltip: &str| {
        if within.start <= at && at <= within.end {
            hints.push(InlayHint {
                position: lines.position(at as usize),
                label: InlayHintLabel::String(label),
                kind: Some(InlayHintKind::TYPE),
                text_edits: None,
                tooltip: Some(InlayHintTooltip::String(tooltip.to_owned())),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            });
        }
    };
    walk(&tree.definitions, &mut |part| match part {
        Part::Definition(written) => {
            of = made(cursor, written);
            if let (Some(name), Some(wave)) = (name_of(written), wave(cursor, &of)) {
                add(name.end, format!("wave {wave}"), "when it can start: one wave after the last that it needs");
            }
        }
        Part::Statement(statement) => {
            let end = statement.arguments.last().map_or(statement.keyword.span.end, |argument| argument.span().end);
            match statement.keyword.name.as_str() {
                "log" => {
                    let loggers = of.iter().filter_map(|one| one.producer_for.as_ref()).map(|logger| &logger.name);
                    if let Some(names) = listed(loggers) {
                        add(end, format!("→ {names}"), "the longrun that reads what this one writes");
                    }
                }
                "when" => {
                    let about =
                        "where the condition does not hold, `run` exits 125 and `finish` tells s6 to leave it down";
                    add(end, "run and finish exit 125 otherwise".to_owned(), about);
                }
                _ => {}
            }
        }
        Part::Body(_) => {}
    });
    hints
}

/// What the model has of a definition: several where a template or a loop makes it.
fn made<'m>(cursor: &Cursor<'m>, written: &Written) -> Vec<&'m Definition> {
    let Some(name) = name_of(written) else { return Vec::new() };
    cursor.at_place(Location::new(cursor.file, name))
}

/// Where the name of a service stands.
fn name_of(written: &Written) -> Option<Span> {
    match &written.kind {
        DefinitionKind::Service { name, .. } => Some(name.span),
        _ => None,
    }
}

/// The wave of all of them, where it is one.
fn wave(cursor: &Cursor<'_>, of: &[&Definition]) -> Option<usize> {
    let (graph, waves) = cursor.set.graph()?;
    let mut found = of
        .iter()
        .filter(|definition| definition.kind != Kind::Bundle)
        .map(|definition| waves.get(&graph.find(&definition.name)?).copied());
    let first = found.next()??;
    found.all(|wave| wave == Some(first)).then_some(first)
}

fn listed<'n>(names: impl Iterator<Item = &'n SmolStr>) -> Option<String> {
    let mut names: Vec<&str> = names.map(SmolStr::as_str).collect();
    names.dedup();
    let more = names.len() > MAX_NAMES;
    names.truncate(MAX_NAMES);
    (!names.is_empty()).then(|| format!("{}{}", names.join(", "), if more { ", …" } else { "" }))
}
