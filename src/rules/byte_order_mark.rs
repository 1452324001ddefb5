//! Byte order marks.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::{Kind, Number, StainKind};
use crate::rules::directories::{byte_order_mark, directories};
use crate::rules::{Context, Example, Rule, Scope};
use crate::source::Location;

/// A file begins with a byte order mark.
pub static RULE: Rule = Rule {
    id: "byte-order-mark",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A file begins with a byte order mark",
    explanation: r##"The three bytes EF BB BF, which some editors put before UTF-8, are part of the first word: a name with them is not defined, a number with them is none, and the kernel does not know a script that begins with them."##,
    bad: Example::Tree("== web/type\nlongrun\n== web/run\n\u{feff}#!/bin/sh\nexec httpd -f\n"),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let mut report = |place: Location, file: &str, needed: bool| {
            let mut diagnostic =
                Diagnostic::new(&RULE, format!("the `{file}` of `{}` begins with a byte order mark", definition.name))
                    .at(place, "three bytes that are not to be seen")
                    .help("save the file without it")
                    .fix(Fix::replace("delete the byte order mark", place, "", Safety::Safe));
            if !needed {
                diagnostic.severity = Severity::Warning;
            }
            diagnostics.push(diagnostic);
        };
        for stain in facts.stains.iter().filter(|stain| stain.kind == StainKind::ByteOrderMark) {
            let path = context.sources.path(stain.place.file);
            report(stain.place, path.file_name().unwrap_or_default(), true);
        }
        let (numbers, programs): (&[Number], &[&str]) = match definition.kind {
            Kind::Longrun => (Number::ALL, &["run", "finish"]),
            Kind::Oneshot => (&[Number::TimeoutUp, Number::TimeoutDown], &["up", "down", "reload"]),
            Kind::Bundle => (&[], &[]),
        };
        for file in numbers.iter().map(|number| number.file()).chain(programs.iter().copied()) {
            if let Some(place) = facts.present(file).and_then(byte_order_mark) {
                report(place, file, !matches!(file, "finish" | "down" | "reload"));
            }
        }
    }
}
