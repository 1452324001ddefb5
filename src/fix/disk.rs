//! Changes on the disk: each file whole or not at all, and all of them or none.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::TempDir;

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

/// What is done at once, so that nobody ever finds half of it.
#[derive(Debug)]
enum Step<'c> {
    /// A file.
    File(&'c Utf8Path, &'c Change),
    /// A directory that was not there, with all that comes into it: one that is there and empty hides a list beside it.
    Directory(&'c Utf8Path, Vec<(&'c Utf8Path, &'c State)>),
}

/// Writes every change; where one fails, what was done is undone.
pub(super) fn write(changes: &Changes) -> Result<(), WriteFailed> {
    let steps = in_order(changes);
    for (at, step) in steps.iter().enumerate() {
        if let Err(error) = step.take() {
            let left = undo(steps.get(..at).unwrap_or_default());
            return Err(WriteFailed { path: step.path().to_owned(), error, left });
        }
    }
    Ok(())
}

/// What is new goes first, as others may come to name it; what is removed goes last, as what takes its place is there by then:
/// whoever is killed in between has both.
fn in_order(changes: &Changes) -> Vec<Step<'_>> {
    let (mut made, mut changed, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for (path, change) in changes.iter() {
        match (&change.before, &change.after) {
            (None, Some(state)) => match (made.last_mut(), missing(path)) {
                (_, None) => made.push(Step::File(path, change)),
                (Some(Step::Directory(above, files)), Some(directory)) if *above == directory => {
                    files.push((path, state));
                }
                (_, Some(directory)) => made.push(Step::Directory(directory, vec![(path, state)])),
            },
            (Some(_), Some(_)) => changed.push(Step::File(path, change)),
            (_, None) => removed.push(Step::File(path, change)),
        }
    }
    made.extend(changed);
    made.extend(removed);
    made
}

/// The topmost directory above a file that is not there.
fn missing(path: &Utf8Path) -> Option<&Utf8Path> {
    let is_missing =
        |above: &&Utf8Path| above.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    path.ancestors().skip(1).filter(|above| !above.as_str().is_empty()).take_while(is_missing).last()
}

/// Puts back what was changed, the last one first; what could not be put back. What was done before such a one stays as well:
/// it may hold what is missing there.
fn undo(done: &[Step<'_>]) -> Vec<Utf8PathBuf> {
    let back = done.iter().rev().take_while(|step| step.back().is_ok()).count();
    done.iter().rev().skip(back).map(|step| step.path().to_owned()).collect()
}

impl Step<'_> {
    fn path(&self) -> &Utf8Path {
        match self {
            Self::File(path, _) | Self::Directory(path, _) => path,
        }
    }

    fn take(&self) -> io::Result<()> {
        match self {
            Self::File(path, change) => put(path, change.before.as_ref(), change.after.as_ref()),
            Self::Directory(path, files) => make(path, files),
        }
    }

    fn back(&self) -> io::Result<()> {
        match self {
            Self::File(path, change) => put(path, change.after.as_ref(), change.before.as_ref()),
            Self::Directory(path, files) => unmake(path, files),
        }
    }
}

fn beside(path: &Utf8Path) -> &Utf8Path {
    path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// An empty directory beside a place, with the permission bits that a new one gets.
fn aside(path: &Utf8Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hermesc-").permissions(Permissions::from_mode(0o777)).tempdir_in(beside(path)).map_err(plain)
}

/// What the operating system said, without the name that was made up for what should have been made, which `tempfile` adds.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    let said = text.split(" at path \"").next().unwrap_or_default();
    if error.raw_os_error().is_some() { error } else { io::Error::new(error.kind(), said.to_owned()) }
}

/// Makes a directory and all that is in it beside its place, and moves it there.
fn make(path: &Utf8Path, files: &[(&Utf8Path, &State)]) -> io::Result<()> {
    let made = aside(path)?;
    for (file, state) in files {
        let place = made.path().join(file.strip_prefix(path).map_err(io::Error::other)?);
        fs::create_dir_all(place.parent().unwrap_or(made.path()))?;
        fill(&mut OpenOptions::new().write(true).create_new(true).open(place)?, state)?;
    }
    match renameat_with(CWD, made.path(), CWD, path.as_std_path(), RenameFlags::NOREPLACE) {
        // File systems that know no such flag take the place of an empty directory at most.
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(made.path(), path)?,
        other => other?,
    }
    let _ = made.keep();
    Ok(())
}

/// Takes a directory that was made away in one step, then removes it; not one that somebody else put something into.
fn unmake(path: &Utf8Path, files: &[(&Utf8Path, &State)]) -> io::Result<()> {
    if !holds_only(path, files)? {
        return Err(io::ErrorKind::DirectoryNotEmpty.into());
    }
    let away = aside(path)?;
    fs::rename(path, away.path())
}

fn holds_only(directory: &Utf8Path, files: &[(&Utf8Path, &State)]) -> io::Result<bool> {
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        let is_ours = if entry.file_type()?.is_dir() {
            holds_only(entry.path(), files)?
        } else {
            files.binary_search_by(|(file, _)| (*file).cmp(entry.path())).is_ok()
        };
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a file what it is to be: beside its place, then moved there. Where only the mode differs, the file stays.
fn put(path: &Utf8Path, from: Option<&State>, to: Option<&State>) -> io::Result<()> {
    let (from, to) = match (from, to) {
        (_, None) => return fs::remove_file(path),
        (Some(from), Some(to)) if from.bytes == to.bytes => {
            // What was put in its place meanwhile is not followed, and what has another name elsewhere is made anew.
            let (file, metadata) = crate::disk::open_no_link(path, u64::MAX)?;
            if metadata.nlink() == 1 {
                return file.set_permissions(Permissions::from_mode(to.mode));
            }
            (Some(from), to)
        }
        (from, Some(to)) => (from, to),
    };
    let mut file = tempfile::Builder::new().prefix(".hermesc-").tempfile_in(beside(path)).map_err(plain)?;
    if from.is_some() {
        let (old, new) = (fs::symlink_metadata(path)?, file.as_file().metadata()?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
        }
    }
    fill(file.as_file_mut(), to)?;
    if from.is_some() {
        return file.persist(path).map(drop).map_err(|error| error.error);
    }
    // What somebody else made meanwhile stays.
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

fn fill(file: &mut File, state: &State) -> io::Result<()> {
    file.write_all(&state.bytes)?;
    // Behind a change of the owner, which takes bits away.
    file.set_permissions(Permissions::from_mode(state.mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Edit;
    use crate::source::SourceMap;

    fn mode(path: &Utf8Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_failure_puts_everything_back_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        fs::write(path("a"), "a").unwrap();
        fs::set_permissions(path("a"), Permissions::from_mode(0o640)).unwrap();
        fs::write(path("f"), "f").unwrap();
        fs::write(path("z"), "z").unwrap();
        let mut changes = Changes::default();
        let create = |path: Utf8PathBuf| Edit::Create { path, bytes: b"new".to_vec(), mode: 0o600 };
        let edits = [
            Edit::SetMode { path: path("a"), mode: 0o755 },
            create(path("b/c/d")),
            create(path("b/e")),
            Edit::Remove { path: path("f") },
            create(path("y")),
            Edit::Remove { path: path("z") },
        ];
        changes.apply(&edits.iter().collect::<Vec<_>>(), &SourceMap::default()).unwrap();
        // Seen only when its turn comes, which is the last one.
        fs::remove_file(path("z")).unwrap();
        fs::create_dir(path("z")).unwrap();
        let failure = write(&changes).unwrap_err();
        assert_eq!((failure.path, failure.left), (path("z"), Vec::new()));
        assert_eq!(mode(&path("a")), 0o640);
        assert_eq!(fs::read(path("f")).unwrap(), b"f");
        let mut names: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "f", "z"]);
        fs::remove_dir(path("z")).unwrap();
        fs::write(path("z"), "z").unwrap();
        write(&changes).unwrap();
        assert_eq!(mode(&path("a")), 0o755);
        assert_eq!(mode(&path("b/c/d")), 0o600);
        fs::create_dir(path("other")).unwrap();
        assert_eq!((mode(&path("b")), mode(&path("b/c"))), (mode(&path("other")), mode(&path("other"))));
        assert_eq!(fs::read(path("y")).unwrap(), b"new");
        assert!(!path("z").exists() && !path("f").exists());
    }

    #[test]
    fn what_is_new_is_there_before_others_name_it_and_before_what_it_stands_for_goes() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        for name in ["dependencies", "up"] {
            fs::write(path(name), name).unwrap();
        }
        let mut changes = Changes::default();
        let create = |name: &str| Edit::Create { path: path(name), bytes: Vec::new(), mode: 0o600 };
        let edits = [
            Edit::Remove { path: path("dependencies") },
            create("dependencies.d/a"),
            create("dependencies.d/b"),
            Edit::SetMode { path: path("up"), mode: 0o600 },
            create("up-script"),
        ];
        changes.apply(&edits.iter().collect::<Vec<_>>(), &SourceMap::default()).unwrap();
        let steps = in_order(&changes);
        let order: Vec<_> = steps.iter().map(|step| step.path().file_name().unwrap()).collect();
        assert_eq!(order, ["dependencies.d", "up-script", "up", "dependencies"]);
        write(&changes).unwrap();
        assert!(path("dependencies.d/b").exists());
    }

    #[test]
    fn what_cannot_be_put_back_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        fs::write(path("z"), "z").unwrap();
        let mut changes = Changes::default();
        let create = |path: Utf8PathBuf| Edit::Create { path, bytes: Vec::new(), mode: 0o600 };
        let edits = [create(path("a/b")), create(path("c")), Edit::Remove { path: path("z") }];
        changes.apply(&edits.iter().collect::<Vec<_>>(), &SourceMap::default()).unwrap();
        let steps = in_order(&changes);
        write(&changes).unwrap();
        // What could take the place of `z` stays, as `z` cannot come back.
        fs::write(path("z"), "").unwrap();
        assert_eq!(undo(&steps), [path("z"), path("c"), path("a")]);
        assert!(path("a/b").exists() && path("c").exists());
        fs::remove_file(path("z")).unwrap();
        fs::write(path("a/other"), "").unwrap();
        assert_eq!(undo(&steps), [path("a")]);
        assert!(path("a/b").exists() && path("z").exists());
    }
}
