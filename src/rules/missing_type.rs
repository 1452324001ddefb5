//! Directories without a type.

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::guess;
use crate::source::Location;

/// A directory among the definitions has no `type`.
pub static RULE: Rule = Rule {
    id: "missing-type",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A directory among the definitions has no `type`",
    explanation: r##"Every subdirectory of a source is a definition, and s6-rc-compile refuses one without a `type`. In a layer of an image it is often a drop-in into a definition of the base image: name that image's tree with `--against DIR`, or let the name stay unknown with `--allow-unknown NAME`. s6-overlay gives `user` and `user2` their types itself."##,
    bad: Example::Tree(
        r##"== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(tree) = &context.model.tree else { return };
    for (definition, facts) in directories(context) {
        if facts.typed || facts.present("type").is_some() {
            continue;
        }
        let name = &definition.name;
        let mut diagnostic = Diagnostic::new(&RULE, format!("`{name}` has no `type`"))
            .at(Location::start_of(facts.file), "every directory here is a definition");
        if facts.entry("type").is_some() {
            diagnostic = diagnostic.note("`type` is a symbolic link that leads nowhere");
        }
        let shipped = context.model.target.built_in(name).is_some_and(|built_in| built_in.open);
        let kind = if shipped { Some(Kind::Bundle) } else { guess(facts) };
        let program = facts.present("run").is_some() || facts.present("up").is_some();
        if let Some(kind) = kind.filter(|_| facts.entry("type").is_none() && (program || shipped)) {
            diagnostic = diagnostic.fix(Fix {
                title: format!("write `type`: {}", kind.word()),
                edits: vec![Edit::Create {
                    path: facts.path.join("type"),
                    bytes: format!("{}\n", kind.word()).into_bytes(),
                    mode: 0o644,
                }],
                safety: Safety::Safe,
            });
        }
        if tree.allows(name) {
            diagnostic.severity = Severity::Warning;
        }
        diagnostics.push(if shipped {
            diagnostic.help(format!("{} neither ships this file nor writes it: add one that says `bundle`", context.model.target))
        } else if program {
            diagnostic.help("write `longrun`, `oneshot` or `bundle` into a file `type` in it")
        } else {
            diagnostic.help(format!(
                "where a base image defines `{name}`, name its tree with `--against DIR`, or allow it with `--allow-unknown {name}`"
            ))
        });
    }
}
