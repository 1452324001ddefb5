//! Why one name needs another.

use std::collections::{HashMap, VecDeque};

use petgraph::graph::NodeIndex;
use serde_json::json;

use crate::graph::Edge;
use crate::inspect::tree::{Branch, trees};
use crate::inspect::{Answer, Set, UnknownName, reason};
use crate::report::count;

/// More chains than these are only counted.
const SHOWN: usize = 50;

/// Longer chains stand below each other: as a tree they would leave the screen.
const DEEPEST: usize = 8;

/// What follows a start, each with the edge that leads to it.
type Chain = Vec<(NodeIndex, Edge)>;

/// All shortest chains from one name to another.
///
/// # Errors
///
/// A name that the set does not have.
pub fn why(set: &Set<'_>, from: &str, to: &str) -> Result<Answer, UnknownName> {
    let (start, end) = (set.find(from)?, set.find(to)?);
    let (from, to) = (set.name(start), set.name(end));
    let steps = steps(set, start, end);
    let Some(length) = steps.get(&start).copied() else {
        let back = self::steps(set, end, start).contains_key(&end) && start != end;
        let hint = if back { format!("; it is `{to}` that needs `{from}`") } else { String::new() };
        return Ok(Answer {
            text: format!("`{from}` does not need `{to}`{hint}\n"),
            json: json!({ "version": 1, "from": set.graph.name(start), "to": set.graph.name(end), "chains": [], "total": 0 }),
            fine: false,
        });
    };
    if length == 0 {
        return Ok(Answer {
            text: format!("`{from}` is `{to}`\n"),
            json: json!({ "version": 1, "from": set.graph.name(start), "to": set.graph.name(end), "chains": [[]], "total": 1 }),
            fine: true,
        });
    }
    let chains = chains(set, start, end, &steps);
    let total = number_of(set, start, &steps);
    let words = if total == 1 { "one shortest chain" } else { "shortest chains" };
    let many = if total == 1 { words.to_owned() } else { format!("{total} {words}") };
    let mut text = format!("`{from}` needs `{to}`: {many} of {}\n\n", count(length, "step"));
    text.push_str(&if length <= DEEPEST { tree(set, &from, &chains) } else { rows(set, &from, &chains) });
    if total > chains.len() {
        text.push_str(&format!("and {} more\n", total - chains.len()));
    }
    let shown: Vec<Vec<_>> = chains
        .iter()
        .map(|chain| {
            let step = |(node, edge): &(NodeIndex, Edge)| {
                json!({
                    "name": set.graph.name(*node),
                    "reason": reason(edge.kind),
                    "place": edge.place.and_then(|place| set.place(place)),
                })
            };
            chain.iter().map(step).collect()
        })
        .collect();
    let json = json!({
        "version": 1,
        "from": set.graph.name(start),
        "to": set.graph.name(end),
        "chains": shown,
        "total": total,
    });
    Ok(Answer { text, json, fine: true })
}

fn step(set: &Set<'_>, (node, edge): &(NodeIndex, Edge), before: &str) -> Branch {
    let place = edge.place.and_then(|place| set.place(place)).map(|place| format!(", {place}"));
    let note = format!("{}{}", reason(edge.kind), place.unwrap_or_default());
    Branch::new(format!("{before}{}", set.name(*node)), note)
}

/// Chains as a tree, in which the same beginnings are one.
fn tree(set: &Set<'_>, from: &str, chains: &[Chain]) -> String {
    let mut root = Branch::new(from, "");
    for chain in chains {
        let mut at = &mut root.children;
        for link in chain {
            let branch = step(set, link, "");
            // The chains come in order, so that those with the same beginning follow each other.
            if at.last().is_none_or(|last| last.label != branch.label) {
                at.push(branch);
            }
            let Some(last) = at.last_mut() else { break };
            at = &mut last.children;
        }
    }
    trees(&[root], set.unicode)
}

/// Chains one after the other, a line a step.
fn rows(set: &Set<'_>, from: &str, chains: &[Chain]) -> String {
    let one = |chain: &Chain| {
        let mut rows = vec![Branch::new(from, "")];
        rows.extend(chain.iter().map(|link| step(set, link, set.arrow())));
        trees(&rows, set.unicode)
    };
    chains.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// How many steps it is to the end, from every node that is no farther from it than the start.
fn steps(set: &Set<'_>, start: NodeIndex, end: NodeIndex) -> HashMap<NodeIndex, usize> {
    let mut steps = HashMap::from_iter([(end, 0)]);
    let mut queue = VecDeque::from([(end, 0)]);
    while let Some((node, distance)) = queue.pop_front() {
        if node == start {
            break;
        }
        for (needer, _) in set.needers(node) {
            if let std::collections::hash_map::Entry::Vacant(entry) = steps.entry(needer) {
                entry.insert(distance + 1);
                queue.push_back((needer, distance + 1));
            }
        }
    }
    steps
}

/// What is next on a shortest chain.
fn next(set: &Set<'_>, node: NodeIndex, steps: &HashMap<NodeIndex, usize>) -> Vec<(NodeIndex, Edge)> {
    let Some(distance) = steps.get(&node) else { return Vec::new() };
    let nearer = |(need, _): &(NodeIndex, Edge)| steps.get(need).is_some_and(|steps| steps + 1 == *distance);
    set.needs(node).into_iter().filter(nearer).collect()
}

/// The first shortest chains, in the order of what is said, each without its start.
fn chains(set: &Set<'_>, start: NodeIndex, end: NodeIndex, steps: &HashMap<NodeIndex, usize>) -> Vec<Chain> {
    let mut found = Vec::new();
    let mut chain = Chain::new();
    let mut levels = vec![next(set, start, steps).into_iter()];
    while let Some(level) = levels.last_mut() {
        let Some((node, edge)) = level.next() else {
            levels.pop();
            chain.pop();
            continue;
        };
        chain.push((node, edge));
        if node == end {
            found.push(chain.clone());
            chain.pop();
            if found.len() == SHOWN {
                break;
            }
        } else {
            levels.push(next(set, node, steps).into_iter());
        }
    }
    found
}

/// The number of shortest chains.
fn number_of(set: &Set<'_>, start: NodeIndex, steps: &HashMap<NodeIndex, usize>) -> usize {
    let mut nodes: Vec<(usize, NodeIndex)> = steps.iter().map(|(node, steps)| (*steps, *node)).collect();
    nodes.sort_unstable();
    let mut numbers: HashMap<NodeIndex, usize> = HashMap::new();
    for (distance, node) in nodes {
        let ways = next(set, node, steps).into_iter().filter_map(|(need, _)| numbers.get(&need).copied());
        let ways = if distance == 0 { 1 } else { ways.fold(0, usize::saturating_add) };
        numbers.insert(node, ways);
    }
    numbers.get(&start).copied().unwrap_or_default()
}
