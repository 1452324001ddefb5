//! Scripts that are not there.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::directories::{command_lines, directories};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::named_program;

/// The program that `up` names is not in the image.
pub static RULE: Rule = Rule {
    id: "script-missing",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "The program that `up` names is not in the image",
    explanation: r##"`up`, `down` or `reload` runs a file that is not there. In a whole image that is certain; in a layer, only paths below /etc/s6-overlay are looked at, and another layer or the Dockerfile may bring the file, so that this is a hint there."##,
    bad: Example::Tree(
        r##"== etc/s6-overlay/s6-rc.d/setup/type
oneshot
== etc/s6-overlay/s6-rc.d/setup/dependencies.d/base
== etc/s6-overlay/s6-rc.d/setup/up
/etc/s6-overlay/scripts/setup
== etc/s6-overlay/user-bundles.d/user/contents.d/setup
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
    let Some(tree) = &context.model.tree else { return };
    for (definition, _) in directories(context).filter(|(definition, _)| definition.kind == Kind::Oneshot) {
        for (file, line) in command_lines(definition) {
            let Some((path, range)) = named_program(line) else { continue };
            let Some(program) = tree.program(&path) else { continue };
            let missing = program.entry.as_ref().is_none_or(|entry| !entry.exists());
            if !missing || !(tree.whole_image || path.starts_with("/etc/s6-overlay/")) {
                continue;
            }
            let mut diagnostic = Diagnostic::new(
                &RULE,
                format!("the `{file}` of `{}` runs {path}, which is not there", definition.name),
            )
            .help("copy the script there, or mend the path");
            if tree.whole_image {
                diagnostic = diagnostic.at(line.locate(range), "no such file in this image");
            } else {
                diagnostic.severity = Severity::Hint;
                diagnostic = diagnostic
                    .at(line.locate(range), "no such file in this layer")
                    .note("another layer or the Dockerfile may bring it");
            }
            diagnostics.push(diagnostic);
        }
    }
}
