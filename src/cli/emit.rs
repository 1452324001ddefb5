//! `hermesc emit`

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile;
use crate::report::count;
use crate::resolve::Disk;
use crate::s6rc::plan::plan;
use crate::s6rc::write::{WriteError, write};

#[derive(Debug, Args)]
pub(super) struct EmitArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    severities: Severities,
    /// The directory to write. Under s6-overlay it is the image's `etc/s6-overlay`, and gets `s6-rc.d` and, since
    /// 3.2.3.1, `user-bundles.d`; for s6-rc it is the source directory itself.
    #[arg(short, long, value_name = "DIR")]
    output: Utf8PathBuf,
    /// Write into a directory that holds files which hermesc did not write. Files of the same name are replaced, others are
    /// kept.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &EmitArgs, color: ColorChoice) -> u8 {
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
        Stream::Err.write("nothing was written\n");
        return PROBLEMS;
    }
    match write(&plan(&checked.model), &arguments.output, arguments.force) {
        Ok(written) => {
            let definitions = count(checked.model.definitions.len(), "definition");
            let removed = if written.removed > 0 { format!(", {} removed", written.removed) } else { String::new() };
            Stream::Out.write(&format!(
                "{}: {definitions} for {}; {} written, {} unchanged{removed}\n",
                arguments.output,
                checked.model.target,
                count(written.changed, "file"),
                written.unchanged,
            ));
            FINE
        }
        Err(error @ WriteError::Foreign { .. }) => output::failure(
            &error.to_string(),
            Some("name a new directory, or say --force to write beside them; files of the same name are then replaced"),
        ),
        Err(error) => output::failure(&error.to_string(), None),
    }
}
