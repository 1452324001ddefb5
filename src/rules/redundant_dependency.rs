//! Dependencies that others imply.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use petgraph::graph::NodeIndex;

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::EdgeKind;
use crate::model::{Definition, DirectoryFacts, Entry, Kind, Reference, ReferenceOrigin};
use crate::rules::{Context, Example, Rule, Scope};

/// A dependency follows from the others.
pub static RULE: Rule = Rule {
    id: "redundant-dependency",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "A dependency follows from the others",
    explanation: r##"If `a` depends on `b`, and `b` on `c`, then `a` waits for `c` whether it says so or not. Saying so does no harm, and is right where `a` really uses `c`: then it stays true when `b` changes. If it is only there for the order, it is one line too many. That a script really talks to what it names cannot be seen, so this is a hint and no more. It is given only where another dependency of the same service itself says the same name, and no program of the service mentions that name. A dependency on `base`, written or added, is never reported, nor one that follows only from what a bundle holds, which may change."##,
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

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // In a circle everything follows from everything.
    if !context.graph.cycles().is_empty() {
        return;
    }
    for definition in context.model.definitions.iter().filter(|definition| definition.kind != Kind::Bundle) {
        let said = said(context, definition);
        if said.len() < 2 {
            continue;
        }
        let implied = implied(context, &said);
        for (reference, node) in &said {
            let Some(by) = implied.get(node).filter(|_| !named_by(definition, &reference.name)) else { continue };
            diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!("`{}` depends on `{}` through `{}` already", definition.name, reference.name, by.name),
                )
                .at(reference.place, "follows from the other one")
                .at(by.place, format!("`{}` needs it", by.name))
                .help("drop it if it is only about the order; keep it if the service itself uses what it names"),
            );
        }
    }
}

/// Whether a program of the service mentions a name.
fn named_by(definition: &Definition, name: &str) -> bool {
    let beside = definition.directory.iter().flat_map(DirectoryFacts::top).filter_map(Entry::bytes);
    let mut texts = definition.programs.iter().map(|(_, program)| program.bytes.as_slice()).chain(beside);
    texts.any(|text| String::from_utf8_lossy(text).contains(name))
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

/// What these names need themselves, each with the one that needs it.
fn implied<'d>(context: &Context<'_>, said: &[(&'d Reference, NodeIndex)]) -> HashMap<NodeIndex, &'d Reference> {
    let mut implied = HashMap::new();
    for (reference, node) in said {
        // What a bundle holds may change without anybody here being told.
        for (next, _) in context.graph.edges(*node).filter(|(_, edge)| edge.kind != EdgeKind::Contains) {
            implied.entry(next).or_insert(*reference);
        }
    }
    implied
}
