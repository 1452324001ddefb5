//! Ends of a pipeline that are no longruns.

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
    for definition in &model.definitions {
        for reference in definition.producer_for.iter().chain(&definition.consumer_for) {
            let kind = model.get(&reference.name).filter(|other| !other.incomplete).map(|other| other.kind);
            let built_in = model.target.built_in(&reference.name).map(|_| Kind::Bundle);
            let external = model.external(&reference.name).and_then(|external| external.kind);
            let pipeline = model.definitions.iter().any(|definition| {
                model.tree.is_some()
                    && definition.pipeline_name.as_ref().is_some_and(|name| name.value == reference.name)
            });
            let pipeline = pipeline.then_some(Kind::Bundle);
            let Some(kind) = kind.or(built_in).or(external).or(pipeline).filter(|kind| *kind != Kind::Longrun) else {
                continue;
            };
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
