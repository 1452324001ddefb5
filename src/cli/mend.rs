//! `hermesc check --fix` and `--diff`

use camino::Utf8Path;
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::sets::{Job, Set};
use crate::cli::{FAILED, FINE, PROBLEMS};
use crate::compile::Options;
use crate::fix::{self, Applied, Changes, Outcome, Reach, WriteFailure};
use crate::report::safe_text;

/// What is done with fixes.
#[derive(Debug, Args)]
pub(super) struct Mending {
    /// Apply the fixes that are sure. None is kept that leaves more errors than before.
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing.
    #[arg(long)]
    diff: bool,
}

impl Mending {
    /// Whether anything is to be done.
    pub(super) fn is_asked_for(&self) -> bool {
        self.fix || self.diff
    }
}

/// What was done.
pub(super) enum Mended {
    /// The changes were shown; the exit code.
    Shown(u8),
    /// They were made: what is left, and the least exit code.
    Sets(Vec<Set>, u8),
}

/// Applies the sure fixes, or shows them. One set after the other: two may hold the same file.
pub(super) fn mend(jobs: &[Job], mending: &Mending, options: &Options) -> Mended {
    let mut sets = Vec::new();
    let mut code = FINE;
    for job in jobs {
        let outcome = match outcome(job, options) {
            Ok(outcome) => outcome,
            Err((path, error)) if mending.diff => {
                code = code.max(output::unreadable(&path, &error));
                continue;
            }
            Err(failure) => {
                sets.push(Set { roots: job.roots.clone(), checked: Err(failure) });
                continue;
            }
        };
        if mending.diff {
            Stream::Out.write_changes(&outcome.changes.diff());
            if outcome.checked.errors() > 0 {
                code = code.max(PROBLEMS);
            }
            continue;
        }
        let Outcome { checked, applied, refused, changes } = outcome;
        if let Err(failure) = changes.write() {
            code = code.max(unwritten(&failure, jobs.len() > 1));
            sets.push(Set { roots: job.roots.clone(), checked: job.check(options) });
            continue;
        }
        tell("fixed", &applied);
        tell("not fixed", &refused);
        sets.push(Set { roots: job.roots.clone(), checked: Ok(checked) });
    }
    if mending.diff { Mended::Shown(code) } else { Mended::Sets(sets, code) }
}

/// The fixes of a set, in memory.
fn outcome(job: &Job, options: &Options) -> Result<Outcome, fix::Failure> {
    let check = |changes: &Changes| job.check_with(changes, options);
    match &job.request {
        Some(_) => {
            let reach = Reach::new(&job.roots, &job.against);
            fix::run(&check, &|path: &Utf8Path| reach.allows(path))
        }
        // Only what was read as a source has places to edit, so that nothing else can be meant.
        None => fix::run(&check, &|_| true),
    }
}

fn tell(word: &str, fixes: &[Applied]) {
    for one in fixes {
        let line = format!("{word} {}:{}: {} [{}]", one.path, one.line, one.title, one.id);
        Stream::Err.write(&format!("{}\n", safe_text(&line)));
    }
}

/// Says that changes could not be written, and what is left of them.
fn unwritten(failure: &WriteFailure, several: bool) -> u8 {
    let left: Vec<&str> = failure.left.iter().map(|path| path.as_str()).collect();
    let help = match (left.as_slice(), several) {
        ([], false) => "nothing was changed".to_owned(),
        ([], true) => "nothing of this service set was changed".to_owned(),
        (left, _) => format!("changed, and not put back: {}", left.join(", ")),
    };
    output::failure(&safe_text(&format!("cannot write {}: {}", failure.path, failure.error)), Some(&safe_text(&help)))
        .max(FAILED)
}
