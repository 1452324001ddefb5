//! The new state of a directory, made beside the output and exchanged with the old one in one step.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::s6rc::order::parent;
use crate::s6rc::plan::Entry;
use crate::s6rc::write::changes::{self, Changes, Way, bits, is_directory};
use crate::s6rc::write::items::{Item, find};
use crate::s6rc::write::make::Make;
use crate::s6rc::write::manifest::{self, MANIFEST, Manifest};
use crate::s6rc::write::{How, Output, WriteError, create, io_error, mount, place, rescue, trail};

/// What is to be done.
pub(super) struct Job<'j> {
    pub(super) items: &'j [Item<'j>],
    /// The permission bits of directories.
    pub(super) mode: u32,
    pub(super) output: &'j Output,
    pub(super) changes: &'j Changes<'j>,
    pub(super) before: Option<&'j Manifest<'j>>,
    pub(super) after: &'j Manifest<'j>,
    pub(super) how: How<'j>,
}

impl Job<'_> {
    /// The manifest that is there while something changes.
    fn known(&self) -> Vec<u8> {
        self.before.map_or_else(|| self.after.bytes(), |before| before.bytes_with(self.after, self.changes))
    }
}

/// Why it was not done.
pub(super) enum Failure {
    /// Not in one step; nothing has changed. Why, in a few words.
    NotPossible(String),
    /// Not at all; nothing has changed.
    Error(WriteError),
}

/// Brings a directory below the output, in which all changes are, into its new state.
pub(super) fn exchange(job: &Job<'_>, common: &str) -> Result<(), Failure> {
    if let Some((path, entry)) = single(job).map_err(Failure::Error)? {
        return one(job, path, entry);
    }
    let output = job.output;
    let holder = tempfile::Builder::new()
        .prefix(&output.prefix())
        .tempdir_in(&output.parent)
        .map_err(|error| Failure::NotPossible(format!("{} cannot be written to: {error}", output.parent)))?;
    let new = Utf8PathBuf::from_path_buf(holder.path().join("new"))
        .map_err(|path| Failure::NotPossible(format!("{} is not UTF-8", path.display())))?;
    // Nothing ends with a slash.
    let target = if common.is_empty() { output.directory.clone() } else { output.directory.join(common) };
    Stage { job, common, target: &target, new: &new }.build()?;
    if !common.is_empty() {
        place::put_manifest(output, job.known(), job.how).map_err(Failure::Error)?;
    }
    if job.how.sync {
        let synced = File::open(&output.parent).and_then(|parent| rustix::fs::syncfs(&parent).map_err(io::Error::from));
        synced.map_err(io_error("sync", &output.parent)).map_err(Failure::Error)?;
    }
    // It would be moved away with what is mounted there.
    if let Some(mount) = mount::below(&target).first() {
        return Err(Failure::NotPossible(format!("something is mounted at {mount}")));
    }
    // Whoever stands in it would stand in what is removed.
    if std::env::current_dir().is_ok_and(|here| here.starts_with(&target)) {
        return Err(Failure::NotPossible("the working directory is in it".to_owned()));
    }
    swap(&new, &target)?;
    if new.is_dir() {
        let is_ours = |below: &Utf8Path| {
            let path = if common.is_empty() { below.to_owned() } else { Utf8Path::new(common).join(below) };
            path == MANIFEST
                || find(job.items, path.as_str()).is_some()
                || job.before.is_some_and(|before| manifest::find(&before.entries, path.as_str()).is_some())
        };
        rescue::rescue(&new, &target, &is_ours, Utf8Path::new("")).map_err(Failure::Error)?;
    }
    if !common.is_empty() {
        place::put_manifest(output, job.after.bytes(), job.how).map_err(Failure::Error)?;
    }
    // What is left of the old state is removed by the next run where it cannot be removed by this one.
    let _ = Utf8PathBuf::from_path_buf(holder.keep()).map(|old| mount::remove_all(&old));
    Ok(())
}

/// The only change, where it is one of a file or link: that is one step by itself.
fn single<'j>(job: &Job<'j>) -> Result<Option<(&'j Utf8Path, &'j Entry)>, WriteError> {
    let [(path, way)] = job.changes.ways.as_slice() else { return Ok(None) };
    let path: &Utf8Path = path;
    let Some(entry) = find(job.items, path.as_str()) else { return Ok(None) };
    let place = job.output.directory.join(path);
    let fits = match way {
        Way::Add => is_directory(place.parent().unwrap_or(&place))?,
        Way::Replace => !is_directory(&place)?,
        Way::Remove => false,
    };
    Ok((fits && !matches!(entry, Entry::Directory)).then_some((path, entry)))
}

fn one(job: &Job<'_>, path: &Utf8Path, entry: &Entry) -> Result<(), Failure> {
    let output = job.output;
    place::put_manifest(output, job.known(), job.how).map_err(Failure::Error)?;
    let place = output.directory.join(path);
    create::replace(&place, entry, &output.parent, &output.prefix(), job.how).map_err(|error| match &error {
        WriteError::Io { source, .. }
            if source.raw_os_error().is_some_and(|code| is_about_place(Errno::from_raw_os_error(code))) =>
        {
            Failure::NotPossible(error.to_string())
        }
        _ => Failure::Error(error),
    })?;
    place::put_manifest(output, job.after.bytes(), job.how).map_err(Failure::Error)
}

/// Whether something cannot be done here, and may be possible file by file.
pub(super) fn is_about_place(error: Errno) -> bool {
    const ABOUT_PLACE: &[Errno] = &[
        Errno::XDEV,
        Errno::INVAL,
        Errno::NOSYS,
        Errno::BUSY,
        Errno::PERM,
        Errno::ACCESS,
        Errno::OPNOTSUPP,
        Errno::MLINK,
        Errno::ROFS,
    ];
    ABOUT_PLACE.contains(&error)
}

/// Puts the new state in the place of the old one, or where there was none.
fn swap(new: &Utf8Path, target: &Utf8Path) -> Result<(), Failure> {
    let exists = changes::metadata(target).map_err(Failure::Error)?.is_some();
    let flags = if exists { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    let mut result = renameat_with(CWD, new.as_std_path(), CWD, target.as_std_path(), flags);
    if !exists && matches!(result, Err(Errno::INVAL | Errno::NOSYS)) {
        result = rustix::fs::rename(new.as_std_path(), target.as_std_path());
    }
    result.map_err(|error| {
        if exists && is_about_place(error) {
            return Failure::NotPossible(format!("{target} cannot be exchanged: {}", io::Error::from(error)));
        }
        Failure::Error(io_error("move the new state to", target)(error.into()))
    })
}

struct Stage<'s> {
    job: &'s Job<'s>,
    /// The directory that is exchanged, below the output.
    common: &'s str,
    target: &'s Utf8Path,
    new: &'s Utf8Path,
}

impl Stage<'_> {
    /// Makes the new state.
    fn build(&self) -> Result<(), Failure> {
        let job = self.job;
        let is_whole = self.common.is_empty();
        self.directory(Utf8Path::new(""), if is_whole { 0o777 } else { job.mode })?;
        if !is_whole {
            self.set_mode(self.new, job.mode)?;
        }
        let exists = is_directory(self.target).map_err(Failure::Error)?;
        let open = |path: &Utf8Path| {
            let opened = trail::open(CWD, path.as_str(), OFlags::NOFOLLOW);
            opened.map_err(io::Error::from).map_err(io_error("read", path))
        };
        let new = self.made(open(self.new))?;
        let old = exists.then(|| open(self.target)).transpose().map_err(Failure::Error)?;
        Make { job, common: self.common, new: new.as_fd(), old: old.as_ref().map(AsFd::as_fd) }.all()?;
        let mut directories = Vec::new();
        if exists {
            self.carry(Utf8Path::new(""), &mut directories)?;
        }
        if is_whole {
            self.made(create::create(&self.new.join(MANIFEST), &job.after.bytes(), 0o644, job.how))?;
        }
        self.metadata(&directories)
    }

    /// Below the output.
    fn path(&self, relative: &Utf8Path) -> String {
        match (self.common, relative.as_str()) {
            ("", path) | (path, "") => path.to_owned(),
            (common, relative) => format!("{common}/{relative}"),
        }
    }

    fn directory(&self, relative: &Utf8Path, mode: u32) -> Result<Utf8PathBuf, Failure> {
        let place = if relative.as_str().is_empty() { self.new.to_owned() } else { self.new.join(relative) };
        let made = fs::DirBuilder::new().mode(mode).create(&place);
        self.made(made.map_err(io_error("create", &place)))?;
        Ok(place)
    }

    /// The process's mask has no part in the mode.
    fn set_mode(&self, place: &Utf8Path, mode: u32) -> Result<(), Failure> {
        if place.metadata().is_ok_and(|metadata| bits(&metadata) == mode) {
            return Ok(());
        }
        self.made(
            fs::set_permissions(place, fs::Permissions::from_mode(mode)).map_err(io_error("set the mode of", place)),
        )
    }

    /// An error is told of the place where people look.
    fn made<T>(&self, result: Result<T, WriteError>) -> Result<T, Failure> {
        result.map_err(|error| match error {
            WriteError::Io { action, path, source } => {
                let place = path.strip_prefix(self.new).map(|rest| self.target.join(rest)).unwrap_or(path);
                let place = place.as_str().trim_end_matches('/').into();
                Failure::Error(WriteError::Io { action, path: place, source })
            }
            other => Failure::Error(other),
        })
    }

    fn link(&self, relative: &Utf8Path) -> Result<(), Failure> {
        let (old, new) = (self.target.join(relative), self.new.join(relative));
        fs::hard_link(&old, &new).map_err(|error| match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(code) if is_about_place(code) => Failure::NotPossible(format!("{old} cannot be linked: {error}")),
            _ => Failure::Error(io_error("link", &old)(error)),
        })
    }

    /// Carries over what is not ours, and finds the directories that stay.
    fn carry(&self, relative: &Utf8Path, directories: &mut Vec<Utf8PathBuf>) -> Result<(), Failure> {
        let is_target = relative.as_str().is_empty();
        let old = if is_target { self.target.to_owned() } else { self.target.join(relative) };
        if !is_target && mount::is_mounted(&old).map_err(io_error("read", &old)).map_err(Failure::Error)? {
            return Err(Failure::NotPossible(format!("something is mounted at {old}")));
        }
        directories.push(relative.to_owned());
        let entries = old.read_dir_utf8().map_err(io_error("read", &old)).map_err(Failure::Error)?;
        for entry in entries {
            let entry = entry.map_err(io_error("read", &old)).map_err(Failure::Error)?;
            let relative = relative.join(entry.file_name());
            let path = self.path(&relative);
            let is_directory = entry.file_type().map_err(io_error("read", &old)).map_err(Failure::Error)?.is_dir();
            match find(self.job.items, &path) {
                Some(Entry::Directory) if is_directory => self.carry(&relative, directories)?,
                // Made, linked, or in the way.
                Some(_) => {}
                None if path == MANIFEST || self.job.changes.way(&path).is_some() => {}
                None if is_directory => {
                    let mode = bits(&entry.metadata().map_err(io_error("read", &old)).map_err(Failure::Error)?);
                    let place = self.directory(&relative, mode)?;
                    self.set_mode(&place, mode)?;
                    self.carry(&relative, directories)?;
                }
                None => self.link(&relative)?,
            }
        }
        Ok(())
    }

    /// Directories that were there keep their owner, and their time where nothing in them changes.
    fn metadata(&self, directories: &[Utf8PathBuf]) -> Result<(), Failure> {
        let changed: HashSet<&str> = self.job.changes.ways.iter().map(|(path, _)| parent(path.as_str())).collect();
        // The deepest first: what is made in a directory changes its time.
        for relative in directories.iter().rev() {
            let at = |base: &Utf8Path| if relative.as_str().is_empty() { base.to_owned() } else { base.join(relative) };
            let (old, new) = (at(self.target), at(self.new));
            let attributes = match rustix::fs::listxattr(old.as_std_path(), &mut [0_u8; 0][..]) {
                Ok(length) => length,
                // There are none.
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => 0,
                Err(error) => {
                    let reason = format!("the attributes of {old} cannot be read: {}", io::Error::from(error));
                    return Err(Failure::NotPossible(reason));
                }
            };
            if attributes > 0 && !only_selinux(&old) {
                return Err(Failure::NotPossible(format!("{old} has extended attributes")));
            }
            let copy = || -> io::Result<()> {
                let before = old.metadata()?;
                let file = File::open(&new)?;
                let now = file.metadata()?;
                if (before.uid(), before.gid()) != (now.uid(), now.gid()) {
                    fchown(&file, Some(before.uid()), Some(before.gid()))?;
                }
                if relative.as_str().is_empty() && self.common.is_empty() {
                    file.set_permissions(before.permissions())?;
                }
                let same = !changed.contains(self.path(relative).as_str());
                let root = relative.as_str().is_empty() && self.common.is_empty();
                if same && !root {
                    file.set_modified(before.modified()?)
                } else {
                    create::set_time(&file, self.job.how.time)
                }
            };
            copy().map_err(|error| Failure::NotPossible(format!("{old} cannot be made again as it is: {error}")))?;
        }
        Ok(())
    }
}

/// Whether the label of `SELinux`, which new directories get too, is all that a directory has.
fn only_selinux(path: &Utf8Path) -> bool {
    let mut names = [0_u8; 1024];
    let length = rustix::fs::listxattr(path.as_std_path(), &mut names[..]);
    let names = length.ok().and_then(|length| names.get(..length)).unwrap_or(b"?");
    names.split(|byte| *byte == 0).all(|name| name.is_empty() || name == b"security.selinux")
}
