//! Diagnostics for people and for programs.

pub mod human;
pub mod lines;
mod snippet;

pub(crate) use snippet::safe_text;

/// A number of things, in words that agree: `1 error`, `2 errors`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
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
