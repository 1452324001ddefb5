//! Reading one file of the disk, as every reader here does: a regular file, within a limit, and never waiting for anybody. And what
//! errors and mount points mean.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{AtFlags, OFlags, StatxAttributes, StatxFlags, statat, statx};
use rustix::io::Errno;

/// Opens a regular file of at most `limit` bytes; links are followed.
///
/// # Errors
///
/// As the operating system says; "not a regular file" and "larger than …" else. A named pipe or a device is not waited for.
pub fn open(path: impl AsRef<Path>, limit: u64) -> io::Result<(File, Metadata)> {
    opened(path.as_ref(), limit, OFlags::NONBLOCK)
}

/// As [`open`], where a link is refused instead of followed.
///
/// # Errors
///
/// See [`open`].
pub fn open_no_link(path: impl AsRef<Path>, limit: u64) -> io::Result<(File, Metadata)> {
    opened(path.as_ref(), limit, OFlags::NONBLOCK | OFlags::NOFOLLOW)
}

fn opened(path: &Path, limit: u64, flags: OFlags) -> io::Result<(File, Metadata)> {
    let flags = (flags | OFlags::NOCTTY).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
            let refused = is_link && flags & OFlags::NOFOLLOW.bits().cast_signed() != 0;
            return Err(if refused { io::Error::other("a symbolic link, which is not followed") } else { error });
        }
        // A socket, or a device that nobody serves.
        Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => return Err(irregular()),
        opened => opened?,
    };
    regular(file, limit)
}

fn irregular() -> io::Error {
    io::Error::other("not a regular file")
}

/// An open file that is a regular one of at most `limit` bytes.
///
/// # Errors
///
/// See [`open`].
pub fn regular(file: File, limit: u64) -> io::Result<(File, Metadata)> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(irregular());
    }
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    Ok((file, metadata))
}

/// The bytes of a regular file of at most `limit` bytes.
///
/// # Errors
///
/// See [`open`].
pub fn read(path: impl AsRef<Path>, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path, limit)?;
    rest(file, metadata.len(), limit)
}

/// As [`read`], where a link is refused instead of followed.
///
/// # Errors
///
/// See [`open`].
pub fn read_no_link(path: impl AsRef<Path>, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open_no_link(path, limit)?;
    rest(file, metadata.len(), limit)
}

/// The bytes of an open file that had so many; one that grows above the limit meanwhile is refused too, as are those of `/proc`,
/// which say that they are empty.
///
/// # Errors
///
/// As the operating system says, and "larger than …".
pub fn rest(mut file: File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).unwrap_or_default();
    let mut bytes = vec![0; size + 1];
    let read = match file.read(&mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        read => read?,
    };
    bytes.truncate(read);
    // As many as there were, and no more although there was room: one call is enough.
    if read != size {
        file.take((limit + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// Whether something is mounted at a directory, which is named below another one that is open.
///
/// # Errors
///
/// As the operating system says.
pub fn is_mounted(around: impl AsFd, directory: &Path) -> io::Result<bool> {
    match statx(&around, directory, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS) {
        Ok(found) if found.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT) => {
            Ok(found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
        }
        // Before Linux 5.8: a file system of its own, at least.
        Ok(_) | Err(Errno::NOSYS) => {
            let above = statat(&around, directory.join(".."), AtFlags::empty())?;
            Ok(above.st_dev != statat(&around, directory, AtFlags::SYMLINK_NOFOLLOW)?.st_dev)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether an error says that there is nothing at a path, and not that it cannot be told.
pub fn says_nothing_is_there(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG))
}

fn too_large(limit: u64) -> io::Error {
    io::Error::other(format!("larger than {} MiB", limit >> 20))
}
