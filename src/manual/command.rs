//! The pages of the program and of its commands.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use crate::manual::examples::examples;
use crate::manual::roff::{Roff, bold, italic, plain};
use crate::manual::{Page, language};

/// The exit codes.
const EXIT: &[(&str, &str)] = &[
    ("0", "Everything is fine; there may be warnings."),
    ("1", "Problems were found, something would change, or the answer is no."),
    ("2", "The program was used wrongly, or a file could not be read or written."),
];

/// The variables that are read.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "If it is set and not empty, there are no colours where `--color` does not ask for them."),
    ("COMPLETE", "A shell that asks what may come next names itself here; see `hermesc-completions`(1)."),
    ("SOURCE_DATE_EPOCH", "The time that written files get, in seconds since 1970."),
];

/// The files that have a meaning.
const FILES: &[(&str, &str)] = &[
    (
        "hermesc.toml",
        "Severities of codes and the target. It is looked for beside the first path of a command, and in the directories above.",
    ),
    (".hermesc.json", "In a directory that was emitted: which of its files are hermesc's own."),
];

/// The name of the page of a command.
pub(super) fn name(command: &Command) -> String {
    format!("hermesc-{}", command.get_name())
}

/// What a command does, in a sentence.
fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// The page of the program.
pub(super) fn program(command: &Command, subcommands: &[&Command]) -> Page {
    let mut page = Roff::new("hermesc", "1", "checks a service set and writes s6-rc source directories");
    synopsis(&mut page, command, "hermesc");
    page.heading("DESCRIPTION");
    page.text(
        "`hermesc` compiles services that are written in a small language, `hermes`(5), to the source directories of s6-rc and \
         s6-overlay. It checks a service set as a whole: every problem is shown in one run, at its place, with a way to mend it. \
         Source directories that are there already are checked too, and can be turned into text.",
    );
    page.heading("COMMANDS");
    for sub in subcommands {
        page.item(&format!("{}(1)", bold(&name(sub))), &sentence(&about(sub)));
    }
    options(&mut page, command);
    exit_status(&mut page);
    page.heading("ENVIRONMENT");
    for (variable, text) in ENVIRONMENT {
        page.item(&bold(variable), text);
    }
    page.heading("FILES");
    for (file, text) in FILES {
        page.item(&italic(file), text);
    }
    shown(&mut page, "hermesc");
    let pages: Vec<String> = subcommands.iter().map(|sub| name(sub)).collect();
    see_also(&mut page, pages.iter().map(|name| (name.as_str(), "1")));
    Page { name: "hermesc".to_owned(), section: "1", text: page.finish() }
}

/// The page of a command; `others` are the names of all such pages.
pub(super) fn page(command: &Command, others: &[String]) -> Page {
    let name = name(command);
    let about = about(command);
    let mut page = Roff::new(&name, "1", &lower(about.split(". ").next().unwrap_or_default()));
    synopsis(&mut page, command, &format!("hermesc {}", command.get_name()));
    page.heading("DESCRIPTION");
    let long = command.get_long_about().map_or(about, ToString::to_string);
    long.split("\n\n").for_each(|paragraph| page.paragraph(&sentence(paragraph)));
    options(&mut page, command);
    if let Some(more) = command.get_after_long_help() {
        sections(&mut page, &more.to_string());
    }
    exit_status(&mut page);
    shown(&mut page, command.get_name());
    let program = [("hermesc", "1")].into_iter();
    see_also(
        &mut page,
        program.chain(others.iter().filter(|other| **other != name).map(|other| (other.as_str(), "1"))),
    );
    Page { name, section: "1", text: page.finish() }
}

/// A text with its full stop, which a command line leaves away.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let ends = text.is_empty() || text.ends_with(['.', ':', '?', '!']);
    if ends { text.to_owned() } else { format!("{text}.") }
}

/// A sentence as it goes on behind a dash: its first letter small, unless the word is a name.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => sentence.to_owned(),
    }
}

/// What an argument is given, as it is written.
fn value(arg: &Arg) -> Option<String> {
    let names = arg.get_value_names().filter(|_| arg.get_action().takes_values())?;
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    Some(italic(&names.join(" ")))
}

/// Whether an argument may be given several times.
fn repeats(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append | ArgAction::Count)
        || arg.get_num_args().is_some_and(|number| number.max_values() > 1)
}

/// Arguments that are written about, options first.
fn told(command: &Command) -> impl Iterator<Item = &Arg> {
    let kept = |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let options = command.get_opts().chain(command.get_arguments().filter(|arg| !arg.get_action().takes_values()));
    options.chain(command.get_positionals()).filter(kept)
}

fn synopsis(page: &mut Roff, command: &Command, name: &str) {
    page.heading("SYNOPSIS");
    let mut words = Vec::new();
    for arg in told(command) {
        let flag = arg.get_long().map(|long| format!("--{long}"));
        let flag = arg.get_short().map(|short| format!("-{short}")).or(flag);
        // A line is broken between arguments only.
        let inside = |value: Option<String>| value.unwrap_or_default().replace(' ', "\\ ");
        let word = match flag {
            Some(flag) => match value(arg) {
                Some(value) => format!("{}\\ {}", bold(&flag), inside(Some(value))),
                None => bold(&flag),
            },
            None => inside(value(arg)),
        };
        // Behind dots and a bracket, roff sees the end of a sentence where nothing follows.
        let dots = if repeats(arg) { "\\ ...\\&" } else { "" };
        words.push(if arg.is_required_set() { format!("{word}{dots}") } else { format!("[{word}{dots}]\\&") });
    }
    if command.has_subcommands() {
        words.push(format!("{} [{} ...]", italic("COMMAND"), italic("ARGUMENT")));
    }
    page.hanging(&bold(name), &words);
}

fn options(page: &mut Roff, command: &Command) {
    let positionals: Vec<&Arg> = command.get_positionals().filter(|arg| !arg.is_hide_set()).collect();
    if !positionals.is_empty() {
        page.heading("ARGUMENTS");
        for arg in positionals {
            explained(page, arg, &value(arg).unwrap_or_default());
        }
    }
    page.heading("OPTIONS");
    for arg in told(command).filter(|arg| !arg.is_positional()) {
        let short = arg.get_short().map(|short| bold(&format!("-{short}")));
        let long = arg.get_long().map(|long| bold(&format!("--{long}")));
        let names: Vec<String> = short.into_iter().chain(long).collect();
        let head: Vec<String> = [names.join(", ")].into_iter().chain(value(arg)).collect();
        explained(page, arg, &head.join(" "));
    }
    page.item(&format!("{}, {}", bold("-h"), bold("--help")), "Prints a summary, with `--help` a longer one.");
    if command.get_version().is_some() {
        page.item(&format!("{}, {}", bold("-V"), bold("--version")), "Prints the version.");
    }
}

/// An argument, what it does, and what it can be.
fn explained(page: &mut Roff, arg: &Arg, head: &str) {
    let help = sentence(&arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default());
    let default = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let values: Vec<PossibleValue> = arg.get_possible_values();
    let flag = !arg.get_action().takes_values();
    let said = if default.is_empty() || flag { help } else { format!("{help} The default is `{default}`.") };
    page.item(head, &said);
    if !values.is_empty() && !flag {
        page.indent();
        for value in values.iter().filter(|value| !value.is_hide_set()) {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            page.item(&bold(value.get_name()), &sentence(&help));
        }
        page.outdent();
    }
}

/// What stands behind a command's help: lines that end with `:` are headings of what is further in below them.
fn sections(page: &mut Roff, text: &str) {
    let mut paragraph = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let indented = |line: &str| line.starts_with(' ');
        if indented(line) {
            let mut block = vec![line];
            while let Some(next) = lines.next_if(|next| indented(next)) {
                block.push(next);
            }
            page.verbatim(&dedented(&block));
        } else if line.ends_with(':') && lines.peek().is_some_and(|next| indented(next)) {
            page.heading(line.trim_end_matches(':'));
        } else {
            paragraph.push_str(line);
            paragraph.push(' ');
            let ends = lines.peek().is_none_or(|next| next.is_empty() || indented(next));
            if ends && !paragraph.trim().is_empty() {
                page.paragraph(&paragraph);
            }
            if ends {
                paragraph.clear();
            }
        }
    }
}

/// Lines without what all of them begin with.
fn dedented(lines: &[&str]) -> String {
    let margin = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    lines.iter().map(|line| format!("{}\n", line.get(margin..).unwrap_or_default())).collect()
}

fn exit_status(page: &mut Roff) {
    page.heading("EXIT STATUS");
    for (code, meaning) in EXIT {
        page.item(&bold(code), meaning);
    }
}

/// The examples of a command.
fn shown(page: &mut Roff, name: &str) {
    page.heading("EXAMPLES");
    for example in examples(name) {
        page.paragraph(&format!("{}:", example.about));
        page.verbatim(example.command);
    }
}

/// The pages that belong to this one.
fn see_also<'n>(page: &mut Roff, pages: impl Iterator<Item = (&'n str, &'n str)>) {
    let rest = [(language::NAME, "5"), ("s6-rc", "8"), ("s6-rc-compile", "8")];
    page.heading("SEE ALSO");
    let names: Vec<String> =
        pages.chain(rest).map(|(name, section)| format!("{}({})", bold(name), plain(section))).collect();
    page.raw(&names.join(",\n"));
}
