//! `hermesc completions`

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::FINE;
use crate::cli::complete;
use crate::cli::output::{self, Stream};

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_parser = PossibleValuesParser::new(complete::names()))]
    shell: String,
}

pub(super) fn run(arguments: &CompletionsArgs) -> u8 {
    // By its name: the script may be part of a package, and what is found in PATH when somebody asks is what runs.
    let Some(script) = complete::script(&arguments.shell, "hermesc") else {
        return output::failure(&format!("there is no script for {}", arguments.shell), None);
    };
    Stream::Out.write_content(script.as_bytes());
    FINE
}
