//! Files as they are to be, beside what the disk holds.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Edit;
use crate::fix::disk::{self, WriteFailed};
use crate::fix::{Failure, unified};
use crate::resolve::Files;
use crate::s6rc::read::Pending;
use crate::source::{MAX_SOURCE_BYTES, SourceMap};

/// A file's content and permission bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The content.
    pub bytes: Vec<u8>,
    /// The permission bits.
    pub mode: u32,
}

/// A file before and after; nothing where it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As the disk holds it.
    pub before: Option<State>,
    /// As it is to be.
    pub after: Option<State>,
}

/// Changes to files, by path.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    files: BTreeMap<Utf8PathBuf, Change>,
}

impl Changes {
    /// The files that change, in order of paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Utf8Path, &Change)> {
        self.files.iter().map(|(path, change)| (path.as_path(), change))
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Drops files that are to be as they are.
    pub(super) fn forget_unchanged(&mut self) {
        self.files.retain(|_, change| change.before != change.after);
    }

    /// Applies edits; spans are those of `sources`, and none overlaps another.
    pub(super) fn apply(&mut self, edits: &[&Edit], sources: &SourceMap) -> Result<(), Failure> {
        let mut replacements: Vec<(&Utf8Path, std::ops::Range<usize>, &[u8])> = Vec::new();
        for edit in edits {
            match edit {
                Edit::Replace { location, with } => {
                    replacements.push((sources.path(location.file), location.span.range(), with));
                }
                Edit::SetMode { path, mode } => {
                    if let Some(state) = &mut self.file(path)?.after {
                        state.mode = *mode;
                    }
                }
                Edit::Create { path, bytes, mode } => {
                    let change = self.file(path)?;
                    let state = State { bytes: bytes.clone(), mode: *mode };
                    // The very same one is there where a run was killed before its end.
                    if change.after.as_ref().is_some_and(|there| *there != state) {
                        return Err((path.clone(), io::ErrorKind::AlreadyExists.into()));
                    }
                    change.after = Some(state);
                }
                Edit::Remove { path } => self.file(path)?.after = None,
            }
        }
        replacements.sort_by(|a, b| (a.0, a.1.start, a.1.end).cmp(&(b.0, b.1.start, b.1.end)));
        for of_file in replacements.chunk_by(|one, next| one.0 == next.0) {
            let Some((path, ..)) = of_file.first() else { continue };
            let Some(state) = &mut self.file(path)?.after else { continue };
            let changed = || (path.to_path_buf(), io::Error::other("changed while it was read"));
            let (mut bytes, mut at) = (Vec::with_capacity(state.bytes.len()), 0);
            for (_, range, with) in of_file {
                bytes.extend(state.bytes.get(at..range.start).ok_or_else(changed)?);
                bytes.extend(*with);
                at = range.end;
            }
            bytes.extend(state.bytes.get(at..).ok_or_else(changed)?);
            state.bytes = bytes;
        }
        Ok(())
    }

    /// Gives a file another content.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or it is none.
    pub fn replace(&mut self, path: &Utf8Path, bytes: Vec<u8>) -> Result<(), Failure> {
        let missing = || (path.to_owned(), io::ErrorKind::NotFound.into());
        self.file(path)?.after.as_mut().ok_or_else(missing)?.bytes = bytes;
        Ok(())
    }

    fn file(&mut self, path: &Utf8Path) -> Result<&mut Change, Failure> {
        use std::collections::btree_map::Entry;
        match self.files.entry(path.to_owned()) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let before = on_disk(path).map_err(|error| (path.to_owned(), error))?;
                Ok(entry.insert(Change { after: before.clone(), before }))
            }
        }
    }

    /// The same, for the reader of source directories.
    #[must_use]
    pub fn pending(&self) -> Pending {
        let mut pending = Pending::default();
        for (path, change) in self.iter() {
            let state = change.after.as_ref().map(|state| (Arc::from(state.bytes.as_slice()), state.mode));
            pending.set(path.to_owned(), state);
        }
        pending
    }

    /// Writes what is to be, each file whole or not at all. Where one cannot be written, those before it are put back.
    ///
    /// # Errors
    ///
    /// [`WriteFailed`]: a path that cannot be written, or that is not as it was when the fixes were made.
    pub fn write(&self) -> Result<(), WriteFailed> {
        for (path, change) in self.iter() {
            let failed = |error| WriteFailed { path: path.to_owned(), error, left: Vec::new() };
            if on_disk(path).map_err(failed)? != change.before {
                return Err(failed(io::Error::other("somebody else changed it meanwhile")));
            }
        }
        disk::write(self)
    }

    /// What would change, as a unified diff in git's form: `git apply` and `patch -p1` take it. The bytes are those of the
    /// files.
    #[must_use]
    pub fn diff(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (path, change) in self.iter() {
            unified::show(path, change, &mut out);
        }
        out
    }
}

/// A regular file as it is; nothing where there is none. Links are not followed: what they lead to may be anybody's.
fn on_disk(path: &Utf8Path) -> io::Result<Option<State>> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let bytes = crate::disk::read_no_link(path, MAX_SOURCE_BYTES as u64)?;
    Ok(Some(State { bytes, mode: metadata.permissions().mode() & 0o7777 }))
}

/// Files with changes that are not on the disk yet.
pub struct Overlay<'a> {
    /// What is beneath.
    pub files: &'a dyn Files,
    /// What lies on top.
    pub changes: &'a Changes,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.changes.files.get(path) {
            Some(Change { after: Some(state), .. }) => Ok(state.bytes.clone()),
            Some(Change { after: None, .. }) => Err(io::ErrorKind::NotFound.into()),
            None => self.files.read(path),
        }
    }

    fn read_at(&self, path: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        if self.changes.files.contains_key(path) { self.read(path) } else { self.files.read_at(path, real) }
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.files.real(path)
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        self.files.list(path)
    }
}
