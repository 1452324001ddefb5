//! Services that nothing starts.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// Nothing that the boot brings up needs the service.
pub static RULE: Rule = Rule {
    id: "unreachable-service",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "Nothing that the boot brings up needs the service",
    explanation: r##"Under s6-overlay the boot brings up `top`, which holds `user` and `user2`. A service that neither holds, and that nothing they hold depends on, never starts. Some are meant so, and brought up by hand later."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
longrun worker {
    run exec worker
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
longrun worker {
    run exec worker
}
bundle user { web, worker }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let Some(user) = model.target.user_bundle() else { return };
    // Without a bundle that starts anything, another rule says it once for all.
    if model.get(user).is_none_or(|bundle| bundle.kind != Kind::Bundle || bundle.contents.is_empty()) {
        return;
    }
    for (number, definition) in model.definitions.iter().enumerate() {
        let first = model.find(&definition.name) == Some(number);
        if definition.kind == Kind::Bundle || !first || context.graph.is_started(number) != Some(false) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(&RULE, format!("nothing starts `{}`", definition.name))
                .at(definition.place, format!("neither in `{user}` nor needed by anything that is"))
                .help(context.say(
                    &format!("write `in {user}` inside it, or depend on it where it is needed"),
                    &format!(
                        "add an empty file of its name to `contents.d` of `{user}`, or depend on it where it is needed"
                    ),
                )),
        );
    }
}
