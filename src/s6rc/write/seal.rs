//! Whether a manifest is the very one that hermesc wrote there, and not a copy of it, or one that somebody touched since: then
//! what is older than it need not be read. It is told by the time of the directory, of which the fraction of a second is made of
//! where the manifest lies and when it was changed last.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Stat, fstat, statat};
use sha2::{Digest, Sha256};

use camino::Utf8Path;

use crate::s6rc::write::manifest::MANIFEST;

/// Nanoseconds in a second.
const SECOND: u64 = 1_000_000_000;

/// Marks a directory whose manifest was just written. Where its file system keeps no such time, everything is read.
pub(super) fn set(directory: &Utf8Path) -> io::Result<()> {
    let open = File::open(directory)?;
    let manifest = statat(&open, MANIFEST, AtFlags::SYMLINK_NOFOLLOW)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Not later than now.
    let second = Duration::from_secs(now.as_secs().saturating_sub(1));
    open.set_modified(SystemTime::UNIX_EPOCH + second + Duration::from_nanos(fraction(&manifest)))
}

/// Whether a directory was marked, and neither it nor the manifest was changed since.
pub(super) fn holds(directory: impl AsFd, manifest: &Stat) -> bool {
    fstat(directory).is_ok_and(|found| found.st_mtime_nsec == fraction(manifest))
}

fn fraction(manifest: &Stat) -> u64 {
    let mut hash = Sha256::new();
    hash.update(format!("{} {} {} {}", manifest.st_dev, manifest.st_ino, manifest.st_ctime, manifest.st_ctime_nsec));
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte)) % SECOND
}
