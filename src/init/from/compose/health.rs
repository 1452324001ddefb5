//! `healthcheck` as `ready check`.

use std::rc::Rc;

use crate::init::from::compose::Entry;
use crate::init::from::compose::interpolate::interpolate;
use crate::init::from::compose::yaml::{Node, Value};
use crate::init::from::values;
use crate::init::from::words;
use crate::print::written_quoted;

/// What Docker does where nothing is said, in milliseconds, and how often (Dockerfile reference, HEALTHCHECK).
const INTERVAL: u64 = 30_000;
const TIMEOUT: u64 = 30_000;
const RETRIES: u64 = 3;

/// A check that a service can be asked with.
#[derive(Debug)]
pub(super) struct Check {
    /// The statement.
    pub(super) statement: String,
    /// How long it may take until Docker would call the container unhealthy, in milliseconds.
    pub(super) limit: u64,
    /// Another interval at the start is said.
    pub(super) start_interval: bool,
}

/// Whether a check can be made of what a service says.
pub(super) fn is_carried(entry: &Entry<'_>) -> bool {
    let check_ = entry.settings.iter().find(|(key, _, _)| *key == "healthcheck");
    check_.is_some_and(|(_, _, node)| matches!(check(node), Ok(Some(_))))
}

/// The check; nothing where there is none.
///
/// # Errors
///
/// Why there is none, although something is said.
pub(super) fn check(node: &Rc<Node>) -> Result<Option<Check>, String> {
    let entries = node.entries().ok().flatten().ok_or("it is no map")?;
    let get = |name: &str| entries.iter().find(|(key, _, _)| *key == name).map(|(_, _, node)| *node);
    let is_off = get("disable").and_then(|node| node.text()).is_some_and(|text| text == "true");
    let Some(test) = get("test").filter(|_| !is_off) else {
        return if is_off { Ok(None) } else { Err("the test stands in the image".to_owned()) };
    };
    let Some(program) = program(test)? else { return Ok(None) };
    let time = |name: &str, default: u64| match get(name).and_then(|node| node.text()) {
        Some(text) => duration(text).ok_or_else(|| format!("`{name}` is no duration, such as 1m30s")),
        None => Ok(default),
    };
    let (interval, timeout) = (time("interval", INTERVAL)?, time("timeout", TIMEOUT)?);
    let start = time("start_period", 0)?;
    let retries = get("retries").and_then(|node| node.text()).map_or(Some(RETRIES), |text| text.parse::<u64>().ok());
    let retries = retries.ok_or("`retries` is no number")?.max(1);
    let limit = interval.saturating_add(timeout).saturating_mul(retries).saturating_add(start);
    if limit > u64::from(u32::MAX) {
        return Err("its times are longer than s6-rc can wait".to_owned());
    }
    let mut options = Vec::new();
    for (name, option) in [("interval", "interval"), ("timeout", "check-timeout")] {
        if get(name).is_some() {
            options.push(format!("{option} {}", values::duration(time(name, 0)?.max(1))));
        }
    }
    let statement = if options.is_empty() {
        format!("ready check {program}")
    } else {
        format!("ready {{\n        check {program}\n        {}\n    }}", options.join("\n        "))
    };
    Ok(Some(Check { statement, limit: limit.max(1), start_interval: get("start_interval").is_some() }))
}

/// The program of a test: `["CMD", …]`, `["CMD-SHELL", "…"]`, or a text for a shell.
fn program(test: &Rc<Node>) -> Result<Option<String>, String> {
    let shell = |text: &str| -> Result<Option<String>, String> {
        let signs = interpolate(text)?;
        let text = words::literal(&signs).ok_or("compose puts a variable into the shell's text")?;
        Ok(Some(format!("sh {}", written_quoted(text.as_bytes()))))
    };
    match &test.value {
        Value::Scalar(text, _) => shell(text),
        Value::List(items) => {
            let items: Vec<&str> =
                items.iter().map(|item| item.text()).collect::<Option<_>>().ok_or("a word is no text")?;
            match items.as_slice() {
                ["NONE", ..] => Ok(None),
                ["CMD-SHELL", text] => shell(text),
                ["CMD", first, ..] if !first.is_empty() => {
                    let words = items.iter().skip(1).map(|word| interpolate(word)).collect::<Result<Vec<_>, _>>()?;
                    Ok(Some(format!("exec {}", words::command(&words))))
                }
                _ => Err("its list begins with neither CMD nor CMD-SHELL".to_owned()),
            }
        }
        Value::Map(_) => Err("its test is a map".to_owned()),
    }
}

/// A duration of Go in milliseconds: `1m30s`, `500ms`, and the days that compose adds.
pub(super) fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum: f64 = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, behind) = rest.split_at(digits);
        let units = [
            ("ms", 1.0),
            ("us", 0.001),
            ("ns", 0.000_001),
            ("s", 1000.0),
            ("m", 60_000.0),
            ("h", 3_600_000.0),
            ("d", 86_400_000.0),
        ];
        let (behind, factor) =
            units.iter().find_map(|(unit, factor)| behind.strip_prefix(unit).map(|behind| (behind, factor)))?;
        sum += number.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is checked to be in the range")]
    (sum.is_finite() && (0.0..4e9).contains(&sum)).then(|| sum.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        assert_eq!(duration("1m30s"), Some(90_000));
        assert_eq!(duration("1.5s"), Some(1_500));
        assert_eq!(duration("500ms"), Some(500));
        assert_eq!(duration("1h"), Some(3_600_000));
        for wrong in ["", "10", "s", "1x", "1..2s", "99999999h", "-1s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
