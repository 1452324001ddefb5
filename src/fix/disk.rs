//! Changes on the disk: each file whole or not at all, and all of them or none.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

use camino::{Utf8Path, Utf8PathBuf};

use crate::fix::{Change, Changes, State};

/// Why changes could not be written.
#[derive(Debug)]
pub struct WriteFailed {
    /// The file that could not be written.
    pub path: Utf8PathBuf,
    /// What the operating system said.
    pub error: io::Error,
    /// What was changed before that and could not be put back: empty where everything is as it was.
    pub left: Vec<Utf8PathBuf>,
}

/// Writes every change; where one fails, what was done is undone.
pub(super) fn write(changes: &Changes) -> Result<(), WriteFailed> {
    let mut made: Vec<Utf8PathBuf> = Vec::new();
    // What is removed goes last, as what takes its place is there by then: whoever is killed in between has both. Only a file
    // that stands where a directory is to be goes at once.
    let in_the_way = |path: &Utf8Path| changes.iter().any(|(other, _)| other != path && other.starts_with(path));
    let is_last = |path: &Utf8Path, change: &Change| change.after.is_none() && !in_the_way(path);
    let (last, first): (Vec<_>, Vec<_>) = changes.iter().partition(|(path, change)| is_last(path, change));
    let all: Vec<(&Utf8Path, &Change)> = first.into_iter().chain(last).collect();
    for (at, (path, change)) in all.iter().copied().enumerate() {
        let written = match change.after {
            Some(_) => directories(path, &mut made),
            None => Ok(()),
        };
        if let Err(error) = written.and_then(|()| put(path, change.before.as_ref(), change.after.as_ref())) {
            let left = undo(all.iter().copied().take(at), &made);
            return Err(WriteFailed { path: path.to_owned(), error, left });
        }
    }
    Ok(())
}

/// Puts back what was changed; what could not be put back.
fn undo<'c>(done: impl Iterator<Item = (&'c Utf8Path, &'c Change)>, made: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
    let mut left: Vec<Utf8PathBuf> = done
        .filter(|(path, change)| put(path, change.after.as_ref(), change.before.as_ref()).is_err())
        .map(|(path, _)| path.to_owned())
        .collect();
    left.extend(made.iter().rev().filter(|directory| fs::remove_dir(directory).is_err()).cloned());
    left
}

/// Makes the directories above a file, and remembers which.
fn directories(path: &Utf8Path, made: &mut Vec<Utf8PathBuf>) -> io::Result<()> {
    let above = path.ancestors().skip(1).filter(|above| !above.as_str().is_empty());
    let mut missing: Vec<&Utf8Path> = above.take_while(|above| above.symlink_metadata().is_err()).collect();
    while let Some(directory) = missing.pop() {
        fs::create_dir(directory)?;
        made.push(directory.to_owned());
    }
    Ok(())
}

/// Makes a file what it is to be: beside its place, then moved there. Where only the mode differs, the file stays.
fn put(path: &Utf8Path, from: Option<&State>, to: Option<&State>) -> io::Result<()> {
    let (from, to) = match (from, to) {
        (_, None) => return fs::remove_file(path),
        (Some(from), Some(to)) if from.bytes == to.bytes => {
            return fs::set_permissions(path, Permissions::from_mode(to.mode));
        }
        (from, Some(to)) => (from, to),
    };
    let directory = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".hermesc-").tempfile_in(directory)?;
    file.write_all(&to.bytes)?;
    if from.is_some() {
        let (old, new) = (fs::symlink_metadata(path)?, file.as_file().metadata()?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.as_file().set_permissions(Permissions::from_mode(to.mode))?;
    file.as_file().sync_all()?;
    if from.is_some() {
        return file.persist(path).map(drop).map_err(|error| error.error);
    }
    // What somebody else made meanwhile stays.
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Edit;
    use crate::source::SourceMap;

    #[test]
    fn a_failure_puts_everything_back_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        fs::write(path("a"), "a").unwrap();
        fs::set_permissions(path("a"), Permissions::from_mode(0o640)).unwrap();
        fs::write(path("z"), "z").unwrap();
        let mut changes = Changes::default();
        let create = |path: Utf8PathBuf| Edit::Create { path, bytes: b"new".to_vec(), mode: 0o600 };
        let edits = [
            Edit::SetMode { path: path("a"), mode: 0o755 },
            create(path("b/c/d")),
            create(path("b/e")),
            create(path("y")),
            Edit::Remove { path: path("z") },
        ];
        changes.apply(&edits.iter().collect::<Vec<_>>(), &SourceMap::default()).unwrap();
        // Seen only when its turn comes: `y` is to be a file, and its place is taken by then.
        fs::create_dir(path("y")).unwrap();
        let failure = write(&changes).unwrap_err();
        assert_eq!((failure.path, failure.left), (path("y"), Vec::new()));
        assert_eq!(fs::metadata(path("a")).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(!path("b").exists() && path("z").exists());
        fs::remove_dir(path("y")).unwrap();
        write(&changes).unwrap();
        assert_eq!(fs::metadata(path("a")).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::metadata(path("b/c/d")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(path("y")).unwrap(), b"new");
        assert!(!path("z").exists());
    }

    #[test]
    fn what_cannot_be_put_back_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        let mut changes = Changes::default();
        let create = |path: Utf8PathBuf| Edit::Create { path, bytes: Vec::new(), mode: 0o600 };
        let edits = [create(path("a/b"))];
        changes.apply(&edits.iter().collect::<Vec<_>>(), &SourceMap::default()).unwrap();
        write(&changes).unwrap();
        fs::write(path("a/other"), "").unwrap();
        assert_eq!(undo(changes.iter(), &[path("a")]), [path("a")]);
        assert_eq!(undo(changes.iter(), &[]), [path("a/b")]);
    }
}
