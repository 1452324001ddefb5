//! What one run may read: what lies below the directories that it was given, wherever links lead.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::resolve::Files;

/// Real paths of directories.
#[derive(Debug, Default)]
pub(super) struct Bounds(Vec<Utf8PathBuf>);

/// What to do where a path leads outside.
pub(super) const HELP: &str = "name a directory that holds both on the command line, or put a `hermesc.toml` into one: what is below it may be read";

/// Why a path is not read.
#[derive(Debug, thiserror::Error)]
#[error("outside of the directories that were named")]
struct Outside;

impl Bounds {
    /// Whatever is below these: a directory, the directory of a file, and those `around` them.
    pub(super) fn new(files: &dyn Files, roots: &[Utf8PathBuf], around: &[Utf8PathBuf]) -> Self {
        let directory = |root: &Utf8PathBuf| {
            let is_directory = files.list(root).is_ok_and(|names| names.is_some());
            let above = root.parent().filter(|above| !above.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
            files.real(if is_directory { root } else { above }).ok()
        };
        Self(roots.iter().filter_map(directory).chain(around.iter().filter_map(|at| files.real(at).ok())).collect())
    }

    /// The real path of something that may be read.
    ///
    /// # Errors
    ///
    /// It leads outside, see [`is_outside`], or nowhere.
    pub(super) fn check(&self, files: &dyn Files, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let real = files.real(path)?;
        if self.0.iter().any(|bound| real.starts_with(bound)) { Ok(real) } else { Err(io::Error::other(Outside)) }
    }

    /// The bytes of a file that may be read.
    ///
    /// # Errors
    ///
    /// See [`Bounds::check`]; else as the operating system says.
    pub(super) fn read(&self, files: &dyn Files, path: &Utf8Path) -> io::Result<Vec<u8>> {
        files.read_at(path, &self.check(files, path)?)
    }
}

/// Whether an error is that of a path that leads outside.
pub(super) fn is_outside(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Outside>)
}
