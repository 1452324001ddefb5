//! A file tree on disk: the only place that writes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::s6rc::plan::{Entry, FileTree};

/// The file that says which entries of a directory hermesc wrote. s6-rc-compile skips names that begin with a dot.
pub const MANIFEST: &str = ".hermesc.json";

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    version: u32,
    /// Paths below the directory, in order.
    entries: BTreeSet<Utf8PathBuf>,
}

/// Why nothing, or not all, was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The directory holds something that hermesc did not write.
    #[error("{directory} holds files that hermesc did not write, such as {example}")]
    Foreign {
        /// The directory.
        directory: Utf8PathBuf,
        /// One of them.
        example: String,
    },
    /// The manifest is not one.
    #[error("{path} is not a manifest of hermesc: {reason}")]
    Manifest {
        /// Its path.
        path: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: Utf8PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// What a write did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Files and links that are new or different now.
    pub changed: usize,
    /// Files and links that were as they should be.
    pub unchanged: usize,
    /// Entries of an earlier run that were removed.
    pub removed: usize,
}

fn io_error<'p>(action: &'static str, path: &'p Utf8Path) -> impl FnOnce(io::Error) -> WriteError + 'p {
    move |source| WriteError::Io { action, path: path.to_owned(), source }
}

/// Writes a tree into a directory: what is as it should be is not touched, what an earlier run wrote and this one does
/// not is removed, and foreign files are kept.
///
/// # Errors
///
/// [`WriteError`]; a directory that holds foreign files is refused unless `force` is set.
pub fn write(tree: &FileTree, directory: &Utf8Path, force: bool) -> Result<Written, WriteError> {
    let before = read_manifest(directory)?;
    if before.is_none() && !force {
        refuse_foreign(directory)?;
    }
    std::fs::create_dir_all(directory).map_err(io_error("create", directory))?;
    // The manifest first, with old and new names: whatever happens next, no name of ours is taken for a foreign one.
    let old = before.map(|manifest| manifest.entries).unwrap_or_default();
    let new: BTreeSet<Utf8PathBuf> = tree.entries.keys().cloned().collect();
    // The deepest first, so that directories are empty when their turn comes.
    let mut stale: Vec<&Utf8PathBuf> = old.difference(&new).collect();
    stale.reverse();
    if !stale.is_empty() || old != new {
        write_manifest(directory, old.union(&new).cloned().collect())?;
    }
    let mut written = Written::default();
    for path in stale {
        written.removed += usize::from(remove(&directory.join(path))?);
    }
    for (path, entry) in &tree.entries {
        let path = directory.join(path);
        match put(&path, entry, tree.directory_mode)? {
            Some(true) => written.changed += 1,
            Some(false) => written.unchanged += 1,
            None => {}
        }
    }
    write_manifest(directory, new)?;
    Ok(written)
}

/// Writes one file, whole or not at all, with the directories above it.
///
/// # Errors
///
/// [`WriteError::Io`].
pub fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), WriteError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(io_error("create", parent))?;
    }
    put(path, &Entry::File { bytes: bytes.to_vec(), mode: 0o644 }, 0o755)?;
    Ok(())
}

fn refuse_foreign(directory: &Utf8Path) -> Result<(), WriteError> {
    let entries = match directory.read_dir_utf8() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("read", directory)(error)),
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        names.push(entry.map_err(io_error("read", directory))?.file_name().to_owned());
    }
    match names.into_iter().min() {
        Some(example) => Err(WriteError::Foreign { directory: directory.to_owned(), example }),
        None => Ok(()),
    }
}

fn read_manifest(directory: &Utf8Path) -> Result<Option<Manifest>, WriteError> {
    let path = directory.join(MANIFEST);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| WriteError::Manifest { path: path.clone(), reason: error.to_string() })?;
    let outside = |entry: &&Utf8PathBuf| {
        !entry.components().all(|component| matches!(component, camino::Utf8Component::Normal(_)))
    };
    if let Some(entry) = manifest.entries.iter().find(outside) {
        return Err(WriteError::Manifest { path, reason: format!("{entry} is not below the directory") });
    }
    if manifest.version != 1 {
        return Err(WriteError::Manifest {
            path,
            reason: format!("its version is {}, and this program knows 1", manifest.version),
        });
    }
    Ok(Some(manifest))
}

fn write_manifest(directory: &Utf8Path, entries: BTreeSet<Utf8PathBuf>) -> Result<(), WriteError> {
    let path = directory.join(MANIFEST);
    let mut bytes = serde_json::to_vec_pretty(&Manifest { version: 1, entries })
        .map_err(|error| WriteError::Manifest { path: path.clone(), reason: error.to_string() })?;
    bytes.push(b'\n');
    put(&path, &Entry::File { bytes, mode: 0o644 }, 0o755)?;
    Ok(())
}

/// Removes what an earlier run wrote; a directory only if nothing is left in it.
fn remove(path: &Utf8Path) -> Result<bool, WriteError> {
    let Ok(metadata) = path.symlink_metadata() else { return Ok(false) };
    let result = if metadata.is_dir() { std::fs::remove_dir(path) } else { std::fs::remove_file(path) };
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
        Err(error) => Err(io_error("remove", path)(error)),
    }
}

/// Puts one entry in place, whole or not at all; says whether it is new, and nothing for a directory.
fn put(path: &Utf8Path, entry: &Entry, directory_mode: u32) -> Result<Option<bool>, WriteError> {
    match entry {
        Entry::Directory => {
            if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                std::fs::create_dir(path).map_err(io_error("create", path))?;
            }
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(directory_mode))
                .map_err(io_error("set the mode of", path))?;
            Ok(None)
        }
        Entry::File { bytes, mode } => {
            let current = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file);
            let same = current.is_some_and(|metadata| {
                metadata.len() == bytes.len() as u64
                    && metadata.permissions().mode() & 0o7777 == *mode
                    && std::fs::read(path).is_ok_and(|known| known == *bytes)
            });
            if same {
                return Ok(Some(false));
            }
            let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
            let mut file = tempfile::Builder::new()
                .prefix(".hermesc-")
                .tempfile_in(parent)
                .map_err(io_error("write in", parent))?;
            file.write_all(bytes).map_err(io_error("write", path))?;
            file.as_file()
                .set_permissions(std::fs::Permissions::from_mode(*mode))
                .map_err(io_error("set the mode of", path))?;
            file.persist(path).map_err(|error| io_error("replace", path)(error.error))?;
            Ok(Some(true))
        }
        Entry::Link(target) => {
            if std::fs::read_link(path).is_ok_and(|known| known == target.as_std_path()) {
                return Ok(Some(false));
            }
            remove(path)?;
            symlink(target, path).map_err(io_error("link", path))?;
            Ok(Some(true))
        }
    }
}
