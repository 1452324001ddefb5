//! Essential services that stand on others that are not.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use petgraph::graph::NodeIndex;

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::{EdgeKind, NodeKind};
use crate::model::{Definition, Flag, Kind, ReferenceOrigin};
use crate::rules::{Context, Example, Rule, Scope};

/// An essential service depends on one that is not.
pub static RULE: Rule = Rule {
    id: "essential-on-plain",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "An essential service depends on one that is not",
    explanation: r##"`s6-rc -d change` leaves an essential service up. What it depends on should stay up with it, so that has to be essential too: the tools for service repositories (s6-rc 0.6.0.0 and later) refuse a set where it is not, while s6-rc-compile accepts it without a word. The flag of a bundle holds for all of its members. A machine that is run from one source directory, without those tools, may mean it so: this is a hint."##,
    bad: Example::Language(
        r##"longrun net {
    run exec netd
}
longrun ssh {
    depends-on net
    flag-essential
    run exec sshd -D
}
bundle user { ssh }
"##,
    ),
    good: Example::Language(
        r##"longrun net {
    flag-essential
    run exec netd
}
longrun ssh {
    depends-on net
    flag-essential
    run exec sshd -D
}
bundle user { ssh }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    if !model.definitions.iter().any(|definition| definition.flag(Flag::Essential).is_some()) {
        return;
    }
    let essential = essential(context);
    let mut known: HashMap<NodeIndex, Option<&Definition>> = HashMap::new();
    for (number, definition) in model.definitions.iter().enumerate() {
        let is_essential = context.graph.definition(number).is_some_and(|node| essential.contains(&node));
        if definition.kind == Kind::Bundle || !is_essential {
            continue;
        }
        let needs = definition.dependencies.iter().chain(&definition.producer_for);
        for reference in needs.filter(|reference| reference.origin == ReferenceOrigin::Written) {
            let Some(node) = context.graph.find(&reference.name) else { continue };
            let plain = *known.entry(node).or_insert_with(|| {
                members(context, node).into_iter().find_map(|member| {
                    let NodeKind::Definition(at) = context.graph.kind(member) else { return None };
                    model.definitions.get(at).filter(|plain| is_plain(plain) && !essential.contains(&member))
                })
            });
            let Some(plain) = plain else { continue };
            let name = &definition.name;
            let mut diagnostic =
                Diagnostic::new(&RULE, format!("`{name}` is essential and needs `{}`, which is not", plain.name))
                    .at(reference.place, "needed here")
                    .at(plain.place, "not essential");
            if let Some(flag) = definition.flag(Flag::Essential) {
                diagnostic = diagnostic.at(flag, format!("keeps `{name}` up"));
            }
            diagnostics.push(diagnostic.help(context.say(
                &format!("add `flag-essential` to `{}` as well, or take it off `{name}`", plain.name),
                &format!("add an empty file `{}/flag-essential` as well, or delete `{name}`'s", plain.name),
            )));
        }
    }
}

fn is_plain(definition: &Definition) -> bool {
    !definition.incomplete && definition.kind != Kind::Bundle
}

/// The nodes whose flag is set, or that of a bundle that holds them.
fn essential(context: &Context<'_>) -> HashSet<NodeIndex> {
    let mut essential = HashSet::new();
    for (number, definition) in context.model.definitions.iter().enumerate() {
        if definition.flag(Flag::Essential).is_some()
            && let Some(node) = context.graph.definition(number)
        {
            essential.extend(members(context, node));
        }
    }
    essential
}

/// A node, or, of a bundle, everything that it holds.
fn members(context: &Context<'_>, node: NodeIndex) -> Vec<NodeIndex> {
    let mut members = vec![node];
    let mut seen = HashSet::from_iter([node]);
    let mut at = 0;
    while let Some(member) = members.get(at).copied() {
        at += 1;
        for (next, edge) in context.graph.edges(member) {
            if edge.kind == EdgeKind::Contains && seen.insert(next) {
                members.push(next);
            }
        }
    }
    members
}
