//! Links that lead nowhere.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Entry, Found};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::read_by;

/// A symbolic link leads nowhere.
pub static RULE: Rule = Rule {
    id: "broken-symlink",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A symbolic link leads nowhere",
    explanation: r##"s6-rc-compile follows every entry of a source directory and refuses one that leads nowhere. Inside a definition such a link is as good as no file: the compiler says nothing, and the file's meaning is lost."##,
    bad: Example::Tree(
        r##"== web -> ../store/web
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
    let target = |entry: &Entry| entry.link.as_ref().map(ToString::to_string).unwrap_or_default();
    for (_, entry) in &tree.strays {
        if matches!(entry.found, Found::Nothing) && !entry.beneath {
            diagnostics.push(
                Diagnostic::new(&RULE, format!("the link `{}` leads nowhere", entry.path))
                    .at(entry.first_line(), format!("points to `{}`", target(entry)))
                    .help("mend the link, or delete it"),
            );
        }
    }
    for (definition, facts) in directories(context) {
        let read = read_by(definition.kind);
        for entry in facts.top().filter(|entry| matches!(entry.found, Found::Nothing) && entry.link.is_some()) {
            let name = entry.path.as_str();
            // Without these the definition is refused, and another rule says so.
            if !read.contains(&name) || matches!(name, "run" | "up") {
                continue;
            }
            let mut diagnostic =
                Diagnostic::new(&RULE, format!("the `{name}` of `{}` is a link that leads nowhere", definition.name))
                    .at(entry.first_line(), format!("points to `{}`", target(entry)))
                    .help("s6-rc-compile takes it for absent: mend the link, or delete it");
            diagnostic.severity = Severity::Warning;
            diagnostics.push(diagnostic);
        }
    }
}
