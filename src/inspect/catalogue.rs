//! What is in a set, and all that is known of one name.

use std::collections::HashSet;

use camino::Utf8Path;
use petgraph::graph::NodeIndex;
use serde_json::{Value, json};

use crate::graph::EdgeKind;
use crate::inspect::times::duration;
use crate::inspect::tree::{Branch, trees};
use crate::inspect::{Answer, COLUMNS, Set, UnknownName, line, reason, wrap};
use crate::model::{Definition, Kind};
use crate::report::count;
use crate::s6rc::plan::{Entry, FileTree, plan_definition};

/// Every definition with its kind, its wave and its bundles, by name.
#[must_use]
pub fn list(set: &Set<'_>) -> Answer {
    let mut nodes: Vec<NodeIndex> = set.graph.nodes().filter(|node| set.definition(*node).is_some()).collect();
    nodes.sort_by_key(|node| (set.graph.name(*node), *node));
    let width = |text: &str| text.chars().count();
    let longest = nodes.iter().map(|node| width(&set.name(*node))).filter(|width| *width <= 40).max();
    let column = longest.unwrap_or_default().max(4);
    let mut text = String::new();
    if !nodes.is_empty() {
        text.push_str(&format!("{:<column$}  kind     wave  in\n", "name"));
    }
    for node in &nodes {
        let name = set.name(*node);
        let wave = match set.waves.get(node) {
            _ if !set.is_started(*node) => "-".to_owned(),
            Some(wave) => wave.to_string(),
            None => "never".to_owned(),
        };
        let rest = format!("  {:<8} {wave:>5}  ", set.word(*node));
        let is_long = width(&name) > column && width(&name) + width(&rest) + 12 > COLUMNS;
        let start = if is_long { format!("{name}\n{:column$}{rest}", "") } else { format!("{name:<column$}{rest}") };
        let room = COLUMNS.saturating_sub(width(start.lines().last().unwrap_or_default())).max(12);
        text.push_str(format!("{start}{}", shortened(&bundles(set, *node), room)).trim_end());
        text.push('\n');
    }
    let kinds = [(Kind::Longrun, "longrun"), (Kind::Oneshot, "oneshot"), (Kind::Bundle, "bundle")];
    let counted: Vec<String> = kinds
        .iter()
        .map(|(kind, word)| (nodes.iter().filter(|node| set.kind(**node) == Some(*kind)).count(), *word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    let counted = if counted.is_empty() { "no services".to_owned() } else { counted.join(", ") };
    text.push_str(&format!("{counted} for {}\n", set.model.target));
    let items: Vec<Value> = nodes.iter().map(|node| summary(set, *node)).collect();
    let json = json!({ "version": 1, "target": set.model.target.to_string(), "definitions": items });
    Answer { text, json, fine: true }
}

/// Names, as many as there is room for.
fn shortened(names: &[String], room: usize) -> String {
    let mut text = String::new();
    for (at, name) in names.iter().enumerate() {
        let next = if text.is_empty() { name.clone() } else { format!("{text}, {name}") };
        let more = names.len() - at;
        if at > 0 && next.chars().count() + 6 > room && more > 0 {
            return format!("{text} +{more}");
        }
        text = next;
    }
    text
}

fn bundles(set: &Set<'_>, node: NodeIndex) -> Vec<String> {
    let holders = set.needers(node).into_iter().filter(|(_, edge)| edge.kind == EdgeKind::Contains);
    holders.map(|(holder, _)| set.name(holder)).collect()
}

fn summary(set: &Set<'_>, node: NodeIndex) -> Value {
    let names = |edges: Vec<(NodeIndex, crate::graph::Edge)>, holds: bool| -> Vec<Value> {
        let wanted = edges.into_iter().filter(|(_, edge)| (edge.kind == EdgeKind::Contains) == holds);
        wanted.map(|(other, _)| json!(set.graph.name(other))).collect()
    };
    let definition = set.definition(node);
    json!({
        "name": set.graph.name(node),
        "kind": set.word(node),
        "wave": set.waves.get(&node),
        "started": set.is_started(node),
        "place": definition.and_then(|definition| set.place(definition.place)),
        "documentation": definition.and_then(|definition| definition.documentation.as_deref()),
        "needs": names(set.needs(node), false),
        "holds": names(set.needs(node), true),
        "needed_by": names(set.needers(node), false),
        "in": names(set.needers(node), true),
    })
}

/// All that is known of one name.
///
/// # Errors
///
/// A name that the set does not have.
pub fn show(set: &Set<'_>, name: &str) -> Result<Answer, UnknownName> {
    let node = set.find(name)?;
    let definition = set.definition(node);
    let place = definition.and_then(|definition| set.place(definition.place));
    let mut text = format!("{} {}", set.word(node), set.name(node));
    text.push_str(&place.map_or_else(|| ", not defined here".to_owned(), |place| format!(", {place}")));
    text.push('\n');
    if let Some(documentation) = definition.and_then(|definition| definition.documentation.as_ref()) {
        for said in documentation.lines() {
            text.push_str(format!("  {}", line(said)).trim_end());
            text.push('\n');
        }
    }
    let mut facts = Vec::new();
    if definition.is_some() {
        facts.push(match set.waves.get(&node) {
            Some(wave) => format!("wave {wave}"),
            None => "never starts: it is in a circle, or behind one".to_owned(),
        });
        if !set.is_started(node) {
            facts.push("not started by the boot".to_owned());
        }
    }
    for (number, value) in definition.iter().flat_map(|definition| &definition.numbers) {
        let value = value.value;
        let shown = match (number.is_duration(), value) {
            (true, 0) => "never".to_owned(),
            (true, value) => duration(u64::from(value)),
            (false, value) => value.to_string(),
        };
        facts.push(format!("{} {shown}", number.file()));
    }
    for (flag, _) in definition.iter().flat_map(|definition| &definition.flags) {
        facts.push(flag.file().to_owned());
    }
    if !facts.is_empty() {
        text.push_str(&format!("\n{}", wrap(&facts, "")));
    }
    // What it says of names that nobody defines is no edge of the graph.
    let unknown = unknown(set, definition);
    let own = if set.kind(node) == Some(Kind::Bundle) { "holds" } else { "needs" };
    let mut roots = Vec::new();
    let mut group = |title: &str, edges: Vec<(NodeIndex, crate::graph::Edge)>, holds: bool| {
        let mut root = Branch::new(title, "");
        for (other, edge) in edges.into_iter().filter(|(_, edge)| (edge.kind == EdgeKind::Contains) == holds) {
            let why = if matches!(edge.kind, EdgeKind::Contains | EdgeKind::Depends) { "" } else { reason(edge.kind) };
            let note = if why.is_empty() { set.word(other).to_owned() } else { format!("{}, {why}", set.word(other)) };
            root.children.push(Branch::new(set.name(other), note));
        }
        if title == own {
            root.children.extend(unknown.iter().map(|name| Branch::new(line(name), "not defined")));
        }
        if !root.children.is_empty() {
            roots.push(root);
        }
    };
    group("needs", set.needs(node), false);
    group("holds", set.needs(node), true);
    group("needed by", set.needers(node), false);
    group("in", set.needers(node), true);
    let files = definition.map(|definition| files(set, &definition.name)).unwrap_or_default();
    if !files.is_empty() {
        let mut root = Branch::new("files", "");
        root.children = files.iter().map(|path| Branch::new(line(path), "")).collect();
        roots.push(root);
    }
    if !roots.is_empty() {
        text.push_str(&format!("\n{}", trees(&roots, set.unicode)));
    }
    let mut json = summary(set, node);
    if let Some(object) = json.as_object_mut() {
        let numbers = definition.iter().flat_map(|definition| &definition.numbers);
        let numbers = numbers.map(|(number, value)| (number.file().to_owned(), json!(value.value)));
        object.insert("version".to_owned(), json!(1));
        object.insert("numbers".to_owned(), numbers.collect::<serde_json::Map<String, Value>>().into());
        object.insert("unknown".to_owned(), json!(unknown));
        object.insert("files".to_owned(), json!(files));
    }
    Ok(Answer { text, json, fine: true })
}

/// Names that a definition refers to and nobody defines.
fn unknown(set: &Set<'_>, definition: Option<&Definition>) -> Vec<String> {
    let Some(definition) = definition else { return Vec::new() };
    let named = match definition.kind {
        Kind::Bundle => &definition.contents,
        Kind::Longrun | Kind::Oneshot => &definition.dependencies,
    };
    let named = named.iter().chain(&definition.producer_for).chain(&definition.consumer_for);
    let mut seen = HashSet::new();
    let unknown = named.filter(|reference| set.graph.find(&reference.name).is_none());
    unknown.filter(|one| seen.insert(one.name.as_str())).map(|one| one.name.to_string()).collect()
}

/// The files that a definition becomes, by their paths below the directory that is emitted into.
fn files(set: &Set<'_>, name: &str) -> Vec<String> {
    let Some(definition) = set.model.get(name) else { return Vec::new() };
    let mut tree = FileTree::default();
    plan_definition(&mut tree, Utf8Path::new(&set.model.target.directory_of(name)), definition);
    let files = tree.entries.into_iter().filter(|(_, entry)| !matches!(entry, Entry::Directory));
    files.map(|(path, _)| path.into()).collect()
}
