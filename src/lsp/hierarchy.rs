//! Who needs whom, step by step.

use lsp_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, SymbolKind};
use petgraph::graph::NodeIndex;

use crate::graph::{EdgeKind, Graph};
use crate::lsp::diagnostics::Places;
use crate::lsp::names::Space;
use crate::lsp::navigate::Cursor;
use crate::model::Kind;

/// The service whose name stands here.
pub(super) fn prepare(cursor: &Cursor<'_>) -> Option<Vec<CallHierarchyItem>> {
    let name = cursor.name().filter(|name| name.space == Space::Service)?;
    Some(vec![item(cursor, &mut cursor.places(), &name.name)?])
}

/// What needs or holds a service.
pub(super) fn incoming(cursor: &Cursor<'_>, name: &str) -> Option<Vec<CallHierarchyIncomingCall>> {
    let (graph, _) = cursor.set.graph()?;
    let needers = graph.needers(graph.find(name)?);
    let mut places = cursor.places();
    let call = |(from, edge): (NodeIndex, crate::graph::Edge)| {
        let from_ranges = edge.place.map(|place| places.range(place));
        Some(CallHierarchyIncomingCall {
            from: item(cursor, &mut places, graph.name(from))?,
            from_ranges: from_ranges.into_iter().collect(),
        })
    };
    Some(needers.into_iter().filter_map(call).collect())
}

/// What a service needs or holds.
pub(super) fn outgoing(cursor: &Cursor<'_>, name: &str) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let (graph, _) = cursor.set.graph()?;
    let needs = graph.edges(graph.find(name)?).filter(|(_, edge)| edge.kind != EdgeKind::Internal);
    let mut places = cursor.places();
    let call = |(to, edge): (NodeIndex, crate::graph::Edge)| {
        let from_ranges = edge.place.map(|place| places.range(place));
        Some(CallHierarchyOutgoingCall {
            to: item(cursor, &mut places, graph.name(to))?,
            from_ranges: from_ranges.into_iter().collect(),
        })
    };
    Some(needs.filter_map(call).collect())
}

/// A service, where it has a place.
fn item(cursor: &Cursor<'_>, places: &mut Places<'_>, name: &str) -> Option<CallHierarchyItem> {
    let model = &cursor.checked.model;
    let (place, kind, detail) = match model.get(name) {
        Some(definition) => {
            let kind = match definition.kind {
                Kind::Longrun => SymbolKind::FUNCTION,
                Kind::Oneshot => SymbolKind::EVENT,
                Kind::Bundle => SymbolKind::PACKAGE,
            };
            (definition.place, kind, definition.kind.word())
        }
        None => (model.external(name)?.place, SymbolKind::FUNCTION, "defined elsewhere"),
    };
    let link = places.link(place)?;
    Some(CallHierarchyItem {
        name: name.to_owned(),
        kind,
        tags: None,
        detail: Some(detail.to_owned()),
        uri: link.uri,
        range: link.range,
        selection_range: link.range,
        data: None,
    })
}

/// How many names need or hold another.
pub(super) fn needed_by(graph: &Graph, name: &str) -> Vec<NodeIndex> {
    let mut needers: Vec<NodeIndex> = graph
        .find(name)
        .map(|node| graph.needers(node))
        .unwrap_or_default()
        .into_iter()
        .map(|(node, _)| node)
        .collect();
    needers.dedup();
    needers
}
