//! Files as they are to be, in place of what the disk holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

/// A file's content and permission bits.
pub type File = (Arc<[u8]>, u32);

/// Files as they are to be, by their paths as they are shown. What is not named here is as the disk has it.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    files: BTreeMap<Utf8PathBuf, Option<File>>,
}

impl Planned {
    /// Says what a file is to be; nothing where there is to be none.
    pub fn insert(&mut self, path: impl Into<Utf8PathBuf>, file: Option<File>) {
        self.files.insert(path.into(), file);
    }

    /// What is said of a path, if anything is.
    pub(super) fn get(&self, path: &Utf8Path) -> Option<Option<&File>> {
        self.files.get(path).map(Option::as_ref)
    }

    /// The paths below a directory of the files that are to be, relative to it.
    pub(super) fn below(&self, directory: &Utf8Path) -> impl Iterator<Item = &Utf8Path> {
        let first = self.files.range(directory.to_owned()..);
        first
            .map_while(move |(path, file)| Some((path.strip_prefix(directory).ok()?, file)))
            .filter(|(path, file)| file.is_some() && !path.as_str().is_empty())
            .map(|(path, _)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_to_be_is_below() {
        let mut planned = Planned::default();
        for path in ["a/b", "a/c/d", "a-b/c", "b"] {
            planned.insert(path, Some((Arc::from([]), 0o644)));
        }
        planned.insert("a/gone", None);
        assert_eq!(Vec::from_iter(planned.below(Utf8Path::new("a"))), ["b", "c/d"]);
        assert!(planned.get(Utf8Path::new("a/gone")).is_some_and(|file| file.is_none()));
        assert!(planned.get(Utf8Path::new("a/x")).is_none());
    }
}
