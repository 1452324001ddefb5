//! One writer at a time, and no litter of those that were killed.

use std::fs::File;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::fs::{FlockOperation, OFlags, flock};

use crate::s6rc::write::{Output, WriteError, mount};

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until nobody else writes beside this output or into it. The locks are on the directory around it, which stays when the
/// output is exchanged, and on the output itself, which is the directory around what is emitted into it; they end with the process
/// that holds them. Where a directory cannot be opened or locked there is none.
pub(super) fn take(output: &Output) -> Result<Vec<File>, WriteError> {
    let begin = Instant::now();
    let mut locks = Vec::new();
    for directory in [&output.parent, &output.directory] {
        locks.extend(lock(directory, output, begin)?);
    }
    Ok(locks)
}

fn lock(directory: &Utf8Path, output: &Output, begin: Instant) -> Result<Option<File>, WriteError> {
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    loop {
        // A named pipe of that name is not waited for.
        let flags = OFlags::DIRECTORY.bits().cast_signed();
        let Ok(open) = File::options().read(true).custom_flags(flags).open(directory) else { return Ok(None) };
        match flock(&open, FlockOperation::NonBlockingLockExclusive) {
            // Whoever had it may have put another directory in its place.
            Ok(()) if open.metadata().ok().map(place) == directory.metadata().ok().map(place) => return Ok(Some(open)),
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) if begin.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(WriteError::Locked { directory: output.directory.clone(), holder: holder(&open) });
            }
            Err(_) => return Ok(None),
        }
    }
}

/// The process that holds the lock of a file, from `/proc/locks`.
fn holder(file: &File) -> Option<u32> {
    let inode = file.metadata().ok()?.ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let line = locks.lines().find(|line| {
        line.contains("FLOCK") && line.split_whitespace().any(|word| word.rsplit(':').next() == Some(&inode))
    })?;
    line.split_whitespace().nth(4)?.parse().ok()
}

/// Removes what writers that were killed left beside the output. Nobody else makes any: this one has the lock.
pub(super) fn sweep(output: &Output) {
    let prefix = output.prefix();
    for (folder, prefix) in [(&output.parent, prefix.as_str()), (&output.directory, Output::WITHIN)] {
        let Ok(entries) = folder.read_dir_utf8() else { continue };
        for entry in entries.flatten().filter(|entry| entry.file_name().starts_with(prefix)) {
            // What cannot be removed is in nobody's way.
            let path = entry.path();
            let is_directory = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            let _ = if is_directory { mount::remove_all(path) } else { std::fs::remove_file(path) };
        }
    }
}
