//! The tables of the language's reference, written from the statement table.

use crate::language::{self, DEFINITIONS, Place, STATEMENTS, Statement};
use crate::s6rc::target::show_version;

/// Every definition and how it is written, as a table in Markdown.
#[must_use]
pub fn definitions() -> String {
    let mut out = String::from("| definition | written |\n| --- | --- |\n");
    for (keyword, form) in DEFINITIONS {
        out.push_str(&row(&[code(keyword), code(form)]));
    }
    out
}

/// The options of a statement, as a table in Markdown.
#[must_use]
pub fn options(keyword: &str) -> String {
    let mut out = String::from("| option | meaning |\n| --- | --- |\n");
    for option in language::options(keyword) {
        let again = if option.repeats { " May stand more than once." } else { "" };
        out.push_str(&row(&[code(option.form), format!("{}{again}", escaped(option.about))]));
    }
    out
}

/// Every statement, where it stands, what it writes and what it means, as a table in Markdown.
#[must_use]
pub fn statements() -> String {
    let mut out = String::from("| statement | in | writes | meaning |\n| --- | --- | --- | --- |\n");
    for statement in STATEMENTS {
        let places: Vec<&str> = statement.places.iter().map(|place| home(*place)).collect();
        out.push_str(&row(&[code(statement.form), places.join(", "), escaped(statement.writes), meaning(statement)]));
    }
    out
}

fn meaning(statement: &Statement) -> String {
    let mut meaning = escaped(statement.about);
    if statement.repeats {
        meaning.push_str(" May stand more than once.");
    }
    if let Some((tool, version)) = statement.since {
        meaning.push_str(&format!(" Since {tool} {}.", show_version(version)));
    }
    meaning
}

/// The definition that a statement stands in, as it begins.
fn home(place: Place) -> &'static str {
    match place {
        Place::Longrun => "longrun",
        Place::Oneshot => "oneshot",
        Place::Bundle => "bundle",
        Place::Main => "main",
        Place::Script => "cont-init, stage2-hook",
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn code(text: &str) -> String {
    format!("`{}`", escaped(text))
}

/// A `|` would end the cell, in code too (GitHub Flavored Markdown, 4.10).
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
