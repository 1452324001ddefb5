//! Source directories as they are: every byte, mode and link, and no meaning.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FileType, Mode};

use crate::disk;
use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::read::Layout;
use crate::s6rc::read::open::Place;
use crate::s6rc::write::MANIFEST;

/// Files above this many bytes are refused (16 MiB).
const MAX_FILE: u64 = 16 << 20;
/// No more than so many bytes are read in all (256 MiB).
const MAX_BYTES: u64 = 256 << 20;
/// No more than so many entries are read in all.
const MAX_ENTRIES: usize = 200_000;
/// No more than so many directories are nested.
const MAX_DEPTH: usize = 32;

/// What was read.
#[derive(Debug, Default)]
pub struct Verbatim {
    /// The entries, by their paths below the directory that a model of them is emitted into.
    pub tree: FileTree,
    /// Directories whose mode a tree does not keep: those that do not have the mode of most.
    pub other_modes: Vec<(Utf8PathBuf, u32)>,
    /// The modes of all directories.
    modes: Vec<(Utf8PathBuf, u32)>,
    bytes: u64,
}

/// Why an entry was not read, and where it is.
pub type Refusal = (Utf8PathBuf, io::Error);

impl Verbatim {
    /// Adds the source directories of a layout: below `s6-rc.d` and `user-bundles.d` where it has that form.
    ///
    /// # Errors
    ///
    /// The first entry that cannot be read or is no file, directory or link, whose name is no text, or that is in two of
    /// the directories and is not the same.
    pub fn add(&mut self, layout: &Layout) -> Result<(), Refusal> {
        let at = |name: &str| Utf8PathBuf::from(if layout.overlay { name } else { "" });
        for (root, below) in layout
            .sources
            .iter()
            .map(|root| (root, at("s6-rc.d")))
            .chain(layout.bundles.iter().map(|root| (root, at("user-bundles.d"))))
        {
            self.root(root, &below)?;
        }
        // The mode of most of them is kept.
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, mode) in &self.modes {
            *numbers.entry(*mode).or_default() += 1;
        }
        let mode = numbers.into_iter().max_by_key(|(_, number)| *number).map_or(0o755, |(mode, _)| mode);
        self.tree.directory_mode = mode;
        self.other_modes = self.modes.iter().filter(|(_, other)| *other != mode).cloned().collect();
        Ok(())
    }

    fn root(&mut self, root: &Utf8Path, below: &Utf8Path) -> Result<(), Refusal> {
        let real = fs::canonicalize(root).map_err(|error| (root.to_owned(), error))?;
        self.directory(Place::of(&real), root, below, 0)
    }

    /// A directory and what is in it, read while it is open: names in it lead nowhere else meanwhile.
    fn directory(&mut self, place: Place<'_>, shown: &Utf8Path, path: &Utf8Path, depth: usize) -> Result<(), Refusal> {
        let failed = |error| (shown.to_owned(), error);
        if depth > MAX_DEPTH {
            return Err(failed(io::Error::other(format!("more than {MAX_DEPTH} directories deep"))));
        }
        let listing = place.list().map_err(failed)?;
        // The directory that is emitted into has no entry of its own.
        if !path.as_str().is_empty() {
            let stat = listing.stat().map_err(failed)?;
            let mode = stat.map_or(0, |stat| Mode::from_raw_mode(stat.st_mode).as_raw_mode());
            self.modes.push((shown.to_owned(), mode));
            self.put(shown, path.to_owned(), Entry::Directory)?;
        }
        for (name, kind) in &listing.names {
            let Some(text) = name.to_str() else {
                let shown = shown.join(name.to_string_lossy().as_ref());
                return Err((shown, io::Error::other("its name is not UTF-8")));
            };
            if path.as_str().is_empty() && text == MANIFEST {
                continue;
            }
            let (shown, path) = (shown.join(text), path.join(text));
            let disk = listing.path_of(name);
            let place = listing.place(name, &disk);
            let failed = |error| (shown.clone(), error);
            let kind = if *kind == FileType::Unknown { place.kind().map_err(failed)? } else { *kind };
            if kind == FileType::Directory {
                self.directory(place, &shown, &path, depth + 1)?;
            } else {
                let entry = self.leaf(place, kind).map_err(failed)?;
                self.put(&shown, path, entry)?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, place: Place<'_>, kind: FileType) -> io::Result<Entry> {
        match kind {
            FileType::Symlink => {
                let target = Utf8PathBuf::from_path_buf(place.target()?.into())
                    .map_err(|_| io::Error::other("the path that the link says is not UTF-8"))?;
                return Ok(Entry::Link(target));
            }
            FileType::RegularFile => {}
            _ => return Err(io::Error::other("neither a file nor a directory nor a symbolic link")),
        }
        let (file, metadata) = disk::regular(place.file()?, MAX_FILE)?;
        let bytes = disk::rest(file, metadata.len(), MAX_FILE)?;
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(io::Error::other(format!("more than {} MiB in all", MAX_BYTES >> 20)));
        }
        Ok(Entry::File { bytes, mode: metadata.permissions().mode() & 0o7777 })
    }

    fn put(&mut self, disk: &Utf8Path, path: Utf8PathBuf, entry: Entry) -> Result<(), Refusal> {
        if self.tree.entries.len() >= MAX_ENTRIES {
            return Err((disk.to_owned(), io::Error::other(format!("more than {MAX_ENTRIES} entries"))));
        }
        match self.tree.entries.entry(path.into()) {
            btree_map::Entry::Occupied(known) if *known.get() != entry => {
                let reason = "another one of these directories has this too, and it is not the same there";
                return Err((disk.to_owned(), io::Error::other(reason)));
            }
            btree_map::Entry::Occupied(_) => {}
            btree_map::Entry::Vacant(free) => {
                free.insert(entry);
            }
        }
        Ok(())
    }
}
