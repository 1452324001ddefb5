//! Single entries.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::time::SystemTime;

use camino::Utf8Path;

use crate::s6rc::plan::Entry;
use crate::s6rc::write::{How, WriteError, io_error};

/// Makes a file where there is none.
pub(super) fn create(path: &Utf8Path, bytes: &[u8], mode: u32, how: How<'_>) -> Result<(), WriteError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    fill(&file.map_err(io_error("create", path))?, path, bytes, mode, how)
}

fn fill(mut file: &File, path: &Utf8Path, bytes: &[u8], mode: u32, how: How<'_>) -> Result<(), WriteError> {
    file.write_all(bytes).map_err(io_error("write", path))?;
    // The process's mask has no part in it.
    file.set_permissions(Permissions::from_mode(mode)).map_err(io_error("set the mode of", path))?;
    set_time(file, how.time).map_err(io_error("set the time of", path))?;
    if how.sync { file.sync_all().map_err(io_error("write", path)) } else { Ok(()) }
}

/// Gives a file or a directory a time, where one is said.
pub(super) fn set_time(file: &File, time: Option<SystemTime>) -> io::Result<()> {
    time.map_or(Ok(()), |time| file.set_modified(time))
}

/// Puts an entry in the place of another in one step: it is made in `beside`, which is on the same file system, and moved.
pub(super) fn replace(
    path: &Utf8Path,
    entry: &Entry,
    beside: &Utf8Path,
    prefix: &str,
    how: How<'_>,
) -> Result<(), WriteError> {
    match entry {
        Entry::File { bytes, mode } => {
            let file = tempfile::Builder::new().prefix(prefix).tempfile_in(beside);
            let file = file.map_err(plain).map_err(io_error("write in", beside))?;
            fill(file.as_file(), path, bytes, *mode, how)?;
            file.persist(path).map_err(|error| io_error("replace", path)(error.error))?;
            Ok(())
        }
        Entry::Link(target) => {
            let holder = tempfile::Builder::new().prefix(prefix).tempdir_in(beside);
            let holder = holder.map_err(plain).map_err(io_error("write in", beside))?;
            let link = holder.path().join("link");
            symlink(target, &link).map_err(io_error("link", path))?;
            fs::rename(&link, path).map_err(io_error("replace", path))
        }
        Entry::Directory => Ok(()),
    }
}

/// What the operating system said, without the name that was made up for what should have been made, which `tempfile` adds.
pub(super) fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    let said = text.split(" at path \"").next().unwrap_or_default();
    if error.raw_os_error().is_some() { error } else { io::Error::new(error.kind(), said.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_a_name_that_was_made_up() {
        let nowhere = Utf8Path::new("/proc/not-there");
        let entry = Entry::File { bytes: Vec::new(), mode: 0o644 };
        let refused = replace(&nowhere.join("x"), &entry, nowhere, ".made-up-", How::default());
        let said = refused.unwrap_err().to_string();
        assert_eq!(said, "cannot write in /proc/not-there: No such file or directory (os error 2)");
    }
}
