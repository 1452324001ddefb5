//! What hermesc wrote, and how: the file in the output that tells ours from what is not.

use std::borrow::Cow;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk;
use crate::parallel;
use crate::s6rc::order::order;
use crate::s6rc::write::changes::{Changes, Way};
use crate::s6rc::write::items::Item;
use crate::s6rc::write::stamp::Stamp;
use crate::s6rc::write::{WriteError, io_error, text};

/// The file that says which entries of a directory hermesc wrote. s6-rc-compile skips names that begin with a dot.
pub const MANIFEST: &str = ".hermesc.json";

/// Manifests above this many bytes are refused (128 MiB).
pub const MAX_MANIFEST: u64 = 128 << 20;

/// What is known of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known<'m> {
    pub(super) path: Cow<'m, str>,
    pub(super) stamp: Stamp<'m>,
}

/// What is known of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest<'m> {
    /// What was written, in order of the paths below the directory.
    pub(super) entries: Vec<Known<'m>>,
    /// What a run that may not have ended was about to change.
    pub(super) next: Vec<Known<'m>>,
}

impl<'m> Manifest<'m> {
    /// What will be: one for one of the items.
    pub(super) fn of(items: &'m [Item<'_>]) -> Self {
        let known = |item: &'m Item<'_>| Known { path: Cow::Borrowed(item.path), stamp: Stamp::of(item.entry) };
        let parts: Vec<&'m [Item<'_>]> = items.chunks(parallel::size_of_part(items.len())).collect();
        let entries = parallel::each(&parts, 2, |part| part.iter().map(known).collect::<Vec<_>>());
        Self { entries: entries.into_iter().flatten().collect(), next: Vec::new() }
    }

    /// Whether hermesc wrote an entry like this.
    pub(super) fn wrote(&self, path: &str, found: &Stamp<'_>) -> bool {
        [&self.entries, &self.next].into_iter().any(|all| find(all, path).is_some_and(|stamp| stamp.allows(found)))
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        text::write(&self.entries, &self.next)
    }

    /// What is written before anything changes: what is there now, and of what will be there soon that which is not. There is
    /// always something of that, as a run that did not end is told by it.
    pub(super) fn bytes_with(&self, after: &Self, changes: &Changes<'_>) -> Vec<u8> {
        let (mut before, mut ways) = (self.entries.iter().peekable(), changes.ways.iter().peekable());
        let mut next = Vec::new();
        for known in &after.entries {
            while before.next_if(|other| order(&other.path, &known.path).is_lt()).is_some() {}
            while ways.next_if(|(path, _)| order(path.as_str(), &known.path).is_lt()).is_some() {}
            let changes = ways.peek().is_some_and(|(path, _)| path.as_str() == known.path);
            if changes || before.peek().is_none_or(|other| *other != known) {
                next.push(known.clone());
            }
        }
        for (path, _) in changes.ways.iter().filter(|(_, way)| *way == Way::Remove) {
            let stamp = find(&self.entries, path.as_str()).or_else(|| find(&self.next, path.as_str()));
            let known = |stamp: &Stamp<'m>| Known { path: Cow::Owned(path.to_string()), stamp: stamp.clone() };
            next.extend(stamp.map(known));
        }
        next.sort_by(|one, other| order(&one.path, &other.path));
        text::write(&self.entries, &next)
    }
}

/// What is known of a path.
pub(super) fn find<'k, 'm>(all: &'k [Known<'m>], path: &str) -> Option<&'k Stamp<'m>> {
    let at = all.binary_search_by(|known| order(&known.path, path)).ok()?;
    all.get(at).map(|known| &known.stamp)
}

/// The manifest of a directory as it was read; what it says is taken from there.
pub(super) struct Stored {
    path: Utf8PathBuf,
    bytes: Option<Vec<u8>>,
}

impl Stored {
    /// Reads the manifest of a directory, if it has one.
    pub(super) fn read(directory: &Utf8Path) -> Result<Self, WriteError> {
        let path = directory.join(MANIFEST);
        let bytes = match disk::read_no_link(&path, MAX_MANIFEST) {
            Ok(bytes) => Some(bytes),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            Err(error) => return Err(io_error("read", &path)(error)),
        };
        Ok(Self { path, bytes })
    }

    /// What it says.
    pub(super) fn manifest(&self) -> Result<Option<Manifest<'_>>, WriteError> {
        let wrong = |reason: String| WriteError::Manifest { path: self.path.clone(), reason };
        self.bytes.as_deref().map(text::read).transpose().map_err(wrong)
    }
}
