//! Ends of a pipeline that are no longruns.

use foldhash::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// An end of a pipeline is not a longrun.
pub static RULE: Rule = Rule {
    id: "oneshot-in-pipeline",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "An end of a pipeline is not a longrun",
    explanation: r##"A pipeline connects the standard output of one supervised process to the standard input of another. A oneshot has neither, and a bundle is no process."##,
    bad: Example::Language(
        r##"oneshot setup {
    up exec true
}
longrun setup-log {
    run exec setup-log
}
pipeline setup | setup-log
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    run exec web-log
}
pipeline web | web-log
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    // Of a name that is declared twice, the first says what it is.
    let externals: HashMap<&str, Option<Kind>> =
        model.externals().iter().rev().map(|external| (external.name.as_str(), external.kind)).collect();
    let named = model.definitions.iter().filter(|_| model.tree.is_some());
    let pipelines: HashSet<&str> =
        named.filter_map(|definition| Some(definition.pipeline_name.as_ref()?.value.as_str())).collect();
    for definition in &model.definitions {
        for reference in definition.producer_for.iter().chain(&definition.consumer_for) {
            let name = reference.name.as_str();
            let defined = model.get(name).filter(|other| !other.incomplete).map(|other| other.kind);
            let is_bundle = || model.target.built_in(name).map(|_| Kind::Bundle);
            let is_external = || externals.get(name).copied().flatten();
            let is_pipeline = || pipelines.contains(name).then_some(Kind::Bundle);
            let kind = defined.or_else(is_bundle).or_else(is_external).or_else(is_pipeline);
            let Some(kind) = kind.filter(|kind| *kind != Kind::Longrun) else { continue };
            let mut diagnostic = Diagnostic::new(
                &RULE,
                format!("`{}` is a {} and cannot be in a pipeline", reference.name, kind.word()),
            )
            .at(reference.place, "not a longrun");
            if let Some(other) = model.get(&reference.name) {
                diagnostic = diagnostic.at(other.place, "defined here");
            }
            diagnostics.push(diagnostic.help("only longruns have a standard output and input that s6-rc can connect"));
        }
    }
}
