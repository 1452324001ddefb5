//! The disk: every entry below a definition, within limits, and nothing outside of what was asked for.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Entry, Found};
use crate::s6rc::read::Pending;
use crate::source::SourceMap;

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

/// Reads directories.
pub(super) struct Scanner<'s> {
    /// Where files are kept.
    pub(super) sources: &'s mut SourceMap,
    /// The real paths below which files may be read.
    roots: Vec<PathBuf>,
    /// The image's root, for links that begin with `/`.
    image: Option<PathBuf>,
    bytes: u64,
    entries: usize,
    /// Whether what is read now is only there to define names.
    pub(super) beneath: bool,
    /// Files that are to be other than they are.
    pub(super) pending: Pending,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(sources: &'s mut SourceMap) -> Self {
        Self {
            sources,
            roots: Vec::new(),
            image: None,
            bytes: 0,
            entries: 0,
            beneath: false,
            pending: Pending::default(),
        }
    }

    /// Allows what is below a directory to be read, and says where its image begins.
    pub(super) fn allow(&mut self, root: &Utf8Path, image: Option<&Utf8Path>) {
        self.image = image.and_then(|image| fs::canonicalize(image).ok());
        self.roots.extend(fs::canonicalize(root));
        self.roots.extend(self.image.clone());
    }

    /// The names in a source, in order of their bytes.
    pub(super) fn names(directory: &Path) -> io::Result<Vec<std::ffi::OsString>> {
        let mut names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    /// One entry; its bytes where it is a file.
    pub(super) fn entry(&mut self, disk: &Path, shown: &Utf8Path, path: Utf8PathBuf) -> Entry {
        self.entries += 1;
        let shown_path = shown.join(&path);
        if let Some(Some((bytes, mode))) = self.pending.get(&shown_path) {
            let (found, mode) = (Found::File(Arc::clone(bytes)), *mode);
            let file = self.sources.add(shown_path, Arc::clone(bytes));
            return Entry { path, link: None, found, mode, file, beneath: self.beneath };
        }
        if self.pending.holds(&shown_path) && fs::symlink_metadata(disk).is_err() {
            let file = self.sources.add(shown_path, Arc::<[u8]>::from([]));
            return Entry { path, link: None, found: Found::Directory, mode: 0o755, file, beneath: self.beneath };
        }
        let link = fs::read_link(disk).ok().map(|target| Utf8PathBuf::from(target.to_string_lossy().into_owned()));
        let mut mode = 0;
        let found = match self.follow(disk, link.is_some()) {
            Ok(Some((real, metadata))) => {
                mode = metadata.permissions().mode() & 0o7777;
                self.found(&real, &metadata)
            }
            Ok(None) => Found::Outside,
            Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied) => {
                Found::Unreadable(error.to_string())
            }
            Err(_) => Found::Nothing,
        };
        let bytes: Arc<[u8]> = match &found {
            Found::File(bytes) => Arc::clone(bytes),
            _ => Arc::from([]),
        };
        let file = self.sources.add(shown_path, bytes);
        Entry { path, link, found, mode, file, beneath: self.beneath }
    }

    /// The real path behind an entry, unless it is outside of what may be read.
    fn follow(&self, disk: &Path, is_link: bool) -> io::Result<Option<(PathBuf, Metadata)>> {
        if !is_link {
            return Ok(Some((disk.to_owned(), fs::symlink_metadata(disk)?)));
        }
        let mut at = disk.to_owned();
        for _ in 0..MAX_LINKS {
            let Ok(target) = fs::read_link(&at) else {
                let real = fs::canonicalize(&at)?;
                if !self.roots.iter().any(|root| real.starts_with(root)) {
                    return Ok(None);
                }
                let metadata = fs::symlink_metadata(&real)?;
                return Ok(Some((real, metadata)));
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

    fn found(&mut self, real: &Path, metadata: &Metadata) -> Found {
        if metadata.is_dir() {
            return Found::Directory;
        }
        if !metadata.is_file() {
            return Found::Special;
        }
        if metadata.len() > MAX_FILE {
            return Found::Unreadable(format!("larger than {} MiB", MAX_FILE >> 20));
        }
        if self.bytes > MAX_BYTES {
            return Found::Unreadable(format!("more than {} MiB have been read", MAX_BYTES >> 20));
        }
        let mut bytes = Vec::new();
        match File::open(real).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes)) {
            Ok(read) => {
                self.bytes += read as u64;
                Found::File(Arc::from(bytes))
            }
            Err(error) => Found::Unreadable(error.to_string()),
        }
    }

    /// Everything below a definition, in order of the paths' bytes; links to directories are not entered, but where
    /// s6-rc-compile lists them.
    pub(super) fn below(&mut self, disk: &Path, shown: &Utf8Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut open = vec![(disk.to_owned(), Utf8PathBuf::new(), 0)];
        while let Some((directory, below, depth)) = open.pop() {
            let mut names = match Self::names(&directory) {
                Ok(names) => names,
                Err(error) if depth == 0 => return Err(error),
                Err(_) if self.pending.holds(&shown.join(&below)) => Vec::new(),
                Err(_) => continue,
            };
            self.add_pending(&mut names, &shown.join(&below));
            for name in names {
                if self.entries > MAX_ENTRIES {
                    return Err(io::Error::other(format!("more than {MAX_ENTRIES} entries")));
                }
                let path = below.join(name.to_string_lossy().as_ref());
                let disk = directory.join(&name);
                let entry = self.entry(&disk, shown, path.clone());
                let listed = depth == 0 && matches!(path.as_str(), "dependencies.d" | "contents.d");
                if matches!(entry.found, Found::Directory) && depth < MAX_DEPTH && (entry.link.is_none() || listed) {
                    open.push((disk, path, depth + 1));
                }
                entries.push(entry);
            }
        }
        entries.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
        Ok(entries)
    }

    /// Adds the names of files that are to be there, and drops those of files that are to go.
    fn add_pending(&self, names: &mut Vec<std::ffi::OsString>, directory: &Utf8Path) {
        names.retain(|name| self.pending.get(&directory.join(name.to_string_lossy().as_ref())) != Some(&None));
        for name in self.pending.names(directory) {
            if !names.iter().any(|known| known.as_os_str() == name.as_str()) {
                names.push(name.into());
            }
        }
    }

    /// A path of the image, links in any of its parts followed inside of it.
    pub(super) fn in_image(&mut self, image: &Utf8Path, path: &str) -> Option<Entry> {
        let shown = path.trim_start_matches('/');
        let root = fs::canonicalize(image).ok()?;
        if matches!(self.pending.get(&image.join(shown)), Some(Some(_))) {
            return Some(self.entry(&root.join(shown), image, Utf8PathBuf::from(shown)));
        }
        let mut parts: Vec<std::ffi::OsString> = parts_of(Path::new(path));
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
        Some(self.entry(&at, image, Utf8PathBuf::from(shown)))
    }
}

/// The parts of a path, the last first.
fn parts_of(path: &Path) -> Vec<std::ffi::OsString> {
    let parts = path.components().filter_map(|component| match component {
        std::path::Component::Normal(part) => Some(part.to_owned()),
        std::path::Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts
}
