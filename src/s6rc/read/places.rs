//! Where paths lead, for whoever recognises them: on the disk, or in a revision of a repository.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk;
use crate::s6rc::read::recognise::MAX_LOOKED_AT;
use crate::s6rc::read::{Refusal, links};

/// Where paths lead. An error is a path of which that cannot be told, with the reason.
#[allow(clippy::missing_errors_doc)] // the same for each, and said above
pub trait Places {
    /// Whether a path is a directory, links followed.
    fn is_directory(&self, path: &Path) -> Result<bool, Refusal>;

    /// Whether there is something at a path, be it a link that leads nowhere.
    fn is_there(&self, path: &Path) -> Result<bool, Refusal>;

    /// The names in a directory, be they texts or not; none where there is no directory.
    fn entries(&self, path: &Path) -> Result<Vec<OsString>, Refusal>;

    /// The real path, from the beginning, of what is there.
    fn real(&self, path: &Utf8Path) -> Result<Option<Utf8PathBuf>, Refusal>;

    /// The names in a directory that are texts; none where there is no directory.
    fn names(&self, path: &Utf8Path) -> Result<Vec<String>, Refusal> {
        Ok(self.entries(path.as_std_path())?.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }

    /// The names in a directory of an image, wherever links of the image lead in it; none where there is no directory.
    fn names_in(&self, image: &Utf8Path, path: &str) -> Result<Vec<String>, Refusal> {
        self.names(&image.join(path))
    }

    /// Whether a directory in a directory holds one of these files, or something that has one of the other names. Of those whose
    /// names begin with a dot, none counts.
    fn holds_below(&self, path: &Utf8Path, files: &[&str], others: &[&str]) -> Result<bool, Refusal> {
        // One that cannot be looked at is no reason to forget the others.
        let mut doubt = Ok(false);
        for name in self.entries(path.as_std_path())?.into_iter().take(MAX_LOOKED_AT) {
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            match self.holds(&path.as_std_path().join(name), files, others) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(refusal) => doubt = doubt.and(Err(refusal)),
            }
        }
        doubt
    }

    /// Whether a path is a directory that holds one of these files, or something that has one of the other names.
    fn holds(&self, path: &Path, files: &[&str], others: &[&str]) -> Result<bool, Refusal> {
        if !self.is_directory(path)? {
            return Ok(false);
        }
        for name in files {
            let path = path.join(name);
            if self.is_there(&path)? && !self.is_directory(&path)? {
                return Ok(true);
            }
        }
        for name in others {
            if self.is_there(&path.join(name))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The disk.
pub(super) struct OnDisk;

/// What was found at a path; nothing where nothing is there.
fn found<T>(path: &Path, found: io::Result<T>) -> Result<Option<T>, Refusal> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if disk::says_nothing_is_there(&error) => Ok(None),
        Err(error) => Err((Utf8PathBuf::from(path.to_string_lossy().into_owned()), error)),
    }
}

impl Places for OnDisk {
    fn is_directory(&self, path: &Path) -> Result<bool, Refusal> {
        Ok(found(path, path.metadata())?.is_some_and(|metadata| metadata.is_dir()))
    }

    fn is_there(&self, path: &Path) -> Result<bool, Refusal> {
        Ok(found(path, path.symlink_metadata())?.is_some())
    }

    fn entries(&self, path: &Path) -> Result<Vec<OsString>, Refusal> {
        let listed = path.read_dir().and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
        Ok(found(path, listed)?.unwrap_or_default())
    }

    fn real(&self, path: &Utf8Path) -> Result<Option<Utf8PathBuf>, Refusal> {
        let Some(real) = found(path.as_std_path(), path.as_std_path().canonicalize())? else { return Ok(None) };
        Utf8PathBuf::from_path_buf(real)
            .map(Some)
            .map_err(|_| (path.to_owned(), io::Error::other("its real path is not UTF-8")))
    }

    fn names_in(&self, image: &Utf8Path, path: &str) -> Result<Vec<String>, Refusal> {
        links::names(image, path).map_err(|error| (image.join(path), error))
    }
}
