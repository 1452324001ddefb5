//! Names that are hard to type.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A name has characters that are awkward in a command line.
pub static RULE: Rule = Rule {
    id: "awkward-name",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "A name has characters that are awkward in a command line",
    explanation: r##"s6-rc-compile accepts almost any name. But a name is typed behind `s6-rc -u change`, is a directory, and is written into shell scripts: blanks, quotes and the shell's own characters have to be quoted each time, a `-` in front reads like an option, and letters that are not ASCII cannot be typed everywhere. s6-rc's document advises letters, digits, `-` and `_`; dots, `@`, `:` and `+` are fine as well."##,
    bad: Example::Language(
        r##"longrun "web server" {
    run exec web
}
bundle user { "web server" }
"##,
    ),
    good: Example::Language(
        r##"longrun web-server {
    run exec web
}
bundle user { web-server }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut look = |name: &str, place: Location| {
        let Some(why) = awkward(name) else { return };
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the name `{name}` {why}"))
                .at(place, "awkward to type")
                .help("use letters, digits, `-` and `_`"),
        );
    };
    for definition in &context.model.definitions {
        look(&definition.name, definition.place);
        if let Some(name) = &definition.pipeline_name {
            look(&name.value, name.place);
        }
    }
}

/// What is awkward about a name. What no directory can be called is another rule's.
fn awkward(name: &str) -> Option<String> {
    if name.contains(['/', '\n', '\0']) {
        return None;
    }
    if name.starts_with('-') {
        return Some("reads like an option of a command".to_owned());
    }
    let plain = |char: &char| char.is_ascii_alphanumeric() || "-_.@:+".contains(*char);
    match name.chars().find(|char| !plain(char)) {
        None => None,
        Some(' ') => Some("has a blank in it".to_owned()),
        Some(char) if char.is_ascii_control() => Some("has a character in it that cannot be seen".to_owned()),
        Some(char) if char.is_ascii() => Some(format!("has `{char}` in it, which a shell takes for its own")),
        Some(char) => Some(format!("has `{char}` in it, which is not ASCII")),
    }
}
