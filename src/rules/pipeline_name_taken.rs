//! Pipelines named like something else.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A pipeline has the name of something else.
pub static RULE: Rule = Rule {
    id: "pipeline-name-taken",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A pipeline has the name of something else",
    explanation: r##"A pipeline's name becomes a bundle of everything in it, so that it shares the name space of services and bundles. s6-rc-compile reports a duplicate definition in its own internals."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    run exec web-log
}
pipeline web = web | web-log
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    run exec web-log
}
pipeline web-all = web | web-log
bundle user { web-all }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut pipelines: HashMap<&str, Location> = HashMap::new();
    for definition in &context.model.definitions {
        let Some(name) = &definition.pipeline_name else { continue };
        let owner = context
            .model
            .get(&name.value)
            .map(|owner| (owner.place, format!("the {} `{}`", owner.kind.word(), name.value)));
        let built_in = context.model.target.built_in(&name.value).is_some();
        let other = pipelines.insert(&name.value, name.place).map(|place| (place, "another pipeline".to_owned()));
        let diagnostic = Diagnostic::new(&RULE, format!("the pipeline's name `{}` is taken", name.value))
            .at(name.place, "a bundle of this name is made");
        let diagnostic = match owner.or(other) {
            Some((place, what)) => diagnostic.at(place, what),
            None if built_in => diagnostic.note(format!("s6-overlay defines `{}` itself", name.value)),
            None => continue,
        };
        diagnostics.push(diagnostic.help(context.say(
            "give the pipeline another name, or none: `pipeline A | B`",
            "give the pipeline another name, or none",
        )));
    }
}
