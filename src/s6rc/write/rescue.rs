//! What somebody else wrote into a directory while its new state was made: it comes over before the old state is removed.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use camino::Utf8Path;

use crate::s6rc::write::{WriteError, io_error};

/// Brings what is not ours from the old state of a directory into the new one. `is_ours` is asked for paths below both.
pub(super) fn rescue(
    old: &Utf8Path,
    new: &Utf8Path,
    is_ours: &dyn Fn(&Utf8Path) -> bool,
    below: &Utf8Path,
) -> Result<(), WriteError> {
    let here = if below.as_str().is_empty() { old.to_owned() } else { old.join(below) };
    let entries = here.read_dir_utf8().map_err(io_error("read", &here))?;
    for entry in entries {
        let entry = entry.map_err(io_error("read", &here))?;
        let below = below.join(entry.file_name());
        let (from, to) = (old.join(&below), new.join(&below));
        if entry.file_type().map_err(io_error("read", &from))?.is_dir() {
            if !is_ours(&below) && is_missing(&to).map_err(io_error("read", &to))? {
                fs::rename(&from, &to).map_err(io_error("keep", &to))?;
            } else {
                rescue(old, new, is_ours, &below)?;
            }
        } else if !is_ours(&below) && is_newer(&from, &to).map_err(io_error("read", &from))? {
            let above = to.parent().unwrap_or(new);
            fs::create_dir_all(above).map_err(io_error("create", above))?;
            fs::rename(&from, &to).map_err(io_error("keep", &to))?;
        }
    }
    Ok(())
}

/// Whether nothing is at a path whose directory is there.
fn is_missing(path: &Utf8Path) -> io::Result<bool> {
    let above = path.parent().is_some_and(Utf8Path::is_dir);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(above),
        found => found.map(|_| false),
    }
}

/// Whether something is another one than what has its place, and was not replaced by that.
fn is_newer(old: &Utf8Path, new: &Utf8Path) -> io::Result<bool> {
    let old = old.symlink_metadata()?;
    let new = match new.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        new => new?,
    };
    let time = |of: &fs::Metadata| (of.mtime(), of.mtime_nsec());
    Ok((old.dev(), old.ino()) != (new.dev(), new.ino()) && time(&old) > time(&new))
}
