//! Diagnostics for people and for programs.

/// A number of things, in words that agree: `1 error`, `2 errors`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
