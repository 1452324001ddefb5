//! The entries of a new state, made where nobody sees them yet, by several threads.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{AtFlags, Mode, OFlags, chmodat, fstat, linkat, mkdirat, openat, statat, symlinkat};
use rustix::io::retry_on_intr;

use crate::parallel;
use crate::s6rc::order::{above, below, order};
use crate::s6rc::plan::Entry;
use crate::s6rc::write::create::set_time;
use crate::s6rc::write::io_error;
use crate::s6rc::write::items::{Item, all_below};
use crate::s6rc::write::stage::{Failure, Job, is_about_place};
use crate::s6rc::write::trail::{Trail, WORTH};

/// What is made, and where.
pub(super) struct Make<'m> {
    pub(super) job: &'m Job<'m>,
    /// The directory that is made anew, below the output.
    pub(super) common: &'m str,
    /// The new state of it.
    pub(super) new: BorrowedFd<'m>,
    /// The old one, where there is one.
    pub(super) old: Option<BorrowedFd<'m>>,
}

/// Some entries that follow each other, and whether each changes.
type Part<'p, 'm> = &'p [(&'m Item<'m>, bool)];

/// Permission bits with which files and directories come out as they were asked for: where the process's mask, or what a
/// directory says of those in it, takes none of them away. One look at the first is cheaper than a call for each.
#[derive(Default)]
struct Right {
    files: Vec<u32>,
    directories: Vec<u32>,
}

impl Make<'_> {
    /// Makes all entries below the directory.
    pub(super) fn all(&self) -> Result<(), Failure> {
        let mut ways = self.job.changes.ways.iter().map(|(path, _)| path.as_str()).peekable();
        let items = all_below(self.job.items, self.common);
        let all: Vec<(&Item<'_>, bool)> = items
            .iter()
            .map(|item| {
                while ways.next_if(|path| order(path, item.path).is_lt()).is_some() {}
                (item, ways.peek().is_some_and(|path| *path == item.path))
            })
            .collect();
        let (large, parts) = split(&all, parallel::size_of_part(all.len()));
        self.part(&large)?;
        parallel::each(&parts, 2, |part| self.part(part)).into_iter().collect()
    }

    fn part(&self, part: Part<'_, '_>) -> Result<(), Failure> {
        let mut trail = Trail::new(self.new, self.common);
        let mut old = self.old.map(|old| Trail::new(old, self.common));
        let mut right = Right::default();
        let Some((first, _)) = part.first() else { return Ok(()) };
        for around in above(first.path).filter(|around| below(around, self.common).is_some_and(|rest| !rest.is_empty()))
        {
            trail.enter(around).map_err(|error| self.failed("read", around, error))?;
            // From further up is fine too.
            let _ = old.as_mut().map(|old| old.enter(around));
        }
        for (at, (item, changes)) in part.iter().enumerate() {
            let path = item.path;
            match (item.entry, &mut old) {
                (Entry::Directory, _) => {
                    self.directory(&mut trail, path, &mut right)?;
                    if part.get(at + WORTH).is_some_and(|(other, _)| below(other.path, path).is_some()) {
                        trail.enter(path).map_err(|error| self.failed("read", path, error))?;
                        let _ = old.as_mut().map(|old| old.enter(path));
                    }
                    continue;
                }
                (_, Some(old)) if !*changes => self.link(&mut trail, old, path)?,
                (Entry::File { bytes, mode }, _) => self.file(&mut trail, path, bytes, *mode, &mut right)?,
                (Entry::Link(target), _) => {
                    let (around, name) = trail.at(path);
                    symlinkat(target.as_str(), around, name).map_err(|error| self.failed("link", path, error))?;
                }
            }
            self.job.how.one_done();
        }
        Ok(())
    }

    /// An error is told of the place where people look.
    fn failed(&self, action: &'static str, path: &str, error: impl Into<io::Error>) -> Failure {
        Failure::Error(io_error(action, &self.job.output.directory.join(path))(error.into()))
    }

    fn directory<'t>(&self, trail: &mut Trail<'t>, path: &'t str, right: &mut Right) -> Result<(), Failure> {
        let (mode, (around, name)) = (self.job.mode, trail.at(path));
        mkdirat(around, name, Mode::from_raw_mode(mode)).map_err(|error| self.failed("create", path, error))?;
        if right.directories.contains(&mode) {
            return Ok(());
        }
        let is_right = statat(around, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| stat.st_mode & 0o7777 == mode);
        if is_right {
            right.directories.push(mode);
            return Ok(());
        }
        let set = chmodat(around, name, Mode::from_raw_mode(mode), AtFlags::empty());
        set.map_err(|error| self.failed("set the mode of", path, error))
    }

    fn file<'t>(
        &self,
        trail: &mut Trail<'t>,
        path: &'t str,
        bytes: &[u8],
        mode: u32,
        right: &mut Right,
    ) -> Result<(), Failure> {
        let (around, name) = trail.at(path);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = retry_on_intr(|| openat(around, name, flags, Mode::from_raw_mode(mode)));
        let mut file = File::from(file.map_err(|error| self.failed("create", path, error))?);
        file.write_all(bytes).map_err(|error| self.failed("write", path, error))?;
        if !right.files.contains(&mode) {
            // Whoever writes into a file takes these away.
            let special = mode & 0o7000 != 0;
            if !special && fstat(&file).is_ok_and(|stat| stat.st_mode & 0o7777 == mode) {
                right.files.push(mode);
            } else {
                let set = file.set_permissions(Permissions::from_mode(mode));
                set.map_err(|error| self.failed("set the mode of", path, error))?;
            }
        }
        let how = self.job.how;
        set_time(&file, how.time).map_err(|error| self.failed("set the time of", path, error))?;
        if how.sync { file.sync_all().map_err(|error| self.failed("write", path, error)) } else { Ok(()) }
    }

    /// What stays is another name of the same file.
    fn link<'t>(&self, trail: &mut Trail<'t>, old: &mut Trail<'t>, path: &'t str) -> Result<(), Failure> {
        let ((from, name), (to, new)) = (old.at(path), trail.at(path));
        linkat(from, name, to, new, AtFlags::empty()).map_err(|error| {
            if is_about_place(error) {
                let place = self.job.output.directory.join(path);
                return Failure::NotPossible(format!("{place} cannot be linked: {}", io::Error::from(error)));
            }
            self.failed("link", path, error)
        })
    }
}

/// Directories that hold more than a part, to be made first, and parts of what is in them and beside them, which need no more
/// than these.
fn split<'p, 'm>(all: Part<'p, 'm>, size: usize) -> (Vec<(&'m Item<'m>, bool)>, Vec<Part<'p, 'm>>) {
    let (mut large, mut parts, mut begin, mut at) = (Vec::new(), Vec::new(), 0, 0);
    while let Some(one) = all.get(at) {
        let behind = all.get(at + 1..).unwrap_or_default();
        let inside = behind.partition_point(|(other, _)| below(other.path, one.0.path).is_some());
        let is_large = inside >= size;
        let end = if is_large { at } else { at + 1 + inside };
        if is_large || end - begin >= size {
            parts.extend(all.get(begin..end));
            begin = end;
        }
        at = end;
        if is_large {
            large.push(*one);
            at += 1;
            begin = at;
        }
    }
    parts.extend(all.get(begin..));
    parts.retain(|part| !part.is_empty());
    (large, parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s6rc::plan::FileTree;
    use crate::s6rc::write::items::items;

    #[test]
    fn each_part_needs_no_other() {
        let mut tree = FileTree::default();
        for number in 0..40 {
            for name in ["a", "b/c", "b/d"] {
                tree.file(format!("x/y/{number}/{name}").into(), "", 0o644);
                tree.file(format!("x/{number}").into(), "", 0o644);
            }
            tree.file(format!("{number}").into(), "", 0o644);
        }
        let items = items(&tree);
        let all: Vec<(&Item<'_>, bool)> = items.iter().map(|item| (item, true)).collect();
        for size in [1, 2, 5, 10, 100, 1000] {
            let (large, parts) = split(&all, size);
            let mut made: Vec<&str> = Vec::new();
            let paths = |part: Part<'_, '_>| part.iter().map(|(item, _)| item.path.to_owned()).collect::<Vec<_>>();
            let large = paths(&large);
            for part in &parts {
                let here = paths(part);
                for path in &here {
                    let mut needed = above(path);
                    assert!(needed.all(|needed| large.iter().chain(&here).any(|path| path == needed)), "{size} {path}");
                }
                made.extend(part.iter().map(|(item, _)| item.path));
                assert!(part.len() < 2 * size.max(2), "{size}: {}", part.len());
            }
            made.extend(large.iter().map(String::as_str));
            made.sort_by(|one, other| order(one, other));
            assert_eq!(made, all.iter().map(|(item, _)| item.path).collect::<Vec<_>>());
        }
    }
}
