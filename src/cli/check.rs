//! `hermesc check`

use std::mem;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::mend::{How, mend};
use crate::cli::output;
use crate::cli::sets::{self, Directories, Job, Set};
use crate::cli::settings::{Severities, options};
use crate::cli::show::{Format, show};
use crate::cli::{ColorChoice, Input};
use crate::compile::{Checked, Options};
use crate::diagnostic;
use crate::resolve::{Disk, Files};
use crate::s6rc::dockerfile;

/// What is checked.
#[derive(Debug, Args)]
pub(super) struct Subject {
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) severities: Severities,
    #[command(flatten)]
    directories: Directories,
    /// Take every PATH as a service set of its own, files of the language too.
    #[arg(long)]
    each: bool,
    /// The Dockerfile of the image that the files go into: whether it starts and copies what they stand for.
    #[arg(long, value_name = "PATH")]
    dockerfile: Option<Utf8PathBuf>,
}

impl Subject {
    /// The service sets that it is; the exit code where there are none.
    fn jobs(&self, options: &Options) -> Result<Vec<Job>, u8> {
        sets::jobs(&self.input.paths, self.each, &self.directories, options)
    }

    /// Checks it; the exit code where that could not be done. `seen` is told of each set before it is read.
    pub(super) fn check(&self, files: &(dyn Files + Sync), seen: &dyn Fn(&Job)) -> Result<Vec<Set>, u8> {
        let options = options(&self.input, &self.severities)?;
        let jobs = self.jobs(&options)?;
        jobs.iter().for_each(seen);
        let mut sets = sets::check(jobs, files, &options);
        if let (Some(path), Some(Ok(first))) = (&self.dockerfile, sets.first_mut().map(|set| set.checked.as_mut())) {
            read_dockerfile(first, path, files, &options).map_err(|error| output::unreadable(path, &error))?;
        }
        Ok(sets)
    }
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // one a flag
pub(super) struct CheckArgs {
    #[command(flatten)]
    subject: Subject,
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
}

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    check(arguments, color).unwrap_or_else(|code| code)
}

fn check(arguments: &CheckArgs, color: ColorChoice) -> Result<u8, u8> {
    let subject = &arguments.subject;
    if arguments.fix || arguments.diff {
        let options = options(&subject.input, &subject.severities)?;
        let jobs = subject.jobs(&options)?;
        let how = How { diff: arguments.diff, format: arguments.format, quiet: arguments.quiet };
        return Ok(mend(jobs, &how, &options, color));
    }
    let sets = subject.check(&Disk, &|_| {})?;
    let code = show(&sets, arguments.format, arguments.quiet, color);
    // The process ends: to give a large set back piece by piece would only take time.
    mem::forget(sets);
    Ok(code)
}

/// Checks a Dockerfile against what the sources say.
fn read_dockerfile(
    checked: &mut Checked,
    path: &Utf8Path,
    files: &dyn Files,
    options: &Options,
) -> std::io::Result<()> {
    let bytes = files.read(path)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = checked.sources.add(path.to_owned(), text.clone().into_bytes());
    let found = dockerfile::check(&checked.model, file, &text);
    checked.diagnostics.extend(options.policy.apply(found, &[], &checked.sources));
    diagnostic::sort(&mut checked.diagnostics);
    Ok(())
}
