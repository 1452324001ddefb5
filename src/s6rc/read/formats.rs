//! The formats of the files of a source directory, as s6-rc-compile 0.7.0.0 parses them.

use std::ops::Range;

use crate::model::Kind;

/// The kind that the bytes of `type` say: at most 8 bytes are read, one final newline dropped, and a NUL ends the word.
#[must_use]
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    let read = bytes.get(..8).unwrap_or(bytes);
    let read = read.strip_suffix(b"\n").unwrap_or(read);
    word(read.split(|byte| *byte == 0).next().unwrap_or_default())
}

/// The kind of that name.
#[must_use]
pub fn word(word: &[u8]) -> Option<Kind> {
    [Kind::Longrun, Kind::Oneshot, Kind::Bundle].into_iter().find(|kind| kind.word().as_bytes() == word)
}

/// `timeout-up` and `timeout-down`: 63 bytes are read, final newlines dropped, and the rest is decimal digits.
#[must_use]
pub fn timeout(bytes: &[u8]) -> Option<u32> {
    let read = bytes.get(..63).unwrap_or(bytes);
    let end = read.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
    decimal(read.get(..end)?)
}

/// The other numbers: 11 bytes are read, and what is before the first newline is decimal digits.
#[must_use]
pub fn uint(bytes: &[u8]) -> Option<u32> {
    let read = bytes.get(..11).unwrap_or(bytes);
    decimal(read.split(|byte| *byte == b'\n').next()?)
}

fn decimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, digit| value.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}

/// The names of a flat list, where they stand: one a line, blanks before it skipped, `#` first is a comment. What is
/// behind the name belongs to it.
#[must_use]
pub fn list(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    let mut start = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if line.get(blanks).is_some_and(|first| *first != b'#') {
            names.push(start + blanks..start + line.len());
        }
        start += line.len() + 1;
    }
    names
}

/// The first bytes of a text in UTF-8 whose editor marks it so.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The interpreter line of a script: what is behind `#!` up to the newline, where it stands.
#[must_use]
pub fn shebang(bytes: &[u8]) -> Option<Range<usize>> {
    bytes.starts_with(b"#!").then(|| 2..bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()))
}

/// The path of the interpreter in such a line, where it stands.
#[must_use]
pub fn interpreter(bytes: &[u8]) -> Option<Range<usize>> {
    let line = shebang(bytes)?;
    let text = bytes.get(line.clone())?;
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let start = text.iter().take_while(blank).count();
    let length = text.get(start..)?.iter().take_while(|byte| !blank(byte) && **byte != b'\r').count();
    Some(line.start + start..line.start + start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_eight_bytes() {
        assert_eq!(kind(b"longrun"), Some(Kind::Longrun));
        assert_eq!(kind(b"oneshot\nanything"), Some(Kind::Oneshot));
        assert_eq!(kind(b"bundle\n"), Some(Kind::Bundle));
        assert_eq!(kind(b"bundle\n\n"), None);
        assert_eq!(kind(b"bundle\0\n"), Some(Kind::Bundle));
        assert_eq!(kind(b"longrun "), None);
        assert_eq!(kind(b""), None);
    }

    #[test]
    fn numbers_are_cut_where_the_compiler_cuts() {
        assert_eq!(uint(b"3\nfoo\n"), Some(3));
        assert_eq!(uint(b"000000000000003\n"), Some(0));
        assert_eq!(uint(b"3 \n"), None);
        assert_eq!(timeout(b"5\n\n\n"), Some(5));
        assert_eq!(timeout(b"5\n6\n"), None);
        assert_eq!(timeout(b"4294967296"), None);
    }

    #[test]
    fn lists_keep_what_is_behind_a_name() {
        let text = b"# c\n\n  \t a \nb\r\n";
        let names: Vec<&[u8]> = list(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(names, [b"a ".as_slice(), b"b\r"]);
    }
}
