//! Columns: how many characters are before a byte of a text, without counting them from the start of a long line each time.

/// Characters, and the units of UTF-16 that they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// Unicode scalar values; bytes that are not UTF-8 count as the U+FFFD by which they are shown.
    pub chars: usize,
    /// UTF-16 code units.
    pub utf16: usize,
}

impl Units {
    fn add(&mut self, char: char) {
        self.chars += 1;
        self.utf16 += char.len_utf16();
    }
}

/// So many bytes are counted for one answer, at most.
const STEP: usize = 512;

/// The counts at some places of a text.
#[derive(Debug)]
pub struct Columns {
    marks: Vec<(usize, Units)>,
}

impl Columns {
    /// Counts the characters of a text once.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let mut marks = vec![(0, Units::default())];
        let (mut at, mut units, mut next) = (0, Units::default(), STEP);
        let mut add = |char: char, length: usize| {
            if at >= next {
                marks.push((at, units));
                next = at + STEP;
            }
            units.add(char);
            at += length;
        };
        for chunk in text.utf8_chunks() {
            chunk.valid().chars().for_each(|char| add(char, char.len_utf8()));
            if !chunk.invalid().is_empty() {
                add(char::REPLACEMENT_CHARACTER, chunk.invalid().len());
            }
        }
        Self { marks }
    }

    /// What is between two bytes of that text; nothing where the second is not behind the first.
    #[must_use]
    pub fn between(&self, text: &[u8], start: usize, end: usize) -> Units {
        let (from, to) = (self.before(text, start), self.before(text, end));
        Units { chars: to.chars.saturating_sub(from.chars), utf16: to.utf16.saturating_sub(from.utf16) }
    }

    fn before(&self, text: &[u8], offset: usize) -> Units {
        let offset = offset.min(text.len());
        let mark = self.marks.partition_point(|(at, _)| *at <= offset).saturating_sub(1);
        let (at, mut units) = self.marks.get(mark).copied().unwrap_or_default();
        String::from_utf8_lossy(text.get(at..offset).unwrap_or_default()).chars().for_each(|char| units.add(char));
        units
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(crate::properties::config(64))]
        #[test]
        fn columns_are_what_counting_from_the_start_gives(
            parts in prop::collection::vec(prop::sample::select(vec![
                &b"a"[..], "é".as_bytes(), "\u{1f600}".as_bytes(), b"\xff", b"\xe2\x82", b"\n", &[b'x'; 300], &[0xff; 200],
            ]), 0..60),
            ends in prop::collection::vec(any::<prop::sample::Index>(), 8),
        ) {
            let text = parts.concat();
            let columns = Columns::new(&text);
            for end in ends.iter().map(|end| end.index(text.len() + 1)) {
                let start = text[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
                let counted = String::from_utf8_lossy(&text[start..end]);
                let expected = Units { chars: counted.chars().count(), utf16: counted.encode_utf16().count() };
                prop_assert_eq!(columns.between(&text, start, end), expected);
            }
        }
    }
}
