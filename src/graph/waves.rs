//! When a boot can start what: what needs nothing first, then what needs only that, and so on.

use foldhash::{HashMap, HashMapExt};

use petgraph::Direction;
use petgraph::graph::{EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::graph::{Edge, EdgeKind, Graph, NodeKind};

impl Graph {
    /// The wave in which each name can start: a service one wave after the last that it needs, a bundle with the last of its
    /// members. What the target itself brings up is wave 0. Names in a circle, and those that need one, are in none; nor are
    /// the longruns that s6-rc-compile adds, which are always up.
    #[must_use]
    pub fn waves(&self) -> HashMap<NodeIndex, usize> {
        let mut waves: HashMap<NodeIndex, usize> = HashMap::new();
        let mut open: HashMap<NodeIndex, usize> =
            self.graph.node_indices().map(|node| (node, self.graph.neighbors(node).count())).collect();
        let mut ready: Vec<NodeIndex> = open.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
        while let Some(node) = ready.pop() {
            let after = |edge: EdgeReference<'_, Edge>| {
                let wave = waves.get(&edge.target()).copied()?;
                match edge.weight().kind {
                    EdgeKind::Internal => None,
                    EdgeKind::Contains | EdgeKind::BuiltIn => Some(wave),
                    EdgeKind::Depends | EdgeKind::Default | EdgeKind::Feeds => Some(wave + 1),
                }
            };
            let wave = self.graph.edges(node).filter_map(after).max().unwrap_or_default();
            waves.insert(node, wave);
            for needer in self.graph.neighbors_directed(node, Direction::Incoming) {
                if let Some(count) = open.get_mut(&needer) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(needer);
                    }
                }
            }
        }
        waves.retain(|node, _| self.kind(*node) != NodeKind::Internal);
        waves
    }

    /// What needs or holds a node, in the order in which it was said.
    #[must_use]
    pub fn needers(&self, node: NodeIndex) -> Vec<(NodeIndex, Edge)> {
        let mut needers: Vec<_> = self
            .graph
            .edges_directed(node, Direction::Incoming)
            .map(|edge| (edge.id(), (edge.source(), *edge.weight())))
            .collect();
        needers.sort_by_key(|(id, _)| *id);
        needers.into_iter().map(|(_, needer)| needer).collect()
    }
}

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::*;
    use crate::model::{Definition, Kind, Model, Reference, ReferenceOrigin};
    use crate::s6rc::target::Target;
    use crate::source::{FileId, Location};

    #[test]
    fn what_needs_more_starts_later() {
        let place = Location::start_of(FileId(0));
        let definition = |name: &str, kind: Kind, needs: &[&str]| {
            let mut definition = Definition::new(SmolStr::new(name), kind, place);
            let reference =
                |name: &&str| Reference { name: SmolStr::new(name), place, origin: ReferenceOrigin::Written };
            let list = if kind == Kind::Bundle { &mut definition.contents } else { &mut definition.dependencies };
            list.extend(needs.iter().map(reference));
            definition
        };
        let target: Target = crate::config::parse_target("s6-rc").unwrap();
        let definitions = vec![
            definition("a", Kind::Oneshot, &[]),
            definition("b", Kind::Longrun, &["a"]),
            definition("all", Kind::Bundle, &["a", "b"]),
            definition("c", Kind::Longrun, &["all"]),
            definition("x", Kind::Longrun, &["y"]),
            definition("y", Kind::Longrun, &["x"]),
            definition("z", Kind::Longrun, &["y"]),
        ];
        let graph = Graph::new(&Model::new(target, definitions));
        let waves = graph.waves();
        let wave = |name: &str| waves.get(&graph.find(name).unwrap()).copied();
        assert_eq!(["a", "b", "all", "c"].map(wave), [Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(["x", "y", "z"].map(wave), [None, None, None]);
    }
}
