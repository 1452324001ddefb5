//! User bundles without members.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// The `user` bundle is missing or has no member.
pub static RULE: Rule = Rule {
    id: "empty-user",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "The `user` bundle is missing or has no member",
    explanation: r##"Under s6-overlay the boot brings up what `user` holds. s6-rc-compile accepts an empty one in silence, and then nothing of yours starts. A service that does nothing but sleep is enough for an image that starts everything else later."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let Some(name) = model.target.user_bundle() else { return };
    // Of an image's layer another one may hold the members.
    if model.definitions.is_empty() || model.broken.iter().any(|broken| broken == name) {
        return;
    }
    if context.model.tree.is_some() {
        let services = model.definitions.iter().filter(|definition| definition.kind != Kind::Bundle).count();
        // A layer without services of its own, or one that adds to definitions of another layer.
        if services == 0 || model.definitions.iter().any(|definition| definition.incomplete) {
            return;
        }
    }
    let also = |name: &str| model.get(name).is_some_and(|bundle| !bundle.contents.is_empty());
    let example = model
        .definitions
        .iter()
        .find(|definition| definition.kind != Kind::Bundle)
        .map_or("NAME", |definition| definition.name.as_str());
    let diagnostic = match model.get(name) {
        Some(bundle) if bundle.kind == Kind::Bundle && bundle.contents.is_empty() && !bundle.incomplete => {
            Diagnostic::new(&RULE, format!("the bundle `{name}` is empty: nothing of yours would start"))
                .at(bundle.place, "holds nothing")
        }
        Some(_) => return,
        None if also("user2") || model.external(name).is_some() => return,
        None => {
            let Some(place) = model.definitions.first().map(|definition| definition.place) else { return };
            Diagnostic::new(&RULE, format!("there is no bundle `{name}`: nothing of yours would start"))
                .at(place, "defined, and never started")
        }
    };
    diagnostics.push(diagnostic.help(context.say(
        &format!("add what should run: `bundle {name} {{ {example} }}`, or `in {name}` inside a service"),
        &format!("add what should run: an empty file `{name}/contents.d/{example}`"),
    )));
}
