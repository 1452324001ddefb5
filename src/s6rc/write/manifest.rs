//! What hermesc wrote, and how: the file in the output that tells ours from what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::num::NonZero;
use std::thread;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::write::{WriteError, io_error};

/// The file that says which entries of a directory hermesc wrote. s6-rc-compile skips names that begin with a dot.
pub const MANIFEST: &str = ".hermesc.json";

/// Manifests above this many bytes are refused (128 MiB).
pub const MAX_MANIFEST: u64 = 128 << 20;

/// Of a hash so many bytes are kept: enough to tell a change by hand.
const HASH_BYTES: usize = 16;

/// What was written of one entry: `644 HASH`, `link TARGET`, `directory`.
pub(super) type Stamp = String;

/// What is known of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// What was written, by paths below the directory.
    pub(super) entries: BTreeMap<Utf8PathBuf, Stamp>,
    /// What a run that may not have ended was about to write.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) next: BTreeMap<Utf8PathBuf, Stamp>,
}

/// What version 1 said: names only.
#[derive(Deserialize)]
struct Names {
    entries: BTreeSet<Utf8PathBuf>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Manifest {
    /// What a tree will be.
    pub(super) fn of(tree: &FileTree) -> Self {
        let all: Vec<(&Utf8PathBuf, &Entry)> = tree.entries.iter().collect();
        let stamps = several(&all, |(_, entry)| stamp(entry));
        let entries = all.into_iter().map(|(path, _)| path.clone()).zip(stamps).collect();
        Self { version: 2, entries, next: BTreeMap::new() }
    }

    /// What is there now, and what will be there soon.
    pub(super) fn with_next(&self, next: &Self) -> Self {
        Self { version: 2, entries: self.entries.clone(), next: next.entries.clone() }
    }

    /// Whether hermesc wrote an entry like this. Version 1 knew names only, which had to do.
    pub(super) fn wrote(&self, path: &Utf8Path, found: &str) -> bool {
        let is = |known: Option<&Stamp>| known.is_some_and(|known| known.is_empty() || known == found);
        is(self.entries.get(path)) || is(self.next.get(path))
    }

    /// Every path of ours.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.entries.keys().chain(self.next.keys().filter(|path| !self.entries.contains_key(*path)))
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Strings and numbers: nothing in it that JSON does not have.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// With fewer entries than this a thread costs more than it brings.
const MANY: usize = 512;

/// The same for each of many, several at a time.
pub(super) fn several<T: Sync, R: Send>(all: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(8);
    if all.len() < MANY || threads < 2 {
        return all.iter().map(one).collect();
    }
    let one = &one;
    thread::scope(|scope| {
        let started: Vec<_> = all
            .chunks(all.len().div_ceil(threads))
            .map(|chunk| (chunk, scope.spawn(move || chunk.iter().map(one).collect::<Vec<R>>())))
            .collect();
        let parts = started.into_iter();
        parts.flat_map(|(chunk, thread)| thread.join().unwrap_or_else(|_| chunk.iter().map(one).collect())).collect()
    })
}

/// What an entry is, in one line.
pub(super) fn stamp(entry: &Entry) -> Stamp {
    match entry {
        Entry::Directory => "directory".to_owned(),
        Entry::Link(target) => format!("link {target}"),
        Entry::File { bytes, mode } => stamp_of(bytes, *mode),
    }
}

/// What a file of these bytes and permission bits is.
pub(super) fn stamp_of(bytes: &[u8], mode: u32) -> Stamp {
    let mut stamp = format!("{mode:o} ");
    for byte in Sha256::digest(bytes).iter().take(HASH_BYTES) {
        let _ = write!(stamp, "{byte:02x}");
    }
    stamp
}

/// The manifest of a directory, if it has one.
pub(super) fn read(directory: &Utf8Path) -> Result<Option<Manifest>, WriteError> {
    let path = directory.join(MANIFEST);
    let bytes = match disk::read_no_link(&path, MAX_MANIFEST) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let wrong = |reason: String| WriteError::Manifest { path: path.clone(), reason };
    let parsed = |error: serde_json::Error| wrong(error.to_string());
    let manifest = match serde_json::from_slice::<Version>(&bytes).map_err(parsed)?.version {
        1 => {
            let names: Names = serde_json::from_slice(&bytes).map_err(parsed)?;
            let entries = names.entries.into_iter().map(|path| (path, Stamp::new())).collect();
            Manifest { version: 2, entries, next: BTreeMap::new() }
        }
        2 => serde_json::from_slice(&bytes).map_err(parsed)?,
        version => return Err(wrong(format!("its version is {version}, and this program knows 1 and 2"))),
    };
    let outside = |entry: &&Utf8PathBuf| {
        entry.as_str().is_empty() || !entry.components().all(|part| matches!(part, Utf8Component::Normal(_)))
    };
    if let Some(entry) = manifest.paths().find(outside) {
        return Err(wrong(format!("{entry} is not below the directory")));
    }
    Ok(Some(manifest))
}
