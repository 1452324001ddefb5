//! File by file, where the whole cannot be exchanged: each file whole or not at all, and a run that was killed is ended by
//! the next.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use camino::Utf8Path;

use crate::s6rc::plan::Entry;
use crate::s6rc::write::changes::{Way, is_directory, metadata};
use crate::s6rc::write::items::find;
use crate::s6rc::write::manifest::{MANIFEST, Manifest};
use crate::s6rc::write::stage::Job;
use crate::s6rc::write::{How, Output, WriteError, create, io_error, mount};

/// Writes what is known of an output in which nothing else changes.
pub(super) fn manifest(output: &Output, after: &Manifest<'_>, how: How<'_>) -> Result<(), WriteError> {
    if !is_directory(&output.directory)? {
        fs::create_dir(&output.directory).map_err(io_error("create", &output.directory))?;
    }
    put_manifest(output, after.bytes(), how)
}

/// Writes what is known of the output.
pub(super) fn put_manifest(output: &Output, bytes: Vec<u8>, how: How<'_>) -> Result<(), WriteError> {
    let path = output.directory.join(MANIFEST);
    let entry = Entry::File { bytes, mode: 0o644 };
    // Beside the output nobody sees it before it is whole; where that cannot be, in it.
    create::replace(&path, &entry, &output.parent, &output.prefix(), how)
        .or_else(|_| create::replace(&path, &entry, &output.directory, Output::WITHIN, how))
}

/// Makes an entry in the output and moves it into its place; where that is another file system, which is mounted there, beside it.
fn put(place: &Utf8Path, entry: &Entry, job: &Job<'_>) -> Result<(), WriteError> {
    let put = |beside| create::replace(place, entry, beside, Output::WITHIN, job.how);
    put(&job.output.directory).or_else(|error| match (&error, place.parent()) {
        (WriteError::Io { source, .. }, Some(above)) if source.kind() == io::ErrorKind::CrossesDevices => put(above),
        _ => Err(error),
    })
}

/// Does all changes in the directory itself.
pub(super) fn write(job: &Job<'_>) -> Result<(), WriteError> {
    let output = job.output;
    mounted(job)?;
    if !is_directory(&output.directory)? {
        fs::create_dir(&output.directory).map_err(io_error("create", &output.directory))?;
    }
    // First what is known, old and new: whatever happens next, nothing of ours is taken for somebody else's.
    let nothing = Manifest::default();
    let known = job.before.unwrap_or(&nothing).bytes_with(job.after, job.changes);
    put_manifest(output, known, job.how)?;
    let ways = &job.changes.ways;
    // The deepest first, so that directories are empty when their turn comes.
    for (path, _) in ways.iter().rev().filter(|(_, way)| *way == Way::Remove) {
        remove(&output.directory.join(&**path))?;
    }
    for (path, way) in ways.iter().filter(|(_, way)| *way != Way::Remove) {
        let Some(entry) = find(job.items, path.as_str()) else { continue };
        let place = output.directory.join(&**path);
        let is_directory = is_directory(&place)?;
        if *entry != Entry::Directory {
            if is_directory {
                remove(&place)?;
            }
            put(&place, entry, job)?;
            job.how.one_done();
            continue;
        }
        if *way == Way::Replace && !is_directory {
            remove(&place)?;
        }
        if !is_directory {
            fs::create_dir(&place).map_err(io_error("create", &place))?;
        }
        let mode = fs::Permissions::from_mode(job.mode);
        fs::set_permissions(&place, mode).map_err(io_error("set the mode of", &place))?;
    }
    put_manifest(output, job.after.bytes(), job.how)
}

/// Refuses what would replace or remove something that is mounted, before anything is changed.
fn mounted(job: &Job<'_>) -> Result<(), WriteError> {
    let mounts = mount::below(&job.output.directory);
    if mounts.is_empty() {
        return Ok(());
    }
    for (path, _) in &job.changes.ways {
        let place = job.output.directory.join(&**path);
        let stays = matches!(find(job.items, path.as_str()), Some(Entry::Directory)) && is_directory(&place)?;
        if !stays && mounts.iter().any(|mount| mount.starts_with(&place)) {
            return Err(io_error("replace what is mounted at", &place)(io::ErrorKind::ResourceBusy.into()));
        }
    }
    Ok(())
}

/// Removes something; a directory only if nothing is left in it.
fn remove(path: &Utf8Path) -> Result<(), WriteError> {
    let Some(metadata) = metadata(path)? else { return Ok(()) };
    let result = if metadata.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(io_error("remove", path)),
    }
}
