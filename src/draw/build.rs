//! From a model and its graph to a picture.

use foldhash::{HashMap, HashMapExt, HashSet};

use camino::Utf8Path;
use petgraph::graph::NodeIndex;

use crate::draw::{Edge, Link, Node, Picture, Pipeline, Shape};
use crate::graph::{EdgeKind, Graph, NodeKind};
use crate::model::{Definition, Kind, Model, Reference};
use crate::s6rc::plan::{Entry, FileTree, plan_definition};
use crate::s6rc::target::BuiltInKind;
use crate::source::SourceMap;

/// The picture of a service set.
#[must_use]
pub fn picture(model: &Model, sources: &SourceMap) -> Picture {
    let graph = Graph::new(model);
    let mut builder = Builder {
        model,
        sources,
        picture: Picture { target: model.target.to_string(), ..Picture::default() },
        numbers: HashMap::new(),
        missing: HashMap::new(),
    };
    builder.nodes(&graph);
    builder.edges(&graph);
    builder.broken(&graph);
    builder.pipelines();
    builder.homes();
    builder.shown();
    builder.picture
}

struct Builder<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    picture: Picture,
    numbers: HashMap<NodeIndex, usize>,
    missing: HashMap<String, usize>,
}

impl Builder<'_> {
    fn nodes(&mut self, graph: &Graph) {
        let waves = graph.waves();
        let tangles = graph.tangles();
        for node in graph.nodes() {
            let name = graph.name(node);
            let mut made = match graph.kind(node) {
                // They are always up, and nobody can change that.
                NodeKind::Internal => continue,
                NodeKind::Definition(number) => {
                    let Some(definition) = self.model.definitions.get(number) else { continue };
                    Node { started: graph.is_started(number), ..self.defined(definition) }
                }
                NodeKind::BuiltIn => {
                    let shape = match self.model.target.built_in(name).map(|built_in| built_in.kind) {
                        Some(BuiltInKind::Oneshot) => Shape::Oneshot,
                        _ => Shape::Bundle,
                    };
                    blank(name, shape)
                }
                NodeKind::External => match self.model.external(name) {
                    Some(external) => blank(name, external.kind.map_or(Shape::External, shape)),
                    None => Node { own: true, ..blank(name, Shape::Bundle) },
                },
            };
            made.wave = waves.get(&node).copied();
            made.tangled = tangles.contains_key(&node);
            self.numbers.insert(node, self.picture.nodes.len());
            self.picture.nodes.push(made);
        }
    }

    fn defined(&self, definition: &Definition) -> Node {
        let mut tree = FileTree::default();
        let directory = self.model.target.directory_of(&definition.name);
        plan_definition(&mut tree, Utf8Path::new(&directory), definition);
        let files = tree.entries.into_iter().filter(|(_, entry)| !matches!(entry, Entry::Directory));
        let place = self.sources.get(definition.place.file).map(|source| match &definition.directory {
            Some(facts) => facts.path.to_string(),
            None => format!("{}:{}", source.path, source.line_of(definition.place.span.start).0 + 1),
        });
        Node {
            own: true,
            documentation: definition.documentation.clone(),
            place,
            files: files.map(|(path, _)| path.into()).collect(),
            ..blank(&definition.name, shape(definition.kind))
        }
    }

    fn edges(&mut self, graph: &Graph) {
        let tangles = graph.tangles();
        for node in graph.nodes() {
            let Some(from) = self.numbers.get(&node).copied() else { continue };
            for (target, edge) in graph.edges(node) {
                let Some(to) = self.numbers.get(&target).copied() else { continue };
                let link = match edge.kind {
                    EdgeKind::Internal => continue,
                    EdgeKind::BuiltIn if self.is(from, Shape::Bundle) => Link::Contains,
                    EdgeKind::Depends if self.is_default(graph, target) => Link::Default,
                    EdgeKind::Depends | EdgeKind::BuiltIn => Link::Depends,
                    EdgeKind::Default => Link::Default,
                    EdgeKind::Contains => Link::Contains,
                    EdgeKind::Feeds => Link::Feeds,
                };
                let cycle = tangles.get(&node).is_some_and(|tangle| tangles.get(&target) == Some(tangle));
                self.picture.edges.push(Edge { from, to, link, broken: false, cycle, drawn: true });
            }
        }
    }

    fn is(&self, number: usize, shape: Shape) -> bool {
        self.picture.nodes.get(number).is_some_and(|node| node.shape == shape)
    }

    /// Whether a name is the one that the target makes every service depend on.
    fn is_default(&self, graph: &Graph, node: NodeIndex) -> bool {
        graph.kind(node) == NodeKind::BuiltIn && self.model.target.default_dependency() == Some(graph.name(node))
    }

    /// Edges to names that have no definition.
    fn broken(&mut self, graph: &Graph) {
        let model = self.model;
        for (at, definition) in model.definitions.iter().enumerate() {
            let Some(from) = graph.definition(at).and_then(|node| self.numbers.get(&node)).copied() else { continue };
            let needs = definition.dependencies.iter().map(|reference| (reference, Link::Depends));
            let holds = definition.contents.iter().map(|reference| (reference, Link::Contains));
            let feeds = definition.producer_for.iter().map(|reference| (reference, Link::Feeds));
            for (reference, link) in needs.chain(holds).chain(feeds) {
                if let Some(to) = self.missing(graph, reference) {
                    self.picture.edges.push(Edge { from, to, link, broken: true, cycle: false, drawn: true });
                }
            }
            for reference in &definition.consumer_for {
                if let Some(producer) = self.missing(graph, reference) {
                    let link = Link::Feeds;
                    let edge = Edge { from: producer, to: from, link, broken: true, cycle: false, drawn: true };
                    self.picture.edges.push(edge);
                }
            }
        }
    }

    /// The node of a name without a definition, made where there is none yet.
    fn missing(&mut self, graph: &Graph, reference: &Reference) -> Option<usize> {
        if graph.find(&reference.name).is_some() {
            return None;
        }
        let nodes = &mut self.picture.nodes;
        let number = *self.missing.entry(reference.name.to_string()).or_insert_with(|| {
            nodes.push(blank(&reference.name, Shape::Missing));
            nodes.len() - 1
        });
        Some(number)
    }

    fn pipelines(&mut self) {
        let mut next: HashMap<usize, usize> = HashMap::new();
        let mut before: HashMap<usize, Vec<usize>> = HashMap::new();
        for edge in self.picture.edges.iter().filter(|edge| edge.link == Link::Feeds) {
            next.entry(edge.from).or_insert(edge.to);
            before.entry(edge.to).or_default().push(edge.from);
        }
        // From each end back to what feeds it; a pipeline that feeds itself has no end, and is none.
        let mut ends: Vec<usize> = before.keys().filter(|end| !next.contains_key(end)).copied().collect();
        ends.sort_unstable();
        for end in ends {
            let mut members = vec![end];
            let mut seen = HashSet::from_iter([end]);
            let mut at = 0;
            while let Some(member) = members.get(at).copied() {
                at += 1;
                let producers = before.get(&member).into_iter().flatten();
                members.extend(producers.filter(|producer| seen.insert(**producer)));
            }
            members.reverse();
            let number = self.picture.pipelines.len();
            let mut name = None;
            for member in &members {
                let Some(node) = self.picture.nodes.get_mut(*member) else { continue };
                node.pipeline = Some(number);
                let definition = self.model.get(&node.name);
                name = name.or(definition.and_then(|definition| definition.pipeline_name.as_ref()));
            }
            let name = name.map(|name| name.value.to_string());
            self.picture.pipelines.push(Pipeline { name, members });
        }
    }

    /// In which box each node is drawn.
    fn homes(&mut self) {
        let mut sizes: HashMap<usize, usize> = HashMap::new();
        let mut holders: HashMap<usize, Vec<usize>> = HashMap::new();
        for edge in self.picture.edges.iter().filter(|edge| edge.link == Link::Contains) {
            *sizes.entry(edge.from).or_default() += 1;
            holders.entry(edge.to).or_default().push(edge.from);
        }
        let defined = |number: usize| {
            self.picture.nodes.get(number).is_some_and(|node| node.own && self.model.find(&node.name).is_some())
        };
        let mut homes: HashMap<usize, usize> = HashMap::new();
        for (node, bundles) in &holders {
            // The bundle of a pipeline is no box: the chain is seen without.
            let boxes = bundles.iter().filter(|bundle| defined(**bundle));
            if let Some(home) = boxes.min_by_key(|bundle| (sizes.get(bundle).copied(), **bundle)) {
                homes.insert(*node, *home);
            }
        }
        // A logger belongs to what it logs, and the members of a pipeline to what holds its bundle.
        let by_name: HashMap<&str, usize> =
            self.picture.nodes.iter().enumerate().rev().map(|(at, node)| (node.name.as_str(), at)).collect();
        for pipeline in &self.picture.pipelines {
            let bundle = pipeline.name.as_ref().and_then(|name| by_name.get(name.as_str()));
            let home = pipeline.members.iter().chain(bundle).find_map(|node| homes.get(node)).copied();
            if let Some(home) = home {
                for member in &pipeline.members {
                    homes.entry(*member).or_insert(home);
                }
            }
        }
        // A bundle in a bundle is drawn in the box of the other where it has none of its own.
        let is_bundle = |number: usize| self.is(number, Shape::Bundle);
        let mut boxes: HashSet<usize> =
            homes.iter().filter(|(node, _)| !is_bundle(**node)).map(|(_, home)| *home).collect();
        let of_bundles = homes.iter().filter(|(node, _)| is_bundle(**node) && !boxes.contains(node));
        let more: Vec<usize> = of_bundles.map(|(_, home)| *home).collect();
        boxes.extend(more);
        for (number, node) in self.picture.nodes.iter_mut().enumerate() {
            node.bundles = holders.remove(&number).unwrap_or_default();
            // A bundle that is a box is drawn in its own.
            node.home = if boxes.contains(&number) { Some(number) } else { homes.get(&number).copied() };
        }
    }

    /// What is drawn: definitions, what is missing, and what their edges lead to.
    fn shown(&mut self) {
        let Picture { nodes, edges, .. } = &mut self.picture;
        let mut drawn: Vec<bool> = nodes
            .iter()
            .map(|node| node.shape == Shape::Missing || (node.own && self.model.find(&node.name).is_some()))
            .collect();
        let is = |drawn: &[bool], number: usize| drawn.get(number).copied().unwrap_or_default();
        // What the target's own definitions need is not this set's business, as long as it is no circle.
        let wanted = |edge: &Edge, nodes: &[Node]| {
            let own = edge.broken || nodes.get(edge.from).is_some_and(|node| node.own);
            edge.cycle || (own && edge.link != Link::Default)
        };
        for edge in edges.iter().filter(|edge| wanted(edge, nodes)) {
            if edge.cycle || is(&drawn, edge.from) {
                for end in [edge.from, edge.to] {
                    if let Some(drawn) = drawn.get_mut(end) {
                        *drawn = true;
                    }
                }
            }
        }
        for edge in edges.iter_mut() {
            let boxed =
                edge.link == Link::Contains && nodes.get(edge.to).is_some_and(|node| node.home == Some(edge.from));
            let shown = wanted(edge, nodes) && (edge.cycle || !boxed);
            edge.drawn = shown && is(&drawn, edge.from) && is(&drawn, edge.to);
        }
        for (node, drawn) in nodes.iter_mut().zip(drawn) {
            node.drawn = drawn;
        }
    }
}

fn shape(kind: Kind) -> Shape {
    match kind {
        Kind::Longrun => Shape::Longrun,
        Kind::Oneshot => Shape::Oneshot,
        Kind::Bundle => Shape::Bundle,
    }
}

/// A node of which nothing but name and shape are known.
fn blank(name: &str, shape: Shape) -> Node {
    Node {
        name: name.to_owned(),
        shape,
        own: false,
        wave: None,
        started: None,
        tangled: false,
        bundles: Vec::new(),
        home: None,
        pipeline: None,
        documentation: None,
        place: None,
        files: Vec::new(),
        drawn: false,
    }
}
