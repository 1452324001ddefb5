//! with-contenv at its old path.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::rules::directories::scripts;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;
use crate::source::Location;

/// A script uses with-contenv at its old path.
pub static RULE: Rule = Rule {
    id: "old-with-contenv-path",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A script uses with-contenv at its old path",
    explanation: r##"s6-overlay 3 has its programs in /command; /usr/bin/with-contenv is only there where the tarball of symbolic links was installed too. Without it the script cannot be executed. In a layer, whose base image may have it, all scripts together are one hint."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/usr/bin/with-contenv sh
exec httpd -f
== etc/s6-overlay/user-bundles.d/user/contents.d/web
"##,
    ),
    good: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/user-bundles.d/user/contents.d/web
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    if !model.target.is_overlay() {
        return;
    }
    let installed = model
        .tree
        .as_ref()
        .and_then(|tree| tree.program(OLD).filter(|_| tree.whole_image))
        .is_some_and(|program| program.entry.is_some());
    let is_layer = model.tree.as_ref().is_some_and(|tree| !tree.whole_image);
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for script in scripts(context).iter().filter(|script| !installed && !script.entry.beneath) {
        let Some(range) = formats::interpreter(script.bytes) else { continue };
        if script.bytes.get(range.clone()) != Some(OLD.as_bytes()) {
            continue;
        }
        let place = script.entry.part(range.start, range.end);
        if is_layer {
            // `up` and `down` may name one script.
            if seen.insert(place) {
                found.push(place);
            }
            continue;
        }
        diagnostics.push(
            Diagnostic::new(&RULE, format!("{} uses with-contenv at its old path", script.path))
                .at(place, "not there without s6-overlay's symbolic links")
                .help(format!("write {NEW}"))
                .fix(Fix::replace(format!("write {NEW}"), place, NEW, Safety::Safe)),
        );
    }
    diagnostics.extend(hint(&found));
}

/// One hint for all scripts of a layer.
fn hint(found: &[Location]) -> Option<Diagnostic> {
    let (first, others) = found.split_first()?;
    let message = match others.len() {
        0 => "a script uses with-contenv at its old path".to_owned(),
        others => format!("{} scripts use with-contenv at its old path", others + 1),
    };
    let mut diagnostic = Diagnostic::new(&RULE, message).at(*first, "not there without s6-overlay's symbolic links");
    diagnostic.severity = Severity::Hint;
    for place in others.iter().take(2) {
        diagnostic = diagnostic.at(*place, "");
    }
    let edits = found.iter().map(|location| Edit::Replace { location: *location, with: NEW.into() }).collect();
    let fix = Fix { title: format!("write {NEW}"), edits, safety: Safety::Safe };
    Some(diagnostic.help(format!("write {NEW}, unless the base image installs the links")).fix(fix))
}

const OLD: &str = "/usr/bin/with-contenv";
const NEW: &str = "/command/with-contenv";
