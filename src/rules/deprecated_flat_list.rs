//! Flat lists.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// `dependencies` or `contents` is a flat list.
pub static RULE: Rule = Rule {
    id: "deprecated-flat-list",
    severity: Severity::Hint,
    scope: Scope::Directories,
    summary: "`dependencies` or `contents` is a flat list",
    explanation: r##"Since s6-rc 0.5.3.0 names are files in `dependencies.d` and `contents.d`, which packages and layers can add to; the flat lists still work, and are deprecated."##,
    bad: Example::Tree(
        r##"== db/type
longrun
== db/run
#!/bin/sh
exec db
== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/dependencies
db
"##,
    ),
    good: Example::Tree(
        r##"== db/type
longrun
== db/run
#!/bin/sh
exec db
== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/dependencies.d/db
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let (flat, names) = if definition.kind == Kind::Bundle {
            ("contents", &definition.contents)
        } else {
            ("dependencies", &definition.dependencies)
        };
        let directory = format!("{flat}.d");
        let Some(entry) = facts.present(flat).filter(|entry| !entry.beneath) else { continue };
        let Some(bytes) = entry.bytes().filter(|_| facts.entry(&directory).is_none()) else { continue };
        let diagnostic = Diagnostic::new(&RULE, format!("`{}` has a flat list `{flat}`", definition.name))
            .at(entry.first_line(), "deprecated since s6-rc 0.5.3.0")
            .help(format!("make a directory `{directory}` with an empty file for each name"));
        let fits = |name: &str| !name.contains('/') && !name.starts_with('.') && name.len() < 256;
        let clean = facts.stains.is_empty() && names.iter().all(|reference| fits(&reference.name));
        if !clean || names.is_empty() {
            diagnostics.push(diagnostic);
            continue;
        }
        // Comments would be lost.
        let commented = bytes.contains(&b'#');
        let mut edits: Vec<Edit> = Vec::new();
        let mut seen = HashSet::new();
        for reference in names.iter().filter(|reference| seen.insert(reference.name.as_str())) {
            let path = facts.path.join(&directory).join(reference.name.as_str());
            edits.push(Edit::Create { path, bytes: Vec::new(), mode: 0o644 });
        }
        edits.push(Edit::Remove { path: facts.path_of(entry) });
        diagnostics.push(diagnostic.fix(Fix {
            title: format!("turn it into `{directory}`"),
            edits,
            safety: if commented { Safety::Suggested } else { Safety::Safe },
        }));
    }
}
