//! Names that can never start: those in a circle.

use foldhash::HashMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::NodeIndex;

use crate::graph::Graph;

impl Graph {
    /// The nodes that are in a circle, each with the number of its tangle: what depends on each other, directly or not, has
    /// the same one.
    #[must_use]
    pub fn tangles(&self) -> HashMap<NodeIndex, usize> {
        let components = kosaraju_scc(&self.graph).into_iter().filter(|component| match component.as_slice() {
            [single] => self.graph.find_edge(*single, *single).is_some(),
            _ => true,
        });
        components.enumerate().flat_map(|(number, nodes)| nodes.into_iter().map(move |node| (node, number))).collect()
    }

    /// All nodes, in the order in which they came to be: definitions first.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIndex> {
        self.graph.node_indices()
    }
}
