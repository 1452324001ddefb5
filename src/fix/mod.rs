//! Applying fixes: the sure ones, none on top of another, none that leaves more errors than there were.
//!
//! Everything is tried in memory first; [`Changes::write`] is the only part that touches the disk.

mod changes;
mod choice;
mod disk;
mod reach;
pub mod unified;

use std::collections::HashSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

pub use changes::{Change, Changes, Overlay, State};
pub use choice::{Taken, soundest};
pub use disk::WriteFailed;
pub use reach::Reach;
pub use unified::unified;

use crate::compile::{self, Checked};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::policy::Policy;
use crate::s6rc::read::Request;
use crate::source::SourceMap;

/// Fixes may make room for others: after so many rounds nothing new is expected.
const MAX_ROUNDS: usize = 16;

/// So often in one round all files are checked, to find the fixes that are to blame: a few are found among thousands.
const MAX_TRIES: usize = 256;

/// What was applied.
#[derive(Debug)]
pub struct Outcome {
    /// What is left, checked anew.
    pub checked: Checked,
    /// Each fix: where, and what it did.
    pub applied: Vec<Applied>,
    /// Fixes that would have left more errors than before.
    pub refused: Vec<Applied>,
    /// The files as they were and as they are to be.
    pub changes: Changes,
}

/// A fix, told in one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Applied {
    /// The file of the problem.
    pub path: Utf8PathBuf,
    /// Its line, counted from one.
    pub line: usize,
    /// The rule.
    pub id: &'static str,
    /// What was done.
    pub title: String,
}

/// Why fixes could not be tried: a path, and what the operating system said of it.
pub type Failure = (Utf8PathBuf, io::Error);

/// A fix that was chosen.
struct Chosen {
    applied: Applied,
    fix: Fix,
}

/// Applies the safe fixes of what `check` finds, round after round, in memory. `check` sees the files with the changes so far;
/// `may_touch` says of a path whether it belongs to what is checked.
///
/// # Errors
///
/// As `check` does; or a file that a fix is about cannot be read, or it cannot be told whether it may be changed.
pub fn run(
    check: &dyn Fn(&Changes) -> Result<Checked, Failure>,
    may_touch: &dyn Fn(&Utf8Path) -> io::Result<bool>,
) -> Result<Outcome, Failure> {
    let mut changes = Changes::default();
    let mut checked = check(&changes)?;
    let (mut applied, mut refused) = (Vec::new(), Vec::<Applied>::new());
    for _ in 0..MAX_ROUNDS {
        let chosen = choose(&checked, may_touch, &refused)?;
        if chosen.is_empty() {
            break;
        }
        // All at once is nearly always right.
        let attempt = |some: &[&Chosen]| attempt(some, &changes, &checked, check);
        let (good, best) = soundest(&chosen, MAX_TRIES, attempt)?;
        let mut taken = good.into_iter().peekable();
        for one in &chosen {
            let is_good = taken.next_if(|good| std::ptr::eq(*good, one)).is_some();
            if is_good { &mut applied } else { &mut refused }.push(one.applied.clone());
        }
        if let Some(result) = best {
            (changes, checked) = result;
        }
    }
    changes.forget_unchanged();
    Ok(Outcome { checked, applied, refused, changes })
}

/// As [`run`], for source directories: only files within `reach` are touched.
///
/// # Errors
///
/// A directory that cannot be listed, or a file that a fix is about and that cannot be read, with the reason.
pub fn run_directories(request: &Request, policy: &Policy, reach: &Reach) -> Result<Outcome, Failure> {
    let check = |changes: &Changes| {
        compile::check_directories(&Request { pending: changes.pending(), ..request.clone() }, policy)
    };
    run(&check, &|path| reach.allows(path))
}

/// The files and findings with these fixes applied; nothing where there are more errors than before.
fn attempt(
    chosen: &[&Chosen],
    changes: &Changes,
    before: &Checked,
    check: &dyn Fn(&Changes) -> Result<Checked, Failure>,
) -> Result<Option<(Changes, Checked)>, Failure> {
    let mut next = changes.clone();
    let edits: Vec<&Edit> = chosen.iter().flat_map(|chosen| &chosen.fix.edits).collect();
    // A file that is a link, say, is left alone.
    if next.apply(&edits, &before.sources).is_err() {
        return Ok(None);
    }
    let after = check(&next)?;
    Ok((after.errors() <= before.errors()).then_some((next, after)))
}

/// The first safe fix of each problem, as far as none touches what another does.
fn choose(
    checked: &Checked,
    may_touch: &dyn Fn(&Utf8Path) -> io::Result<bool>,
    refused: &[Applied],
) -> Result<Vec<Chosen>, Failure> {
    let refused: HashSet<&Applied> = refused.iter().collect();
    // By paths: a script can be read as a part of a definition, and as what another one names.
    let mut taken: Taken<&Utf8Path> = Taken::default();
    let mut whole: HashSet<&Utf8Path> = HashSet::new();
    let mut chosen = Vec::new();
    for diagnostic in &checked.diagnostics {
        let Some(location) = diagnostic.location() else { continue };
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safety == Safety::Safe) else { continue };
        let applied = Applied {
            path: checked.sources.path(location.file).to_owned(),
            line: checked.sources.get(location.file).map_or(1, |source| source.line_of(location.span.start).0 + 1),
            id: diagnostic.rule.id,
            title: fix.title.clone(),
        };
        let mut clear = true;
        for edit in &fix.edits {
            let path = path_of(edit, &checked.sources);
            let is_taken = match edit {
                Edit::Replace { location, .. } => taken.touches(&path, location.span),
                _ => taken.holds(&path),
            };
            let may = may_touch(path).map_err(|error| (path.to_owned(), error))?;
            clear &= may && !whole.contains(path) && !is_taken;
        }
        if !clear || fix.edits.is_empty() || refused.contains(&applied) {
            continue;
        }
        for edit in &fix.edits {
            match edit {
                Edit::Replace { location, .. } => taken.take(path_of(edit, &checked.sources), location.span),
                _ => {
                    whole.insert(path_of(edit, &checked.sources));
                }
            }
        }
        chosen.push(Chosen { applied, fix: fix.clone() });
    }
    Ok(chosen)
}

fn path_of<'a>(edit: &'a Edit, sources: &'a SourceMap) -> &'a Utf8Path {
    match edit {
        Edit::Replace { location, .. } => sources.path(location.file),
        Edit::SetMode { path, .. } | Edit::Create { path, .. } | Edit::Remove { path } => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::resolve::{Disk, Files};
    use crate::rules::unused_allow::RULE;
    use crate::source::{Location, Span};

    /// Each `a` wants to be `b`; each `c` wants to be `xx`, and an `x` is two problems.
    fn check(path: &Utf8Path, changes: &Changes) -> Checked {
        let bytes = Overlay { files: &Disk, changes }.read(path).unwrap();
        let mut sources = SourceMap::default();
        let file = sources.add(path, bytes.clone());
        let mut diagnostics = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            let place = Location::new(file, Span::new(at, at + 1));
            let mut diagnostic = Diagnostic::new(&RULE, "wrong").at(place, "");
            diagnostic.severity = crate::diagnostic::Severity::Error;
            match byte {
                b'a' => diagnostics.extend(vec![diagnostic.fix(Fix::replace("b", place, "b", Safety::Safe)); 2]),
                b'c' => diagnostics.push(diagnostic.fix(Fix::replace("x", place, "xxxx", Safety::Safe))),
                b'x' => diagnostics.push(diagnostic),
                _ => {}
            }
        }
        Checked { model: Model::default(), sources, diagnostics }
    }

    #[test]
    fn overlapping_fixes_are_applied_once_and_one_that_makes_it_worse_is_left_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(directory.path().join("f")).unwrap();
        std::fs::write(&path, "cac").unwrap();
        let outcome = run(&|changes| Ok(check(&path, changes)), &|_| Ok(true)).unwrap();
        assert_eq!(outcome.applied.len(), 1);
        assert!(!outcome.refused.is_empty());
        assert_eq!(std::fs::read(&path).unwrap(), b"cac");
        outcome.changes.write().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"cbc");
        assert!(run(&|changes| Ok(check(&path, changes)), &|_| Ok(false)).unwrap().changes.is_empty());
    }
}
