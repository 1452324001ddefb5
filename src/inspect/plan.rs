//! In which order a set starts, and how long that may take.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use serde_json::{Value, json};

use crate::graph::NodeKind;
use crate::inspect::times::{Ends, Limit, duration};
use crate::inspect::tree::{Branch, trees};
use crate::inspect::{Answer, Set, wrap};
use crate::model::Kind;
use crate::report::count;
use crate::s6rc::target::Version;

/// Since this version, s6-overlay waits for services without a limit; before, for 5 s (s6-overlay's README).
const NO_LIMIT_SINCE: Version = [3, 2, 0, 0];
/// The limit before that version, in milliseconds.
const OLD_LIMIT: u64 = 5000;
/// The variable that sets the limit.
const VARIABLE: &str = "S6_CMD_WAIT_FOR_SERVICES_MAXTIME";

/// The waves in which services start, the longest way through them, and the time that all of it may take.
///
/// `limit` is what `S6_CMD_WAIT_FOR_SERVICES_MAXTIME` is set to, in milliseconds; 0 is no limit.
#[must_use]
pub fn plan(set: &Set<'_>, limit: Option<u64>) -> Answer {
    let services: Vec<NodeIndex> = set
        .graph
        .nodes()
        .filter(|node| set.definition(*node).is_some_and(|definition| definition.kind != Kind::Bundle))
        .collect();
    let (started, idle): (Vec<NodeIndex>, Vec<NodeIndex>) =
        services.into_iter().partition(|node| set.is_started(*node));
    let (starting, never): (Vec<NodeIndex>, Vec<NodeIndex>) =
        started.into_iter().partition(|node| set.waves.contains_key(node));
    let mut waves: BTreeMap<usize, Vec<NodeIndex>> = BTreeMap::new();
    for node in &starting {
        waves.entry(set.waves.get(node).copied().unwrap_or_default()).or_default().push(*node);
    }
    let ends = set.ends();
    let path = critical_path(set, &starting, &ends);
    let endless: Vec<NodeIndex> = starting.iter().copied().filter(|node| set.limit(*node) == Limit::Never).collect();
    let worst = path.last().and_then(|node| ends.get(node)).map_or(0, |(end, _)| end.milliseconds);
    let limit = set.model.target.is_overlay().then(|| {
        let default = if set.model.target.version >= NO_LIMIT_SINCE { 0 } else { OLD_LIMIT };
        (limit.unwrap_or(default), limit.is_some())
    });
    let late: Vec<NodeIndex> = match limit {
        Some((limit, _)) if limit > 0 => {
            let late = |node: &&NodeIndex| {
                ends.get(node).is_some_and(|(end, _)| end.milliseconds > limit || end.without_limit > 0)
            };
            starting.iter().filter(late).copied().collect()
        }
        _ => Vec::new(),
    };
    let names = |nodes: &[NodeIndex]| -> Vec<String> { nodes.iter().map(|node| set.name(*node)).collect() };

    let mut text =
        format!("{}: {} in {}\n", set.model.target, count(starting.len(), "service"), count(waves.len(), "wave"));
    let mut roots = Vec::new();
    for (wave, nodes) in &waves {
        let mut root = Branch::new(format!("wave {wave}"), "");
        for node in nodes {
            root.children
                .push(Branch::new(set.name(*node), format!("{:<8} {}", set.word(*node), set.limit(*node).words())));
        }
        roots.push(root);
    }
    if !roots.is_empty() {
        text.push_str(&format!("\n{}", trees(&roots, set.unicode)));
    }
    if path.len() > 1 || worst > 0 {
        let mut root = Branch::new("critical path", "");
        for node in &path {
            let end = ends.get(node).map(|(end, _)| *end).unwrap_or_default();
            let by = format!("{:<20} up after {} at most", set.limit(*node).words(), duration(end.milliseconds));
            let by = if end.without_limit > 0 { set.limit(*node).words() } else { by };
            root.children.push(Branch::new(set.name(*node), by));
        }
        text.push_str(&format!("\n{}", trees(&[root], set.unicode)));
    }
    if endless.is_empty() {
        text.push_str(&format!("\nworst case: {}\n", duration(worst)));
    } else {
        text.push_str(&format!(
            "\nworst case: no limit; s6-rc waits for ever, without `timeout-up`, for\n{}",
            wrap(&names(&endless), "  ")
        ));
        if worst > 0 {
            text.push_str(&format!("the others on the longest way take {} at most\n", duration(worst)));
        }
    }
    if let Some((limit, given)) = limit {
        text.push_str(&format!("\n{}", wait(set, limit, given, &late)));
    }
    for (nodes, words) in [(&never, "never start, being in a circle or behind one"), (&idle, "not started by the boot")]
    {
        if !nodes.is_empty() {
            text.push_str(&format!("\n{words}:\n{}", wrap(&names(nodes), "  ")));
        }
    }
    let raw = |nodes: &[NodeIndex]| -> Vec<&str> { nodes.iter().map(|node| set.graph.name(*node)).collect() };
    let value = json!({
        "version": 1,
        "target": set.model.target.to_string(),
        "waves": waves.iter().map(|(wave, nodes)| json!({
            "wave": wave,
            "services": nodes.iter().map(|node| service(set, *node)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "critical_path": path.iter().map(|node| json!({
            "name": set.graph.name(*node),
            "limit": limit_value(set.limit(*node)),
            "ends": ends.get(node).filter(|(end, _)| end.without_limit == 0).map(|(end, _)| end.milliseconds),
        })).collect::<Vec<_>>(),
        "worst_case": endless.is_empty().then_some(worst),
        "without_limit": raw(&endless),
        "wait_limit": limit.map(|(limit, _)| limit),
        "late": raw(&late),
        "never_start": raw(&never),
        "not_started": raw(&idle),
    });
    Answer { text, json: value, fine: never.is_empty() }
}

fn service(set: &Set<'_>, node: NodeIndex) -> Value {
    json!({ "name": set.graph.name(node), "kind": set.word(node), "limit": limit_value(set.limit(node)) })
}

/// Milliseconds; nothing where there is no limit.
fn limit_value(limit: Limit) -> Option<u32> {
    match limit {
        Limit::AtOnce => Some(0),
        Limit::UpTo(milliseconds) => Some(milliseconds),
        Limit::Never | Limit::Unknown => None,
    }
}

/// The way whose end is the last, without bundles and what the target itself defines.
fn critical_path(set: &Set<'_>, starting: &[NodeIndex], ends: &Ends) -> Vec<NodeIndex> {
    let last = starting.iter().filter_map(|node| Some((ends.get(node)?.0, std::cmp::Reverse(*node)))).max();
    let mut path = Vec::new();
    let mut at = last.map(|(_, node)| node.0);
    while let Some(node) = at {
        let shown = set.kind(node) != Some(Kind::Bundle) && set.graph.kind(node) != NodeKind::BuiltIn;
        if shown {
            path.push(node);
        }
        at = ends.get(&node).and_then(|(_, before)| *before);
    }
    path.reverse();
    path
}

/// What s6-overlay's limit means for the boot.
fn wait(set: &Set<'_>, limit: u64, given: bool, late: &[NodeIndex]) -> String {
    let whose = if given { "as said" } else { "the default" };
    if limit == 0 {
        return format!("{VARIABLE}: no limit ({whose});\nthe main program waits until everything is up\n");
    }
    let head = format!("{VARIABLE}: {} ({whose});\n", duration(limit));
    if late.is_empty() {
        return format!("{head}all of it is up by then, if scripts of cont-init.d leave it the time\n");
    }
    let names: Vec<String> = late.iter().map(|node| set.name(*node)).collect();
    format!("{head}s6-rc gives up then, and may leave down\n{}", wrap(&names, "  "))
}
