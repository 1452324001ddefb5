//! Answers about a service set: in which order it starts, why one needs another, what a failure costs, what is in it.
//!
//! Each answer is text for people, which fits 80 columns, and a value for programs.

mod catalogue;
mod plan;
mod times;
mod tree;
mod what_if;
mod why;

use foldhash::HashMap;

use petgraph::graph::NodeIndex;
use serde_json::Value;

use crate::diagnostic::did_you_mean;
use crate::graph::{Edge, EdgeKind, Graph, NodeKind};
use crate::model::{Definition, Kind, Model};
use crate::report::safe_text;
use crate::s6rc::target::BuiltInKind;
use crate::source::{Location, SourceMap};

pub use catalogue::{list, show};
pub use plan::plan;
pub(crate) use times::duration;
pub use what_if::what_if;
pub use why::why;

/// Columns that an answer takes, as far as its names let it.
const COLUMNS: usize = 80;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For people; every line ends with a newline.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// Whether there is nothing wrong with what was asked: a service that never starts, or one that does not need the other.
    pub fine: bool,
}

/// Why a question has no answer: a name that nobody defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// One that is like it.
    pub near: Option<String>,
}

/// A service set that can be asked.
#[derive(Debug)]
pub struct Set<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    graph: Graph,
    waves: HashMap<NodeIndex, usize>,
    unicode: bool,
}

impl<'m> Set<'m> {
    /// A set; `unicode` is whether text may have characters outside of ASCII.
    #[must_use]
    pub fn new(model: &'m Model, sources: &'m SourceMap, unicode: bool) -> Self {
        let graph = Graph::new(model);
        let waves = graph.waves();
        Self { model, sources, graph, waves, unicode }
    }

    /// The node of a name.
    fn find(&self, name: &str) -> Result<NodeIndex, UnknownName> {
        self.graph.find(name).filter(|node| self.graph.kind(*node) != NodeKind::Internal).ok_or_else(|| {
            let names = self.graph.nodes().map(|node| self.graph.name(node));
            UnknownName { name: name.to_owned(), near: did_you_mean(name, names).map(str::to_owned) }
        })
    }

    /// The name of a node as it may be shown.
    fn name(&self, node: NodeIndex) -> String {
        line(self.graph.name(node))
    }

    fn definition(&self, node: NodeIndex) -> Option<&'m Definition> {
        match self.graph.kind(node) {
            NodeKind::Definition(number) => self.model.definitions.get(number),
            _ => None,
        }
    }

    /// The kind of a node, where that is known.
    fn kind(&self, node: NodeIndex) -> Option<Kind> {
        let name = self.graph.name(node);
        match self.graph.kind(node) {
            NodeKind::Definition(_) => self.definition(node).map(|definition| definition.kind),
            NodeKind::BuiltIn => self.model.target.built_in(name).map(|built_in| match built_in.kind {
                BuiltInKind::Oneshot => Kind::Oneshot,
                BuiltInKind::Bundle => Kind::Bundle,
            }),
            // What nobody declares and is there all the same is the bundle of a pipeline.
            NodeKind::External => self.model.external(name).map_or(Some(Kind::Bundle), |external| external.kind),
            NodeKind::Internal => Some(Kind::Longrun),
        }
    }

    fn word(&self, node: NodeIndex) -> &'static str {
        self.kind(node).map_or("service", Kind::word)
    }

    /// Whether the boot brings a node up, as far as that is known: without a boot bundle, everything may be.
    fn is_started(&self, node: NodeIndex) -> bool {
        match self.graph.kind(node) {
            NodeKind::Definition(number) => self.graph.is_started(number) != Some(false),
            _ => true,
        }
    }

    /// What a node needs or holds, each once, without the longruns of s6-rc-compile.
    fn needs(&self, node: NodeIndex) -> Vec<(NodeIndex, Edge)> {
        let edges = self.graph.edges(node).filter(|(_, edge)| edge.kind != EdgeKind::Internal);
        once(edges.map(|(need, edge)| (need, self.told(node, edge))))
    }

    /// What needs or holds a node, each once.
    fn needers(&self, node: NodeIndex) -> Vec<(NodeIndex, Edge)> {
        let edges = self.graph.needers(node).into_iter().filter(|(_, edge)| edge.kind != EdgeKind::Internal);
        once(edges.map(|(needer, edge)| (needer, self.told(needer, edge))))
    }

    /// An edge as it is told: the target's own bundles hold what is in them, as others do.
    fn told(&self, from: NodeIndex, edge: Edge) -> Edge {
        let holds = edge.kind == EdgeKind::BuiltIn && self.kind(from) == Some(Kind::Bundle);
        if holds { Edge { kind: EdgeKind::Contains, ..edge } } else { edge }
    }

    /// `path:line`
    fn place(&self, place: Location) -> Option<String> {
        let source = self.sources.get(place.file)?;
        if source.bytes.is_empty() {
            return Some(line(source.path.as_str()));
        }
        Some(line(&format!("{}:{}", source.path, source.line_of(place.span.start).0 + 1)))
    }

    /// What stands before the next of a chain.
    fn arrow(&self) -> &'static str {
        if self.unicode { "→ " } else { "> " }
    }
}

/// Names on lines that are not too long, behind an indent.
fn wrap(names: &[String], indent: &str) -> String {
    let mut out = String::new();
    let mut row = String::new();
    for (at, name) in names.iter().enumerate() {
        let comma = if at + 1 < names.len() { "," } else { "" };
        let width = indent.chars().count() + row.chars().count() + name.chars().count() + 2;
        if !row.is_empty() && width > COLUMNS {
            out.push_str(&format!("{indent}{row}\n"));
            row.clear();
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(&format!("{name}{comma}"));
    }
    if !row.is_empty() {
        out.push_str(&format!("{indent}{row}\n"));
    }
    out
}

fn once(edges: impl Iterator<Item = (NodeIndex, Edge)>) -> Vec<(NodeIndex, Edge)> {
    let mut seen = std::collections::HashSet::new();
    edges.filter(|(node, _)| seen.insert(*node)).collect()
}

/// Text on one line, with nothing in it that a terminal obeys.
pub(crate) fn line(text: &str) -> String {
    safe_text(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// How an edge is said.
fn reason(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Depends => "depends-on",
        EdgeKind::Default => "by default",
        EdgeKind::Contains => "holds it",
        EdgeKind::Feeds => "feeds it",
        EdgeKind::Internal | EdgeKind::BuiltIn => "of the target",
    }
}
