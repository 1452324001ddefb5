//! Who needs whom, the hidden edges included.
//!
//! Nodes are the definitions, the names of the target, and what is known from elsewhere. A dependency on a bundle is one on
//! each of its members, so a bundle's members are edges too: every circle in this graph is one that s6-rc-compile refuses.

mod tangles;
mod waves;

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt, HashSet};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use smol_str::SmolStr;

use crate::model::{Extends, Kind, Model, Reference, ReferenceOrigin};
use crate::source::Location;

/// The longrun that runs oneshots, in every compiled database (s6-rc-compile 0.7.0.0).
pub const ONESHOT_RUNNER: &str = "s6rc-oneshot-runner";
/// The longrun that holds the pipes of pipelines, in every compiled database (s6-rc-compile 0.7.0.0).
pub const FDHOLDER: &str = "s6rc-fdholder";

/// A search from every node of a tangle is quadratic: in a huge one, the smallest places are enough.
const MAX_STARTS: usize = 256;

/// Why one name needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// `depends-on`
    Depends,
    /// The target adds it to every service.
    Default,
    /// A bundle holds it.
    Contains,
    /// A producer needs its consumer.
    Feeds,
    /// A oneshot needs the runner, a pipeline's member the fd holder.
    Internal,
    /// The target's own definitions.
    BuiltIn,
}

/// An edge.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// Why.
    pub kind: EdgeKind,
    /// Where it is said; nothing for what no source says.
    pub place: Option<Location>,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The definition of that number.
    Definition(usize),
    /// A name of the target.
    BuiltIn,
    /// A name that somebody else defines.
    External,
    /// A longrun that s6-rc-compile adds.
    Internal,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// The name.
    pub name: SmolStr,
    /// What it stands for.
    pub kind: NodeKind,
}

/// One edge of a circle.
#[derive(Debug, Clone)]
pub struct Step {
    /// Who needs.
    pub from: NodeIndex,
    /// Who is needed.
    pub to: NodeIndex,
    /// Why, and where.
    pub edge: Edge,
}

/// The graph of a model.
#[derive(Debug)]
pub struct Graph {
    graph: DiGraph<Node, Edge>,
    by_name: HashMap<SmolStr, NodeIndex>,
    definitions: Vec<NodeIndex>,
    cycles: Vec<Vec<Step>>,
    started: Option<HashSet<NodeIndex>>,
}

impl Graph {
    /// The graph of a model. Names without a definition have no node: another rule tells of them.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let mut builder = Builder {
            graph: DiGraph::with_capacity(model.definitions.len(), 2 * model.definitions.len()),
            by_name: HashMap::with_capacity(model.definitions.len()),
        };
        let definitions: Vec<NodeIndex> = model
            .definitions
            .iter()
            .enumerate()
            .map(|(at, definition)| builder.node(&definition.name, NodeKind::Definition(at)))
            .collect();
        for built_in in model.target.built_ins() {
            builder.known(built_in.name, NodeKind::BuiltIn);
        }
        for external in model.externals() {
            builder.known(&external.name, NodeKind::External);
        }
        builder.definitions(model, &definitions);
        builder.built_ins(model);
        let Builder { graph, by_name } = builder;
        let mut graph = Self { graph, by_name, definitions, cycles: Vec::new(), started: None };
        graph.cycles = graph.find_cycles();
        graph.started = model.target.boot_bundle().and_then(|name| graph.find(name)).map(|boot| {
            let mut started = graph.reach(boot);
            // What starts a definition of another layer is not known: what it needs may well start.
            let half_known = model.definitions.iter().zip(&graph.definitions).filter(|(definition, _)| {
                definition.incomplete && (definition.directory.is_some() || definition.extends != Extends::Nothing)
            });
            for (_, node) in half_known {
                started.extend(graph.reach(*node));
            }
            started
        });
        graph
    }

    /// The node of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<NodeIndex> {
        self.by_name.get(name).copied()
    }

    /// The node of a definition.
    #[must_use]
    pub fn definition(&self, number: usize) -> Option<NodeIndex> {
        self.definitions.get(number).copied()
    }

    /// A node's name.
    #[must_use]
    pub fn name(&self, node: NodeIndex) -> &str {
        self.graph.node_weight(node).map_or("", |node| node.name.as_str())
    }

    /// What a node stands for.
    #[must_use]
    pub fn kind(&self, node: NodeIndex) -> NodeKind {
        self.graph.node_weight(node).map_or(NodeKind::Internal, |node| node.kind)
    }

    /// What a node needs or holds, in the order in which it is said.
    pub fn edges(&self, node: NodeIndex) -> impl Iterator<Item = (NodeIndex, Edge)> {
        // petgraph gives the newest first.
        let mut edges: Vec<(NodeIndex, Edge)> =
            self.graph.edges(node).map(|edge| (edge.target(), *edge.weight())).collect();
        edges.reverse();
        edges.into_iter()
    }

    /// Everything that a node needs, directly or not, and itself.
    #[must_use]
    pub fn reach(&self, from: NodeIndex) -> HashSet<NodeIndex> {
        let mut reached = HashSet::from_iter([from]);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for next in self.graph.neighbors(node) {
                if reached.insert(next) {
                    queue.push_back(next);
                }
            }
        }
        reached
    }

    /// Whether the boot brings a definition up; nothing where the target has no boot bundle.
    #[must_use]
    pub fn is_started(&self, number: usize) -> Option<bool> {
        let started = self.started.as_ref()?;
        Some(self.definition(number).is_some_and(|node| started.contains(&node)))
    }

    /// The shortest circle of each strongly connected component, from its smallest place on.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<Step>] {
        &self.cycles
    }

    fn find_cycles(&self) -> Vec<Vec<Step>> {
        // Kosaraju's, since petgraph's version of Tarjan's calls itself once a node: a long chain would end the stack.
        let mut cycles: Vec<Vec<Step>> = kosaraju_scc(&self.graph)
            .into_iter()
            .filter(|component| match component.as_slice() {
                [single] => self.graph.find_edge(*single, *single).is_some(),
                _ => true,
            })
            .filter_map(|component| self.shortest_cycle(&component))
            .collect();
        cycles.sort_by_key(|cycle| cycle.iter().filter_map(|step| step.edge.place).min());
        cycles
    }

    /// The shortest circle inside a component; of several, the one whose first place is smallest.
    fn shortest_cycle(&self, component: &[NodeIndex]) -> Option<Vec<Step>> {
        let inside: HashSet<NodeIndex> = component.iter().copied().collect();
        let mut starts: Vec<NodeIndex> = component.to_vec();
        starts.sort_by_cached_key(|node| (self.smallest_place(*node, &inside), *node));
        let mut best: Option<Vec<Step>> = None;
        for start in starts.into_iter().take(MAX_STARTS) {
            let limit = best.as_ref().map_or(usize::MAX, Vec::len);
            if let Some(cycle) = self.cycle_through(start, &inside, limit) {
                best = Some(cycle);
            }
        }
        best
    }

    fn smallest_place(&self, node: NodeIndex, inside: &HashSet<NodeIndex>) -> (bool, Option<Location>) {
        let place = self
            .graph
            .edges(node)
            .filter(|edge| inside.contains(&edge.target()))
            .filter_map(|edge| edge.weight().place)
            .min();
        (place.is_none(), place)
    }

    /// The shortest circle through a node, if it has fewer than `limit` edges.
    fn cycle_through(&self, start: NodeIndex, inside: &HashSet<NodeIndex>, limit: usize) -> Option<Vec<Step>> {
        let mut before: HashMap<NodeIndex, Step> = HashMap::new();
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((node, length)) = queue.pop_front() {
            if length + 1 >= limit {
                return None;
            }
            for (next, edge) in self.edges(node).filter(|(next, _)| inside.contains(next)) {
                let step = Step { from: node, to: next, edge };
                if next == start {
                    let mut cycle = vec![step];
                    let mut at = node;
                    while at != start {
                        let step = before.get(&at)?.clone();
                        at = step.from;
                        cycle.push(step);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if let std::collections::hash_map::Entry::Vacant(e) = before.entry(next) {
                    e.insert(step);
                    queue.push_back((next, length + 1));
                }
            }
        }
        None
    }
}

struct Builder {
    graph: DiGraph<Node, Edge>,
    by_name: HashMap<SmolStr, NodeIndex>,
}

impl Builder {
    fn node(&mut self, name: &str, kind: NodeKind) -> NodeIndex {
        let name = SmolStr::new(name);
        let node = self.graph.add_node(Node { name: name.clone(), kind });
        self.by_name.entry(name).or_insert(node);
        node
    }

    fn known(&mut self, name: &str, kind: NodeKind) -> NodeIndex {
        match self.by_name.get(name) {
            Some(node) => *node,
            None => self.node(name, kind),
        }
    }

    fn reference(&mut self, from: NodeIndex, reference: &Reference, kind: EdgeKind) {
        if let Some(to) = self.by_name.get(&reference.name) {
            self.graph.add_edge(from, *to, Edge { kind, place: Some(reference.place) });
        }
    }

    fn definitions(&mut self, model: &Model, nodes: &[NodeIndex]) {
        for (definition, node) in model.definitions.iter().zip(nodes) {
            let node = *node;
            match definition.kind {
                Kind::Bundle => {
                    for member in &definition.contents {
                        self.reference(node, member, EdgeKind::Contains);
                    }
                }
                Kind::Longrun | Kind::Oneshot => {
                    for dependency in &definition.dependencies {
                        let kind = if dependency.origin == ReferenceOrigin::Default {
                            EdgeKind::Default
                        } else {
                            EdgeKind::Depends
                        };
                        self.reference(node, dependency, kind);
                    }
                }
            }
            if let Some(consumer) = &definition.producer_for {
                self.reference(node, consumer, EdgeKind::Feeds);
            }
            let internal = match definition.kind {
                Kind::Oneshot => Some(ONESHOT_RUNNER),
                Kind::Longrun if definition.producer_for.is_some() || !definition.consumer_for.is_empty() => {
                    Some(FDHOLDER)
                }
                _ => None,
            };
            if let Some(name) = internal {
                let to = self.known(name, NodeKind::Internal);
                self.graph.add_edge(node, to, Edge { kind: EdgeKind::Internal, place: None });
            }
        }
        // A named pipeline is a bundle of everything in it.
        for definition in &model.definitions {
            let Some(name) = &definition.pipeline_name else { continue };
            if model.find(&name.value).is_some() || self.by_name.contains_key(&name.value) {
                continue;
            }
            let bundle = self.node(&name.value, NodeKind::External);
            // s6-rc reads the name at the end of a pipeline only.
            if definition.producer_for.is_some() {
                continue;
            }
            let mut members = vec![definition.name.clone()];
            let mut seen: HashSet<SmolStr> = members.iter().cloned().collect();
            let mut at = 0;
            while let Some(member) = members.get(at).cloned() {
                at += 1;
                if let Some(node) = self.by_name.get(&member) {
                    self.graph.add_edge(bundle, *node, Edge { kind: EdgeKind::Contains, place: Some(name.place) });
                }
                for producer in
                    model.get(&member).map(|definition| definition.consumer_for.as_slice()).unwrap_or_default()
                {
                    if seen.insert(producer.name.clone()) {
                        members.push(producer.name.clone());
                    }
                }
            }
        }
        // A dependency on a pipeline's bundle may stand before the pipeline.
        let pipelines: HashSet<&SmolStr> = model
            .definitions
            .iter()
            .filter_map(|definition| definition.pipeline_name.as_ref())
            .map(|name| &name.value)
            .collect();
        for (definition, node) in model.definitions.iter().zip(nodes) {
            let (references, kind) = match definition.kind {
                Kind::Bundle => (&definition.contents, EdgeKind::Contains),
                _ => (&definition.dependencies, EdgeKind::Depends),
            };
            for reference in references
                .iter()
                .filter(|reference| pipelines.contains(&reference.name) && model.find(&reference.name).is_none())
            {
                self.reference(*node, reference, kind);
            }
        }
    }

    fn built_ins(&mut self, model: &Model) {
        for built_in in model.target.built_ins() {
            // What people define themselves has the edges that they gave it.
            if model.find(built_in.name).is_some() {
                continue;
            }
            let Some(from) = self.by_name.get(built_in.name).copied() else { continue };
            for target in built_in.targets {
                if let Some(to) = self.by_name.get(*target) {
                    self.graph.add_edge(from, *to, Edge { kind: EdgeKind::BuiltIn, place: None });
                }
            }
        }
    }
}
