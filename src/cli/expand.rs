//! `hermesc expand`

use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile;
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
    let options = match options(&arguments.input, &arguments.severities) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let checked = match compile::check_with(&Disk, &arguments.input.paths, &options) {
        Ok(checked) => checked,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    output::diagnostics(&checked, Stream::Err, color);
    if checked.errors() > 0 {
        Stream::Err.write("nothing was expanded\n");
        return PROBLEMS;
    }
    match print(&checked.model, Scripts::Inline) {
        Ok(printed) => {
            Stream::Out.write_content(printed.text.as_bytes());
            FINE
        }
        Err(error) => output::failure(&error.to_string(), Some("only a file that is named with `file` can hold it")),
    }
}
