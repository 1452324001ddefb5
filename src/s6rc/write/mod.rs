//! A file tree on disk: the only place that writes.
//!
//! What is there is compared with what is to be. Where a directory has to change, its new state is made beside the output,
//! out of hard links to what stays, and the two are exchanged in one step: whoever reads sees the whole old tree or the whole
//! new one, and a run that was killed leaves one of them. See `docs/emit.md`.

mod changes;
mod create;
mod file;
mod items;
mod lock;
mod look;
mod make;
mod manifest;
mod mount;
mod place;
mod rescue;
mod seal;
mod stage;
mod stamp;
mod text;
mod trail;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

pub use changes::{Changes, Lost, Way, compare, current};
pub use manifest::MANIFEST;

use crate::s6rc::plan::FileTree;
use changes::Sides;
use manifest::{Manifest, Stored};
use stage::Job;

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
    /// Something that hermesc did not write so would be lost.
    #[error("{} in {directory} would be lost: {}", count(.lost), first(.lost))]
    WouldLose {
        /// The directory.
        directory: Utf8PathBuf,
        /// What would be lost.
        lost: Vec<Lost>,
    },
    /// The manifest is not one.
    #[error("{path} is not a manifest of hermesc: {reason}")]
    Manifest {
        /// Its path.
        path: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Somebody else writes there.
    #[error("another hermesc{} has been writing to {directory} for too long", .holder.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked {
        /// The directory.
        directory: Utf8PathBuf,
        /// The process, where that could be found out.
        holder: Option<u32>,
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

fn count(lost: &[Lost]) -> String {
    if lost.len() == 1 { "a change by hand".to_owned() } else { format!("{} changes by hand", lost.len()) }
}

fn first(lost: &[Lost]) -> String {
    let shown: Vec<&str> = lost.iter().take(3).map(|one| one.path.as_str()).collect();
    format!("{}{}", shown.join(", "), if lost.len() > shown.len() { ", …" } else { "" })
}

/// What a write did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Written {
    /// Files and links that are new or different now.
    pub changed: usize,
    /// Files and links that were as they should be.
    pub unchanged: usize,
    /// Entries of an earlier run that were removed.
    pub removed: usize,
    /// Why it was not done in one step, where it was not.
    pub in_place: Option<String>,
}

/// How to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct How<'p> {
    /// Replace what hermesc did not write, or did not write so.
    pub force: bool,
    /// Wait until everything is on the disk.
    pub sync: bool,
    /// The time of what is written, instead of now.
    pub time: Option<SystemTime>,
    /// Counted up with each file that is at its place in the new tree, for whoever wants to know how far it is.
    pub done: Option<&'p AtomicUsize>,
}

impl How<'_> {
    /// Says that one more file is at its place.
    fn one_done(&self) {
        if let Some(done) = self.done {
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn io_error<'p>(action: &'static str, path: &'p Utf8Path) -> impl FnOnce(io::Error) -> WriteError + 'p {
    move |source| WriteError::Io { action, path: path.to_owned(), source }
}

/// Where is written: the directory, what links it was named by resolved, and what is around it.
struct Output {
    directory: Utf8PathBuf,
    parent: Utf8PathBuf,
}

impl Output {
    fn new(directory: &Utf8Path) -> Result<Self, WriteError> {
        let parent =
            |path: &Utf8Path| path.parent().filter(|parent| !parent.as_str().is_empty()).map(Utf8Path::to_owned);
        if directory.as_str().is_empty() {
            return Err(io_error("write", Utf8Path::new("''"))(io::Error::other("a directory is wanted")));
        }
        // An output that is named by a link is what the link names.
        let directory = match directory.canonicalize_utf8() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if directory.symlink_metadata().is_ok() {
                    return Err(io_error("follow the link", directory)(error));
                }
                let above = parent(directory).unwrap_or_else(|| Utf8PathBuf::from("."));
                std::fs::create_dir_all(&above).map_err(io_error("create", &above))?;
                let real = above.canonicalize_utf8().map_err(io_error("read", &above))?;
                directory.file_name().map_or_else(|| real.clone(), |name| real.join(name))
            }
            Err(error) => return Err(io_error("read", directory)(error)),
        };
        let parent = parent(&directory).unwrap_or_else(|| directory.clone());
        Ok(Self { directory, parent })
    }

    /// What the names of everything that is made beside the output begin with.
    fn prefix(&self) -> String {
        format!(".hermesc-emit-{}-", self.directory.file_name().unwrap_or_default())
    }

    /// The same for what is made in the output itself, in which other outputs may lie.
    const WITHIN: &str = ".hermesc-within-";
}

/// Writes a tree into a directory: what is as it should be is not touched, what an earlier run wrote and this one does
/// not is removed, and foreign files are kept.
///
/// # Errors
///
/// [`WriteError`]; a directory that holds foreign files is refused unless `force` is set, and so is one in which something
/// that hermesc wrote was changed since.
pub fn write(tree: &FileTree, directory: &Utf8Path, how: How<'_>) -> Result<Written, WriteError> {
    let output = Output::new(directory)?;
    let _lock = lock::take(&output)?;
    lock::sweep(&output);
    let stored = Stored::read(&output.directory)?;
    let before = stored.manifest()?;
    if before.is_none() && !how.force {
        changes::refuse_foreign(&output.directory)?;
    }
    let (items, nothing) = (items::items(tree), Manifest::default());
    let after = Manifest::of(&items);
    let (mode, known) = (tree.directory_mode, before.as_ref().unwrap_or(&nothing));
    let sides = Sides { directory: &output.directory, mode, items: &items, before: known, after: &after };
    let changes = sides.compare()?;
    if !how.force && !changes.lost.is_empty() {
        return Err(WriteError::WouldLose { directory: directory.to_owned(), lost: changes.lost });
    }
    let mut written = changes.written();
    let Some(common) = changes.common() else {
        // Only what is known of the tree may be different.
        if before.as_ref() != Some(&after) {
            place::manifest(&output, &after, how)?;
            sealed(&output, how);
        }
        return Ok(written);
    };
    let before = before.as_ref();
    let job = Job { items: &items, mode, output: &output, changes: &changes, before, after: &after, how };
    written.in_place = match stage::exchange(&job, &common) {
        Ok(()) => None,
        // What cannot be done in one step is done file by file.
        Err(stage::Failure::NotPossible(reason)) => {
            place::write(&job)?;
            Some(reason)
        }
        Err(stage::Failure::Error(error)) => return Err(error),
    };
    sealed(&output, how);
    Ok(written)
}

/// Marks what was written, so that the next run need not read it. Where times are said, and where it cannot be, it will.
fn sealed(output: &Output, how: How<'_>) {
    if how.time.is_none() {
        let _ = seal::set(&output.directory);
    }
}

/// Writes one file, whole or not at all, with the directories above it. What is there keeps its mode; what a link leads to is
/// written, not the link. A device or a named pipe, and what a process has open, is written to as it is.
///
/// # Errors
///
/// [`WriteError::Io`].
pub fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), WriteError> {
    file::write(path, bytes)
}

/// As [`write_file`], for a path below a directory: no part of it may be a link.
///
/// # Errors
///
/// [`WriteError::Io`].
pub fn write_file_below(directory: &Utf8Path, path: &Utf8Path, bytes: &[u8]) -> Result<(), WriteError> {
    let parts: Vec<&Utf8Path> = path.ancestors().filter(|part| !part.as_str().is_empty()).collect();
    for part in parts.into_iter().rev() {
        let part = directory.join(part);
        if part.is_symlink() {
            return Err(io_error("write", &part)(io::Error::other("a symbolic link, which is not followed")));
        }
    }
    file::write(&directory.join(path), bytes)
}
