//! User bundles that s6-overlay does not read.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Entry;
use crate::report;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// What `user-bundles.d` lists is not read.
pub static RULE: Rule = Rule {
    id: "both-user-layouts",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "What `user-bundles.d` lists is not read",
    explanation: r##"Since s6-overlay 3.2.3.1 `user` and `user2` live in `user-bundles.d`, beside `s6-rc.d`. If `s6-rc.d/user` is there too, `user-bundles.d` is not read at all, and what only it lists never starts; older versions do not know it."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/s6-rc.d/user/contents.d/web
== etc/s6-overlay/s6-rc.d/late/type
longrun
== etc/s6-overlay/s6-rc.d/late/run
#!/command/with-contenv sh
exec late
== etc/s6-overlay/user-bundles.d/user/contents.d/late
"##,
    ),
    good: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/run
#!/command/with-contenv sh
exec httpd -f
== etc/s6-overlay/s6-rc.d/late/type
longrun
== etc/s6-overlay/s6-rc.d/late/dependencies.d/base
== etc/s6-overlay/s6-rc.d/late/run
#!/command/with-contenv sh
exec late
== etc/s6-overlay/user-bundles.d/user/contents.d/web
== etc/s6-overlay/user-bundles.d/user/contents.d/late
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let Some(tree) = &model.tree else { return };
    let target = &model.target;
    for facts in tree.hidden.iter().filter(|facts| !facts.beneath) {
        let bundle = facts.path.file_name().unwrap_or_default();
        let known =
            |name: &str| model.get(bundle).is_some_and(|known| known.contents.iter().any(|member| member.name == name));
        let lost: Vec<(&Entry, &str)> = facts
            .listed("contents.d")
            .filter_map(|entry| Some((entry, entry.path.file_name()?)))
            .filter(|(entry, name)| !known(name) && !entry.beneath)
            .collect();
        if lost.is_empty() {
            continue;
        }
        let names: Vec<&str> = lost.iter().map(|(_, name)| *name).collect();
        let (message, help) = if target.has_user_bundles_directory() {
            (
                format!("{target} does not read {}, because there is an `s6-rc.d/user`", facts.path),
                format!(
                    "move what `s6-rc.d/user` holds to `user-bundles.d/user`, and delete it; {} would never start",
                    report::list(&names)
                ),
            )
        } else {
            (
                format!("{target} does not know {}", facts.path),
                format!("move it to `s6-rc.d/{bundle}`; {} would never start", report::list(&names)),
            )
        };
        let mut diagnostic = Diagnostic::new(&RULE, message);
        for (entry, name) in &lost {
            diagnostic = diagnostic.at(entry.first_line(), format!("`{name}` never starts"));
        }
        if let Some(old) = model.get("user").and_then(|user| user.directory.as_ref()) {
            diagnostic = diagnostic.at(Location::start_of(old.file), "hides `user-bundles.d`");
        }
        diagnostics.push(diagnostic.help(help));
    }
}
