//! The new state of a directory, made beside the output and exchanged with the old one in one step.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::num::NonZero;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::write::changes::{self, Changes, Way, bits, is_directory};
use crate::s6rc::write::manifest::{MANIFEST, Manifest};
use crate::s6rc::write::{How, Output, WriteError, create, io_error, place};

/// With fewer files than this a thread costs more than it brings.
const MANY: usize = 512;

/// What is to be done.
pub(super) struct Job<'j> {
    pub(super) tree: &'j FileTree,
    pub(super) output: &'j Output,
    pub(super) changes: &'j Changes,
    pub(super) before: Option<&'j Manifest>,
    pub(super) how: How<'j>,
}

/// Why it was not done.
pub(super) enum Failure {
    /// Not in one step; nothing has changed. Why, in a few words.
    NotPossible(String),
    /// Not at all; nothing has changed.
    Error(WriteError),
}

/// Brings a directory below the output, in which all changes are, into its new state.
pub(super) fn exchange(job: &Job<'_>, common: &Utf8Path, after: &Manifest) -> Result<(), Failure> {
    if let Some((path, entry)) = single(job).map_err(Failure::Error)? {
        return one(job, path, entry, after);
    }
    let output = job.output;
    let holder = tempfile::Builder::new()
        .prefix(&output.prefix())
        .tempdir_in(&output.parent)
        .map_err(|error| Failure::NotPossible(format!("{} cannot be written to: {error}", output.parent)))?;
    let new = Utf8PathBuf::from_path_buf(holder.path().join("new"))
        .map_err(|path| Failure::NotPossible(format!("{} is not UTF-8", path.display())))?;
    let target = output.directory.join(common);
    Stage { job, common, target: &target, new: &new }.build(after)?;
    if !common.as_str().is_empty() {
        let known = job.before.map_or_else(|| after.clone(), |before| before.with_next(after));
        place::put_manifest(output, &known, job.how).map_err(Failure::Error)?;
    }
    if job.how.sync {
        let synced = File::open(&output.parent).and_then(|parent| rustix::fs::syncfs(&parent).map_err(io::Error::from));
        synced.map_err(io_error("sync", &output.parent)).map_err(Failure::Error)?;
    }
    swap(&new, &target)?;
    if !common.as_str().is_empty() {
        place::put_manifest(output, after, job.how).map_err(Failure::Error)?;
    }
    // What is left of the old state is removed by the next run where it cannot be removed by this one.
    drop(holder);
    Ok(())
}

/// The only change, where it is one of a file or link: that is one step by itself.
fn single<'j>(job: &Job<'j>) -> Result<Option<(&'j Utf8PathBuf, &'j Entry)>, WriteError> {
    let mut ways = job.changes.ways.iter();
    let Some((path, way)) = ways.next().filter(|_| ways.len() == 0) else { return Ok(None) };
    let Some(entry) = job.tree.entries.get(path) else { return Ok(None) };
    let place = job.output.directory.join(path);
    let fits = match way {
        Way::Add => is_directory(place.parent().unwrap_or(&place))?,
        Way::Replace => !is_directory(&place)?,
        Way::Remove => false,
    };
    Ok((fits && !matches!(entry, Entry::Directory)).then_some((path, entry)))
}

fn one(job: &Job<'_>, path: &Utf8Path, entry: &Entry, after: &Manifest) -> Result<(), Failure> {
    let output = job.output;
    let known = job.before.map_or_else(|| after.clone(), |before| before.with_next(after));
    place::put_manifest(output, &known, job.how).map_err(Failure::Error)?;
    let place = output.directory.join(path);
    create::replace(&place, entry, &output.parent, &output.prefix(), job.how).map_err(|error| match &error {
        WriteError::Io { source, .. }
            if source.raw_os_error().is_some_and(|code| is_about_place(Errno::from_raw_os_error(code))) =>
        {
            Failure::NotPossible(error.to_string())
        }
        _ => Failure::Error(error),
    })?;
    place::put_manifest(output, after, job.how).map_err(Failure::Error)
}

/// Whether something cannot be done here, and may be possible file by file.
fn is_about_place(error: Errno) -> bool {
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
    common: &'s Utf8Path,
    target: &'s Utf8Path,
    new: &'s Utf8Path,
}

impl Stage<'_> {
    /// Makes the new state.
    fn build(&self, after: &Manifest) -> Result<(), Failure> {
        let tree = self.job.tree;
        let below: Vec<(&Utf8PathBuf, &Entry)> = if self.common.as_str().is_empty() {
            tree.entries.iter().collect()
        } else {
            tree.entries.iter().filter(|(path, _)| path.starts_with(self.common) && *path != self.common).collect()
        };
        let mode = if self.common.as_str().is_empty() { 0o777 } else { tree.directory_mode };
        self.directory(Utf8Path::new(""), mode)?;
        if !self.common.as_str().is_empty() {
            self.set_mode(self.new, tree.directory_mode)?;
        }
        for (path, _) in below.iter().filter(|(_, entry)| matches!(entry, Entry::Directory)) {
            let place = self.directory(self.relative(path), tree.directory_mode)?;
            self.set_mode(&place, tree.directory_mode)?;
        }
        let files: Vec<(&Utf8PathBuf, &Entry)> =
            below.into_iter().filter(|(_, entry)| !matches!(entry, Entry::Directory)).collect();
        self.files(&files)?;
        let mut directories = Vec::new();
        if is_directory(self.target).map_err(Failure::Error)? {
            self.carry(Utf8Path::new(""), &mut directories)?;
        }
        if self.common.as_str().is_empty() {
            let entry = Entry::File { bytes: after.bytes(), mode: 0o644 };
            self.made(create::create(&self.new.join(MANIFEST), &entry, 0, self.job.how))?;
        }
        self.metadata(&directories)
    }

    fn relative<'p>(&self, path: &'p Utf8Path) -> &'p Utf8Path {
        path.strip_prefix(self.common).unwrap_or(path)
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

    /// What changes is made, what stays is linked.
    fn files(&self, files: &[(&Utf8PathBuf, &Entry)]) -> Result<(), Failure> {
        let one = |(path, entry): &(&Utf8PathBuf, &Entry)| {
            let relative = self.relative(path);
            let place = self.new.join(relative);
            self.job.how.one_done();
            if self.job.changes.ways.contains_key(*path) {
                return self.made(create::create(&place, entry, 0, self.job.how));
            }
            self.link(relative)
        };
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(8);
        if files.len() < MANY || threads < 2 {
            return files.iter().try_for_each(one);
        }
        thread::scope(|scope| {
            let started: Vec<_> = files
                .chunks(files.len().div_ceil(threads))
                .map(|chunk| scope.spawn(move || chunk.iter().try_for_each(one)))
                .collect();
            let failed = || Failure::NotPossible("a thread ended early".to_owned());
            started.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(failed())))
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
        let old = if relative.as_str().is_empty() { self.target.to_owned() } else { self.target.join(relative) };
        directories.push(relative.to_owned());
        let entries = old.read_dir_utf8().map_err(io_error("read", &old)).map_err(Failure::Error)?;
        for entry in entries {
            let entry = entry.map_err(io_error("read", &old)).map_err(Failure::Error)?;
            let relative = relative.join(entry.file_name());
            let path = self.common.join(&relative);
            let is_directory = entry.file_type().map_err(io_error("read", &old)).map_err(Failure::Error)?.is_dir();
            match self.job.tree.entries.get(&path) {
                Some(Entry::Directory) if is_directory => self.carry(&relative, directories)?,
                // Made, linked, or in the way.
                Some(_) => {}
                None if path == MANIFEST || self.job.changes.ways.contains_key(&path) => {}
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
        let changed: HashSet<&Utf8Path> = self.job.changes.ways.keys().filter_map(|path| path.parent()).collect();
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
                if relative.as_str().is_empty() && self.common.as_str().is_empty() {
                    file.set_permissions(before.permissions())?;
                }
                let same = !changed.contains(self.common.join(relative).as_path());
                let root = relative.as_str().is_empty() && self.common.as_str().is_empty();
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
