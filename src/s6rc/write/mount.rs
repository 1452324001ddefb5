//! Other file systems below an output: they are kept, and what is in them is nobody's to move or to remove.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::CWD;
use rustix::io::Errno;

use crate::disk;

/// Whether something is mounted at a directory.
pub(super) fn is_mounted(directory: &Utf8Path) -> io::Result<bool> {
    disk::is_mounted(CWD, directory.as_std_path())
}

/// Where something is mounted below a directory, which is named by its real path; a file may be, too. Where the system does not
/// say it, nothing.
pub(super) fn below(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let places = table.lines().filter_map(|line| line.split(' ').nth(4)).map(|place| Utf8PathBuf::from(plain(place)));
    places.filter(|place| place.starts_with(directory) && place != directory).collect()
}

/// A path of that table: blanks and the like are written as `\\040`.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let octal = behind.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = octal.filter(|_| *first == b'\\').and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = behind.get(if byte.is_some() { 3 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
