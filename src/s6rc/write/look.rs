//! How each entry of a tree is found on the disk, by several threads, and without a file being read that nobody touched.

use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Stat};

use crate::disk;
use crate::parallel;
use crate::s6rc::order::{self, below};
use crate::s6rc::plan::Entry;
use crate::s6rc::write::changes::{MAX_COMPARED, Sides, metadata};
use crate::s6rc::write::items::Item;
use crate::s6rc::write::stamp::Stamp;
use crate::s6rc::write::trail::{Trail, WORTH};
use crate::s6rc::write::{WriteError, io_error};

/// How one entry of the tree is found.
pub(super) enum Found {
    Same,
    Missing,
    /// Ours, and to be replaced.
    Different,
    /// Not ours.
    Strange(Option<Vec<u8>>),
}

/// What was found of some entries.
#[derive(Default)]
pub(super) struct Part<'s> {
    /// Files and links that are as they should be.
    pub(super) same: usize,
    /// What is not, in its order.
    pub(super) different: Vec<(&'s Item<'s>, Found)>,
}

/// What entries are compared with.
pub(super) struct Look<'l, 's, 'm> {
    pub(super) sides: &'l Sides<'s, 'm>,
    /// What was known of each item.
    pub(super) known: &'l [Option<&'l Stamp<'m>>],
    /// The manifest, which says when what was there before was known.
    pub(super) written: Option<Stat>,
    /// The directory.
    pub(super) root: BorrowedFd<'l>,
}

/// An item, what was known of it, and what it will be.
#[derive(Clone, Copy)]
struct One<'s, 'l> {
    item: &'s Item<'s>,
    before: Option<&'l Stamp<'l>>,
    after: &'l Stamp<'l>,
}

impl<'s> Look<'_, 's, '_> {
    /// All items, in parts.
    pub(super) fn all(&self) -> Vec<Result<Part<'s>, WriteError>> {
        let sides = self.sides;
        let size = parallel::size_of_part(sides.items.len());
        let parts = sides.items.chunks(size).zip(self.known.chunks(size)).zip(sides.after.entries.chunks(size));
        let parts: Vec<Vec<One<'s, '_>>> = parts
            .map(|((items, before), after)| {
                let all = items.iter().zip(before).zip(after);
                all.map(|((item, before), after)| One { item, before: *before, after: &after.stamp }).collect()
            })
            .collect();
        parallel::each(&parts, 2, |part| self.part(part))
    }

    fn part(&self, all: &[One<'s, '_>]) -> Result<Part<'s>, WriteError> {
        let mut part = Part::default();
        let mut trail = Trail::new(self.root, "");
        let failed =
            |path: &str, error: rustix::io::Errno| io_error("read", &self.sides.directory.join(path))(error.into());
        // What stands where a directory is to be hides what is to be in it.
        let mut hidden: Option<&str> = None;
        for above in all.first().into_iter().flat_map(|first| order::above(first.item.path)) {
            let stat = trail.stat(above).map_err(|error| failed(above, error))?;
            if !stat.is_some_and(|stat| is_directory(&stat)) {
                hidden = Some(above);
                break;
            }
            trail.enter(above).map_err(|error| failed(above, error))?;
        }
        for (at, one) in all.iter().enumerate() {
            let path = one.item.path;
            if hidden.is_some_and(|hidden| below(path, hidden).is_some()) {
                part.different.push((one.item, Found::Missing));
                continue;
            }
            let stat = trail.stat(path).map_err(|error| failed(path, error))?;
            let found = stat.map_or(Ok(Found::Missing), |stat| self.found(one, &stat))?;
            if !one.item.is_file() {
                if !stat.is_some_and(|stat| is_directory(&stat)) {
                    hidden = Some(path);
                } else if all.get(at + WORTH).is_some_and(|other| below(other.item.path, path).is_some()) {
                    trail.enter(path).map_err(|error| failed(path, error))?;
                }
            }
            match found {
                Found::Same => part.same += usize::from(one.item.is_file()),
                found => part.different.push((one.item, found)),
            }
        }
        Ok(part)
    }

    fn found(&self, one: &One<'_, '_>, stat: &Stat) -> Result<Found, WriteError> {
        let (path, sides) = (one.item.path, self.sides);
        let place = || sides.directory.join(path);
        let kind = FileType::from_raw_mode(stat.st_mode);
        let same_or_ours = |same: bool, ours: &dyn Fn() -> bool, current: Option<Vec<u8>>| {
            if same {
                Found::Same
            } else if ours() {
                Found::Different
            } else {
                Found::Strange(current)
            }
        };
        match one.item.entry {
            Entry::Directory if kind == FileType::Directory => {
                Ok(if bits(stat) == sides.mode { Found::Same } else { Found::Different })
            }
            Entry::Link(target) if kind == FileType::Symlink => {
                let place = place();
                let current = place.read_link_utf8().map_err(io_error("read", &place))?;
                let ours = || sides.before.wrote(path, &Stamp::of_link(current.as_str()));
                Ok(same_or_ours(current == *target, &ours, None))
            }
            Entry::File { .. } if kind == FileType::RegularFile && self.is_known(one, stat) => {
                Ok(if one.before == Some(one.after) { Found::Same } else { Found::Different })
            }
            Entry::File { bytes, mode } if kind == FileType::RegularFile => {
                // Larger than whatever hermesc writes.
                if !u64::try_from(stat.st_size).is_ok_and(|size| size <= MAX_COMPARED) {
                    return Ok(Found::Strange(None));
                }
                let place = place();
                let current = disk::read_no_link(&place, MAX_COMPARED).map_err(io_error("read", &place))?;
                let same = current == *bytes && bits(stat) == *mode;
                let ours = same || sides.before.wrote(path, &Stamp::of_file(&current, bits(stat)));
                Ok(same_or_ours(same, &|| ours, Some(current)))
            }
            // Something else is in the way.
            _ => {
                let place = place();
                let Some(metadata) = metadata(&place)? else { return Ok(Found::Missing) };
                let ours = sides.was_written(path, &place, &metadata)?;
                Ok(if ours { Found::Different } else { Found::Strange(None) })
            }
        }
    }

    /// Whether a file has not been touched since the manifest was written, so that it is what the manifest says.
    fn is_known(&self, one: &One<'_, '_>, stat: &Stat) -> bool {
        let time = |stat: &Stat| (stat.st_ctime, stat.st_ctime_nsec);
        self.written.is_some_and(|written| time(stat) < time(&written))
            && one.before.is_some_and(|stamp| *stamp != Stamp::NAMED)
    }
}

fn is_directory(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

fn bits(stat: &Stat) -> u32 {
    stat.st_mode & 0o7777
}
