//! `hermesc expand`

use clap::Args;

use crate::cli::emit;
use crate::cli::output::{self, Stream};
use crate::cli::progress::{self, MANY};
use crate::cli::settings::Severities;
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS, places};
use crate::print::{Scripts, print};
use crate::resolve::Disk;

#[derive(Debug, Args)]
pub(super) struct ExpandArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    severities: Severities,
}

pub(super) fn run(arguments: &ExpandArgs, color: ColorChoice) -> u8 {
    if let Err(code) = places::language(&arguments.input.paths) {
        return code;
    }
    let checked = match emit::read(&arguments.input, &arguments.severities, &Disk) {
        Ok(checked) => checked,
        Err(code) => return code,
    };
    output::diagnostics(&checked, Stream::Err, color);
    places::nothing_described(&checked);
    if checked.errors() > 0 {
        Stream::Err.write("nothing was expanded\n");
        return PROBLEMS;
    }
    match progress::during("printing", checked.model.definitions.len() >= MANY, || {
        print(&checked.model, Scripts::Inline)
    }) {
        Ok(printed) => {
            Stream::Out.write_content(printed.text.as_bytes());
            FINE
        }
        Err(error) => output::failure(&error.to_string(), Some("only a file that is named with `file` can hold it")),
    }
}
