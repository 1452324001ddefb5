//! `hermesc check --fix` and `--diff`

use crate::cli::output::{self, Stream};
use crate::cli::progress;
use crate::cli::sets::{Job, Set};
use crate::cli::show::{Format, show};
use crate::cli::{ColorChoice, FAILED, FINE, PROBLEMS};
use crate::compile::{self, Options};
use crate::fix::{self, Changes, Outcome, Overlay, Reach, WriteFailed};
use crate::report::safe_text;
use crate::resolve::Disk;

/// What is wanted.
pub(super) struct How {
    /// Only show what would change.
    pub(super) diff: bool,
    /// The format of what is left.
    pub(super) format: Format,
    /// Nothing where everything is fine.
    pub(super) quiet: bool,
}

/// Applies the sure fixes of each set, or shows them; the exit code is about what is left.
pub(super) fn mend(jobs: Vec<Job>, how: &How, options: &Options, color: ColorChoice) -> u8 {
    let mut sets = Vec::new();
    let (mut left, mut failed, mut written) = (false, false, false);
    for job in jobs {
        let outcome = match progress::during("checking and mending", true, || tried(&job, options)) {
            Ok(outcome) => outcome,
            Err((path, error)) if how.diff => {
                failed = true;
                output::unreadable(&path, &error);
                continue;
            }
            // Told where the others are.
            Err(failure) => {
                sets.push(Set { roots: job.roots, checked: Err(failure) });
                continue;
            }
        };
        left |= outcome.checked.errors() > 0;
        if how.diff {
            Stream::Out.write_content(&outcome.changes.diff());
            continue;
        }
        if let Err(error) = outcome.changes.write() {
            // What the other sets say is not said: it would look as if all were done.
            return not_written(&error, written);
        }
        written |= !outcome.changes.is_empty();
        for (word, list) in [("fixed", &outcome.applied), ("not fixed", &outcome.refused)] {
            for one in list {
                let line = format!("{word} {}:{}: {} [{}]", one.path, one.line, one.title, one.id);
                Stream::Err.write(&format!("{}\n", safe_text(&line)));
            }
        }
        sets.push(Set { roots: job.roots, checked: Ok(outcome.checked) });
    }
    let code = match (how.diff, left) {
        (false, _) => show(&sets, how.format, how.quiet, color),
        (true, true) => PROBLEMS,
        (true, false) => FINE,
    };
    if failed { FAILED } else { code }
}

/// The fixes, tried in memory.
fn tried(job: &Job, options: &Options) -> Result<Outcome, fix::Failure> {
    if let Some(request) = &job.request {
        let reach = Reach::new(&job.roots, &job.against)?;
        return fix::run_directories(request, &options.policy, &reach);
    }
    let check = |changes: &Changes| compile::check_with(&Overlay { files: &Disk, changes }, &job.roots, options);
    // Only what was read as a source has places to edit, so that nothing else can be meant.
    fix::run(&check, &|_| Ok(true))
}

/// Says what could not be written, and what is changed all the same; `others` where another set was written before.
fn not_written(error: &WriteFailed, others: bool) -> u8 {
    let help = if error.left.is_empty() {
        let what = if others { "nothing of this service set was changed" } else { "nothing was changed" };
        what.to_owned()
    } else {
        let names: Vec<&str> = error.left.iter().map(|path| path.as_str()).collect();
        format!("these were changed before it, and could not be put back: {}", names.join(", "))
    };
    output::failure(&safe_text(&format!("cannot write {}: {}", error.path, error.error)), Some(&safe_text(&help)))
}
