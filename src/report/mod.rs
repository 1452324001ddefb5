//! Diagnostics for people and for programs.

mod encode;
pub mod human;
pub mod json;
pub mod lines;
mod position;
pub mod sarif;
mod snippet;

pub(crate) use encode::Content;
pub(crate) use snippet::{safe_line, safe_text};

use camino::Utf8PathBuf;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// A service set as the formats for programs tell of it.
#[derive(Debug)]
pub struct Set<'a> {
    /// The paths that it was read from, as they were given.
    pub roots: &'a [Utf8PathBuf],
    /// What was found in it, or why it could not be read.
    pub found: Result<Found<'a>, String>,
}

/// What was found in a service set.
#[derive(Debug)]
pub struct Found<'a> {
    /// What it was checked for.
    pub target: String,
    /// The problems, in the order in which they are shown.
    pub diagnostics: &'a [Diagnostic],
    /// The files that they are in.
    pub sources: &'a SourceMap,
}

/// The number of problems of a severity.
#[must_use]
pub fn of_severity(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
}

/// A number of things, in words that agree: `1 error`, `2 errors`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    match (number, thing.strip_suffix("ry")) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) => format!("{number} {stem}ries"),
        _ => format!("{number} {thing}s"),
    }
}

/// Names in a sentence: `a`, `b` and `c`; of many, the first ones.
#[must_use]
pub fn list(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), names.len().saturating_sub(SHOWN)) {
        (shown, more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        ([], _) => String::new(),
        ([only], _) => only.clone(),
        ([first @ .., last], _) => format!("{} and {last}", first.join(", ")),
    }
}
