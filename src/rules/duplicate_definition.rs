//! Names that are defined twice.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::{Context, Example, Rule, Scope};

/// Two definitions have the same name.
pub static RULE: Rule = Rule {
    id: "duplicate-definition",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "Two definitions have the same name",
    explanation: r##"Services, bundles and pipelines share one name space over all sources, and s6-overlay's own names are in it. s6-rc-compile refuses the second one."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
oneshot web {
    up exec true
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
oneshot web-setup {
    up exec true
}
bundle user { web, web-setup }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (at, definition) in context.model.definitions.iter().enumerate() {
        let name = &definition.name;
        if let Some(first) =
            context.model.find(name).filter(|first| *first != at).and_then(|first| context.model.definitions.get(first))
        {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("`{name}` is defined twice"))
                    .at(definition.place, format!("a {} here", definition.kind.word()))
                    .at(first.place, format!("a {} here", first.kind.word()))
                    .help(if definition.kind == Kind::Bundle && first.kind == Kind::Bundle {
                        "put the members of both into one of them"
                    } else {
                        "services, bundles and pipelines share one name space: give one of them another name"
                    }),
            );
        } else if context.model.target.built_in(name).is_some_and(|built_in| !built_in.open) {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("s6-overlay defines `{name}` itself"))
                    .at(definition.place, "taken")
                    .help("its own names are base, fix-attrs, legacy-cont-init, legacy-services and top: choose another one"),
            );
        } else if context.model.target.built_in(name).is_some() && definition.kind != Kind::Bundle {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("under s6-overlay `{name}` is a bundle"))
                    .at(definition.place, format!("a {} here", definition.kind.word()))
                    .help(format!("give it another name, and put that into `bundle {name} {{ … }}`")),
            );
        }
    }
}
