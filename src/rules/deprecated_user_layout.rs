//! User bundles in their old place.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// The bundle `user` lies in `s6-rc.d`, its old place.
pub static RULE: Rule = Rule {
    id: "deprecated-user-layout",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "The bundle `user` lies in `s6-rc.d`, its old place",
    explanation: r##"Since s6-overlay 3.2.3.1 `user` and `user2` live in `user-bundles.d`. A `user` in `s6-rc.d` still works with 3.2.3.2, with a warning, and is to be dropped with the next major version. Images on an older version keep it there: name the version with `--target s6-overlay@VERSION`. Where the version is only assumed, this is a hint."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/s6-rc.d/user/contents.d/web
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
    if !model.target.has_user_bundles_directory() {
        return;
    }
    for (definition, facts) in directories(context) {
        if definition.name != "user" || facts.path.parent().and_then(|above| above.file_name()) != Some("s6-rc.d") {
            continue;
        }
        let mut diagnostic = Diagnostic::new(&RULE, "`user` is in `s6-rc.d`, where the next s6-overlay will not look")
            .at(Location::start_of(facts.file), "its old place")
            .help("move it to `user-bundles.d/user`, beside `s6-rc.d`, and `user2` with it");
        if model.tree.as_ref().is_some_and(|tree| tree.assumed_target) {
            diagnostic.severity = Severity::Hint;
            diagnostic = diagnostic.note(format!(
                "this is true of {}, which was assumed; name an older one with `--target s6-overlay@VERSION`",
                model.target
            ));
        }
        diagnostics.push(diagnostic);
    }
}
