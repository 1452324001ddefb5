//! What a shell may offer next on the command line.
//!
//! A shell asks the program itself: what it may offer are services of the files that are named, codes and targets that this
//! very version knows. Nothing is said where something is wrong: whoever presses a key wants no messages.

mod candidates;
mod shells;
mod words;

use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, Command, ValueHint};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, PathCompleter};
use clap_complete::env::{Elvish, Fish, Powershell, Shells};

use crate::cli::{FAILED, FINE, command_line};

/// The variable in which a shell names itself when it asks.
const VARIABLE: &str = "COMPLETE";

/// The shells that can ask.
const SHELLS: Shells<'static> = Shells(&[&shells::Bash, &Elvish, &Fish, &Powershell, &shells::Zsh]);

/// Answers a shell that asks what may come next, or how it should ask; nothing where this is a run like any other.
pub(super) fn answer() -> Option<ExitCode> {
    let name = std::env::var_os(VARIABLE)?;
    let name = std::path::Path::new(&name).file_stem()?.to_str()?.to_owned();
    SHELLS.completer(&name)?;
    let completion = CompleteEnv::with_factory(command).var(VARIABLE).shells(SHELLS);
    let directory = std::env::current_dir().ok();
    let answered = completion.try_complete(std::env::args_os(), directory.as_deref());
    Some(ExitCode::from(if answered.is_ok() { FINE } else { FAILED }))
}

/// The names of the shells.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SHELLS.names()
}

/// The script by which a shell asks: `program` is what it runs.
pub(super) fn script(shell: &str, program: &str) -> Option<String> {
    let mut script = Vec::new();
    SHELLS.completer(shell)?.write_registration(VARIABLE, "hermesc", "hermesc", program, &mut script).ok()?;
    script.flush().ok()?;
    String::from_utf8(script).ok()
}

/// The command line, each argument with what may be offered for it. Options are offered where nothing else is, or where a `-`
/// asks for them.
fn command() -> Command {
    fn told(command: Command) -> Command {
        let behind = |arg: Arg| if arg.is_positional() { arg } else { arg.hide(true) };
        command.mut_args(|arg| behind(offered(arg))).mut_subcommands(told)
    }
    let mut command = command_line();
    // So that options which the crate adds itself, such as `--help`, are there.
    command.build();
    told(command)
}

/// An argument with what may be offered for it. What it is called says what it takes.
fn offered(arg: Arg) -> Arg {
    if !arg.get_action().takes_values() || !arg.get_possible_values().is_empty() {
        return arg;
    }
    let names = arg.get_value_names().unwrap_or_default();
    let Some(name) = names.first().map(ToString::to_string) else { return arg };
    let option = arg.get_long().map(str::to_owned);
    let paths = |completer: PathCompleter| ArgValueCompleter::new(completer);
    let completer = match (name.as_str(), option.as_deref()) {
        ("PATH" | "FILE" | "OLD" | "NEW", None) => paths(
            PathCompleter::any()
                .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "hermes")),
        ),
        ("DIR", _) => return arg.value_hint(ValueHint::DirPath),
        ("PATH" | "FILE", Some(_)) => return arg.value_hint(ValueHint::FilePath),
        ("NAME[@VERSION]", _) => ArgValueCompleter::new(candidates::targets),
        ("CODE", option) => ArgValueCompleter::new(candidates::codes(option)),
        ("NAME", Some("template")) => ArgValueCompleter::new(candidates::beginnings),
        ("A" | "B" | "NAME", _) => ArgValueCompleter::new(candidates::names),
        ("TEMPLATE", _) => ArgValueCompleter::new(candidates::templates),
        ("NAME=VALUE", _) => ArgValueCompleter::new(candidates::parameters),
        ("PAGE", _) => ArgValueCompleter::new(candidates::pages),
        ("REV", _) => ArgValueCompleter::new(candidates::revisions),
        ("USER", _) => ArgValueCompleter::new(candidates::users),
        _ => return arg,
    };
    arg.add(completer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no list can be offered for.
    const FREE: &[&str] = &["DURATION", "PATTERN"];

    #[test]
    fn something_is_offered_for_every_argument() {
        fn look(command: &Command, missing: &mut Vec<String>) {
            for arg in command.get_arguments().filter(|arg| arg.get_action().takes_values()) {
                let name = arg.get_value_names().unwrap_or_default().first().map(ToString::to_string);
                let offers = arg.get::<ArgValueCompleter>().is_some()
                    || !arg.get_possible_values().is_empty()
                    || arg.get_value_hint() != ValueHint::Unknown;
                if !offers && !name.as_deref().is_some_and(|name| FREE.contains(&name)) {
                    missing.push(format!("{} {}", command.get_name(), arg.get_id()));
                }
            }
            command.get_subcommands().for_each(|command| look(command, missing));
        }
        let mut missing = Vec::new();
        look(&command(), &mut missing);
        assert!(missing.is_empty(), "`offered` has no row for the value of: {missing:?}");
    }

    #[test]
    fn every_shell_has_a_script_that_asks_the_program() {
        for shell in names() {
            let script = script(shell, "/opt/hermesc").unwrap();
            assert!(script.contains("COMPLETE") && script.contains("/opt/hermesc"), "{shell}: {script}");
        }
        assert_eq!(script("tcsh", "hermesc"), None);
    }
}
