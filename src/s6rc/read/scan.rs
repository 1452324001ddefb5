//! What was seen on the disk becomes sources and entries, in one order, however many threads looked.

use std::io;
use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Entry, Found};
use crate::parallel;
use crate::s6rc::read::disk::{Disk, Seen};
use crate::source::SourceMap;

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
        let mut places: Vec<(PathBuf, Utf8PathBuf)> = Vec::new();
        for name in Disk::names(source.as_std_path())? {
            let text = name.to_string_lossy();
            if !text.starts_with('.') {
                places.push((source.as_std_path().join(&name), Utf8PathBuf::from(text.as_ref())));
            }
        }
        let definitions = all(&self.disk, source, &places);
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
    pub(super) fn in_image(&mut self, image: &Utf8Path, path: &str) -> Option<Entry> {
        self.disk.in_image(image, path).map(|seen| self.keep(seen))
    }

    /// Puts a file among the sources.
    fn keep(&mut self, seen: Seen) -> Entry {
        let Seen { mut entry, shown } = seen;
        let bytes = if let Found::File(bytes) = &entry.found { bytes.clone() } else { [].into() };
        entry.file = self.sources.add(shown, bytes);
        entry
    }
}

/// All that is below some places, looked at by as many threads as there are processors.
fn all(disk: &Disk, source: &Utf8Path, places: &[(PathBuf, Utf8PathBuf)]) -> Vec<Definition> {
    parallel::each(places, MANY, |(place, name)| {
        let entry = disk.entry(place, source, name.clone(), None);
        let is_directory = matches!(entry.entry.found, Found::Directory);
        let below = if is_directory { disk.below(place, &source.join(name)) } else { Ok(Vec::new()) };
        (entry, below)
    })
}
