//! `hermesc check`

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::sets::{self, Directories, Set};
use crate::cli::settings::{Severities, options};
use crate::cli::show::{Format, show};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile::{self, Checked, Options};
use crate::diagnostic;
use crate::fix::{self, Changes, Overlay};
use crate::report::safe_text;
use crate::resolve::{Disk, Files};
use crate::s6rc::dockerfile;

#[derive(Debug, Args)]
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
        if jobs.iter().any(|job| job.request.is_some()) {
            let help = "`hermesc check` without it says what to change";
            return output::failure("--fix and --diff change text of the language only", Some(help));
        }
        return mend(arguments, &options, color);
    }
    let mut sets = sets::check(jobs, &options);
    if let (Some(path), Some(Ok(first))) = (&arguments.dockerfile, sets.first_mut().map(|set| set.checked.as_mut()))
        && let Err(error) = read_dockerfile(first, path, &options)
    {
        return output::unreadable(path, &error);
    }
    show(&sets, arguments.format, arguments.quiet, color)
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

/// Applies the sure fixes, or shows them.
fn mend(arguments: &CheckArgs, options: &Options, color: ColorChoice) -> u8 {
    let check =
        |changes: &Changes| compile::check_with(&Overlay { files: &Disk, changes }, &arguments.input.paths, options);
    // Only what was read as a source has places to edit, so that nothing else can be meant.
    let outcome = match fix::run(&check, &|_| true) {
        Ok(outcome) => outcome,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    if arguments.diff {
        Stream::Out.write(&outcome.changes.diff());
        return if outcome.checked.errors() > 0 { PROBLEMS } else { FINE };
    }
    if let Err((path, error)) = outcome.changes.write() {
        return output::failure(&format!("cannot write {path}: {error}"), Some("nothing was changed"));
    }
    for (word, list) in [("fixed", &outcome.applied), ("not fixed", &outcome.refused)] {
        for one in list {
            let line = format!("{word} {}:{}: {} [{}]", one.path, one.line, one.title, one.id);
            Stream::Err.write(&format!("{}\n", safe_text(&line)));
        }
    }
    let set = Set { roots: arguments.input.paths.clone(), checked: Ok(outcome.checked) };
    show(&[set], arguments.format, arguments.quiet, color)
}
