//! The command line: a file a subcommand. Nothing is decided here that another front end would have to decide too.

mod check;
mod emit;
mod expand;
mod explain;
mod fmt;
mod graph;
mod import;
mod inspect;
mod instantiate;
mod lsp;
mod mend;
mod output;
mod sets;
mod settings;
mod show;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::s6rc::target::Target;

/// Everything is fine.
const FINE: u8 = 0;
/// Problems were found.
const PROBLEMS: u8 = 1;
/// Wrong use, or the operating system refused.
const FAILED: u8 = 2;

/// Check services written in the hermes language, and emit s6-rc source directories.
#[derive(Debug, Parser)]
#[command(name = "hermesc", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  hermesc check services.hermes                  every problem, with its place and its fix
  hermesc check rootfs                           the s6-rc directories of an image, as they are
  hermesc emit services.hermes -o rootfs/etc/s6-overlay
  hermesc instantiate services.hermes gateway profile=coder --scandir /run/service
  hermesc explain empty-user                     what a code means

Exit codes: 0 fine, 1 problems found, 2 wrong use or input and output failed.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// Where the output is a terminal and `NO_COLOR` is not set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report every problem of one or more files, taken together as one service set, or of s6-rc source directories.
    #[command(after_long_help = sets::HELP)]
    Check(check::CheckArgs),
    /// Write the s6-rc source directories of one or more files. Nothing is written where there are errors.
    Emit(emit::EmitArgs),
    /// Lay files of the language out in its one style.
    Fmt(fmt::FmtArgs),
    /// Print the same services with everything written out in plain statements.
    Expand(expand::ExpandArgs),
    /// Print s6-rc source directories as text of the language that gives the same files again, byte for byte.
    Import(import::ImportArgs),
    /// Make a service of a template in a live scan directory, or remove one.
    Instantiate(instantiate::InstantiateArgs),
    /// Draw the services and what they need: for Graphviz, as Mermaid, SVG, JSON, or a page to click in.
    Graph(graph::GraphArgs),
    /// Say in which order services start, and how long the boot may take.
    Plan(inspect::PlanArgs),
    /// Say why one name needs another: all shortest chains.
    Why(inspect::WhyArgs),
    /// Say what never starts where a service fails to, and what stops with it.
    WhatIf(inspect::WhatIfArgs),
    /// List the services and bundles.
    List(inspect::ListArgs),
    /// Say all that is known of one name.
    Show(inspect::ShowArgs),
    /// Serve an editor on standard input and output, as the Language Server Protocol has it.
    Lsp,
    /// Say what a code of a diagnostic means, with a bad and a good example.
    Explain(explain::ExplainArgs),
}

/// What every command that reads sources takes.
#[derive(Debug, Args)]
struct Input {
    /// Files of the language, or directories whose `.hermes` files are read. `check` takes s6-rc source directories too.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// What to compile for, instead of what the files say: `s6-overlay@3.2.3.2`, `s6-rc@0.6`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = crate::config::parse_target)]
    target: Option<Target>,
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let code = match &cli.command {
        Command::Check(arguments) => check::run(arguments, cli.color),
        Command::Emit(arguments) => emit::run(arguments, cli.color),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Expand(arguments) => expand::run(arguments, cli.color),
        Command::Import(arguments) => import::run(arguments),
        Command::Instantiate(arguments) => instantiate::run(arguments, cli.color),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Plan(arguments) => inspect::plan(arguments, cli.color),
        Command::Why(arguments) => inspect::why(arguments, cli.color),
        Command::WhatIf(arguments) => inspect::what_if(arguments, cli.color),
        Command::List(arguments) => inspect::list(arguments, cli.color),
        Command::Show(arguments) => inspect::show(arguments, cli.color),
        Command::Lsp => lsp::run(),
        Command::Explain(arguments) => explain::run(arguments),
    };
    ExitCode::from(code)
}
