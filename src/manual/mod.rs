//! The manual: a page for the program, one for each of its commands, and one for the language. All of it is made of what the
//! program knows: its command line and the statement table.

mod command;
mod examples;
mod language;
mod roff;

use clap::Command;

pub use examples::{Example, examples, names};

/// A page of the manual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What it is called: `hermesc-check`.
    pub name: String,
    /// The section that it belongs to: 1 for commands, 5 for formats of files.
    pub section: &'static str,
    /// Its text, as `man` reads it.
    pub text: String,
}

impl Page {
    /// The name of its file: `hermesc-check.1`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }
}

/// All pages, that of the program first.
#[must_use]
pub fn pages(command: Command) -> Vec<Page> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let subcommands: Vec<&Command> = command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let others: Vec<String> = subcommands.iter().map(|sub| command::name(sub)).collect();
    let mut pages = vec![command::program(&command, &subcommands)];
    pages.extend(subcommands.iter().map(|sub| command::page(sub, &others)));
    pages.push(language::page());
    pages
}

/// The day of this version, from the list of changes; empty where it is not published yet.
fn date() -> &'static str {
    const CHANGES: &str = include_str!("../../CHANGELOG.md");
    let version = concat!("## ", env!("CARGO_PKG_VERSION"), " - ");
    CHANGES.lines().find_map(|line| line.strip_prefix(version)).unwrap_or_default().trim()
}
