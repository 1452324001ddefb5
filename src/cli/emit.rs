//! `hermesc emit`

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile;
use crate::model::Model;
use crate::report::count;
use crate::resolve::Disk;
use crate::s6rc::image;
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
    #[arg(short, long, value_name = "DIR", required_unless_present = "rootfs")]
    output: Option<Utf8PathBuf>,
    /// Write the files of the image instead, as they stand below its root: `etc/s6-overlay`, cont-init scripts, the
    /// wrapper around the main program and the stage 2 hook. The Dockerfile's lines for them are printed.
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    rootfs: Option<Utf8PathBuf>,
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
    let model = &checked.model;
    let (directory, tree) = match (&arguments.rootfs, &arguments.output) {
        (Some(directory), _) => match image::image(model) {
            Some(tree) => (directory, tree),
            None => {
                return output::failure(
                    &format!(
                        "--rootfs writes the files of an image under s6-overlay, and the target is {}",
                        model.target
                    ),
                    Some("write `-o DIR` instead, or `target s6-overlay`"),
                );
            }
        },
        (None, Some(directory)) => {
            left_out(model);
            (directory, plan(model))
        }
        (None, None) => return output::failure("neither -o DIR nor --rootfs DIR was given", None),
    };
    match write(&tree, directory, arguments.force) {
        Ok(written) => {
            let definitions = count(model.definitions.len(), "definition");
            let removed = if written.removed > 0 { format!(", {} removed", written.removed) } else { String::new() };
            Stream::Out.write(&format!(
                "{directory}: {definitions} for {}; {} written, {} unchanged{removed}\n",
                model.target,
                count(written.changed, "file"),
                written.unchanged,
            ));
            if arguments.rootfs.is_some() {
                let lines: String =
                    image::dockerfile(model, directory).iter().map(|line| format!("  {line}\n")).collect();
                Stream::Out.write(&format!("lines for the Dockerfile:\n{lines}"));
            }
            FINE
        }
        Err(error @ WriteError::Foreign { .. }) => output::failure(
            &error.to_string(),
            Some("name a new directory, or say --force to write beside them; files of the same name are then replaced"),
        ),
        Err(error) => output::failure(&error.to_string(), None),
    }
}

/// Says which parts of the container have no place below `etc/s6-overlay`.
fn left_out(model: &Model) {
    if model.container.is_empty() {
        return;
    }
    let paths: Vec<String> = model.container.iter().map(|file| format!("/{}", file.path)).collect();
    Stream::Err.write(&format!(
        "warning: not written: {}\n  help: they are files of the image; `hermesc emit --rootfs DIR` writes them too\n",
        paths.join(", ")
    ));
}
