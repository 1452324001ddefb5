//! Sources as they may be shown: no control character reaches a terminal, and no long line fills it.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::Source;

/// Lines above this many bytes are shown in part.
const MAX_SHOWN_LINE: usize = 400;
/// No more than so many bytes of such a line are marked: what is drawn below it has as many columns.
pub(super) const MAX_MARKED_LINE: usize = 4_000;

/// A file, made safe to show; every byte keeps its offset.
#[derive(Debug)]
pub(super) struct Shown {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Shown {
    pub(super) fn new(source: &Source) -> Self {
        let text = safe_bytes(&source.bytes);
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: safe_line(source.path.as_str()), text, line_starts }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn line_range(&self, line: usize) -> (usize, usize) {
        let start = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.line_starts.get(line + 1).copied().unwrap_or(self.text.len());
        (start, end)
    }

    fn boundary(&self, mut offset: usize) -> usize {
        offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (span.offset().min(self.text.len()), (span.offset() + span.len()).min(self.text.len()));
        let (first, last) = (self.line_of(from), self.line_of(to.max(from + 1) - 1));
        if context_lines_before == 0 && context_lines_after == 0 {
            // Nothing but the span: miette asks so for the line and the column in its header.
            let (line_start, _) = self.line_range(first);
            let (start, end) = (self.boundary(from), self.boundary(to));
            let data = self.text.get(start..end).unwrap_or_default();
            let column = self.text.get(line_start..start).map_or(0, |before| before.chars().count());
            let span = (start, data.len()).into();
            return Ok(Box::new(MietteSpanContents::new_named(
                self.name.clone(),
                data.as_bytes(),
                span,
                first,
                column,
                data.lines().count(),
            )));
        }
        let (mut start, _) = self.line_range(first.saturating_sub(context_lines_before));
        let (_, mut end) = self.line_range((last + context_lines_after).min(self.line_starts.len() - 1));
        let mut line = first.saturating_sub(context_lines_before);
        let mut column = 0;
        let longest =
            (line..=last + context_lines_after).map(|line| self.line_range(line)).map(|(start, end)| end - start).max();
        if longest.is_some_and(|bytes| bytes > MAX_SHOWN_LINE) {
            // Marks that are far apart are shown one by one: miette asks for what holds both first.
            if to - from > MAX_MARKED_LINE {
                return Err(MietteError::OutOfBounds);
            }
            // Only the part around the span, without its neighbours.
            let (line_start, _) = self.line_range(first);
            let (_, line_end) = self.line_range(last);
            start = self.boundary(line_start.max(from.saturating_sub(MAX_SHOWN_LINE / 2)));
            end = self.boundary(line_end.min(to + MAX_SHOWN_LINE / 2)).max(start);
            line = first;
            column = start - line_start;
        }
        let data = self.text.get(start..end).unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            (start, end - start).into(),
            line,
            column,
            data.lines().count(),
        )))
    }
}

/// Whether a character could change what a terminal does, or the order in which text is read.
pub(super) fn is_unsafe(char: char) -> bool {
    (char.is_control() && char != '\n' && char != '\t')
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
}

/// Text for a message: what is unsafe is shown as an escape.
pub(crate) fn safe_text(text: &str) -> String {
    if !text.chars().any(is_unsafe) {
        return text.to_owned();
    }
    text.chars()
        .map(|char| if is_unsafe(char) { char.escape_default().to_string() } else { char.to_string() })
        .collect()
}

/// A name, or a sentence with names, as a part of one line: the end of a line in a name begins no other one.
pub(crate) fn safe_line(text: &str) -> String {
    safe_text(&text.replace('\n', "\\n"))
}

/// Bytes as text of the same length.
fn safe_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match (is_unsafe(char), char.len_utf8()) {
                (false, _) => text.push(char),
                (true, 1) => text.push('?'),
                (true, 2) => text.push('\u{bf}'),
                (true, _) => text.push('\u{fffd}'),
            }
        }
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unsafe_is_shown_and_nothing_moves() {
        let bytes = b"a\x1b[31m\xff\xc2\x9b\xe2\x80\xae\tz\n";
        let text = safe_bytes(bytes);
        assert_eq!(text.len(), bytes.len());
        assert!(!text.chars().any(is_unsafe), "{text:?}");
        assert_eq!(safe_text("a\x1b[31m"), "a\\u{1b}[31m");
    }
}
