//! Dependencies that others imply.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::graph::NodeIndex;

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::EdgeKind;
use crate::model::{Definition, Kind, Reference, ReferenceOrigin};
use crate::report::list;
use crate::rules::{Context, Example, Rule, Scope};

/// A dependency follows from the others.
pub static RULE: Rule = Rule {
    id: "redundant-dependency",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "A dependency follows from the others",
    explanation: r##"If `a` depends on `b`, and `b` on `c`, then `a` waits for `c` whether it says so or not. Saying so does no harm, and is right where `a` really uses `c`: then it stays true when `b` changes. If it is only there for the order, it is one line too many. That a script really talks to what it names cannot be seen, so this is a hint and no more. A dependency on `base`, written or added, is never reported, nor one that follows only from what a bundle holds, which may change."##,
    bad: Example::Language(
        r##"longrun db {
    run exec db
}
oneshot schema {
    depends-on db
    up exec migrate
}
longrun web {
    depends-on schema, db
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun db {
    run exec db
}
oneshot schema {
    depends-on db
    up exec migrate
}
longrun web {
    depends-on schema
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

/// Steps that all searches together may take: beyond that a set is so large and tangled that hints are of no use.
const MAX_STEPS: usize = 1_000_000;

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // In a circle everything follows from everything.
    if !context.graph.cycles().is_empty() {
        return;
    }
    let mut steps = 0;
    for definition in context.model.definitions.iter().filter(|definition| definition.kind != Kind::Bundle) {
        let said = said(context, definition);
        if said.len() < 2 {
            continue;
        }
        let Some(before) = implied(context, &said, &mut steps) else { return };
        for (reference, node) in &said {
            if !before.contains_key(node) {
                continue;
            }
            let path = path(context, &before, *node);
            let Some(by) = said.iter().find(|(other, _)| path.first() == Some(&other.name.as_str())) else { continue };
            let names: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
            diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!("`{}` depends on `{}` through `{}` already", definition.name, reference.name, by.0.name),
                )
                .at(reference.place, "follows from the other one")
                .at(
                    by.0.place,
                    if path.len() > 2 {
                        format!("by way of {}", names.join(" → "))
                    } else {
                        format!("{} needs it", list(path.get(..1).unwrap_or_default()))
                    },
                )
                .help("drop it if it is only about the order; keep it if the service itself uses what it names"),
            );
        }
    }
}

/// What a person says that the definition depends on, once each.
fn said<'d>(context: &Context<'_>, definition: &'d Definition) -> Vec<(&'d Reference, NodeIndex)> {
    let default = context.model.target.default_dependency();
    let mut said: Vec<(&Reference, NodeIndex)> = Vec::new();
    let mut seen = HashSet::new();
    for reference in &definition.dependencies {
        let written = reference.origin == ReferenceOrigin::Written && Some(reference.name.as_str()) != default;
        let Some(node) = context.graph.find(&reference.name).filter(|_| written) else { continue };
        if seen.insert(node) {
            said.push((reference, node));
        }
    }
    said
}

/// Everything that these names need, each with who needs it; nothing where the search took too long.
fn implied(
    context: &Context<'_>,
    said: &[(&Reference, NodeIndex)],
    steps: &mut usize,
) -> Option<HashMap<NodeIndex, NodeIndex>> {
    let mut before: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut queue: VecDeque<NodeIndex> = said.iter().map(|(_, node)| *node).collect();
    let mut seen: HashSet<NodeIndex> = queue.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        for (next, edge) in context.graph.edges(node) {
            *steps += 1;
            // What a bundle holds may change without anybody here being told.
            if edge.kind == EdgeKind::Contains {
                continue;
            }
            before.entry(next).or_insert(node);
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    (*steps < MAX_STEPS).then_some(before)
}

/// The names on the way to a node, from one that is said.
fn path<'g>(context: &'g Context<'_>, before: &HashMap<NodeIndex, NodeIndex>, to: NodeIndex) -> Vec<&'g str> {
    let mut path = vec![context.graph.name(to)];
    let mut at = to;
    while let Some(previous) = before.get(&at) {
        at = *previous;
        path.push(context.graph.name(at));
        if path.len() > before.len() + 1 {
            break;
        }
    }
    path.reverse();
    path
}
