//! Numbers that are none.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::model::{Definition, Entry, Kind, Number};
use crate::resolve::values;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::{formats, value};

/// A file that holds a number holds something else.
pub static RULE: Rule = Rule {
    id: "malformed-number",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "A file that holds a number holds something else",
    explanation: r##"s6-rc-compile takes decimal digits up to 4294967295 and a newline, in milliseconds for timeouts. Blanks, carriage returns, signs, units, hexadecimal digits and empty files are fatal; so is a second line in `timeout-up` and `timeout-down`."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/timeout-kill
5s
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/timeout-kill
5000
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context) {
        let numbers = match definition.kind {
            Kind::Longrun => Number::ALL,
            Kind::Oneshot => &[Number::TimeoutUp, Number::TimeoutDown],
            Kind::Bundle => continue,
        };
        for number in numbers {
            let Some(entry) = facts.present(number.file()) else { continue };
            let Some(bytes) = entry.bytes().filter(|bytes| value(*number, bytes).is_none()) else { continue };
            // Another rule tells of it.
            if bytes.starts_with(formats::BYTE_ORDER_MARK) {
                continue;
            }
            diagnostics.push(describe(definition, *number, entry, bytes));
        }
    }
}

fn describe(definition: &Definition, number: Number, entry: &Entry, bytes: &[u8]) -> Diagnostic {
    let text = String::from_utf8_lossy(bytes);
    let trimmed = text.trim();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = bytes.trim_ascii_end().len();
    let (range, what) = match bytes.get(digits) {
        _ if trimmed.is_empty() => (0..bytes.len(), "no number"),
        Some(b'\r') => (digits..digits + 1, "a carriage return"),
        Some(b' ' | b'\t') => (digits..digits + 1, "a blank"),
        Some(b'\n') if digits > 0 && digits < end => (digits + 1..end, "a second line"),
        _ if trimmed.bytes().all(|byte| byte.is_ascii_digit()) => (0..end, "more than 32 bits"),
        _ => (0..end, "not a number"),
    };
    let unit = if number.is_duration() { ", in milliseconds" } else { "" };
    let diagnostic =
        Diagnostic::new(&RULE, format!("the `{}` of `{}` is not a number", number.file(), definition.name))
            .at(entry.part(range.start, range.end), what)
            .help(format!("decimal digits up to 4294967295{unit}, and a newline"));
    let write = |value: u32, safety: Safety| {
        Fix::replace(format!("write `{value}`"), entry.place(), format!("{value}\n"), safety)
    };
    if let Ok(value) = values::number(trimmed) {
        return diagnostic.fix(write(value, Safety::Safe));
    }
    match values::duration(trimmed) {
        Ok(value) if number.is_duration() && trimmed != "never" => diagnostic.fix(write(value, Safety::Suggested)),
        _ => diagnostic,
    }
}
