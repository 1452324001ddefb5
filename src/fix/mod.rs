//! Applying fixes: the sure ones, none on top of another, none that leaves more errors than there were.
//!
//! Everything is tried in memory first; [`Changes::write`] is the only part that touches the disk.

mod changes;
mod disk;
mod reach;
pub mod unified;

use std::collections::HashSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

pub use changes::{Change, Changes, Overlay, State};
pub use disk::WriteFailed;
pub use reach::Reach;
pub use unified::unified;

use crate::compile::{self, Checked};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::policy::Policy;
use crate::s6rc::read::Request;
use crate::source::{Location, SourceMap};

/// Fixes may make room for others: after so many rounds nothing new is expected.
const MAX_ROUNDS: usize = 16;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
/// As `check` does, or a file that a fix is about cannot be read.
pub fn run(
    check: &dyn Fn(&Changes) -> Result<Checked, Failure>,
    may_touch: &dyn Fn(&Utf8Path) -> bool,
) -> Result<Outcome, Failure> {
    let mut changes = Changes::default();
    let mut checked = check(&changes)?;
    let (mut applied, mut refused) = (Vec::new(), Vec::<Applied>::new());
    for _ in 0..MAX_ROUNDS {
        let chosen = choose(&checked, may_touch, &refused);
        if chosen.is_empty() {
            break;
        }
        // All at once, which is nearly always right; where it is not, one by one, to find the one that is to blame.
        let all: Vec<&Chosen> = chosen.iter().collect();
        if let Some((next, result)) = attempt(&all, &changes, &checked, check)? {
            applied.extend(chosen.into_iter().map(|chosen| chosen.applied));
            (changes, checked) = (next, result);
            continue;
        }
        let mut good: Vec<&Chosen> = Vec::new();
        let mut best = None;
        for one in &chosen {
            good.push(one);
            if let Some(result) = attempt(&good, &changes, &checked, check)? {
                best = Some(result);
            } else {
                good.pop();
                refused.push(one.applied.clone());
            }
        }
        if let Some(result) = best {
            applied.extend(good.iter().map(|chosen| chosen.applied.clone()));
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
fn choose(checked: &Checked, may_touch: &dyn Fn(&Utf8Path) -> bool, refused: &[Applied]) -> Vec<Chosen> {
    let mut taken: Vec<Location> = Vec::new();
    let mut whole: HashSet<&Utf8Path> = HashSet::new();
    let mut chosen = Vec::new();
    for diagnostic in &checked.diagnostics {
        let Some(location) = diagnostic.location() else { continue };
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safety == Safety::Safe) else { continue };
        let applied = Applied {
            path: checked.sources.path(location.file).to_owned(),
            line: checked.sources.get(location.file).map_or(1, |source| source.line_column(location.span.start).0),
            id: diagnostic.rule.id,
            title: fix.title.clone(),
        };
        let clear = fix.edits.iter().all(|edit| {
            let path = path_of(edit, &checked.sources);
            may_touch(path)
                && match edit {
                    Edit::Replace { location, .. } => {
                        !whole.contains(path) && taken.iter().all(|other| !touch(*other, *location, &checked.sources))
                    }
                    _ => !whole.contains(path) && taken.iter().all(|other| checked.sources.path(other.file) != path),
                }
        });
        if !clear || fix.edits.is_empty() || refused.contains(&applied) {
            continue;
        }
        for edit in &fix.edits {
            match edit {
                Edit::Replace { location, .. } => taken.push(*location),
                _ => {
                    whole.insert(path_of(edit, &checked.sources));
                }
            }
        }
        chosen.push(Chosen { applied, fix: fix.clone() });
    }
    chosen
}

fn path_of<'a>(edit: &'a Edit, sources: &'a SourceMap) -> &'a Utf8Path {
    match edit {
        Edit::Replace { location, .. } => sources.path(location.file),
        Edit::SetMode { path, .. } | Edit::Create { path, .. } | Edit::Remove { path } => path,
    }
}

/// Whether two spans share a byte, or begin at the same place.
fn touch(a: Location, b: Location, sources: &SourceMap) -> bool {
    let (x, y) = (a.span, b.span);
    let near = x.start == y.start || (x.start < y.end && y.start < x.end);
    // A script can be read as a part of a definition, and as what another one names.
    near && (a.file == b.file || sources.path(a.file) == sources.path(b.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::resolve::{Disk, Files};
    use crate::rules::unused_allow::RULE;
    use crate::source::Span;

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
        let outcome = run(&|changes| Ok(check(&path, changes)), &|_| true).unwrap();
        assert_eq!(outcome.applied.len(), 1);
        assert!(!outcome.refused.is_empty());
        assert_eq!(std::fs::read(&path).unwrap(), b"cac");
        outcome.changes.write().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"cbc");
        assert!(run(&|changes| Ok(check(&path, changes)), &|_| false).unwrap().changes.is_empty());
    }
}
