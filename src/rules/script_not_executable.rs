//! Scripts without their exec bit.

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::rules::directories::scripts;
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// The script that `up` names is not executable.
pub static RULE: Rule = Rule {
    id: "script-not-executable",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "The script that `up` names is not executable",
    explanation: r##"`up` runs the file as a program: without the exec bit the oneshot fails, and what depends on it never starts. A Dockerfile can set the bit when it copies the file; so in a layer this is a warning, and an error in a whole image. Set it in the source, and every way of building is right."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/setup/type
oneshot
== etc/s6-overlay/s6-rc.d/setup/dependencies.d/base
== etc/s6-overlay/s6-rc.d/setup/up
/etc/s6-overlay/scripts/setup
== etc/s6-overlay/user-bundles.d/user/contents.d/setup
== etc/s6-overlay/scripts/setup
#!/command/with-contenv sh
mkdir -p /data
"##,
    ),
    good: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/setup/type
oneshot
== etc/s6-overlay/s6-rc.d/setup/dependencies.d/base
== etc/s6-overlay/s6-rc.d/setup/up
/etc/s6-overlay/scripts/setup
== etc/s6-overlay/user-bundles.d/user/contents.d/setup
== etc/s6-overlay/scripts/setup 755
#!/command/with-contenv sh
mkdir -p /data
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in scripts(context) {
        let Some(place) = script.named else { continue };
        if script.entry.mode & 0o111 != 0 || script.entry.beneath {
            continue;
        }
        // Of a layer a Dockerfile may set the modes as it copies, so only a whole image is sure to fail.
        let is_layer = context.model.tree.as_ref().is_some_and(|tree| !tree.whole_image);
        let mode = script.entry.mode | 0o111;
        let mut diagnostic = Diagnostic::new(&RULE, format!("{} is not executable", script.path))
            .at(place, format!("`{}` runs it as a program", script.definition.name))
            .at(Location::start_of(script.entry.file), format!("its mode is {:o}", script.entry.mode))
            .help(format!("chmod +x {}", script.path));
        if is_layer {
            diagnostic = diagnostic.note("a Dockerfile that copies it with `--chmod` mends it in that image alone");
        }
        if script.entry.link.is_none() {
            diagnostic = diagnostic.fix(Fix {
                title: "make it executable".to_owned(),
                edits: vec![Edit::SetMode { path: script.path.clone().into(), mode }],
                safety: Safety::Safe,
            });
        }
        if is_layer || !script.is_needed() {
            diagnostic.severity = Severity::Warning;
        }
        diagnostics.push(diagnostic);
    }
}
