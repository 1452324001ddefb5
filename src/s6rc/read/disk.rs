//! The disk: every entry below a definition, within limits, and nothing outside of what was asked for. Several threads may
//! look at the same time.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::OFlags;

use crate::disk;
use crate::model::{Entry, Found};
use crate::s6rc::read::Pending;
use crate::source::FileId;

/// Files above this many bytes are not read (16 MiB).
const MAX_FILE: u64 = 16 << 20;
/// No more than so many bytes are read in all (512 MiB).
const MAX_BYTES: u64 = 512 << 20;
/// No more than so many entries are looked at in all.
const MAX_ENTRIES: usize = 1_000_000;
/// No more than so many directories are nested below a definition.
const MAX_DEPTH: usize = 32;
/// Symbolic links beyond so many lead nowhere (Linux: ELOOP).
const MAX_LINKS: usize = 40;

/// What may be read, and how much of it was.
#[derive(Default)]
pub(super) struct Disk {
    /// The real paths below which files may be read.
    roots: Vec<PathBuf>,
    /// The image's root, for links that begin with `/`.
    image: Option<PathBuf>,
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
}

impl Disk {
    /// Allows what is below a directory to be read, and says where its image begins.
    pub(super) fn allow(&mut self, root: &Utf8Path, image: Option<&Utf8Path>) {
        self.image = image.and_then(|image| fs::canonicalize(image).ok());
        self.roots.extend(fs::canonicalize(root));
        self.roots.extend(self.image.clone());
    }

    /// The names in a source, in order of their bytes.
    pub(super) fn names(directory: &Path) -> io::Result<Vec<OsString>> {
        let mut names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    /// The names in a directory, and whether each is a symbolic link, where that is known.
    fn listed(directory: &Path) -> io::Result<Vec<(OsString, Option<bool>)>> {
        let listed = fs::read_dir(directory)?.map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type().ok().map(|kind| kind.is_symlink())))
        });
        let mut listed = listed.collect::<io::Result<Vec<_>>>()?;
        listed.sort_unstable();
        Ok(listed)
    }

    /// One entry; its bytes where it is a file. What is known of it may say that it is no link.
    pub(super) fn entry(&self, disk: &Path, shown: &Utf8Path, path: Utf8PathBuf, is_link: Option<bool>) -> Seen {
        self.entries.fetch_add(1, Ordering::Relaxed);
        let shown = shown.join(&path);
        let seen = |shown, link, found, mode| {
            let entry = Entry { path, link, found, mode, file: FileId(0), beneath: self.beneath };
            Seen { entry, shown }
        };
        if let Some(Some((bytes, mode))) = self.pending.get(&shown) {
            return seen(shown, None, Found::File(Arc::clone(bytes)), *mode);
        }
        if self.pending.holds(&shown) && fs::symlink_metadata(disk).is_err() {
            return seen(shown, None, Found::Directory, 0o755);
        }
        let link = if is_link == Some(false) { None } else { fs::read_link(disk).ok() };
        let link = link.map(|target| Utf8PathBuf::from(target.to_string_lossy().into_owned()));
        let mut mode = 0;
        let found = match self.follow(disk, link.is_some()) {
            Ok(Some((real, metadata))) => {
                mode = metadata.permissions().mode() & 0o7777;
                self.found(real.as_deref().unwrap_or(disk), &metadata)
            }
            Ok(None) => Found::Outside,
            Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied) => {
                Found::Unreadable(error.to_string())
            }
            Err(_) => Found::Nothing,
        };
        seen(shown, link, found, mode)
    }

    /// What is behind an entry, and its real path where that is another; nothing where it is outside of what may be read.
    fn follow(&self, disk: &Path, is_link: bool) -> io::Result<Option<(Option<PathBuf>, Metadata)>> {
        if !is_link {
            return Ok(Some((None, fs::symlink_metadata(disk)?)));
        }
        let mut at = disk.to_owned();
        for _ in 0..MAX_LINKS {
            let Ok(target) = fs::read_link(&at) else {
                let real = fs::canonicalize(&at)?;
                if !self.roots.iter().any(|root| real.starts_with(root)) {
                    return Ok(None);
                }
                let metadata = fs::symlink_metadata(&real)?;
                return Ok(Some((Some(real), metadata)));
            };
            at = match (&self.image, target.strip_prefix("/")) {
                (Some(image), Ok(inside)) => image.join(inside),
                _ => at.parent().unwrap_or(Path::new("/")).join(target),
            };
            // Before anything outside is even looked at.
            let real = fs::canonicalize(at.parent().unwrap_or(Path::new("/")))?;
            if !self.roots.iter().any(|root| real.starts_with(root)) {
                return Ok(None);
            }
        }
        Err(io::Error::other("too many links"))
    }

    fn found(&self, real: &Path, metadata: &Metadata) -> Found {
        if metadata.is_dir() {
            return Found::Directory;
        }
        if !metadata.is_file() {
            return Found::Special;
        }
        if metadata.len() > MAX_FILE {
            return Found::Unreadable(format!("larger than {} MiB", MAX_FILE >> 20));
        }
        // What nobody may read is told by opening it.
        if metadata.len() == 0 && metadata.permissions().mode() & 0o444 != 0 {
            return Found::File(Arc::from([]));
        }
        if self.bytes.load(Ordering::Relaxed) > MAX_BYTES {
            return Found::Unreadable(format!("more than {} MiB have been read", MAX_BYTES >> 20));
        }
        match open(real).and_then(|file| disk::rest(file, metadata.len(), MAX_FILE)) {
            Ok(bytes) => {
                self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                Found::File(Arc::from(bytes))
            }
            Err(error) => Found::Unreadable(error.to_string()),
        }
    }

    /// Everything below a definition, each directory's in order of the names' bytes; links to directories are not entered,
    /// but where s6-rc-compile lists them.
    pub(super) fn below(&self, disk: &Path, shown: &Utf8Path) -> io::Result<Vec<Seen>> {
        let mut entries: Vec<Seen> = Vec::new();
        let mut open = vec![(disk.to_owned(), Utf8PathBuf::new(), 0)];
        while let Some((directory, below, depth)) = open.pop() {
            let mut names = match Self::listed(&directory) {
                Ok(names) => names,
                Err(error) if depth == 0 => return Err(error),
                Err(_) if self.pending.holds(&shown.join(&below)) => Vec::new(),
                Err(error) => {
                    let unlisted = entries.iter_mut().find(|seen| seen.entry.path == below);
                    if let Some(seen) = unlisted {
                        seen.entry.found = Found::Unreadable(error.to_string());
                    }
                    continue;
                }
            };
            self.add_pending(&mut names, &shown.join(&below));
            for (name, is_link) in names {
                if self.entries.load(Ordering::Relaxed) > MAX_ENTRIES {
                    return Err(io::Error::other(format!("more than {MAX_ENTRIES} entries")));
                }
                let path = below.join(name.to_string_lossy().as_ref());
                let disk = directory.join(&name);
                let seen = self.entry(&disk, shown, path.clone(), is_link);
                let listed = depth == 0 && matches!(path.as_str(), "dependencies.d" | "contents.d");
                let is_entered = seen.entry.link.is_none() || listed;
                if matches!(seen.entry.found, Found::Directory) && depth < MAX_DEPTH && is_entered {
                    open.push((disk, path, depth + 1));
                }
                entries.push(seen);
            }
        }
        Ok(entries)
    }

    /// Adds the names of files that are to be there, and drops those of files that are to go.
    fn add_pending(&self, names: &mut Vec<(OsString, Option<bool>)>, directory: &Utf8Path) {
        if self.pending.is_empty() {
            return;
        }
        names.retain(|(name, _)| self.pending.get(&directory.join(name.to_string_lossy().as_ref())) != Some(&None));
        for name in self.pending.names(directory) {
            if !names.iter().any(|(known, _)| known.as_os_str() == name.as_str()) {
                names.push((name.into(), None));
            }
        }
    }

    /// A path of the image, links in any of its parts followed inside of it.
    pub(super) fn in_image(&self, image: &Utf8Path, path: &str) -> Option<Seen> {
        let shown = path.trim_start_matches('/');
        let root = fs::canonicalize(image).ok()?;
        if matches!(self.pending.get(&image.join(shown)), Some(Some(_))) {
            return Some(self.entry(&root.join(shown), image, Utf8PathBuf::from(shown), None));
        }
        let mut parts: Vec<OsString> = parts_of(Path::new(path));
        let mut at = root.clone();
        let mut links = 0;
        while let Some(part) = parts.pop() {
            if part == ".." {
                if at != root {
                    at.pop();
                }
                continue;
            }
            at.push(&part);
            if let Ok(target) = fs::read_link(&at) {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                if target.is_absolute() {
                    at.clone_from(&root);
                } else {
                    at.pop();
                }
                parts.extend(parts_of(&target));
            }
        }
        fs::symlink_metadata(&at).ok()?;
        Some(self.entry(&at, image, Utf8PathBuf::from(shown), None))
    }
}

/// Opens what was a file when it was looked at; what took its place meanwhile is neither waited for nor followed.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// The parts of a path, the last first.
fn parts_of(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter_map(|component| match component {
        std::path::Component::Normal(part) => Some(part.to_owned()),
        std::path::Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts
}
