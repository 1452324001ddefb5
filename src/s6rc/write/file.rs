//! One file that somebody named, such as that of `-o`.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

use crate::disk;
use crate::s6rc::write::{WriteError, create, io_error};

/// Paths that name what a process has open, be it a file.
const OPEN: &[&str] = &["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc"];

/// See [`super::write_file`].
pub(super) fn write(path: &Utf8Path, bytes: &[u8]) -> Result<(), WriteError> {
    let there = match path.metadata() {
        Ok(metadata) => Some(metadata),
        Err(error) if disk::says_nothing_is_there(&error) => None,
        Err(error) => return Err(io_error("write", path)(error)),
    };
    let is_file = there.as_ref().is_none_or(|there| there.is_file() || there.is_dir());
    if !is_file || OPEN.iter().any(|open| path.starts_with(open)) {
        return to_stream(path, bytes).map_err(io_error("write", path));
    }
    let place =
        if path.is_symlink() { path.canonicalize_utf8().map_err(io_error("write", path))? } else { path.into() };
    whole(&place, bytes, there.as_ref())
}

/// In one step; beside its place first.
fn whole(path: &Utf8PathBuf, bytes: &[u8], before: Option<&Metadata>) -> Result<(), WriteError> {
    let above = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    fs::create_dir_all(above).map_err(io_error("create", above))?;
    // The process's mask has its part in the mode of what is new.
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(".hermesc-").permissions(Permissions::from_mode(0o666));
    let file = builder.tempfile_in(above).map_err(create::plain).map_err(io_error("write in", above))?;
    let mut open: &File = file.as_file();
    if let Some(before) = before {
        let now = open.metadata().map_err(io_error("write", path))?;
        if (before.uid(), before.gid()) != (now.uid(), now.gid()) {
            // Where that is not allowed it is whose who wrote it.
            let _ = fchown(open, Some(before.uid()), Some(before.gid()));
        }
        let mode = Permissions::from_mode(before.permissions().mode() & 0o7777);
        open.set_permissions(mode).map_err(io_error("set the mode of", path))?;
    }
    open.write_all(bytes).map_err(io_error("write", path))?;
    file.persist(path).map_err(|error| io_error("replace", path)(error.error))?;
    Ok(())
}

/// As it comes, to what is no file.
fn to_stream(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    // Behind what this process and others have written there.
    match path.as_str() {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => {
            let mut out = io::stdout().lock();
            return out.write_all(bytes).and_then(|()| out.flush());
        }
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => return io::stderr().write_all(bytes),
        _ => {}
    }
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let mut file = match OpenOptions::new().append(true).custom_flags(flags).open(path) {
        Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
            return Err(io::Error::other("nobody reads it"));
        }
        opened => opened?,
    };
    // Nobody was waited for, but whoever reads may take time.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, symlink};

    #[test]
    fn what_is_there_stays_what_it_is() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| Utf8PathBuf::from_path_buf(place.path().join(name)).unwrap();
        let mode = |name: &str| at(name).metadata().unwrap().permissions().mode() & 0o7777;
        fs::write(at("private"), "").unwrap();
        fs::set_permissions(at("private"), Permissions::from_mode(0o600)).unwrap();
        symlink("private", at("link")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        write(&at("link"), b"one").unwrap();
        assert_eq!((fs::read(at("private")).unwrap(), mode("private")), (b"one".to_vec(), 0o600));
        assert!(at("link").is_symlink());
        assert!(write(&at("dangling"), b"one").is_err());
        write(&at("new/file"), b"two").unwrap();
        fs::write(at("other"), "").unwrap();
        assert_eq!(mode("new/file"), mode("other"));
        write(Utf8Path::new("/dev/null"), b"three").unwrap();
        assert!(Utf8Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
        assert!(write(place.path().try_into().unwrap(), b"four").is_err());
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_not_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let fifo = Utf8PathBuf::from_path_buf(place.path().join("fifo")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        assert!(write(&fifo, b"one").unwrap_err().to_string().contains("nobody reads it"));
        let path = fifo.clone();
        let reader = std::thread::spawn(move || fs::read(path).unwrap());
        while write(&fifo, b"two").is_err() {
            std::thread::yield_now();
        }
        assert_eq!(reader.join().unwrap(), b"two");
    }
}
