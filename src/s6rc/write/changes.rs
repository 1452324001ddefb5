//! What is there against what is to be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk;
use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::write::manifest::{self, MANIFEST, Manifest, several, stamp_of};
use crate::s6rc::write::{WriteError, Written, io_error};

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
pub struct Changes {
    /// Entries by their paths below the directory.
    pub ways: BTreeMap<Utf8PathBuf, Way>,
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

/// How one entry of the tree is found.
enum Found {
    Same,
    Missing,
    /// Ours, and to be replaced.
    Different,
    /// Not ours.
    Strange(Option<Vec<u8>>),
}

impl Changes {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ways.is_empty()
    }

    /// What is told of it once it is done.
    pub(super) fn written(&self) -> Written {
        let removed = self.ways.values().filter(|way| **way == Way::Remove).count();
        Written { changed: self.files, unchanged: self.unchanged, removed, in_place: None }
    }

    /// The deepest directory that holds everything that changes; nothing where nothing does.
    pub(super) fn common(&self) -> Option<Utf8PathBuf> {
        let mut above = self.ways.keys().map(|path| path.parent().unwrap_or(Utf8Path::new("")));
        let mut common = above.next()?.to_owned();
        for path in above {
            while !path.starts_with(&common) {
                common.pop();
            }
        }
        Some(common)
    }
}

/// Compares a directory with a tree.
///
/// # Errors
///
/// [`WriteError::Manifest`] or [`WriteError::Io`] where the directory cannot be read.
pub fn compare(tree: &FileTree, directory: &Utf8Path) -> Result<Changes, WriteError> {
    let before = manifest::read(directory)?.unwrap_or_default();
    compare_with(tree, &Manifest::of(tree), &before, directory)
}

/// As [`compare`], with what is known of the directory and what will be.
pub(super) fn compare_with(
    tree: &FileTree,
    after: &Manifest,
    before: &Manifest,
    directory: &Utf8Path,
) -> Result<Changes, WriteError> {
    let mut changes = Changes::default();
    if metadata(directory)?.is_none() {
        changes.files = tree.entries.values().filter(|entry| !matches!(entry, Entry::Directory)).count();
        changes.ways = tree.entries.keys().map(|path| (path.clone(), Way::Add)).collect();
        return Ok(changes);
    }
    let entries: Vec<(&Utf8PathBuf, &Entry)> = tree.entries.iter().collect();
    // What stands where a directory is to be hides what is to be in it.
    let mut hidden: Option<&Utf8PathBuf> = None;
    let look =
        Look { directory, directory_mode: tree.directory_mode, before, after, written: written(directory, before) };
    for ((path, entry), found) in entries.iter().zip(several(&entries, |(path, entry)| look.found(path, entry))) {
        let found = found?;
        let is_file = !matches!(entry, Entry::Directory);
        let found = if hidden.is_some_and(|hidden| path.starts_with(hidden)) { Found::Missing } else { found };
        if !is_file && !matches!(found, Found::Same) && !is_directory(&directory.join(path))? {
            hidden = Some(path);
        }
        let way = match found {
            Found::Same => {
                changes.unchanged += usize::from(is_file);
                continue;
            }
            Found::Missing => Way::Add,
            Found::Different => Way::Replace,
            Found::Strange(current) => {
                let new = if let Entry::File { bytes, .. } = entry { Some(bytes.clone()) } else { None };
                changes.lost.push(Lost { path: (*path).clone(), current, new });
                Way::Replace
            }
        };
        changes.files += usize::from(is_file);
        changes.ways.insert((*path).clone(), way);
    }
    for path in before.paths().filter(|path| !tree.entries.contains_key(*path)) {
        stale(path, directory, before, &mut changes)?;
    }
    // A directory stays where something that is not ours is in it.
    let stale: Vec<Utf8PathBuf> =
        changes.ways.iter().filter(|(_, way)| **way == Way::Remove).map(|(path, _)| path.clone()).collect();
    for path in stale.iter().rev() {
        if holds_other(&directory.join(path), path, &changes)? {
            changes.ways.remove(path);
        }
    }
    Ok(changes)
}

/// When the manifest was written: whatever has not changed since is as it says. Nothing where a run may not have ended.
fn written(directory: &Utf8Path, before: &Manifest) -> Option<(i64, i64)> {
    // Where it cannot be told, everything is read.
    let metadata = directory.join(MANIFEST).symlink_metadata().ok().filter(|_| before.next.is_empty())?;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

/// What entries are compared with.
struct Look<'l> {
    directory: &'l Utf8Path,
    directory_mode: u32,
    before: &'l Manifest,
    after: &'l Manifest,
    /// When what was there before was known.
    written: Option<(i64, i64)>,
}

impl Look<'_> {
    fn found(&self, path: &Utf8Path, entry: &Entry) -> Result<Found, WriteError> {
        let (place, before) = (self.directory.join(path), self.before);
        let Some(metadata) = metadata(&place)? else { return Ok(Found::Missing) };
        match entry {
            Entry::Directory if metadata.is_dir() => {
                Ok(if bits(&metadata) == self.directory_mode { Found::Same } else { Found::Different })
            }
            Entry::Link(target) if metadata.is_symlink() => {
                let current = place.read_link_utf8().map_err(io_error("read", &place))?;
                let same = current == *target;
                let ours = || before.wrote(path, &format!("link {current}"));
                Ok(if same {
                    Found::Same
                } else if ours() {
                    Found::Different
                } else {
                    Found::Strange(None)
                })
            }
            Entry::File { .. } if metadata.is_file() && self.is_known(path, &metadata) => {
                let same = self.before.entries.get(path) == self.after.entries.get(path);
                Ok(if same { Found::Same } else { Found::Different })
            }
            Entry::File { bytes, mode } if metadata.is_file() => {
                // Larger than whatever hermesc writes.
                if metadata.len() > MAX_COMPARED {
                    return Ok(Found::Strange(None));
                }
                let current = disk::read_no_link(&place, MAX_COMPARED).map_err(io_error("read", &place))?;
                Ok(if current == *bytes && bits(&metadata) == *mode {
                    Found::Same
                } else if before.wrote(path, &stamp_of(&current, bits(&metadata))) {
                    Found::Different
                } else {
                    Found::Strange(Some(current))
                })
            }
            // Something else is in the way.
            _ => {
                Ok(if was_written(path, &place, &metadata, before)? { Found::Different } else { Found::Strange(None) })
            }
        }
    }

    /// Whether a file has not been touched since the manifest was written, so that it is what the manifest says.
    fn is_known(&self, path: &Utf8Path, metadata: &Metadata) -> bool {
        self.written.is_some_and(|written| (metadata.ctime(), metadata.ctime_nsec()) < written)
            && self.before.entries.get(path).is_some_and(|stamp| !stamp.is_empty())
    }
}

/// What an earlier run wrote and this one does not.
fn stale(path: &Utf8Path, directory: &Utf8Path, before: &Manifest, changes: &mut Changes) -> Result<(), WriteError> {
    let place = directory.join(path);
    // What lies below a link, or is gone, is not ours any more.
    let reached = path.ancestors().skip(1).filter(|above| !above.as_str().is_empty());
    for above in reached {
        if !is_directory(&directory.join(above))? {
            return Ok(());
        }
    }
    let Some(metadata) = metadata(&place)? else { return Ok(()) };
    if !was_written(path, &place, &metadata, before)? {
        let current = if metadata.is_file() { disk::read_no_link(&place, MAX_COMPARED).ok() } else { None };
        changes.lost.push(Lost { path: path.to_owned(), current, new: None });
    }
    changes.ways.insert(path.to_owned(), Way::Remove);
    Ok(())
}

/// Whether something is as an earlier run wrote it.
fn was_written(path: &Utf8Path, place: &Utf8Path, metadata: &Metadata, before: &Manifest) -> Result<bool, WriteError> {
    let found = if metadata.is_dir() {
        "directory".to_owned()
    } else if metadata.is_symlink() {
        format!("link {}", place.read_link_utf8().map_err(io_error("read", place))?)
    } else if metadata.is_file() && metadata.len() <= MAX_COMPARED {
        stamp_of(&disk::read_no_link(place, MAX_COMPARED).map_err(io_error("read", place))?, bits(metadata))
    } else {
        return Ok(false);
    };
    Ok(before.wrote(path, &found))
}

/// Whether a directory holds something that is not going to be removed.
fn holds_other(place: &Utf8Path, path: &Utf8Path, changes: &Changes) -> Result<bool, WriteError> {
    if !is_directory(place)? {
        return Ok(false);
    }
    for entry in place.read_dir_utf8().map_err(io_error("read", place))? {
        let entry = entry.map_err(io_error("read", place))?;
        if changes.ways.get(&path.join(entry.file_name())) != Some(&Way::Remove) {
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
