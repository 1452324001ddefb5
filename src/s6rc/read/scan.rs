//! What was seen on the disk becomes sources and entries, in one order, however many threads looked.

use std::ffi::OsStr;
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Entry, Found};
use crate::parallel;
use crate::s6rc::read::disk::{Disk, Seen};
use crate::s6rc::read::open::{Listing, Place};
use crate::source::{FileId, SourceMap};

/// From so many definitions on, several threads look: below, starting one costs more than it brings.
const MANY: usize = 100;

/// What was seen of a definition: the entry itself, and what is below it where it is a directory.
type Definition = (Seen, io::Result<Vec<Seen>>);

/// Reads directories.
pub(super) struct Scanner<'s> {
    /// Where files are kept.
    pub(super) sources: &'s mut SourceMap,
    /// Where they come from.
    pub(super) disk: Disk,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(sources: &'s mut SourceMap) -> Self {
        Self { sources, disk: Disk::default() }
    }

    /// The definitions in a source, in order of their names' bytes: the entry of each, and what is below it where it is a
    /// directory, in order of the paths' bytes. Names that begin with a dot are none.
    pub(super) fn definitions(&mut self, source: &Utf8Path) -> io::Result<Vec<(Entry, Vec<Entry>)>> {
        // A source that was named may be a link.
        let listing = Place::of(&fs::canonicalize(source)?).list()?;
        let definitions = all(&self.disk, source, &listing);
        let mut found = Vec::with_capacity(definitions.len());
        for (seen, below) in definitions {
            let entry = self.keep(seen);
            let mut entries: Vec<Entry> = below?.into_iter().map(|seen| self.keep(seen)).collect();
            entries.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
            found.push((entry, entries));
        }
        Ok(found)
    }

    /// A path of the image, links in any of its parts followed inside of it.
    pub(super) fn in_image(&mut self, path: &str) -> Option<Entry> {
        self.disk.in_image(path).map(|seen| self.keep(seen))
    }

    /// A directory of the image that could not be listed.
    pub(super) fn unlisted(&mut self, image: &Utf8Path, path: &str, error: &io::Error) -> Entry {
        let path = Utf8PathBuf::from(path.trim_start_matches('/'));
        let shown = image.join(&path);
        let file = FileId(0);
        let entry = Entry { path, link: None, found: Found::from(error), mode: 0, file, beneath: self.disk.beneath };
        self.keep(Seen { entry, shown, real: None })
    }

    /// Puts a file among the sources.
    fn keep(&mut self, seen: Seen) -> Entry {
        let Seen { mut entry, shown, .. } = seen;
        let bytes = if let Found::File(bytes) = &entry.found { bytes.clone() } else { [].into() };
        entry.file = self.sources.add(shown, bytes);
        entry
    }
}

/// All that is in a source, looked at by as many threads as there are processors.
fn all(disk: &Disk, source: &Utf8Path, listing: &Listing) -> Vec<Definition> {
    let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    let names: Vec<_> = listing.names.iter().filter(|(name, _)| !is_hidden(name)).collect();
    parallel::each(&names, MANY, |(name, kind)| {
        let text = Utf8PathBuf::from(name.to_string_lossy().as_ref());
        let path = listing.path_of(name);
        let place = listing.place(name, &path);
        let seen = disk.entry(place, source, text.clone(), *kind);
        let is_directory = matches!(seen.entry.found, Found::Directory);
        let real = seen.real.as_deref().map_or(place, Place::of);
        let below = if is_directory { disk.below(real, &source.join(text)) } else { Ok(Vec::new()) };
        (seen, below)
    })
}
