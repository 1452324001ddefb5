//! What was written of one entry, in one line: `644 HASH`, `link TARGET`, `directory`.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::s6rc::plan::Entry;

/// Of a hash so many bytes are kept: enough to tell a change by hand.
const HASH_BYTES: usize = 16;

/// What was written of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp<'m>(pub(super) Cow<'m, str>);

impl Stamp<'_> {
    /// Version 1 of the manifest knew names only, which had to do.
    pub(super) const NAMED: Stamp<'static> = Stamp(Cow::Borrowed(""));
    pub(super) const DIRECTORY: Stamp<'static> = Stamp(Cow::Borrowed("directory"));

    pub(super) fn of(entry: &Entry) -> Stamp<'static> {
        match entry {
            Entry::Directory => Self::DIRECTORY,
            Entry::Link(target) => Self::of_link(target.as_str()),
            Entry::File { bytes, mode } => Self::of_file(bytes, *mode),
        }
    }

    pub(super) fn of_link(target: &str) -> Stamp<'static> {
        Stamp(Cow::Owned(format!("link {target}")))
    }

    /// What a file of these bytes and permission bits is.
    pub(super) fn of_file(bytes: &[u8], mode: u32) -> Stamp<'static> {
        let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
        let mut stamp = String::with_capacity(2 * HASH_BYTES + 6);
        let _ = write!(stamp, "{mode:o} ");
        for byte in Sha256::digest(bytes).iter().take(HASH_BYTES) {
            stamp.push(digit(byte >> 4));
            stamp.push(digit(byte & 15));
        }
        Stamp(Cow::Owned(stamp))
    }

    /// Whether hermesc knows that it wrote something like this.
    pub(super) fn allows(&self, found: &Stamp<'_>) -> bool {
        *self == Stamp::NAMED || self == found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_entry_has_its_line() {
        let file = Stamp::of(&Entry::File { bytes: Vec::new(), mode: 0o4755 });
        assert_eq!(file.0, "4755 e3b0c44298fc1c149afbf4c8996fb924");
        assert_eq!(Stamp::of(&Entry::Link("../x".into())).0, "link ../x");
        assert!(Stamp::NAMED.allows(&file) && file.allows(&file) && !Stamp::DIRECTORY.allows(&file));
    }
}
