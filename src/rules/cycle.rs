//! What the rules about circles share: which kind one is, and how it is told.

use crate::diagnostic::Diagnostic;
use crate::graph::{Edge, EdgeKind, NodeKind, Step};
use crate::model::Kind;
use crate::rules::{Context, Rule};

/// Edges of one circle that are shown; nobody follows more by eye.
const SHOWN: usize = 12;

/// The kinds of circle, each with a rule of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CycleKind {
    /// Bundles that hold each other.
    Bundle,
    /// Pipelines that feed themselves.
    Pipeline,
    /// A way through the target's own definitions.
    BuiltIn,
    /// A service that depends on a bundle that holds it.
    OwnBundle,
    /// A consumer that depends on its producer.
    Logger,
    /// Any other.
    Dependency,
}

fn kind_of(cycle: &[Step]) -> CycleKind {
    let all = |kind: EdgeKind| cycle.iter().all(|step| step.edge.kind == kind);
    let any = |kind: EdgeKind| cycle.iter().any(|step| step.edge.kind == kind);
    if all(EdgeKind::Contains) {
        CycleKind::Bundle
    } else if all(EdgeKind::Feeds) {
        CycleKind::Pipeline
    } else if any(EdgeKind::BuiltIn) {
        CycleKind::BuiltIn
    } else if cycle.len() == 2 && any(EdgeKind::Contains) {
        CycleKind::OwnBundle
    } else if cycle.len() == 2 && any(EdgeKind::Feeds) && any(EdgeKind::Depends) {
        CycleKind::Logger
    } else {
        CycleKind::Dependency
    }
}

/// Reports every circle of a kind; the message and the help are the rule's.
pub(super) fn report(
    context: &Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    rule: &'static Rule,
    kind: CycleKind,
    words: impl Fn(&[&str]) -> (String, String),
) {
    for cycle in context.graph.cycles().iter().filter(|cycle| kind_of(cycle) == kind) {
        let names: Vec<&str> = cycle.iter().map(|step| context.graph.name(step.from)).collect();
        let (message, help) = words(&names);
        let mut diagnostic = Diagnostic::new(rule, message);
        for step in cycle.iter().take(SHOWN) {
            if let Some(place) = step.edge.place {
                diagnostic = diagnostic.at(place, label(context, step));
            }
        }
        if diagnostic.labels.is_empty() {
            let definition = cycle.iter().find_map(|step| match context.graph.kind(step.from) {
                NodeKind::Definition(at) => context.model.definitions.get(at),
                _ => None,
            });
            if let Some(definition) = definition {
                diagnostic = diagnostic.at(definition.place, "part of the circle");
            }
        }
        // Places in order of the circle, which begins at the smallest one.
        let first = names.first().copied().unwrap_or_default();
        let mut path: String = cycle
            .iter()
            .take(SHOWN)
            .map(|step| format!("{} {} ", context.graph.name(step.from), arrow(step.edge)))
            .collect();
        if let Some(more) = cycle.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            path.push_str(&format!("… {more} more … → "));
        }
        diagnostic = diagnostic.note(format!("the circle: {path}{first}")).help(help);
        for step in cycle.iter().take(SHOWN).filter(|step| step.edge.place.is_none()) {
            diagnostic = diagnostic.note(hidden(context, step));
        }
        diagnostics.push(diagnostic);
    }
}

fn arrow(edge: Edge) -> &'static str {
    match edge.kind {
        EdgeKind::Depends => "→",
        EdgeKind::Default => "→ (by default)",
        EdgeKind::Contains => "→ (holds)",
        EdgeKind::Feeds => "→ (writes to)",
        EdgeKind::Internal => "→ (by s6-rc)",
        EdgeKind::BuiltIn => "→ (by s6-overlay)",
    }
}

fn label(context: &Context<'_>, step: &Step) -> String {
    let (from, to) = (context.graph.name(step.from), context.graph.name(step.to));
    match step.edge.kind {
        EdgeKind::Depends => format!("`{from}` depends on `{to}`"),
        EdgeKind::Default => format!("`{from}` depends on `{to}`, as every service here does"),
        EdgeKind::Contains => format!("`{from}` holds `{to}`"),
        EdgeKind::Feeds => format!("`{from}` writes to `{to}`, and so needs it"),
        EdgeKind::Internal | EdgeKind::BuiltIn => format!("`{from}` needs `{to}`"),
    }
}

/// An edge that no source says.
fn hidden(context: &Context<'_>, step: &Step) -> String {
    let (from, to) = (context.graph.name(step.from), context.graph.name(step.to));
    let bundle = context
        .model
        .target
        .built_in(from)
        .is_some_and(|built_in| built_in.kind == crate::s6rc::target::BuiltInKind::Bundle)
        || context.model.get(from).is_some_and(|definition| definition.kind == Kind::Bundle);
    let verb = if bundle { "holds" } else { "depends on" };
    match step.edge.kind {
        EdgeKind::BuiltIn => format!("`{from}` {verb} `{to}`: s6-overlay says so itself"),
        _ => format!("`{from}` needs `{to}`: s6-rc adds this"),
    }
}
