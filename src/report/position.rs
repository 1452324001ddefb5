//! Places as programs count them.

use serde::Serialize;

use crate::source::Source;

/// A place between two characters of a file.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Position {
    /// Bytes before it, from zero.
    pub(super) byte: u32,
    /// The line, from one; only a newline ends one.
    pub(super) line: usize,
    /// The column, from one, in characters (Unicode scalar values; what is not UTF-8 counts as U+FFFD does).
    pub(super) column: usize,
    /// The column, from one, in UTF-16 code units.
    pub(super) utf16: usize,
}

impl Position {
    pub(super) fn new(source: &Source, offset: u32) -> Self {
        let before = source.units_before(offset);
        Self { byte: offset, line: source.line_of(offset).0 + 1, column: before.chars + 1, utf16: before.utf16 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn columns_are_counted_in_both_units() {
        let mut sources = SourceMap::default();
        let file = sources.add("f", "a\né\u{1f600}x".as_bytes());
        let at = |offset| Position::new(sources.get(file).unwrap(), offset);
        assert_eq!((at(8).line, at(8).column, at(8).utf16), (2, 3, 4));
        assert_eq!((at(99).line, at(99).column), (2, 4));
        let file = sources.add("g", b"\xff\xffx".as_slice());
        let last = Position::new(sources.get(file).unwrap(), 2);
        assert_eq!((last.line, last.column, last.utf16), (1, 3, 3));
    }
}
