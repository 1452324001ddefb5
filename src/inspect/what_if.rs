//! What it costs that a service does not come up.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use petgraph::graph::NodeIndex;
use serde_json::json;

use crate::graph::NodeKind;
use crate::inspect::tree::{Branch, trees};
use crate::inspect::{Answer, Set, UnknownName, reason, wrap};
use crate::model::{Flag, Kind};
use crate::report::count;

/// What never starts where some services fail to, and what stops with them when they are stopped.
///
/// # Errors
///
/// A name that the set does not have.
pub fn what_if(set: &Set<'_>, fails: &[String]) -> Result<Answer, UnknownName> {
    let mut failed: Vec<NodeIndex> = Vec::new();
    for name in fails {
        let node = set.find(name)?;
        if !failed.contains(&node) {
            failed.push(node);
        }
    }
    // Who waits for whom, each below the first that it waits for.
    let mut below: Waiting = HashMap::new();
    let mut reached: HashSet<NodeIndex> = failed.iter().copied().collect();
    let mut order: Vec<NodeIndex> = Vec::new();
    let mut queue: VecDeque<NodeIndex> = failed.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        for (needer, edge) in set.needers(node) {
            if set.is_started(needer) && reached.insert(needer) {
                below.entry(node).or_default().push((needer, reason(edge.kind)));
                order.push(needer);
                queue.push_back(needer);
            }
        }
    }
    let is_service = |node: &NodeIndex| set.kind(*node) != Some(Kind::Bundle);
    let lost: Vec<NodeIndex> = order.iter().copied().filter(is_service).collect();
    let unaffected: Vec<NodeIndex> = set
        .graph
        .nodes()
        .filter(|node| set.definition(*node).is_some() && is_service(node))
        .filter(|node| set.is_started(*node) && !reached.contains(node) && set.waves.contains_key(node))
        .collect();
    let quoted: Vec<String> = failed.iter().map(|node| format!("`{}`", set.name(*node))).collect();
    let whom = quoted.join(", ");
    let it = if failed.len() == 1 { "it" } else { "them" };

    let mut text = if order.is_empty() {
        format!("if {whom} cannot start, everything else still does: nothing needs {it}\n")
    } else {
        let services = count(lost.len(), "service");
        let mut text = format!(
            "if {whom} cannot start, {services} never {}:\n\n",
            if lost.len() == 1 { "starts" } else { "start" }
        );
        let roots: Vec<Branch> = failed.iter().map(|node| branch(set, *node, &below)).collect();
        text.push_str(&trees(&roots, set.unicode));
        text
    };
    let idle: Vec<String> = failed.iter().filter(|node| !set.is_started(**node)).map(|node| set.name(*node)).collect();
    if !idle.is_empty() {
        text.push_str(&format!("\nthe boot does not start {} at all\n", idle.join(", ")));
    }
    if !order.is_empty() && !unaffected.is_empty() {
        let names: Vec<String> = unaffected.iter().map(|node| set.name(*node)).collect();
        text.push_str(&format!(
            "\nstill {}:\n{}",
            if names.len() == 1 { "starts" } else { "start" },
            wrap(&names, "  ")
        ));
    }
    let boot = set.model.target.boot_bundle().and_then(|name| set.graph.find(name));
    let boot_fails = boot.is_some_and(|boot| reached.contains(&boot));
    if boot_fails {
        text.push_str(
            "\nthe boot counts as failed: the container goes on without a word, with a warning,\n\
             or ends, by S6_BEHAVIOUR_IF_STAGE2_FAILS (0, 1, 2; 0 where it is not set)\n",
        );
    }
    let stops = stops(set, &failed, &lost);
    text.push_str(&format!(
        "\nwhere the process of a longrun dies later, s6 starts it again, and nothing else\n\
         stops; `s6-rc -d change` stops what needs {it} first:\n"
    ));
    for (at, step) in stops.iter().enumerate() {
        let names: Vec<String> = step.iter().map(|node| set.name(*node)).collect();
        let number = format!("{:>3}. ", at + 1);
        let lines = wrap(&names, "     ");
        text.push_str(&format!("{number}{}", lines.trim_start()));
    }
    let essential = |node: &&NodeIndex| set.definition(**node).is_some_and(|own| own.flag(Flag::Essential).is_some());
    let essential: Vec<String> =
        lost.iter().chain(&failed).filter(essential).map(|node| format!("`{}`", set.name(*node))).collect();
    if !essential.is_empty() {
        let names = essential.join(", ");
        text.push_str(&format!("essential, and left up by `-d` (`-D` stops what is essential too):\n  {names}\n"));
    }
    let raw = |nodes: &[NodeIndex]| -> Vec<&str> { nodes.iter().map(|node| set.graph.name(*node)).collect() };
    let json = json!({
        "version": 1,
        "fails": raw(&failed),
        "never_start": raw(&lost),
        "incomplete_bundles": raw(&order.iter().copied().filter(|node| !is_service(node)).collect::<Vec<_>>()),
        "still_start": raw(&unaffected),
        "boot_fails": boot_fails,
        "stops": stops.iter().map(|step| raw(step)).collect::<Vec<_>>(),
    });
    Ok(Answer { text, json, fine: true })
}

/// Below this many levels everything hangs on the same one: a long chain would leave the screen.
const DEEPEST: usize = 8;

/// Who waits for each node, and how.
type Waiting = HashMap<NodeIndex, Vec<(NodeIndex, &'static str)>>;

/// A node with all that waits for it.
fn branch(set: &Set<'_>, root: NodeIndex, below: &Waiting) -> Branch {
    hang(set, root, set.word(root).to_owned(), below, 0)
}

fn hang(set: &Set<'_>, node: NodeIndex, note: String, below: &Waiting, level: usize) -> Branch {
    let mut branch = Branch::new(set.name(node), note);
    let waiting = |node: NodeIndex| below.get(&node).map(Vec::as_slice).unwrap_or_default();
    if level < DEEPEST {
        for (needer, reason) in waiting(node) {
            branch.children.push(hang(set, *needer, how(set, *needer, reason), below, level + 1));
        }
        return branch;
    }
    let mut stack: Vec<NodeIndex> = vec![node];
    while let Some(at) = stack.pop() {
        for (needer, reason) in waiting(at) {
            let through = if at == node { String::new() } else { format!(", through {}", set.name(at)) };
            branch.children.push(Branch::new(set.name(*needer), format!("{}{through}", how(set, *needer, reason))));
            stack.push(*needer);
        }
    }
    branch
}

fn how(set: &Set<'_>, node: NodeIndex, reason: &str) -> String {
    match set.kind(node) {
        Some(Kind::Bundle) => "bundle, never complete".to_owned(),
        _ => format!("{}, {reason}", set.word(node)),
    }
}

/// Services in the order in which they stop: those that start last go first. Those of a circle stand at the beginning.
fn stops(set: &Set<'_>, failed: &[NodeIndex], lost: &[NodeIndex]) -> Vec<Vec<NodeIndex>> {
    let mut steps: BTreeMap<std::cmp::Reverse<usize>, Vec<NodeIndex>> = BTreeMap::new();
    let services = lost.iter().chain(failed).filter(|node| set.kind(**node) != Some(Kind::Bundle));
    for node in services.filter(|node| !matches!(set.graph.kind(**node), NodeKind::Internal)) {
        let wave = set.waves.get(node).copied().unwrap_or(usize::MAX);
        steps.entry(std::cmp::Reverse(wave)).or_default().push(*node);
    }
    steps.into_values().collect()
}
