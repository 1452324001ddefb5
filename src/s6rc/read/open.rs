//! Directories that are open, and what is in them: a name below one that is open leads nowhere else meanwhile, and costs less.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, openat, readlinkat, statat};
use rustix::io::retry_on_intr;

/// A name in a directory that is open, and the path of both.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    directory: BorrowedFd<'p>,
    name: &'p OsStr,
    pub(super) path: &'p Path,
}

impl<'p> Place<'p> {
    /// A path, wherever it begins.
    pub(super) fn of(path: &'p Path) -> Self {
        Self { directory: CWD, name: path.as_os_str(), path }
    }

    /// What is there, without following a link.
    pub(super) fn stat(&self) -> io::Result<Stat> {
        Ok(statat(self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Where a link leads, as it says.
    pub(super) fn target(&self) -> io::Result<OsString> {
        let target = readlinkat(self.directory, self.name, Vec::new())?;
        Ok(OsStr::from_bytes(target.as_bytes()).to_owned())
    }

    /// What it is, without following a link.
    pub(super) fn kind(&self) -> io::Result<FileType> {
        Ok(FileType::from_raw_mode(self.stat()?.st_mode))
    }

    /// Opens what was a file when it was looked at; what took its place meanwhile is neither waited for nor followed.
    pub(super) fn file(&self) -> io::Result<File> {
        Ok(self.open(OFlags::NONBLOCK | OFlags::NOCTTY)?.into())
    }

    /// Opens what was a directory when it was looked at, and lists it.
    pub(super) fn list(&self) -> io::Result<Listing> {
        let mut directory = Dir::new(self.open(OFlags::DIRECTORY)?)?;
        let mut names = Vec::new();
        while let Some(entry) = directory.read() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                names.push((OsStr::from_bytes(name).to_owned(), entry.file_type()));
            }
        }
        names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Listing { directory: Some(directory), path: self.path.to_owned(), names })
    }

    fn open(&self, flags: OFlags) -> io::Result<std::os::fd::OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(retry_on_intr(|| openat(self.directory, self.name, flags, Mode::empty()))?)
    }
}

/// A directory that is open.
pub(super) struct Listing {
    /// Nothing for one that is not there yet.
    directory: Option<Dir>,
    path: PathBuf,
    /// The names in it, in order of their bytes, and what each is, where the file system says so.
    pub(super) names: Vec<(OsString, FileType)>,
}

impl Listing {
    /// A directory that is not there yet.
    pub(super) fn none(path: &Path) -> Self {
        Self { directory: None, path: path.to_owned(), names: Vec::new() }
    }

    /// What is known of the directory itself.
    pub(super) fn stat(&self) -> io::Result<Option<Stat>> {
        Ok(self.directory.as_ref().map(Dir::stat).transpose()?)
    }

    /// The path of a name in it.
    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// A name in it, of which the path is known.
    pub(super) fn place<'p>(&'p self, name: &'p OsStr, path: &'p Path) -> Place<'p> {
        match self.directory.as_ref().map(Dir::fd) {
            Some(Ok(directory)) => Place { directory, name, path },
            _ => Place::of(path),
        }
    }
}
