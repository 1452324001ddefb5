//! Outlines: symbols, folds, and links to other files.

use std::collections::HashSet;

use camino::Utf8Path;
use lsp_types::{
    DocumentLink, DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, Location as Link, Range,
    SymbolInformation, SymbolKind, WorkspaceSymbolResponse,
};
use smol_str::SmolStr;

use crate::lsp::diagnostics::Places;
use crate::lsp::documents::Documents;
use crate::lsp::names::{Role, Space, title};
use crate::lsp::position::Lines;
use crate::lsp::sets::Set;
use crate::lsp::walk::{Part, walk};
use crate::model::Kind;
use crate::resolve::normal;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Definition, DefinitionKind, Tree};

/// What a text defines.
pub(super) fn document(text: &str, tree: &Tree, lines: &Lines<'_>) -> DocumentSymbolResponse {
    DocumentSymbolResponse::Nested(symbols(text, lines, &tree.definitions))
}

#[allow(deprecated)] // the protocol's type has a field that nobody uses any more
fn symbols(text: &str, lines: &Lines<'_>, definitions: &[Definition]) -> Vec<DocumentSymbol> {
    let symbol = |definition: &Definition| {
        let (word, name) = title(&definition.kind);
        let name_text = name.and_then(|span| text.get(span.range())).map(|name| name.trim_matches('"').to_owned());
        let children = match &definition.kind {
            DefinitionKind::Template { definitions, .. } | DefinitionKind::For { definitions, .. } => {
                Some(symbols(text, lines, definitions))
            }
            _ => None,
        };
        let span = name.map_or(definition.span, |name| definition.span.to(name));
        DocumentSymbol {
            // An empty name is refused by editors.
            name: name_text.filter(|name| !name.is_empty()).unwrap_or_else(|| word.to_owned()),
            detail: Some(word.to_owned()),
            kind: kind(word),
            tags: None,
            deprecated: None,
            range: lines.range(span),
            selection_range: lines.range(name.unwrap_or(definition.span)),
            children,
        }
    };
    definitions.iter().map(symbol).collect()
}

fn kind(word: &str) -> SymbolKind {
    match word {
        "longrun" | "service" => SymbolKind::FUNCTION,
        "oneshot" => SymbolKind::EVENT,
        "bundle" | "extend" => SymbolKind::PACKAGE,
        "pipeline" => SymbolKind::INTERFACE,
        "template" => SymbolKind::CLASS,
        "use" => SymbolKind::OBJECT,
        "let" => SymbolKind::CONSTANT,
        "for" => SymbolKind::ARRAY,
        "include" | "raw" => SymbolKind::FILE,
        _ => SymbolKind::MODULE,
    }
}

/// Names in all sets that hold the letters of a query, in their order.
#[allow(deprecated)] // the protocol's type has a field that nobody uses any more
pub(super) fn workspace(sets: &[Set], documents: &Documents, query: &str) -> WorkspaceSymbolResponse {
    let mut found: Vec<SymbolInformation> = Vec::new();
    let mut known: HashSet<(SmolStr, String, Range)> = HashSet::new();
    for set in sets {
        let Ok(checked) = &set.checked else { continue };
        let mut places = Places::new(checked, documents);
        for name in &set.index(documents).names {
            let word = match name.space {
                Space::Service => match checked.model.get(&name.name).map(|definition| definition.kind) {
                    Some(Kind::Longrun) => "longrun",
                    Some(Kind::Oneshot) => "oneshot",
                    _ => "bundle",
                },
                Space::Template => "template",
                Space::Constant => "let",
                Space::Parameter(_) => continue,
            };
            if name.role != Role::Definition || !fits(&name.name, query) {
                continue;
            }
            let Some(location) = places.link(name.place) else { continue };
            if known.insert((name.name.clone(), location.uri.to_string(), location.range)) {
                found.push(SymbolInformation {
                    name: name.name.to_string(),
                    kind: kind(word),
                    tags: None,
                    deprecated: None,
                    location,
                    container_name: None,
                });
            }
        }
    }
    WorkspaceSymbolResponse::Flat(found)
}

fn fits(name: &str, query: &str) -> bool {
    let mut letters = name.chars().map(|char| char.to_ascii_lowercase());
    query.chars().all(|wanted| letters.any(|letter| letter == wanted.to_ascii_lowercase()))
}

/// What can be folded: definitions, statements over several lines, and blocks of comments.
pub(super) fn folds(tree: &Tree, lines: &Lines<'_>) -> Vec<FoldingRange> {
    let mut spans = Vec::new();
    walk(&tree.definitions, &mut |part| match part {
        Part::Definition(definition) => spans.push(definition.span),
        Part::Statement(statement) => spans.push(statement.span),
        Part::Body(_) => {}
    });
    let mut folds: Vec<FoldingRange> = spans.into_iter().filter_map(|span| fold(lines, span, None)).collect();
    let mut block: Option<Span> = None;
    for comment in &tree.comments {
        let follows = block.filter(|block| lines.range(*block).end.line + 1 == lines.range(comment.span).start.line);
        if follows.is_none() {
            folds.extend(block.and_then(|block| fold(lines, block, Some(FoldingRangeKind::Comment))));
        }
        block = Some(follows.map_or(comment.span, |block| block.to(comment.span)));
    }
    folds.extend(block.and_then(|block| fold(lines, block, Some(FoldingRangeKind::Comment))));
    folds
}

fn fold(lines: &Lines<'_>, span: Span, kind: Option<FoldingRangeKind>) -> Option<FoldingRange> {
    let range = lines.range(span);
    (range.start.line < range.end.line).then(|| FoldingRange {
        start_line: range.start.line,
        end_line: range.end.line,
        kind,
        ..FoldingRange::default()
    })
}

/// The files that a text names.
pub(super) fn links(set: &Set, documents: &Documents, path: &Utf8Path) -> Vec<DocumentLink> {
    let Ok(checked) = &set.checked else { return Vec::new() };
    let mut places = Places::new(checked, documents);
    let own = |file: FileId| normal(checked.sources.path(file)) == path;
    let links = set.index(documents).links.iter().filter(|(place, _)| own(place.file));
    links
        .filter_map(|(place, to)| {
            let Link { range, .. } = places.link(*place)?;
            let target = documents.uri(&path.parent()?.join(to.as_str()));
            Some(DocumentLink { range, target, tooltip: None, data: None })
        })
        .collect()
}
