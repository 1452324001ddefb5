//! `hermesc man`

use std::io::{self, IsTerminal};

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::{FINE, command_line};
use crate::diagnostic::did_you_mean;
use crate::manual::{self, Page};
use crate::s6rc::write::write_file;

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The page to print: the name of a command, or `hermes` for the language. `man -l -` shows it.
    #[arg(value_name = "PAGE", default_value = "hermesc")]
    page: String,
    /// Write all pages into a directory instead, and print their names.
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    out: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &ManArgs) -> u8 {
    let pages = manual::pages(command_line());
    if let Some(directory) = &arguments.out {
        return write(&pages, directory);
    }
    let called = |page: &&Page| page.name == arguments.page || short(page) == arguments.page;
    if let Some(page) = pages.iter().find(called) {
        Stream::Out.write_content(page.text.as_bytes());
        if io::stdout().is_terminal() {
            output::note(
                "this is the source of the page",
                &format!("`hermesc man {} | man -l -` shows it", short(page)),
            );
        }
        return FINE;
    }
    let help = match did_you_mean(&arguments.page, pages.iter().map(short)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", pages.iter().map(short).collect::<Vec<_>>().join(", ")),
    };
    output::failure(&format!("there is no page `{}`", arguments.page.escape_debug()), Some(&help))
}

/// The name of a page without what all pages of commands begin with.
pub(super) fn short(page: &Page) -> &str {
    page.name.strip_prefix("hermesc-").unwrap_or(&page.name)
}

fn write(pages: &[Page], directory: &camino::Utf8Path) -> u8 {
    for page in pages {
        let path = directory.join(page.file_name());
        if let Err(error) = write_file(&path, page.text.as_bytes()) {
            return output::unwritten(&error);
        }
        Stream::Out.write(&format!("{path}\n"));
    }
    FINE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cli::command_line;

    #[test]
    fn every_command_has_its_page_and_its_examples() {
        let command = command_line();
        let commands: BTreeSet<&str> =
            command.get_subcommands().filter(|command| !command.is_hide_set()).map(clap::Command::get_name).collect();
        let shown: BTreeSet<&str> = manual::names().filter(|name| *name != "hermesc").collect();
        assert!(
            shown.is_subset(&commands),
            "src/manual/examples.rs has examples of commands that are not there: {shown:?}"
        );
        let pages = manual::pages(command_line());
        assert_eq!(pages.len(), commands.len() + 2);
        for page in pages {
            let command = page.section == "1";
            let sections: &[&str] = if command {
                &["SYNOPSIS", "OPTIONS", "EXIT STATUS"]
            } else {
                &["DEFINITIONS", "STATEMENTS", "TARGETS"]
            };
            for section in ["NAME", "DESCRIPTION", "EXAMPLES", "SEE ALSO"].iter().chain(sections) {
                let found = page.text.matches(&format!("\n.SH {section}\n")).count();
                assert_eq!(found, 1, "{section} in {}", page.file_name());
            }
        }
    }

    #[test]
    fn examples_are_command_lines_that_are_understood() {
        for example in manual::names().flat_map(manual::examples) {
            assert!(example.command.lines().all(|line| line.chars().count() <= 69), "{}", example.command);
            let line = example.command.replace("\\\n", " ").replace('\'', "");
            let (_, line) = line.split_once("hermesc ").expect("a command line of hermesc");
            let line = line.split([')', '|', '>', '<']).next().unwrap_or_default();
            let words = std::iter::once("hermesc").chain(line.split_whitespace());
            assert!(command_line().try_get_matches_from(words).is_ok(), "{}", example.command);
        }
    }

    #[test]
    fn the_page_of_the_language_has_every_word() {
        let pages = manual::pages(command_line());
        let text = &pages.iter().find(|page| page.name == "hermes").unwrap().text;
        for keyword in crate::language::STATEMENTS.iter().map(|statement| statement.keyword) {
            let written = format!("\n\\fB{}\\fR", keyword.replace('-', "\\-"));
            assert!(text.contains(&written), "{keyword}");
        }
    }
}
