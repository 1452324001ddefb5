//! Files that are to be other than they are on the disk: fixes are tried in memory before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

/// The bytes of a file, and its permission bits.
type State = (Arc<[u8]>, u32);

/// Files by the path under which they are shown.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    files: BTreeMap<Utf8PathBuf, Option<State>>,
}

impl Pending {
    /// Says what a file is to be: bytes and permission bits, or nothing where it is to go.
    pub fn set(&mut self, path: Utf8PathBuf, state: Option<State>) {
        self.files.insert(path, state);
    }

    /// Says what a file is to hold; it keeps its permission bits, and is not executable where it is not there yet.
    pub fn edit(&mut self, path: Utf8PathBuf, bytes: &[u8]) {
        let mode = std::fs::metadata(&path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777);
        self.set(path, Some((bytes.into(), mode)));
    }

    /// Whether every file is to stay as it is.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What a file is to be; nothing where it is to stay.
    pub(super) fn get(&self, path: &Utf8Path) -> Option<&Option<State>> {
        self.files.get(path)
    }

    /// Whether a directory is to hold a file, at any depth.
    pub(super) fn holds(&self, directory: &Utf8Path) -> bool {
        !self.is_empty() && self.below(directory).any(|(_, state)| state.is_some())
    }

    /// The names that a directory is to hold because of these files.
    pub(super) fn names(&self, directory: &Utf8Path) -> BTreeSet<String> {
        let made = self.below(directory).filter(|(_, state)| state.is_some());
        made.filter_map(|(path, _)| path.strip_prefix(directory).ok()?.components().next())
            .map(|first| first.as_str().to_owned())
            .collect()
    }

    fn below<'p>(
        &'p self,
        directory: &Utf8Path,
    ) -> impl Iterator<Item = (&'p Utf8PathBuf, &'p Option<State>)> + use<'p> {
        let directory = directory.to_owned();
        self.files
            .range::<Utf8PathBuf, _>((Bound::Excluded(&directory), Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(&directory))
    }
}
