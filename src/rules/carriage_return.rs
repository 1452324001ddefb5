//! Carriage returns where a newline alone ends a line.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::StainKind;
use crate::rules::directories::{directories, scripts, without_carriage_returns};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// A carriage return is part of a name or of a command.
pub static RULE: Rule = Rule {
    id: "carriage-return",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A carriage return is part of a name or of a command",
    explanation: r##"Files that were saved with the line ends of Windows. In a list of names the carriage return belongs to the name, which then is not defined; in a script it belongs to the last word of each line."##,
    bad: Example::Tree(
        "== web/type\nlongrun\n== web/run\n#!/bin/sh\nexec httpd -f\n== web/producer-for\nweb-log\r\n== web-log/type\nlongrun\n== web-log/run\n#!/bin/sh\nexec s6-log /var/log/web\n== web-log/consumer-for\nweb\n",
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/producer-for
web-log
== web-log/type
longrun
== web-log/run
#!/bin/sh
exec s6-log /var/log/web
== web-log/consumer-for
web
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        for stain in facts.stains.iter().filter(|stain| stain.kind == StainKind::CarriageReturn) {
            diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!("`{}` names `{}` with a carriage return behind it", definition.name, stain.name),
                )
                .at(stain.place, "part of the name")
                .help("end the lines with a newline alone")
                .fix(Fix::replace("delete the carriage return", stain.place, "", Safety::Safe)),
            );
        }
    }
    for script in scripts(context) {
        // In the first line it is worse, and another rule's.
        let line = formats::shebang(script.bytes).map_or(0, |range| range.end);
        if script.bytes.get(..line).unwrap_or_default().contains(&b'\r') {
            continue;
        }
        let Some(at) = script.bytes.windows(2).position(|pair| pair == b"\r\n").filter(|at| *at > line) else {
            continue;
        };
        let mut diagnostic = Diagnostic::new(&RULE, format!("{} has carriage returns", script.path))
            .at(script.entry.part(at, at + 1), "part of the last word of this line")
            .help("end the lines with a newline alone")
            .fix(without_carriage_returns(script.entry, script.bytes));
        diagnostic.severity = Severity::Warning;
        diagnostics.push(diagnostic);
    }
}
