//! Other file systems below an output: they are kept, and what is in them is nobody's to move or to remove.

use std::fs;
use std::io;

use camino::Utf8Path;
use rustix::fs::CWD;
use rustix::io::Errno;

use crate::disk;

/// Whether something is mounted at a directory.
pub(super) fn is_mounted(directory: &Utf8Path) -> io::Result<bool> {
    disk::is_mounted(CWD, directory.as_std_path())
}

/// Removes a directory and what is in it, but nothing that is mounted there.
pub(super) fn remove_all(directory: &Utf8Path) -> io::Result<()> {
    if is_mounted(directory)? {
        return Err(Errno::BUSY.into());
    }
    // What cannot be removed is no reason to leave the rest.
    let mut result = Ok(());
    for entry in directory.read_dir_utf8()? {
        let entry = entry?;
        let removed =
            if entry.file_type()?.is_dir() { remove_all(entry.path()) } else { fs::remove_file(entry.path()) };
        result = result.and(removed);
    }
    result.and_then(|()| fs::remove_dir(directory))
}
