//! What stands on the command line already.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Command;

use crate::cli::command_line;
use crate::config::{self, Config, parse_target};
use crate::model::Model;
use crate::resolve::{self, Disk, Loaded};
use crate::s6rc::read::{self, Layout, Request};
use crate::s6rc::target::Target;

/// The words of the command line but the program and the one that is being written.
pub(super) fn others() -> Vec<String> {
    // A shell puts `--` before the words.
    let words: Vec<String> = env::args_os()
        .skip_while(|word| word != "--")
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let index = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
    let index = index.unwrap_or_else(|| words.len().saturating_sub(1));
    words.into_iter().enumerate().filter(|(at, _)| *at != 0 && *at != index).map(|(_, word)| word).collect()
}

/// Those of the words that are no options and no values of options, the subcommand left out.
pub(super) fn positional() -> Vec<String> {
    let (words, command) = (others(), command_line());
    let subcommand = words.iter().find_map(|word| command.find_subcommand(word));
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.starts_with('-') && word.len() > 1 {
            let takes = |command: &Command| takes_value(command, word);
            if takes(&command) || subcommand.is_some_and(takes) {
                words.next();
            }
        } else if subcommand.is_none_or(|subcommand| subcommand.get_name() != word) {
            found.push(word.clone());
        }
    }
    found
}

/// Whether the word behind an option is its value.
fn takes_value(command: &Command, word: &str) -> bool {
    command.get_arguments().filter(|arg| arg.get_action().takes_values()).any(|arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => arg.get_short().is_some_and(|short| word.strip_prefix('-') == Some(short.to_string().as_str())),
    })
}

/// The files and directories that are named; the current directory where none is.
fn paths() -> Vec<Utf8PathBuf> {
    let read = |path: &Utf8PathBuf| {
        if path.is_dir() { !read::holds_nothing(path) } else { path.extension() == Some("hermes") && path.is_file() }
    };
    let named: Vec<Utf8PathBuf> = positional().into_iter().map(Utf8PathBuf::from).filter(read).collect();
    if named.is_empty() { vec![Utf8PathBuf::from(".")] } else { named }
}

/// What `--target` says, or else `hermesc.toml`.
fn target(path: &Utf8Path) -> (Option<Target>, Option<Target>) {
    let words = others();
    let behind = words.iter().position(|word| word == "--target").and_then(|at| words.get(at + 1));
    let given = behind.map(String::as_str).or_else(|| words.iter().find_map(|word| word.strip_prefix("--target=")));
    (given.and_then(|given| parse_target(given).ok()), config(path).target)
}

/// What `hermesc.toml` says.
fn config(path: &Utf8Path) -> Config {
    config::find(path).ok().flatten().and_then(|path| config::read(&path).ok()).unwrap_or_default()
}

/// The directory of `hermesc.toml`.
fn around(paths: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
    paths.first().and_then(|path| config(path).directory).into_iter().collect()
}

/// The service sets of what is named: one of text, and one of source directories.
pub(super) fn models() -> Vec<Model> {
    let paths = paths();
    let around = around(&paths);
    let (target, fallback) = paths.first().map(|path| target(path)).unwrap_or_default();
    let (mut layouts, mut texts): (Vec<Layout>, Vec<Utf8PathBuf>) = Default::default();
    for path in paths {
        match read::recognise(&path) {
            Ok(Some(layout)) => layouts.push(layout),
            Ok(None) => texts.push(path),
            Err(_) => {}
        }
    }
    let text =
        (!texts.is_empty()).then(|| resolve::resolve_with(&Disk, &texts, target, fallback, &around).ok()).flatten();
    let request = Request { layouts, target, ..Request::default() };
    let tree = (!request.layouts.is_empty()).then(|| read::read(&request).ok()).flatten();
    text.map(|resolved| resolved.model).into_iter().chain(tree.map(|(model, _)| model)).collect()
}

/// The texts of the language among what is named, with what they include.
pub(super) fn texts() -> Loaded {
    let paths = paths();
    resolve::load(&Disk, &paths, &around(&paths)).unwrap_or_default()
}
