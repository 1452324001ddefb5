//! `hermesc check`

use std::mem;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::mend::{How, mend};
use crate::cli::output;
use crate::cli::sets::{self, Directories};
use crate::cli::settings::{Severities, options};
use crate::cli::show::{Format, show};
use crate::cli::{ColorChoice, Input};
use crate::compile::{Checked, Options};
use crate::diagnostic;
use crate::resolve::{Disk, Files};
use crate::s6rc::dockerfile;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // one a flag
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    severities: Severities,
    #[command(flatten)]
    directories: Directories,
    /// Take every PATH as a service set of its own, files of the language too.
    #[arg(long)]
    each: bool,
    /// Say nothing where everything is fine.
    #[arg(short, long)]
    quiet: bool,
    /// How problems are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Apply the fixes that are sure. None is kept that leaves more errors than before.
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing.
    #[arg(long)]
    diff: bool,
    /// The Dockerfile of the image that the files go into: whether it starts and copies what they stand for.
    #[arg(long, value_name = "PATH")]
    dockerfile: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    let options = match options(&arguments.input, &arguments.severities) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let jobs = match sets::jobs(&arguments.input.paths, arguments.each, &arguments.directories, &options) {
        Ok(jobs) => jobs,
        Err(code) => return code,
    };
    if arguments.fix || arguments.diff {
        let how = How { diff: arguments.diff, format: arguments.format, quiet: arguments.quiet };
        return mend(jobs, &how, &options, color);
    }
    let mut sets = sets::check(jobs, &options);
    if let (Some(path), Some(Ok(first))) = (&arguments.dockerfile, sets.first_mut().map(|set| set.checked.as_mut()))
        && let Err(error) = read_dockerfile(first, path, &options)
    {
        return output::unreadable(path, &error);
    }
    let code = show(&sets, arguments.format, arguments.quiet, color);
    // The process ends: to give a large set back piece by piece would only take time.
    mem::forget(sets);
    code
}

/// Checks a Dockerfile against what the sources say.
fn read_dockerfile(checked: &mut Checked, path: &Utf8Path, options: &Options) -> std::io::Result<()> {
    let bytes = Disk.read(path)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = checked.sources.add(path.to_owned(), text.clone().into_bytes());
    let found = dockerfile::check(&checked.model, file, &text);
    checked.diagnostics.extend(options.policy.apply(found, &[], &checked.sources));
    diagnostic::sort(&mut checked.diagnostics);
    Ok(())
}
