//! Pictures of a service set: one neutral [`Picture`], and a file a format.
//!
//! What is broken is drawn too: a name that nobody defines is a node, and circles are edges like all others.

mod build;
mod dot;
mod html;
mod json;
mod layout;
mod mermaid;
mod route;
mod style;
mod svg;
mod wrap;

use std::collections::BTreeMap;

use crate::report::safe_text;

pub use build::picture;
pub use dot::dot;
pub use html::html;
pub use json::json;
pub use mermaid::mermaid;
pub use svg::svg;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A process that s6 supervises.
    Longrun,
    /// A change of state.
    Oneshot,
    /// A set of names; a named pipeline is one too.
    Bundle,
    /// Defined elsewhere, and nobody says what it is.
    External,
    /// Defined nowhere, or so that it cannot be read.
    Missing,
}

impl Shape {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Longrun, Self::Oneshot, Self::Bundle, Self::External, Self::Missing];

    /// Its name in every format.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Longrun => "longrun",
            Self::Oneshot => "oneshot",
            Self::Bundle => "bundle",
            Self::External => "external",
            Self::Missing => "missing",
        }
    }
}

/// Why one name needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// `depends-on`
    Depends,
    /// What the target makes every service depend on: not drawn, since it would be an edge from everything.
    Default,
    /// A bundle holds it.
    Contains,
    /// A producer feeds its consumer.
    Feeds,
}

impl Link {
    /// Its name in every format.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Depends => "depends",
            Self::Default => "default",
            Self::Contains => "contains",
            Self::Feeds => "feeds",
        }
    }
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// The name, as it is.
    pub name: String,
    /// What it is.
    pub shape: Shape,
    /// Whether this set defines it.
    pub own: bool,
    /// The wave of the boot in which it can start; nothing where it never can, or where that is not known.
    pub wave: Option<usize>,
    /// Whether the boot brings it up; nothing where the target has no boot bundle.
    pub started: Option<bool>,
    /// Whether it is in a circle.
    pub tangled: bool,
    /// The bundles that hold it, by their numbers.
    pub bundles: Vec<usize>,
    /// The bundle in whose box it is drawn: the smallest of those that hold it, or its pipeline.
    pub home: Option<usize>,
    /// Its pipeline, as the number in [`Picture::pipelines`].
    pub pipeline: Option<usize>,
    /// What people should know of it.
    pub documentation: Option<String>,
    /// Where it is defined: `path:line`.
    pub place: Option<String>,
    /// The files that it becomes, below the directory that is emitted into.
    pub files: Vec<String>,
    /// Whether a picture shows it: what only defaults lead to would be in the way.
    pub drawn: bool,
}

/// An edge.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// The number of the node that needs or holds.
    pub from: usize,
    /// The number of the node that is needed or held.
    pub to: usize,
    /// Why.
    pub link: Link,
    /// Whether its target is missing.
    pub broken: bool,
    /// Whether it is part of a circle.
    pub cycle: bool,
    /// Whether a picture shows it as a line: what a box says already is none.
    pub drawn: bool,
}

/// Longruns that feed each other.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// `pipeline-name`
    pub name: Option<String>,
    /// Its members, a producer before its consumer.
    pub members: Vec<usize>,
}

/// A service set as formats draw it.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// What the set is for.
    pub target: String,
    /// The nodes, definitions first and in the order of their places.
    pub nodes: Vec<Node>,
    /// The edges, in the order of their nodes.
    pub edges: Vec<Edge>,
    /// The pipelines.
    pub pipelines: Vec<Pipeline>,
}

impl Picture {
    /// The nodes that are drawn, with their numbers.
    fn shown(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.drawn)
    }

    /// The edges that are drawn, with their numbers.
    fn lines(&self) -> impl Iterator<Item = (usize, &Edge)> {
        self.edges.iter().enumerate().filter(|(_, edge)| edge.drawn)
    }

    /// The nodes that are drawn, by the bundle in whose box they are.
    fn at_home(&self) -> BTreeMap<Option<usize>, Vec<(usize, &Node)>> {
        let mut homes: BTreeMap<Option<usize>, Vec<(usize, &Node)>> = BTreeMap::new();
        for (number, node) in self.shown() {
            homes.entry(node.home).or_default().push((number, node));
        }
        homes
    }

    /// The bundles that are boxes, in order: those in which some node is at home.
    fn boxes(&self) -> Vec<usize> {
        let mut boxes: Vec<usize> = self.shown().filter_map(|(_, node)| node.home).collect();
        boxes.sort_unstable();
        boxes.dedup();
        boxes
    }
}

/// A name on one line, with nothing in it that would change how text is read.
fn visible(name: &str) -> String {
    safe_text(name).replace('\n', "\\n").replace('\t', "\\t")
}

/// Text between tags and in attributes of XML and HTML.
fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}
