//! The text of a program, and which byte of it stands where in the source.

use std::ops::Range;

use crate::source::{FileId, Location, Span};

/// The content of `run`, `finish`, `up`, `down` or `reload`.
#[derive(Debug, Clone)]
pub struct Program {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
    /// Where the bytes come from.
    pub map: TextMap,
}

/// Which byte of a text stands where in the source.
#[derive(Debug, Clone)]
pub enum TextMap {
    /// All of it was made from one place.
    Whole(Location),
    /// From each of these offsets on, byte for byte what stands from that offset of the source on.
    Pieces {
        /// The source.
        file: FileId,
        /// Offset in the text, offset in the source.
        starts: Vec<(u32, u32)>,
        /// The whole of it in the source.
        whole: Span,
    },
}

impl Program {
    /// The place in the source of a part of the bytes.
    #[must_use]
    pub fn locate(&self, range: Range<usize>) -> Location {
        match &self.map {
            TextMap::Whole(location) => *location,
            TextMap::Pieces { file, starts, whole } => {
                let of = |offset: usize| {
                    let offset = Span::new(offset, offset).start;
                    let piece = starts.partition_point(|(from, _)| *from <= offset).checked_sub(1)?;
                    starts.get(piece).map(|(from, source)| source + (offset - from))
                };
                // The last byte, not the one behind it: that may belong to another piece.
                let last = range.end.max(range.start + 1) - 1;
                match (of(range.start), of(last)) {
                    (Some(start), Some(end)) => {
                        let end = if range.is_empty() { start } else { end + 1 };
                        Location::new(
                            *file,
                            Span { start: start.min(whole.end), end: end.clamp(start, whole.end.max(start)) },
                        )
                    }
                    _ => Location::new(*file, *whole),
                }
            }
        }
    }

    /// The place of all of it.
    #[must_use]
    pub fn place(&self) -> Location {
        match &self.map {
            TextMap::Whole(location) => *location,
            TextMap::Pieces { file, whole, .. } => Location::new(*file, *whole),
        }
    }
}
