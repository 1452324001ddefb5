//! Signals that are none.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity, did_you_mean};
use crate::model::Kind;
use crate::resolve::values;
use crate::rules::{Context, Example, Rule, Scope};

/// `down-signal` or `reload-signal` is not a signal.
pub static RULE: Rule = Rule {
    id: "unknown-signal",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "`down-signal` or `reload-signal` is not a signal",
    explanation: r##"s6-rc-compile copies the word without a look. s6-supervise then stops the service with SIGTERM all the same, or not at all."##,
    bad: Example::Language(
        r##"longrun web {
    down-signal SIGSTOPP
    run exec web
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    down-signal SIGQUIT
    run exec web
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        for (signal, name) in &definition.signals {
            if values::signal(&name.value).is_some() {
                continue;
            }
            let bare = name.value.to_ascii_uppercase();
            let near =
                did_you_mean(bare.strip_prefix("SIG").unwrap_or(&bare), values::SIGNALS.iter().map(|(name, _)| *name));
            let diagnostic = Diagnostic::new(&RULE, format!("`{}` is not a signal", name.value));
            let diagnostic = match near {
                Some(near) => diagnostic.at(name.place, format!("did you mean `SIG{near}`?")).fix(Fix::replace(
                    format!("write SIG{near}"),
                    name.place,
                    format!("SIG{near}"),
                    Safety::Suggested,
                )),
                None => diagnostic.at(name.place, "unknown"),
            };
            diagnostics
                .push(diagnostic.help(format!("`{}` takes a name, such as SIGTERM, or a number", signal.file())));
        }
    }
}
