//! Types that are none.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity, did_you_mean};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::{formats, meant};
use std::ops::Range;

/// `type` does not say exactly `longrun`, `oneshot` or `bundle`.
pub static RULE: Rule = Rule {
    id: "malformed-type",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "`type` does not say exactly `longrun`, `oneshot` or `bundle`",
    explanation: r##"s6-rc-compile compares the word byte for byte, with at most one newline behind it: a blank, a carriage return, a capital letter, an empty line before it or a byte order mark is fatal."##,
    bad: Example::Tree(
        r##"== web/type
Longrun
== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
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
    for (definition, facts) in directories(context).filter(|(_, facts)| !facts.typed) {
        let Some(entry) = facts.present("type") else { continue };
        let Some(bytes) = entry.bytes() else { continue };
        let text = String::from_utf8_lossy(bytes);
        let (range, what) = fault(bytes);
        let diagnostic =
            Diagnostic::new(&RULE, format!("the `type` of `{}` is none that s6-rc knows", definition.name))
                .at(entry.part(range.start, range.end), what)
                .help("it is the one word `longrun`, `oneshot` or `bundle`, and a newline");
        let near = match meant(bytes) {
            Some(kind) => Some((kind.word(), Safety::Safe)),
            None => did_you_mean(text.trim(), ["longrun", "oneshot", "bundle"]).map(|word| (word, Safety::Suggested)),
        };
        diagnostics.push(match near {
            Some((word, safety)) => {
                diagnostic.fix(Fix::replace(format!("write `{word}`"), entry.place(), format!("{word}\n"), safety))
            }
            None => diagnostic,
        });
    }
}

/// The bytes that are wrong, and what is wrong with them.
fn fault(bytes: &[u8]) -> (Range<usize>, &'static str) {
    if bytes.starts_with(formats::BYTE_ORDER_MARK) {
        return (0..formats::BYTE_ORDER_MARK.len(), "a byte order mark");
    }
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let word = bytes.trim_ascii();
    if word.is_empty() {
        return (0..bytes.len(), "says nothing");
    }
    if start > 0 {
        return (
            0..start,
            if bytes.starts_with(b"\n") { "an empty line before the word" } else { "blanks before the word" },
        );
    }
    if formats::word(word).is_some() {
        let tail = bytes.get(word.len()..).unwrap_or_default();
        let what = match tail.first() {
            Some(b'\r') => "a carriage return",
            Some(b'\n') => "a second newline",
            _ => "a blank",
        };
        return (word.len()..word.len() + 1, what);
    }
    let lower = formats::word(&word.to_ascii_lowercase()).is_some();
    (0..word.len(), if lower { "small letters only" } else { "not a type" })
}
