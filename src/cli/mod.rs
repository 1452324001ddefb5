//! The command line: a file a subcommand. Nothing is decided here that another front end would have to decide too.

mod check;
mod complete;
mod completions;
mod diff;
mod emit;
mod expand;
mod explain;
mod fmt;
mod graph;
mod help;
mod import;
mod init;
mod inputs;
mod inspect;
mod instantiate;
mod lsp;
mod man;
mod mend;
mod nearest;
mod output;
mod places;
mod progress;
mod sets;
mod settings;
mod show;
mod usage;
mod versions;
mod watch;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::manual;
use crate::s6rc::target::Target;

/// Everything is fine.
const FINE: u8 = 0;
/// Problems were found.
const PROBLEMS: u8 = 1;
/// Wrong use, or the operating system refused.
const FAILED: u8 = 2;

/// Checks a small language for services, and writes s6-rc source directories.
#[derive(Debug, Parser)]
#[command(name = "hermesc", version, arg_required_else_help = true, after_long_help = EXIT_CODES)]
struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 problems found, 2 wrong use, or a file could not be read or written.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// Where the output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a file to begin with.
    Init(init::InitArgs),
    /// Report every problem of a service set, each at its place.
    ///
    /// Files of the language are taken together as one service set; s6-rc source directories are checked as they are.
    #[command(after_long_help = sets::HELP)]
    Check(check::CheckArgs),
    /// Write the source directories of a service set.
    ///
    /// Nothing is written where there are errors, and only what has changed.
    Emit(emit::EmitArgs),
    /// Check, or emit with `-o` or `--rootfs`, again after each change.
    #[command(after_long_help = watch::HELP)]
    Watch(watch::WatchArgs),
    /// Lay files of the language out in its one style.
    Fmt(fmt::FmtArgs),
    /// Print services with all sugar written out in plain statements.
    Expand(expand::ExpandArgs),
    /// Turn s6-rc source directories into text of the language.
    ///
    /// The text gives the same files again, byte for byte.
    Import(import::ImportArgs),
    /// Compare two service sets by what they mean.
    ///
    /// Each is a file or directory of the language, source directories, or either of them in a revision of git.
    #[command(after_long_help = diff::HELP)]
    Diff(diff::DiffArgs),
    /// Add a service of a template to a live system, or remove one.
    ///
    /// Its directory goes into a live scan directory, and s6-svscan looks again.
    Instantiate(instantiate::InstantiateArgs),
    /// Draw the services and what they need.
    ///
    /// For Graphviz, as Mermaid, SVG or JSON, or as a page to click and search in.
    Graph(graph::GraphArgs),
    /// Say what starts when, and how long the boot may take.
    Plan(inspect::PlanArgs),
    /// Say why one name needs another: all shortest chains.
    Why(inspect::WhyArgs),
    /// Say what a failure costs: what never starts, and what stops.
    WhatIf(inspect::WhatIfArgs),
    /// List the services and bundles.
    List(inspect::ListArgs),
    /// Say all that is known of one name.
    Show(inspect::ShowArgs),
    /// Serve an editor, as the Language Server Protocol has it.
    Lsp,
    /// Say what the code of a problem means, with examples.
    Explain(explain::ExplainArgs),
    /// Print the script by which a shell completes command lines.
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual, or write all of them.
    Man(man::ManArgs),
}

/// What every command that reads sources takes.
#[derive(Debug, Args)]
struct Input {
    /// Files of the language, or directories whose `.hermes` files are read. `check` and `watch` take s6-rc source directories too.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// What to compile for, instead of what the files say: `s6-overlay@3.2.3.2`, `s6-rc@0.6`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = crate::config::parse_target)]
    target: Option<Target>,
}

/// The command line.
fn command_line() -> clap::Command {
    Cli::command()
}

/// The command line, with examples in each command's longer help.
fn with_examples(command: clap::Command) -> clap::Command {
    let examples: Vec<String> = manual::examples(command.get_name())
        .iter()
        .map(|example| format!("  {}:\n    {}\n", example.about, example.command.replace('\n', "\n    ")))
        .collect();
    let command = command.mut_subcommands(with_examples);
    if examples.is_empty() {
        return command;
    }
    let other = [command.get_after_long_help(), command.get_after_help()].into_iter().flatten().next();
    let other = other.map(|help| format!("{help}\n\n")).unwrap_or_default();
    let help = format!("{other}Examples:\n{}", examples.concat());
    command.after_long_help(help.trim_end().to_owned())
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    if let Some(code) = complete::answer() {
        return code;
    }
    let matches = with_examples(help::grouped(command_line())).try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(output::help(&usage::advise(error, &command_line()))),
    };
    let code = match &cli.command {
        Command::Init(arguments) => init::run(arguments),
        Command::Check(arguments) => check::run(arguments, cli.color),
        Command::Emit(arguments) => emit::run(arguments, cli.color),
        Command::Watch(arguments) => watch::run(arguments, cli.color),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Expand(arguments) => expand::run(arguments, cli.color),
        Command::Import(arguments) => import::run(arguments),
        Command::Diff(arguments) => diff::run(arguments, cli.color),
        Command::Instantiate(arguments) => instantiate::run(arguments, cli.color),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Plan(arguments) => inspect::plan(arguments, cli.color),
        Command::Why(arguments) => inspect::why(arguments, cli.color),
        Command::WhatIf(arguments) => inspect::what_if(arguments, cli.color),
        Command::List(arguments) => inspect::list(arguments, cli.color),
        Command::Show(arguments) => inspect::show(arguments, cli.color),
        Command::Lsp => lsp::run(),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    };
    ExitCode::from(output::finished(code))
}
