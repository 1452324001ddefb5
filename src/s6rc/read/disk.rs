//! The disk: every entry below a definition, within limits, and nothing outside of what was asked for. Several threads may
//! look at the same time.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FileType, Mode, Stat};
use rustix::io::Errno;

use crate::disk;
use crate::model::{Entry, Found};
use crate::s6rc::read::Pending;
use crate::s6rc::read::links::{MAX_LINKS, inside, is_no_link};
use crate::s6rc::read::open::{Listing, Place};
use crate::source::FileId;

/// Files above this many bytes are not read (16 MiB).
const MAX_FILE: u64 = 16 << 20;
/// No more than so many bytes are read in all (512 MiB).
const MAX_BYTES: u64 = 512 << 20;
/// No more than so many entries are looked at in all.
const MAX_ENTRIES: usize = 1_000_000;
/// No more than so many directories are nested below a definition.
const MAX_DEPTH: usize = 32;

/// What may be read, and how much of it was.
#[derive(Default)]
pub(super) struct Disk {
    /// The real paths below which files may be read.
    roots: Vec<PathBuf>,
    /// The layers of the image, the uppermost first: the real path of each root, and how it was written.
    layers: Vec<(PathBuf, Utf8PathBuf)>,
    bytes: AtomicU64,
    entries: AtomicUsize,
    /// Whether what is read now is only there to define names.
    pub(super) beneath: bool,
    /// Files that are to be other than they are.
    pub(super) pending: Pending,
}

/// An entry, and the path under which its file is shown: it is not among the sources yet.
pub(super) struct Seen {
    pub(super) entry: Entry,
    pub(super) shown: Utf8PathBuf,
    /// What is really there, where links lead to it.
    pub(super) real: Option<PathBuf>,
}

/// What is behind an entry.
enum Behind {
    /// Something, and its real path where that is another.
    There(Option<PathBuf>, Stat),
    /// Something outside of what may be read.
    Outside,
}

impl Disk {
    /// Allows what is below a directory to be read, and says where its image begins; the uppermost layer comes first.
    pub(super) fn allow(&mut self, root: &Utf8Path, image: Option<&Utf8Path>) -> io::Result<()> {
        self.roots.push(fs::canonicalize(root)?);
        let Some(image) = image else { return Ok(()) };
        let real = fs::canonicalize(image)?;
        if !self.layers.iter().any(|(known, _)| *known == real) {
            self.layers.push((real.clone(), image.to_owned()));
            self.roots.push(real);
        }
        Ok(())
    }

    /// One entry; its bytes where it is a file. What it is said to be may be unknown.
    pub(super) fn entry(&self, place: Place<'_>, shown: &Utf8Path, path: Utf8PathBuf, kind: FileType) -> Seen {
        self.entries.fetch_add(1, Ordering::Relaxed);
        let shown = shown.join(&path);
        let seen = |shown, link, found, mode, real| {
            let entry = Entry { path, link, found, mode, file: FileId(0), beneath: self.beneath };
            Seen { entry, shown, real }
        };
        if let Some(Some((bytes, mode))) = self.pending.get(&shown) {
            return seen(shown, None, Found::File(Arc::clone(bytes)), *mode, None);
        }
        if self.pending.holds(&shown) && place.stat().is_err() {
            return seen(shown, None, Found::Directory, 0o755, None);
        }
        let mut link = None;
        let behind = match kind {
            FileType::Symlink | FileType::Unknown => match place.target() {
                Ok(target) => {
                    link = Some(Utf8PathBuf::from(target.to_string_lossy().into_owned()));
                    self.follow(place.path)
                }
                Err(error) if is_no_link(&error) => place.stat().map(|stat| Behind::There(None, stat)),
                Err(error) => Err(error),
            },
            _ => place.stat().map(|stat| Behind::There(None, stat)),
        };
        match behind {
            Ok(Behind::There(real, stat)) => {
                let found = self.found(real.as_deref().map_or(place, Place::of), &stat);
                seen(shown, link, found, Mode::from_raw_mode(stat.st_mode).as_raw_mode(), real)
            }
            Ok(Behind::Outside) => seen(shown, link, Found::Outside, 0, None),
            Err(error) if disk::says_nothing_is_there(&error) => seen(shown, link, Found::Nothing, 0, None),
            Err(error) => seen(shown, link, Found::from(&error), 0, None),
        }
    }

    /// What is behind a link. Those of an image are followed in its layers.
    fn follow(&self, link: &Path) -> io::Result<Behind> {
        let there = |real: PathBuf| {
            if !self.may_read(&real) {
                return Ok(Behind::Outside);
            }
            let stat = Place::of(&real).stat()?;
            Ok(Behind::There(Some(real), stat))
        };
        let mut at = link.to_owned();
        for _ in 0..MAX_LINKS {
            // Before anything outside is even looked at.
            let above = fs::canonicalize(at.parent().unwrap_or(Path::new("/")))?;
            if !self.may_read(&above) {
                return Ok(Behind::Outside);
            }
            let Some(name) = at.file_name() else { return there(fs::canonicalize(&at)?) };
            at = above.join(name);
            if let Some(below) = self.layers.iter().find_map(|(layer, _)| at.strip_prefix(layer).ok()) {
                return match self.in_layers(below)? {
                    Some((real, _)) => there(real),
                    None => Err(Errno::NOENT.into()),
                };
            }
            at = match fs::read_link(&at) {
                Ok(target) => above.join(target),
                Err(error) if is_no_link(&error) => return there(at),
                Err(error) => return Err(error),
            };
        }
        Err(Errno::LOOP.into())
    }

    fn may_read(&self, real: &Path) -> bool {
        self.roots.iter().any(|root| real.starts_with(root))
    }

    fn found(&self, place: Place<'_>, stat: &Stat) -> Found {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => return Found::Directory,
            FileType::RegularFile => {}
            _ => return Found::Special,
        }
        let size = u64::try_from(stat.st_size).unwrap_or_default();
        if size > MAX_FILE {
            return Found::TooLarge(format!("larger than {} MiB", MAX_FILE >> 20));
        }
        // What nobody may read is told by opening it.
        if size == 0 && stat.st_mode & 0o444 != 0 {
            return Found::File(Arc::from([]));
        }
        if self.bytes.load(Ordering::Relaxed) > MAX_BYTES {
            return Found::TooLarge(format!("more than {} MiB have been read", MAX_BYTES >> 20));
        }
        match place.file().and_then(|file| disk::rest(file, size, MAX_FILE)) {
            Ok(bytes) => {
                self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                Found::File(Arc::from(bytes))
            }
            Err(error) => Found::from(&error),
        }
    }

    /// Everything below a definition, each directory's in order of the names' bytes; links to directories are not entered,
    /// but where s6-rc-compile lists them.
    pub(super) fn below(&self, definition: Place<'_>, shown: &Utf8Path) -> io::Result<Vec<Seen>> {
        let mut entries = Vec::new();
        self.directory(definition, shown, Utf8Path::new(""), 0, &mut entries)?;
        Ok(entries)
    }

    fn directory(
        &self,
        place: Place<'_>,
        shown: &Utf8Path,
        below: &Utf8Path,
        depth: usize,
        entries: &mut Vec<Seen>,
    ) -> io::Result<()> {
        let shown_here = shown.join(below);
        let mut listing = match place.list() {
            Err(_) if depth > 0 && self.pending.holds(&shown_here) => Listing::none(place.path),
            listed => listed?,
        };
        self.add_pending(&mut listing.names, &shown_here);
        entries.reserve(listing.names.len());
        // What is in a directory is read while the one around it is open, and shown behind what is beside it.
        let mut directories = Vec::new();
        for (name, kind) in &listing.names {
            if self.entries.load(Ordering::Relaxed) > MAX_ENTRIES {
                return Err(io::Error::other(format!("more than {MAX_ENTRIES} entries")));
            }
            let path = below.join(name.to_string_lossy().as_ref());
            let disk = listing.path_of(name);
            let mut seen = self.entry(listing.place(name, &disk), shown, path.clone(), *kind);
            let listed = depth == 0 && matches!(path.as_str(), "dependencies.d" | "contents.d");
            let is_entered = seen.entry.link.is_none() || listed;
            if matches!(seen.entry.found, Found::Directory) && depth < MAX_DEPTH && is_entered {
                directories.push((name, seen.real.take(), disk, path, entries.len()));
            }
            entries.push(seen);
        }
        for (name, real, disk, path, at) in directories.into_iter().rev() {
            let place = real.as_deref().map_or_else(|| listing.place(name, &disk), Place::of);
            let listed = self.directory(place, shown, &path, depth + 1, entries);
            match (listed, entries.get_mut(at)) {
                (Err(error), Some(unlisted)) if self.entries.load(Ordering::Relaxed) <= MAX_ENTRIES => {
                    unlisted.entry.found = Found::from(&error);
                }
                (listed, _) => listed?,
            }
        }
        Ok(())
    }

    /// Adds the names of files that are to be there, and drops those of files that are to go.
    fn add_pending(&self, names: &mut Vec<(std::ffi::OsString, FileType)>, directory: &Utf8Path) {
        if self.pending.is_empty() {
            return;
        }
        names.retain(|(name, _)| self.pending.get(&directory.join(name.to_string_lossy().as_ref())) != Some(&None));
        let known: HashSet<std::ffi::OsString> = names.iter().map(|(name, _)| name.clone()).collect();
        let new = self.pending.names(directory).into_iter().map(std::ffi::OsString::from);
        names.extend(new.filter(|name| !known.contains(name)).map(|name| (name, FileType::Unknown)));
    }

    /// A path of the image, links in any of its parts followed inside of it.
    pub(super) fn in_image(&self, path: &str) -> Option<Seen> {
        let below = path.trim_start_matches('/');
        for (layer, image) in &self.layers {
            if matches!(self.pending.get(&image.join(below)), Some(Some(_))) {
                return Some(self.entry(
                    Place::of(&layer.join(below)),
                    image,
                    Utf8PathBuf::from(below),
                    FileType::Unknown,
                ));
            }
        }
        let below = Utf8PathBuf::from(below);
        match self.in_layers(below.as_std_path()) {
            Ok(found) => {
                let (real, layer) = found?;
                // In the layer that was asked first it is shown as it was asked for.
                let inside = real.strip_prefix(self.layers.get(layer).map_or(Path::new(""), |(real, _)| real));
                let shown = match inside {
                    Ok(inside) if layer > 0 => Utf8PathBuf::from(inside.to_string_lossy().into_owned()),
                    _ => below,
                };
                let image = self.layers.get(layer).map_or(Utf8Path::new(""), |(_, image)| image);
                Some(self.entry(Place::of(&real), image, shown, FileType::RegularFile))
            }
            Err(error) => {
                let (_, image) = self.layers.first()?;
                let found = Found::from(&error);
                let shown = image.join(&below);
                let entry = Entry { path: below, link: None, found, mode: 0, file: FileId(0), beneath: self.beneath };
                Some(Seen { entry, shown, real: None })
            }
        }
    }

    /// The real path of what the layers have at a path of the image, and the number of the layer.
    fn in_layers(&self, path: &Path) -> io::Result<Option<(PathBuf, usize)>> {
        let layers: Vec<&Path> = self.layers.iter().map(|(real, _)| real.as_path()).collect();
        let found = inside(&layers, path)?;
        Ok(found.and_then(|found| Some((layers.get(found.layer)?.join(found.path), found.layer))))
    }
}
