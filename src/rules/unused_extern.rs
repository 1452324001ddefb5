//! Names from elsewhere that nothing uses.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};

/// A name is declared with `extern` and never used.
pub static RULE: Rule = Rule {
    id: "unused-extern",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "A name is declared with `extern` and never used",
    explanation: r##"`extern` only makes a name known that somebody else defines. It writes nothing. Where nothing depends on the name or holds it, the line has no effect; often a `depends-on` was forgotten or deleted."##,
    bad: Example::Language(
        r##"extern oneshot init-config
longrun web {
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"extern oneshot init-config
longrun web {
    depends-on init-config
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    if model.externals().is_empty() || model.definitions.iter().any(|definition| definition.incomplete) {
        return;
    }
    let mut used: HashSet<&str> = model.loose.iter().map(|reference| reference.name.as_str()).collect();
    for definition in &model.definitions {
        let ends = definition.producer_for.iter().chain(&definition.consumer_for);
        let references = definition.dependencies.iter().chain(&definition.contents).chain(ends);
        used.extend(references.map(|reference| reference.name.as_str()));
        used.insert(&definition.name);
    }
    for external in model.externals().iter().filter(|external| !used.contains(external.name.as_str())) {
        diagnostics.push(
            Diagnostic::new(&RULE, format!("nothing uses `{}`", external.name))
                .at(external.place, "declared here")
                .help("delete it, or depend on it where it is needed"),
        );
    }
}
