//! What is there against what is to be.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{AtFlags, CWD, OFlags, Stat, statat};
use rustix::io::Errno;

use crate::disk;
use crate::s6rc::order::{self, below, order, parent};
use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::write::items::{Item, find, items};
use crate::s6rc::write::look::{Found, Look, Part};
use crate::s6rc::write::manifest::{self, MANIFEST, Manifest, Stored};
use crate::s6rc::write::seal;
use crate::s6rc::write::stamp::Stamp;
use crate::s6rc::write::{WriteError, Written, io_error, trail};

/// What happens to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It was not there.
    Add,
    /// It is something else, or not as it should be.
    Replace,
    /// An earlier run wrote it, and it is not to be any more.
    Remove,
}

/// Something that hermesc did not write, or did not write so, where it is about to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its path below the directory.
    pub path: Utf8PathBuf,
    /// Its bytes; nothing for what is no file.
    pub current: Option<Vec<u8>>,
    /// What would be there instead; nothing where it would be removed, or be no file.
    pub new: Option<Vec<u8>>,
}

/// What a write would do.
#[derive(Debug, Default)]
pub struct Changes<'t> {
    /// What happens to entries, in order of their paths below the directory.
    pub ways: Vec<(Cow<'t, Utf8Path>, Way)>,
    /// Files and links that are as they should be.
    pub unchanged: usize,
    /// What would be lost.
    pub lost: Vec<Lost>,
    /// Files and links among those that are added or replaced.
    files: usize,
}

/// Files above this many bytes are not ours, and are not read (256 MiB).
pub const MAX_COMPARED: u64 = 256 << 20;

/// The bytes of a file below a directory; none where it is no file, or lies behind a symbolic link.
#[must_use]
pub fn current(directory: &Utf8Path, path: &Utf8Path) -> Vec<u8> {
    let above = path.ancestors().skip(1).filter(|above| !above.as_str().is_empty());
    if above.into_iter().any(|above| !is_directory(&directory.join(above)).unwrap_or(false)) {
        return Vec::new();
    }
    disk::read_no_link(directory.join(path), MAX_COMPARED).unwrap_or_default()
}

impl<'t> Changes<'t> {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ways.is_empty()
    }

    /// What is told of it once it is done.
    pub(super) fn written(&self) -> Written {
        let removed = self.ways.iter().filter(|(_, way)| *way == Way::Remove).count();
        Written { changed: self.files, unchanged: self.unchanged, removed, in_place: None }
    }

    /// What happens to a path.
    pub(super) fn way(&self, path: &str) -> Option<Way> {
        self.ways.get(self.find(path)?).map(|(_, way)| *way)
    }

    fn find(&self, path: &str) -> Option<usize> {
        self.ways.binary_search_by(|(other, _)| order(other.as_str(), path)).ok()
    }

    /// The deepest directory that holds everything that changes; nothing where nothing does.
    pub(super) fn common(&self) -> Option<String> {
        let mut around = self.ways.iter().map(|(path, _)| parent(path.as_str()));
        let mut common = around.next()?;
        for path in around {
            while path != common && below(path, common).is_none() {
                common = parent(common);
            }
        }
        Some(common.to_owned())
    }

    fn add(&mut self, item: &'t Item<'_>, way: Way) {
        self.files += usize::from(item.is_file());
        self.ways.push((Cow::Borrowed(Utf8Path::new(item.path)), way));
    }
}

/// What is compared.
pub(super) struct Sides<'s, 'm> {
    pub(super) directory: &'s Utf8Path,
    /// The permission bits of directories.
    pub(super) mode: u32,
    pub(super) items: &'s [Item<'s>],
    pub(super) before: &'s Manifest<'m>,
    /// One for one of the items.
    pub(super) after: &'s Manifest<'s>,
}

/// Compares a directory with a tree.
///
/// # Errors
///
/// [`WriteError::Manifest`] or [`WriteError::Io`] where the directory cannot be read.
pub fn compare(tree: &FileTree, directory: &Utf8Path) -> Result<Changes<'static>, WriteError> {
    let stored = Stored::read(directory)?;
    let before = stored.manifest()?.unwrap_or_default();
    let items = items(tree);
    let after = Manifest::of(&items);
    let sides = Sides { directory, mode: tree.directory_mode, items: &items, before: &before, after: &after };
    let Changes { ways, unchanged, lost, files } = sides.compare()?;
    let ways = ways.into_iter().map(|(path, way)| (Cow::Owned(path.into_owned()), way)).collect();
    Ok(Changes { ways, unchanged, lost, files })
}

impl<'s> Sides<'s, '_> {
    pub(super) fn compare(&self) -> Result<Changes<'s>, WriteError> {
        let mut changes = Changes::default();
        let root = match trail::open(CWD, self.directory.as_str(), OFlags::empty()) {
            Ok(root) => root,
            Err(Errno::NOENT | Errno::NOTDIR) => {
                self.items.iter().for_each(|item| changes.add(item, Way::Add));
                return Ok(changes);
            }
            Err(error) => return Err(io_error("read", self.directory)(error.into())),
        };
        let (known, stale) = self.paired();
        let look = Look { sides: self, known: &known, written: self.written(root.as_fd()), root: root.as_fd() };
        for part in look.all() {
            let Part { same, different } = part?;
            changes.unchanged += same;
            for (item, found) in different {
                let way = match found {
                    Found::Same => continue,
                    Found::Missing => Way::Add,
                    Found::Different => Way::Replace,
                    Found::Strange(current) => {
                        let new = if let Entry::File { bytes, .. } = item.entry { Some(bytes.clone()) } else { None };
                        changes.lost.push(Lost { path: item.path.into(), current, new });
                        Way::Replace
                    }
                };
                changes.add(item, way);
            }
        }
        for path in &stale {
            self.stale(path, &mut changes)?;
        }
        changes.ways.sort_by(|(one, _), (other, _)| order(one.as_str(), other.as_str()));
        // A directory stays where something that is not ours is in it.
        for path in stale.iter().rev() {
            if let Some(at) = changes.find(path)
                && holds_other(&self.directory.join(path), path, &changes)?
            {
                changes.ways.remove(at);
            }
        }
        Ok(changes)
    }

    /// What was known of each item, and the paths that are not to be any more: both are in one order.
    fn paired(&self) -> (Vec<Option<&'s Stamp<'s>>>, Vec<&'s str>) {
        let (mut known, mut stale) = (Vec::with_capacity(self.items.len()), Vec::new());
        let mut before = self.before.entries.iter().peekable();
        for item in self.items {
            while let Some(gone) = before.next_if(|known| order(&known.path, item.path).is_lt()) {
                stale.push(&*gone.path);
            }
            known.push(before.next_if(|known| known.path == item.path).map(|known| &known.stamp));
        }
        stale.extend(before.map(|gone| &*gone.path));
        let next = self.before.next.iter().map(|known| &*known.path);
        stale.extend(
            next.filter(|path| {
                find(self.items, path).is_none() && manifest::find(&self.before.entries, path).is_none()
            }),
        );
        stale.sort_by(|one, other| order(one, other));
        (known, stale)
    }

    /// When the manifest was written: whatever has not changed since is as it says. Nothing where a run may not have ended.
    fn written(&self, root: BorrowedFd<'_>) -> Option<Stat> {
        // Where it cannot be told, everything is read.
        let manifest = statat(root, MANIFEST, AtFlags::SYMLINK_NOFOLLOW).ok();
        manifest.filter(|manifest| self.before.next.is_empty() && seal::holds(root, manifest))
    }

    /// What an earlier run wrote and this one does not.
    fn stale(&self, path: &str, changes: &mut Changes<'_>) -> Result<(), WriteError> {
        // What lies below a link, or is gone, is not ours any more.
        for above in order::above(path) {
            if !is_directory(&self.directory.join(above))? {
                return Ok(());
            }
        }
        let place = self.directory.join(path);
        let Some(metadata) = metadata(&place)? else { return Ok(()) };
        // A name alone, as version 1 of the manifest has it, says nothing of what is there.
        let is_named = manifest::find(&self.before.entries, path).is_some_and(|stamp| *stamp == Stamp::NAMED);
        if is_named || !self.was_written(path, &place, &metadata)? {
            let current = if metadata.is_file() { disk::read_no_link(&place, MAX_COMPARED).ok() } else { None };
            changes.lost.push(Lost { path: path.into(), current, new: None });
        }
        changes.ways.push((Cow::Owned(path.into()), Way::Remove));
        Ok(())
    }

    /// Whether something is as an earlier run wrote it.
    pub(super) fn was_written(&self, path: &str, place: &Utf8Path, metadata: &Metadata) -> Result<bool, WriteError> {
        let found = if metadata.is_dir() {
            Stamp::DIRECTORY
        } else if metadata.is_symlink() {
            Stamp::of_link(place.read_link_utf8().map_err(io_error("read", place))?.as_str())
        } else if metadata.is_file() && metadata.len() <= MAX_COMPARED {
            let current = disk::read_no_link(place, MAX_COMPARED).map_err(io_error("read", place))?;
            Stamp::of_file(&current, bits(metadata))
        } else {
            return Ok(false);
        };
        Ok(self.before.wrote(path, &found))
    }
}

/// Whether a directory holds something that is not going to be removed.
fn holds_other(place: &Utf8Path, path: &str, changes: &Changes<'_>) -> Result<bool, WriteError> {
    if !is_directory(place)? {
        return Ok(false);
    }
    for entry in place.read_dir_utf8().map_err(io_error("read", place))? {
        let entry = entry.map_err(io_error("read", place))?;
        if changes.way(&format!("{path}/{}", entry.file_name())) != Some(Way::Remove) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a path is a directory, and no link to one. That it cannot be told is an error: it is not as if nothing were there.
pub(super) fn is_directory(path: &Utf8Path) -> Result<bool, WriteError> {
    Ok(metadata(path)?.is_some_and(|metadata| metadata.is_dir()))
}

pub(super) fn metadata(path: &Utf8Path) -> Result<Option<Metadata>, WriteError> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

pub(super) fn bits(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
}

/// Refuses a directory that hermesc never wrote to and that is not empty.
pub(super) fn refuse_foreign(directory: &Utf8Path) -> Result<(), WriteError> {
    let entries = match directory.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("read", directory)(error)),
    };
    let mut names: BTreeSet<String> = BTreeSet::new();
    for entry in entries {
        names.insert(entry.map_err(io_error("read", directory))?.file_name().to_owned());
    }
    names.remove(MANIFEST);
    match names.into_iter().next() {
        Some(example) => Err(WriteError::Foreign { directory: directory.to_owned(), example }),
        None => Ok(()),
    }
}
