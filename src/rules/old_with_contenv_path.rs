//! with-contenv at its old path.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::rules::directories::scripts;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// A script uses with-contenv at its old path.
pub static RULE: Rule = Rule {
    id: "old-with-contenv-path",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "A script uses with-contenv at its old path",
    explanation: r##"s6-overlay 3 has its programs in /command; /usr/bin/with-contenv is only there where the tarball of symbolic links was installed too. Without it the script cannot be executed."##,
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
    for script in scripts(context).into_iter().filter(|script| !installed && !script.entry.beneath) {
        let Some(range) = formats::interpreter(script.bytes) else { continue };
        if script.bytes.get(range.clone()) != Some(OLD.as_bytes()) {
            continue;
        }
        let place = script.entry.part(range.start, range.end);
        diagnostics.push(
            Diagnostic::new(&RULE, format!("{} uses with-contenv at its old path", script.path))
                .at(place, "not there without s6-overlay's symbolic links")
                .help(format!("write {NEW}"))
                .fix(Fix::replace(format!("write {NEW}"), place, NEW, Safety::Safe)),
        );
    }
}

const OLD: &str = "/usr/bin/with-contenv";
const NEW: &str = "/command/with-contenv";
