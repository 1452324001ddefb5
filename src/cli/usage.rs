//! What is said of a command line that was not understood: clap's words, with what to write instead.

use std::path::Path;

use camino::Utf8Path;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, Command};

use crate::cli::nearest::language_files;
use crate::diagnostic::did_you_mean;
use crate::report::{list, safe_line, safe_text};
use crate::s6rc::read;

/// Words that other tools have for what a command does.
const WORDS: &[(&str, &[&str])] = &[
    ("check", &["analyse", "analyze", "audit", "doctor", "lint", "test", "validate", "verify"]),
    ("completions", &["complete", "completion"]),
    ("diff", &["changes", "compare"]),
    ("emit", &["apply", "build", "compile", "export", "gen", "generate", "make", "render", "write"]),
    ("expand", &["desugar", "dump", "print"]),
    ("explain", &["code", "codes", "error", "rule", "rules"]),
    ("fmt", &["format", "pretty", "tidy"]),
    ("graph", &["dot", "draw", "plot", "svg", "tree", "visualise", "visualize", "viz"]),
    ("import", &["convert", "decompile", "migrate", "read"]),
    ("init", &["create", "new", "scaffold", "setup"]),
    ("list", &["ls", "names", "services"]),
    ("lsp", &["language-server", "serve", "server"]),
    ("man", &["doc", "docs", "manual"]),
    ("plan", &["boot", "order", "schedule", "timeline"]),
    ("show", &["cat", "describe", "info", "inspect", "view"]),
    ("what-if", &["fails", "impact"]),
    ("why", &["dependencies", "depends", "deps", "needs"]),
];

/// What the programs of s6 do with services that run.
const OF_S6: &[&str] = &["down", "exec", "kill", "logs", "reload", "restart", "run", "start", "status", "stop", "up"];

/// Options of other tools, and what is written here.
const OPTIONS: &[(&str, &[&str], &str)] = &[
    ("", &["--no-color", "--no-colour", "--plain"], "write `--color never`"),
    ("", &["--colour"], "write `--color`"),
    ("check", &["--strict", "--werror", "-W", "--fail-on-warnings"], "`--deny warnings` makes errors of warnings"),
    ("check", &["--ignore", "--disable", "--skip"], "`--allow CODE` leaves a code's problems out"),
    ("check", &["--dry-run", "-n"], "`check` changes nothing, and `--diff` shows what `--fix` would change"),
    ("emit", &["--dry-run", "-n"], "`--check` names what would change, and `--diff` shows it"),
    ("emit", &["--out", "--out-dir", "--outdir", "--output-dir", "--dir", "-d"], "write `-o DIR`"),
    ("fmt", &["--write", "-w", "-i", "--in-place"], "without an option, `fmt` changes the files"),
];

/// The error with what to write instead, where that can be told.
pub(super) fn advise(mut error: Error, program: &Command) -> Error {
    // One that is no text is an error of its own, and must not end this.
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let given: Vec<(ContextKind, ContextValue)> =
        error.context().filter_map(|(kind, value)| Some((kind, shown(value)?))).collect();
    for (kind, value) in given {
        error.insert(kind, value);
    }
    // A value that looks like an option is nobody's; the usual case is an option that is not there.
    if let Some(ContextValue::StyledStrs(tips)) = error.remove(ContextKind::Suggested) {
        let kept: Vec<StyledStr> = tips.into_iter().filter(|tip| !tip.to_string().contains("as a value")).collect();
        if !kept.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(kept));
        }
    }
    let tip = match (error.kind(), error.get(ContextKind::InvalidSubcommand), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word)), _) => subcommand(word, &words, program),
        (ErrorKind::UnknownArgument, _, Some(ContextValue::String(option))) => self::option(option, &words, program),
        (ErrorKind::MissingRequiredArgument, _, Some(ContextValue::Strings(missing))) => {
            required(missing, &words, program)
        }
        _ => None,
    };
    let Some(tip) = tip else { return error };
    if error.kind() == ErrorKind::InvalidSubcommand {
        error.remove(ContextKind::Usage);
    }
    error.remove(ContextKind::SuggestedSubcommand);
    error.remove(ContextKind::SuggestedArg);
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Words of the command line as they may be shown, where they are not as they are.
fn shown(value: &ContextValue) -> Option<ContextValue> {
    match value {
        ContextValue::String(word) if safe_line(word) != *word => Some(ContextValue::String(safe_line(word))),
        ContextValue::Strings(words) if words.iter().any(|word| safe_line(word) != *word) => {
            Some(ContextValue::Strings(words.iter().map(|word| safe_line(word)).collect()))
        }
        _ => None,
    }
}

/// What was meant by a word that is no command.
fn subcommand(word: &str, words: &[String], program: &Command) -> Option<String> {
    if word == "version" {
        return Some("`hermesc --version` prints it".to_owned());
    }
    if OF_S6.contains(&word) {
        return Some(
            "s6 starts and stops services; `hermesc emit` writes what it reads, and `s6-rc -u change NAME` starts one"
                .to_owned(),
        );
    }
    let path = Utf8Path::new(word);
    if path.extension() == Some("hermes") || word.contains('/') || path.exists() {
        let rest: String = words.iter().map(|word| format!(" {}", quoted(word))).collect();
        return Some(format!("the command comes first: `hermesc check{rest}`"));
    }
    let of_others = WORDS.iter().find(|(_, others)| others.contains(&word)).map(|(command, _)| *command);
    let near = || did_you_mean(word, program.get_subcommands().map(Command::get_name));
    let command = of_others.filter(|name| program.find_subcommand(name).is_some()).or_else(near)?;
    let about = program.find_subcommand(command)?.get_about()?.to_string();
    Some(format!("`hermesc {command}`: {}", lower(&about)))
}

/// What was meant by an option that the command does not have.
fn option(option: &str, words: &[String], program: &Command) -> Option<String> {
    let (option, _) = option.split_once('=').unwrap_or((option, ""));
    if matches!(option, "-V" | "--version" | "-v") {
        return Some("`hermesc --version` prints the version".to_owned());
    }
    let Some(command) = called(words, program) else {
        return Some("the command comes first, such as `hermesc check services.hermes`".to_owned());
    };
    let name = command.get_name();
    let has = |command: &Command, long: &str| command.get_arguments().any(|arg: &Arg| arg.get_long() == Some(long));
    if option.strip_prefix("--").is_some_and(|long| has(command, long)) {
        return Some(format!("write `{option}` behind the command: `hermesc {name} {option}`"));
    }
    let listed = |(home, others, tip): &(&str, &[&str], &str)| {
        ((home.is_empty() || *home == name) && others.contains(&option)).then(|| (*tip).to_owned())
    };
    if let Some(tip) = OPTIONS.iter().find_map(listed) {
        return Some(tip);
    }
    let long = option.strip_prefix("--")?;
    let format = command.get_arguments().find(|arg| arg.get_long() == Some("format"));
    if format.is_some_and(|format| format.get_possible_values().iter().any(|value| value.get_name() == long)) {
        return Some(format!("write `--format {long}`"));
    }
    let others = program.get_subcommands().filter(|other| has(other, long));
    let others: Vec<String> = others.map(|other| format!("hermesc {}", other.get_name())).collect();
    let near = did_you_mean(long, command.get_arguments().filter_map(Arg::get_long));
    if near.is_some() || others.is_empty() || others.len() > 4 {
        return None;
    }
    let verb = if others.len() == 1 { "has" } else { "have" };
    Some(format!("{} {verb} `{option}`", list(&others.iter().map(String::as_str).collect::<Vec<_>>())))
}

/// What to give for arguments that are missing.
fn required(missing: &[String], words: &[String], program: &Command) -> Option<String> {
    let command = called(words, program)?;
    let is_missing = |name: &str| missing.iter().any(|word| word.starts_with(name));
    if is_missing("--output") && !is_missing("<PATH>") {
        return Some("`--rootfs DIR` for the files of an image, `-o DIR` for directories alone".to_owned());
    }
    if is_missing("<CODE>") {
        return Some("`hermesc explain --all` shows all of them".to_owned());
    }
    if is_missing("<SHELL>") {
        return Some(
            "name yours, such as `hermesc completions bash`; `hermesc completions --help` says which".to_owned(),
        );
    }
    if is_missing("<NEW>") && !is_missing("<OLD>") {
        let set =
            words.last().filter(|last| !last.starts_with('-')).map_or_else(|| "PATH".to_owned(), |last| quoted(last));
        return Some(format!("with what it was in the last commit: `hermesc diff --rev HEAD {set}`"));
    }
    if !is_missing("<PATH>") {
        return None;
    }
    let given: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    // A path in the place of a name.
    if words.len() > 1
        && let Some(last) = words.last().filter(|last| last.ends_with(".hermes") || Path::new(last).is_dir())
        && missing.len() == 1
    {
        let before = given.get(..given.len() - 1)?.join(" ");
        return Some(format!("names come first: `hermesc {before} NAME {}`", quoted(last)));
    }
    let here = Utf8Path::new(".");
    let language = !language_files(here).is_empty();
    let directories = !matches!(command.get_name(), "emit" | "expand" | "fmt");
    let call = |paths: &str| {
        let names = if is_missing("<NAME>") {
            " NAME"
        } else if is_missing("<A>") {
            " A B"
        } else if is_missing("<B>") {
            " B"
        } else {
            ""
        };
        let output = if is_missing("--output") { " --rootfs DIR" } else { "" };
        format!("`hermesc {}{names} {paths}{output}`", given.join(" "))
    };
    if language {
        return Some(format!("{} takes the `.hermes` files of this directory", call(".")));
    }
    if directories && read::is_recognised(here) {
        return Some(format!("{} takes the source directories that are here", call(".")));
    }
    Some("name a `.hermes` file or a directory of some; `hermesc init` writes one".to_owned())
}

/// The command that was called.
fn called<'p>(words: &[String], program: &'p Command) -> Option<&'p Command> {
    words.iter().find_map(|word| program.find_subcommand(word))
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./=@:+,%".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", safe_text(word).replace('\'', r"'\''"))
}

/// A sentence as it goes on behind a colon.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line;

    #[test]
    fn no_word_is_a_command_and_none_stands_twice() {
        let program = command_line();
        let mut seen = Vec::new();
        for word in WORDS.iter().flat_map(|(_, words)| *words).chain(OF_S6) {
            assert!(program.find_subcommand(word).is_none(), "`{word}` is a command");
            assert!(!seen.contains(word), "`{word}` stands twice");
            seen.push(*word);
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(
            [quoted("a-b.hermes"), quoted("a b"), quoted("it's"), quoted("")],
            ["a-b.hermes", "'a b'", r"'it'\''s'", "''"]
        );
    }
}
