//! Directories by descriptor: every step is one name below a directory that is open already, and no link is followed.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use camino::Utf8Path;
use rustix::fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::fs::{fchmod, fchown, flock, mkdirat, openat, renameat_with, statat, symlinkat, unlinkat};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};

use crate::disk;
use crate::s6rc::plan::{Entry, FileTree};

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::RDONLY);

/// How deep a directory may be that is deleted.
const MAX_DEPTH: usize = 40;

/// An open directory.
#[derive(Debug)]
pub(super) struct Directory(OwnedFd);

impl Directory {
    /// Opens a directory that the user named: links on the way there are theirs to follow.
    pub(super) fn open(path: &Utf8Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        Ok(Self(rustix::fs::open(path.as_std_path(), flags, Mode::empty())?))
    }

    /// Opens a directory in it, which is no link.
    pub(super) fn child(&self, name: &str) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, DIRECTORY, Mode::empty())?))
    }

    /// Makes a directory in it, with these permission bits, and opens it.
    pub(super) fn make(&self, name: &str, mode: u32) -> io::Result<Self> {
        mkdirat(&self.0, name, Mode::RWXU)?;
        let made = self.child(name)?;
        fchmod(&made.0, Mode::from_raw_mode(mode))?;
        Ok(made)
    }

    /// Gives it to an owner and a group, as far as they are said.
    pub(super) fn give(&self, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
        Ok(fchown(&self.0, uid.map(Uid::from_raw), gid.map(Gid::from_raw))?)
    }

    /// Sets its permission bits; a change of owner may have cleared some.
    pub(super) fn set_mode(&self, mode: u32) -> io::Result<()> {
        Ok(fchmod(&self.0, Mode::from_raw_mode(mode))?)
    }

    /// Makes a named pipe in it.
    pub(super) fn fifo(&self, name: &str, owner: Option<u32>) -> io::Result<()> {
        rustix::fs::mknodat(&self.0, name, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        if let Some(owner) = owner {
            rustix::fs::chownat(&self.0, name, Some(Uid::from_raw(owner)), None, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Ok(())
    }

    /// Locks it, and waits for whoever has it; the lock lasts as long as the descriptor.
    pub(super) fn lock(&self) -> io::Result<()> {
        Ok(flock(&self.0, FlockOperation::LockExclusive)?)
    }

    /// Locks it, unless somebody has it.
    pub(super) fn try_lock(&self) -> bool {
        flock(&self.0, FlockOperation::NonBlockingLockExclusive).is_ok()
    }

    /// Whether the entry of that name is this directory.
    pub(super) fn is_at(&self, parent: &Self, name: &str) -> bool {
        let (Ok(own), Ok(there)) = (rustix::fs::fstat(&self.0), statat(&parent.0, name, AtFlags::SYMLINK_NOFOLLOW))
        else {
            return false;
        };
        (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)
    }

    /// Renames an entry, unless the new name is taken.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        match renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            // A file system that cannot refuse by itself; a directory that is not empty is never replaced.
            Err(Errno::INVAL | Errno::NOSYS)
                if statat(&self.0, to, AtFlags::SYMLINK_NOFOLLOW).is_err_and(|error| error == Errno::NOENT) =>
            {
                Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
            }
            result => Ok(result?),
        }
    }

    /// The names in it, in order, as far as they are text.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.entries()?.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }

    /// All names in it, in order.
    fn entries(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            names.extend(Some(name).filter(|name| name != "." && name != ".."));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The content of a file in it, at most 1 MiB.
    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.read_at_most(name, 1 << 20)
    }

    /// The beginning of a file in it.
    fn read_at_most(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = File::from(openat(&self.0, name, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a tree of files into it, which must be empty.
    pub(super) fn fill(&self, tree: &FileTree) -> io::Result<()> {
        for (path, entry) in &tree.entries {
            let (parent, name) = self.parent(path)?;
            let parent = parent.as_ref().unwrap_or(self);
            match entry {
                Entry::Directory => {
                    parent.make(name, 0o755)?;
                }
                Entry::File { bytes, mode } => {
                    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                    let mut file = File::from(openat(&parent.0, name, flags, Mode::RUSR | Mode::WUSR)?);
                    file.write_all(bytes)?;
                    fchmod(&file, Mode::from_raw_mode(*mode))?;
                }
                Entry::Link(target) => symlinkat(target.as_std_path(), &parent.0, name)?,
            }
        }
        Ok(())
    }

    /// Whether every file of a tree is in it as it should be.
    pub(super) fn holds(&self, tree: &FileTree) -> bool {
        tree.entries.iter().all(|(path, entry)| {
            let Ok((parent, name)) = self.parent(path) else { return false };
            let parent = parent.as_ref().unwrap_or(self);
            match entry {
                Entry::Directory => parent.child(name).is_ok(),
                Entry::File { bytes, .. } => {
                    // One byte more would be another file.
                    parent.read_at_most(name, bytes.len() as u64 + 1).is_ok_and(|found| found == *bytes)
                }
                Entry::Link(target) => rustix::fs::readlinkat(&parent.0, name, Vec::new())
                    .is_ok_and(|found| found.to_bytes() == target.as_str().as_bytes()),
            }
        })
    }

    /// The directory of a path below this one, where it is another one, and the last name.
    fn parent<'p>(&self, path: &'p Utf8Path) -> io::Result<(Option<Self>, &'p str)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut at = None;
        for component in path.parent().into_iter().flat_map(Utf8Path::components) {
            at = Some(at.as_ref().unwrap_or(self).child(component.as_str())?);
        }
        Ok((at, name))
    }

    /// Whether an s6-supervise runs on it: somebody reads its control pipe.
    pub(super) fn is_supervised(&self) -> io::Result<bool> {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = self.child("supervise").map(|supervise| openat(&supervise.0, "control", flags, Mode::empty()));
        match found {
            // Anything else can be opened without anybody who reads it.
            Ok(Ok(control)) => Ok(FileType::from_raw_mode(rustix::fs::fstat(&control)?.st_mode) == FileType::Fifo),
            Ok(Err(Errno::NXIO | Errno::NOENT)) => Ok(false),
            Ok(Err(error)) => Err(error.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether an s6-supervise runs on it and has written its status, as it does last when it starts: who looks at it or waits for
    /// it reads that.
    pub(super) fn is_ready(&self) -> io::Result<bool> {
        if !self.is_supervised()? {
            return Ok(false);
        }
        match self.child("supervise")?.read("status") {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes an entry and all below it; links are removed, not followed.
    pub(super) fn delete(&self, name: &str) -> io::Result<()> {
        self.delete_below(name.as_ref(), 0)
    }

    fn delete_below(&self, name: &OsStr, depth: usize) -> io::Result<()> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(Errno::ISDIR | Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
        if depth > MAX_DEPTH {
            return Err(io::Error::other("nested too deep"));
        }
        // What is in it is somebody else's.
        if disk::is_mounted(&self.0, name.as_ref())? {
            return Err(Errno::BUSY.into());
        }
        let directory = Self(openat(&self.0, name, DIRECTORY, Mode::empty())?);
        for inner in directory.entries()? {
            directory.delete_below(&inner, depth + 1)?;
        }
        match unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A path that leads a child process into it, wherever it has moved to.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}
