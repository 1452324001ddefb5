//! Directories that are kept open on the way through a tree, so that what is in them is named from there: neither does the
//! system go through a long path for each file, nor can somebody put a link into the path meanwhile.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags, Stat, openat, statat};
use rustix::io::{Errno, Result, retry_on_intr};

use crate::s6rc::order::below;

/// A directory of which fewer entries than this are looked at is not worth being opened and closed.
pub(super) const WORTH: usize = 16;

/// The directories that are open: each is in the one before.
pub(super) struct Trail<'t> {
    root: BorrowedFd<'t>,
    /// The path of the root.
    base: &'t str,
    open: Vec<(&'t str, OwnedFd)>,
}

impl<'t> Trail<'t> {
    /// From a directory on, of which paths begin with `base`.
    pub(super) fn new(root: BorrowedFd<'t>, base: &'t str) -> Self {
        Self { root, base, open: Vec::new() }
    }

    /// The deepest open directory around a path, and the path from there. Others are closed.
    pub(super) fn at(&mut self, path: &'t str) -> (BorrowedFd<'_>, &'t str) {
        while self.open.pop_if(|(directory, _)| below(path, directory).is_none()).is_some() {}
        match self.open.last() {
            Some((directory, open)) => (open.as_fd(), below(path, directory).unwrap_or(path)),
            None => (self.root, below(path, self.base).unwrap_or(path)),
        }
    }

    /// Opens a directory, and keeps it open for what is in it.
    pub(super) fn enter(&mut self, path: &'t str) -> Result<()> {
        let (around, name) = self.at(path);
        let opened = open(around, name, OFlags::NOFOLLOW)?;
        self.open.push((path, opened));
        Ok(())
    }

    /// What is at a path, without following a link; nothing where nothing is.
    pub(super) fn stat(&mut self, path: &'t str) -> Result<Option<Stat>> {
        let (around, name) = self.at(path);
        match statat(around, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Opens a directory as a place to name others from.
pub(super) fn open(around: BorrowedFd<'_>, path: &str, more: OFlags) -> Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC | more;
    retry_on_intr(|| openat(around, path, flags, Mode::empty()))
}
