//! Places as the protocol counts them: lines, and units of UTF-16 or bytes in them.

use std::cell::OnceCell;

use lsp_types::{Position, Range};

use crate::source::{Columns, Span};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    #[default]
    Utf16,
}

/// The lines of a text. A line ends with `\n`, `\r\n` or `\r`, as the protocol has it.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
    columns: OnceCell<Columns>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8], encoding: Encoding) -> Self {
        let mut starts = vec![0];
        let ends = text.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => text.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        starts.extend(ends.map(|(at, _)| at + 1));
        Self { text, starts, columns: OnceCell::new(), encoding }
    }

    /// The place of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let column = match self.encoding {
            Encoding::Utf8 => offset - start,
            Encoding::Utf16 => {
                self.columns.get_or_init(|| Columns::new(self.text)).between(self.text, start, offset).utf16
            }
        };
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position::new(narrow(line), narrow(column))
    }

    /// The place of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start as usize), self.position(span.end as usize))
    }

    /// The byte at a place: at the end of the line where the column is behind it, at the end of the text where the line is.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = self.text.get(start..end).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
        let content = content.trim_end_matches(['\n', '\r']);
        let mut left = position.character as usize;
        let mut offset = start;
        for char in content.chars() {
            let width = match self.encoding {
                Encoding::Utf8 => char.len_utf8(),
                Encoding::Utf16 => char.len_utf16(),
            };
            if width > left {
                break;
            }
            left -= width;
            offset += char.len_utf8();
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_go_there_and_back() {
        let text = "a\r\né\u{1f600}x\rz\n";
        for (encoding, columns) in [(Encoding::Utf16, [0, 1, 3, 4]), (Encoding::Utf8, [0, 2, 6, 7])] {
            let lines = Lines::new(text.as_bytes(), encoding);
            for (offset, column) in [3, 5, 9, 10].into_iter().zip(columns) {
                assert_eq!(lines.position(offset), Position::new(1, column));
                assert_eq!(lines.offset(Position::new(1, column)), offset);
            }
            assert_eq!(lines.offset(Position::new(0, 99)), 1);
            assert_eq!(lines.offset(Position::new(2, 1)), 12);
            assert_eq!(lines.offset(Position::new(99, 0)), text.len());
        }
    }
}
