//! The text of `up`, `down` and `reload`: lexed as s6-rc-compile does, and words quoted for it.
//!
//! s6-rc-compile 0.7.0.0 hands these files to execline's `el_parse`, unchanged from execline 2.9.3.0 to 2.9.9.2, and
//! stores the argv that comes back. [`lex`] accepts and refuses the same texts, [`argv`] is that argv, and [`quote`]
//! is the way back from a word to text. This is what `el_parse` does, not always what execline's document says:
//!
//! - Every byte from 1 to 32 separates words, not only space, tab, newline and carriage return. A NUL ends the text.
//! - `{` and `}` are block marks only as words of their own; `{a`, `{}` and `"{"` are plain words.
//! - `#` begins a comment only where a word could begin.
//! - An escaped newline vanishes between words and in quotes, and is a newline inside an unquoted word.
//! - A backslash between words may be the last byte of the text; at the end of a word it may not.
//! - A numeric escape in quotes that ends the text closes its quote: `"a\0x21` is the word `a!`.
//! - `{\` and `}\` where a word begins leave it unfinished: the next word, with its indentation, is glued to it; at the
//!   end of the text it is dropped.

// Every index is the lexer's own cursor, which never passes the end of the text; the property tests hold it to that.
#![allow(clippy::indexing_slicing)]

use std::ops::Range;
use std::{fmt, mem};

/// How many spaces of indentation the argv of one text may hold.
///
/// `el_parse` has no such bound, so n braces and n words cost it n² bytes. Linux refuses a command line above
/// 6 MiB, so no text that could ever run is lost, and hostile nesting costs a bounded amount.
const MAX_INDENT: usize = 1 << 24;

/// One word of a compiled argv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What the word says, without the indentation that marks its blocks.
    pub bytes: Vec<u8>,
    /// Where it is spelled, quotes and backslashes included.
    pub span: Range<usize>,
    /// How many blocks it is in: its indentation in the argv. A block's end is outside of that block.
    pub depth: usize,
    /// How it is spelled.
    pub kind: WordKind,
}

/// How a word is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// Bare: the bytes of its span are its bytes.
    Plain,
    /// With quotes or backslashes in it.
    Quoted,
    /// The `}` that ends a block: an empty word. The opening brace makes none.
    BlockEnd {
        /// Where the `{` is.
        open: usize,
    },
}

/// Why a text is refused, and where. s6-rc-compile itself names the file only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The brace, the opening quote, the backslash or the escape.
    pub span: Range<usize>,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A `{` without its `}`; of several, the innermost.
    UnmatchedOpen,
    /// A `}` without a `{`.
    UnmatchedClose,
    /// A `"` without its partner.
    OpenQuote,
    /// The text ends in a backslash that belongs to a word.
    TrailingBackslash,
    /// A numeric escape that makes no byte.
    BadEscape {
        /// Its value, 0 or above 255; none where `\0` or `\0x` has no digit.
        value: Option<u16>,
    },
    /// Blocks so deep that the argv would be nothing but indentation. Ours: execline has no bound.
    TooDeep,
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnmatchedOpen => f.write_str("unmatched `{`"),
            Self::UnmatchedClose => f.write_str("unmatched `}`"),
            Self::OpenQuote => f.write_str("quote that is never closed"),
            Self::TrailingBackslash => f.write_str("backslash at the very end"),
            Self::BadEscape { value: None } => f.write_str("numeric escape without digits"),
            Self::BadEscape { value: Some(value) } => write!(f, "numeric escape of value {value}, not 1 to 255"),
            Self::TooDeep => f.write_str("blocks nested too deep"),
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for SyntaxError {}

/// Lexes the text of `up`, `down` or `reload` into the words of its argv.
///
/// Accepts what execline 2.9.9.2 does, except texts that are [`SyntaxErrorKind::TooDeep`]. No words at all is fine:
/// s6-rc then does nothing and succeeds.
///
/// # Errors
///
/// The first error in the order of the text; braces that are still open come last.
///
/// # Examples
///
/// ```
/// use hermesc::s6rc::execline::{argv, lex};
///
/// let words = lex(b"if { test -e /x } echo \"a b\"").unwrap();
/// assert_eq!(argv(&words), [&b"if"[..], b" test", b" -e", b" /x", b"", b"echo", b"a b"]);
/// ```
pub fn lex(text: &[u8]) -> Result<Vec<Word>, SyntaxError> {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    Lexer { text: &text[..end], ..Lexer::default() }.run()
}

/// The argv that s6-rc-compile stores for `words`: each with one leading space for each block it is in, and an
/// empty word for the end of a block (execline 2.9.9.2).
#[must_use]
pub fn argv(words: &[Word]) -> Vec<Vec<u8>> {
    words.iter().map(|word| [&vec![b' '; word.depth], word.bytes.as_slice()].concat()).collect()
}

/// A word being read.
struct Unfinished {
    bytes: Vec<u8>,
    start: usize,
    depth: usize,
    quoted: bool,
}

#[derive(Default)]
struct Lexer<'t> {
    /// Holds no NUL.
    text: &'t [u8],
    at: usize,
    /// Where the braces of the blocks around `at` are.
    open: Vec<usize>,
    /// What `{\` or `}\` before a newline left behind.
    unfinished: Option<Unfinished>,
    /// Spaces of indentation so far.
    indent: usize,
    words: Vec<Word>,
}

impl Lexer<'_> {
    fn run(mut self) -> Result<Vec<Word>, SyntaxError> {
        while let Some(byte) = self.peek(0) {
            let next = self.peek(1);
            match byte {
                _ if is_blank(byte) => self.at += 1,
                b'#' => {
                    let rest = &self.text[self.at..];
                    self.at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
                }
                b'\\' if next.is_none_or(|next| next == b'\n') => {
                    self.at = self.text.len().min(self.at + 2);
                }
                b'{' if next.is_none() => return Err(wrong(SyntaxErrorKind::UnmatchedOpen, self.at)),
                b'{' if next.is_some_and(is_blank) => {
                    self.open.push(self.at);
                    self.at += 1;
                }
                b'}' if next.is_none_or(is_blank) => self.close()?,
                b'{' | b'}' if next == Some(b'\\') => {
                    // el_parse takes this backslash for one between words: it begins a word at the escaped byte
                    // without having ended the one of the brace.
                    let mut word = self.begin()?;
                    word.bytes.push(byte);
                    word.quoted = true;
                    self.at += 1;
                    self.unfinished = Some(word);
                }
                _ => self.word()?,
            }
        }
        let unmatched = |&open| Err(wrong(SyntaxErrorKind::UnmatchedOpen, open));
        self.open.last().map_or(Ok(self.words), unmatched)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// Begins a word here, or indents once more inside of an unfinished one.
    fn begin(&mut self) -> Result<Unfinished, SyntaxError> {
        let depth = self.open.len();
        let Some(mut word) = self.unfinished.take() else {
            return Ok(Unfinished { bytes: Vec::new(), start: self.at, depth, quoted: false });
        };
        self.count(depth, word.start)?;
        word.bytes.resize(word.bytes.len() + depth, b' ');
        Ok(word)
    }

    /// Reads a word up to the blank or the end of text after it.
    fn word(&mut self) -> Result<(), SyntaxError> {
        let mut word = self.begin()?;
        while let Some(byte) = self.peek(0) {
            match byte {
                _ if is_blank(byte) => break,
                b'"' => {
                    word.quoted = true;
                    self.quotation(&mut word.bytes)?;
                }
                b'\\' => {
                    let Some(escaped) = self.peek(1) else {
                        return Err(wrong(SyntaxErrorKind::TrailingBackslash, self.at));
                    };
                    word.quoted = true;
                    word.bytes.push(escaped);
                    self.at += 2;
                }
                _ => {
                    word.bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        let kind = if word.quoted { WordKind::Quoted } else { WordKind::Plain };
        self.finish(word, kind)
    }

    /// Reads from a quote past its partner.
    fn quotation(&mut self, bytes: &mut Vec<u8>) -> Result<(), SyntaxError> {
        let quote = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'"', _) => {
                    self.at += 1;
                    return Ok(());
                }
                (b'\\', Some(digit @ b'0'..=b'9')) => {
                    bytes.push(self.number(digit)?);
                    if self.at == self.text.len() {
                        return Ok(());
                    }
                }
                (b'\\', Some(escaped)) => {
                    match b"abtnvfr".iter().position(|&letter| letter == escaped) {
                        Some(nth) => bytes.push(b"\x07\x08\t\n\x0b\x0c\r"[nth]),
                        None if escaped == b'\n' => {}
                        None => bytes.push(escaped),
                    }
                    self.at += 2;
                }
                _ => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        Err(wrong(SyntaxErrorKind::OpenQuote, quote))
    }

    /// Reads a numeric escape: `\0x` and 1 or 2 hexadecimal digits, `\0` and 1 to 3 octal ones, or 1 to 3 decimal ones.
    fn number(&mut self, first: u8) -> Result<u8, SyntaxError> {
        let (base, prefix, most) = match (first, self.peek(2)) {
            (b'0', Some(b'x')) => (16, 3, 2),
            (b'0', _) => (8, 2, 3),
            _ => (10, 1, 3),
        };
        let digits = self.text[self.at + prefix..].iter().take(most);
        let digits = digits.map_while(|&byte| char::from(byte).to_digit(base));
        let (count, value) = digits.fold((0, 0), |(count, value), digit| (count + 1, value * base + digit));
        let end = self.at + prefix + count;
        let span = mem::replace(&mut self.at, end)..end;
        match u8::try_from(value) {
            Ok(byte) if byte != 0 => Ok(byte),
            _ => {
                // Three digits: never above 999.
                let value = u16::try_from(value).ok().filter(|_| count != 0);
                Err(SyntaxError { kind: SyntaxErrorKind::BadEscape { value }, span })
            }
        }
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(open) = self.open.pop() else {
            return Err(wrong(SyntaxErrorKind::UnmatchedClose, self.at));
        };
        let word = self.begin()?;
        self.at += 1;
        self.finish(word, WordKind::BlockEnd { open })
    }

    /// Ends a word before `at`.
    fn finish(&mut self, word: Unfinished, kind: WordKind) -> Result<(), SyntaxError> {
        self.count(word.depth, word.start)?;
        let Unfinished { bytes, start, depth, .. } = word;
        self.words.push(Word { bytes, span: start..self.at, depth, kind });
        Ok(())
    }

    /// Counts `spaces` more of indentation for the word that began at `start`.
    fn count(&mut self, spaces: usize, start: usize) -> Result<(), SyntaxError> {
        self.indent = self.indent.saturating_add(spaces);
        if self.indent > MAX_INDENT {
            return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span: start..self.at });
        }
        Ok(())
    }
}

/// An error of the one byte at `at`.
fn wrong(kind: SyntaxErrorKind, at: usize) -> SyntaxError {
    SyntaxError { kind, span: at..at + 1 }
}

/// Whether `byte`, not NUL, separates words.
const fn is_blank(byte: u8) -> bool {
    byte <= b' '
}

/// A word that no argv can hold, because of a NUL in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NulByte {
    /// Where in the word it is.
    pub at: usize,
}

impl fmt::Display for NulByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NUL at byte {} of a word", self.at)
    }
}

impl std::error::Error for NulByte {}

/// Appends a spelling of `word` that [`lex`] reads back as exactly these bytes: bare if that is plain to the reader,
/// else in double quotes, with newlines and tabs as they are and whatever cannot be seen as an escape.
///
/// # Errors
///
/// A NUL in `word`; nothing is appended then.
pub fn quote(word: &[u8], out: &mut Vec<u8>) -> Result<(), NulByte> {
    if let Some(at) = word.iter().position(|&byte| byte == 0) {
        return Err(NulByte { at });
    }
    if is_bare(word) {
        out.extend_from_slice(word);
        return Ok(());
    }
    out.push(b'"');
    for chunk in word.utf8_chunks() {
        for (at, char) in chunk.valid().char_indices() {
            let bytes = &chunk.valid().as_bytes()[at..at + char.len_utf8()];
            match char {
                '"' | '\\' => out.extend([b'\\', bytes[0]]),
                '\n' | '\t' => out.push(bytes[0]),
                '\r' => out.extend_from_slice(b"\\r"),
                _ if is_hidden(char) => escape(bytes, out),
                _ => out.extend_from_slice(bytes),
            }
        }
        escape(chunk.invalid(), out);
    }
    out.push(b'"');
    Ok(())
}

/// [`quote`] into a new buffer.
///
/// # Errors
///
/// A NUL in `word`.
pub fn quoted(word: &[u8]) -> Result<Vec<u8>, NulByte> {
    let mut out = Vec::new();
    quote(word, &mut out).map(|()| out)
}

/// Numeric escapes of two hexadecimal digits, the most there can be: a digit that follows is never taken for a third.
fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        out.extend([b'\\', b'0', b'x', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// Whether `word` needs no quotes. A brace within a word would be safe, but nobody should have to know that; as part of a
/// `${NAME}` everybody does.
fn is_bare(word: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(word) else { return false };
    let is_plain = |char| !matches!(char, '"' | '\\' | '{' | '}' | ' ') && !is_hidden(char);
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '?';
    let mut pieces = text.split("${");
    let first = pieces.next().unwrap_or_default();
    let variables_close = pieces.all(|piece| {
        let Some((name, rest)) = piece.split_once('}') else { return false };
        !name.is_empty() && name.chars().all(is_name) && rest.chars().all(is_plain)
    });
    !text.is_empty() && !text.starts_with('#') && first.chars().all(is_plain) && variables_close
}

/// Whether a reader cannot see `char`, or sees the text around it in another order because of it.
fn is_hidden(char: char) -> bool {
    char != ' ' && (char.is_control() || char.is_whitespace())
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::process::Command;

    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    use serde_json::Value;

    use super::SyntaxErrorKind::{BadEscape, OpenQuote, TooDeep, TrailingBackslash, UnmatchedClose, UnmatchedOpen};
    use super::*;

    fn compiled(text: &[u8]) -> Result<Vec<String>, SyntaxError> {
        let escaped = |word: &Vec<u8>| word.escape_ascii().to_string();
        lex(text).map(|words| argv(&words).iter().map(escaped).collect())
    }

    #[track_caller]
    fn accepts(text: &[u8], words: &[&str]) {
        assert_eq!(compiled(text).expect("accepted"), words, "{}", text.escape_ascii());
    }

    #[track_caller]
    fn refuses(text: &[u8], kind: SyntaxErrorKind, span: Range<usize>) {
        assert_eq!(lex(text), Err(SyntaxError { kind, span }), "{}", text.escape_ascii());
    }

    #[test]
    fn words_end_at_blanks() {
        accepts(b"", &[]);
        accepts(b" \t\r\n", &[]);
        accepts(b"a b\tc\rd\ne", &["a", "b", "c", "d", "e"]);
        accepts(b"a\x01b\x0bc\x1fd", &["a", "b", "c", "d"]);
        accepts(b"a\x7fb \xff", &["a\\x7fb", "\\xff"]);
        accepts("a\u{a0}b".as_bytes(), &["a\\xc2\\xa0b"]);
        accepts(b"set -e\ncd /x && ls | wc $X ~ *", &["set", "-e", "cd", "/x", "&&", "ls", "|", "wc", "$X", "~", "*"]);
    }

    #[test]
    fn nul_ends_the_text() {
        accepts(b"a b\0c", &["a", "b"]);
        accepts(b"\0\"", &[]);
        refuses(b"\"a\0b\"", OpenQuote, 0..1);
        refuses(b"a\\\0", TrailingBackslash, 1..2);
    }

    #[test]
    fn comments_begin_where_a_word_could() {
        accepts(b"#!/bin/sh\na # b\n#c", &["a"]);
        accepts(b"a#b \\#c \"#d\" ${#}", &["a#b", "#c", "#d", "${#}"]);
        accepts(b"{# a", &["{#", "a"]);
        accepts(b"# \"{\\", &[]);
    }

    #[test]
    fn backslashes_outside_of_quotes() {
        accepts(br#"a\ b \{ \\ \" \n"#, &["a b", "{", "\\\\", "\\\"", "n"]);
        accepts(b"a \\\n b", &["a", "b"]);
        accepts(b"a\\\nb", &["a\\nb"]);
        accepts(b"a \\", &["a"]);
        refuses(b"a\\", TrailingBackslash, 1..2);
    }

    #[test]
    fn quotes() {
        accepts(b"\"\" a\"\" \"b c\"d\"e\"", &["", "a", "b cde"]);
        accepts(br#""\a\b\t\n\v\f\r""#, &["\\x07\\x08\\t\\n\\x0b\\x0c\\r"]);
        accepts(br#""\x41\q\"\\\{""#, &["x41q\\\"\\\\{"]);
        accepts(b"\"a\\\nb\nc\"", &["ab\\nc"]);
        refuses(b"a b\"c", OpenQuote, 3..4);
        refuses(b"\"a\" \"b\\", OpenQuote, 4..5);
    }

    #[test]
    fn numeric_escapes() {
        accepts(br#""\0x41" "\0x4g" "\0x414" "\0xfF""#, &["A", "\\x04g", "A4", "\\xff"]);
        accepts(br#""\0101" "\01018" "\018" "\0377""#, &["A", "A8", "\\x018", "\\xff"]);
        accepts(br#""\101" "\1010" "\8\99" "\255""#, &["e", "e0", "\\x08c", "\\xff"]);
        // The escape ends the text and its word with it.
        accepts(br#""\65"#, &["A"]);
        accepts(br#"{ } "a\0x41"#, &["", "aA"]);
        refuses(br#"a "b\0x00""#, BadEscape { value: Some(0) }, 4..9);
        refuses(br#""\00000""#, BadEscape { value: Some(0) }, 1..6);
        refuses(br#""\0400""#, BadEscape { value: Some(256) }, 1..6);
        refuses(br#""\256""#, BadEscape { value: Some(256) }, 1..5);
        refuses(br#""\0777 "#, BadEscape { value: Some(511) }, 1..6);
        refuses(br#""\08""#, BadEscape { value: None }, 1..3);
        refuses(br#""\0xg""#, BadEscape { value: None }, 1..4);
        refuses(br#""\0"#, BadEscape { value: None }, 1..3);
        refuses(br#""\00"#, BadEscape { value: Some(0) }, 1..4);
    }

    #[test]
    fn blocks() {
        accepts(b"if { a { b } } c", &["if", " a", "  b", " ", "", "c"]);
        accepts(b"{ }", &[""]);
        accepts(b"{ {\n}\n}", &[" ", ""]);
        accepts(b"{ \" \" \"\" }", &["  ", " ", ""]);
        accepts(b"{a }b {} }} {{ \"{\" \\} a}", &["{a", "}b", "{}", "}}", "{{", "{", "}", "a}"]);
        refuses(b"a { b", UnmatchedOpen, 2..3);
        refuses(b"{ { } { a", UnmatchedOpen, 6..7);
        refuses(b"a {", UnmatchedOpen, 2..3);
        refuses(b"a } \"", UnmatchedClose, 2..3);
        refuses(b"a { \"", OpenQuote, 4..5);
    }

    #[test]
    fn a_brace_before_a_backslash_leaves_its_word_unfinished() {
        accepts(b"{\\a", &["{a"]);
        accepts(b"{ {\\a }", &[" { a", ""]);
        accepts(b"{ }\\a }", &[" } a", ""]);
        accepts(b"{\\\nfoo", &["{foo"]);
        accepts(b"{\\\n{ foo }", &["{ foo", ""]);
        accepts(b"a {\\\n", &["a"]);
        accepts(b"a }\\", &["a"]);
        refuses(b"{\\\n}", UnmatchedClose, 3..4);
    }

    #[test]
    fn words_know_their_place() {
        let words = lex(b"if { a\" b\" }\nc").expect("accepted");
        let places = words.iter().map(|word| (word.span.clone(), word.depth, word.kind)).collect::<Vec<_>>();
        let expected = [
            (0..2, 0, WordKind::Plain),
            (5..10, 1, WordKind::Quoted),
            (11..12, 0, WordKind::BlockEnd { open: 3 }),
            (13..14, 0, WordKind::Plain),
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn hostile_nesting_is_bounded() {
        let many = 200_000;
        assert_eq!(lex(&b"{ ".repeat(many)).map_err(|error| error.kind), Err(UnmatchedOpen));
        for word in [&b"a "[..], b"{\\a ", b"{\\\n", b"} { "] {
            let text = [b"{ ".repeat(many), word.repeat(many)].concat();
            assert_eq!(lex(&text).map_err(|error| error.kind), Err(TooDeep), "{}", word.escape_ascii());
        }
        assert_eq!(lex(&b"a ".repeat(many)).map(|words| words.len()), Ok(many));
    }

    #[test]
    fn quoting_is_as_plain_as_it_can_be() {
        let table: &[(&[u8], &str)] = &[
            (b"/etc/s6/x.sh", "/etc/s6/x.sh"),
            (b"a#b$X&&|;'*~`", "a#b$X&&|;'*~`"),
            ("größe".as_bytes(), "größe"),
            (b"", r#""""#),
            (b"#a", r##""#a""##),
            (b"{", r#""{""#),
            (b"${X}", "${X}"),
            (b"x${A}y${?}", "x${A}y${?}"),
            (b"${X", r#""${X""#),
            (b"{X}${Y}", r#""{X}${Y}""#),
            (b"${a b}", r#""${a b}""#),
            (b"a b", r#""a b""#),
            (b"a\\\"b", r#""a\\\"b""#),
            (b"set -e\n\tls\n", "\"set -e\n\tls\n\""),
            (b"\r\n", "\"\\r\n\""),
            (b"\x1b1", r#""\0x1b1""#),
            (b"\x01f\x7f", r#""\0x01f\0x7f""#),
            (b"a\xff9\xc3", r#""a\0xff9\0xc3""#),
            ("\u{a0}\u{202e}".as_bytes(), r#""\0xc2\0xa0\0xe2\0x80\0xae""#),
        ];
        for &(word, spelling) in table {
            assert_eq!(
                quoted(word).expect("no NUL").escape_ascii().to_string(),
                spelling.as_bytes().escape_ascii().to_string()
            );
        }
        assert_eq!(quoted(b"a\0b"), Err(NulByte { at: 1 }));
        for byte in 1..=255 {
            for word in [vec![byte], vec![byte, b'0'], vec![b'a', byte, b'F'], vec![b'\\', byte]] {
                assert_eq!(lex(&quoted(&word).expect("no NUL")).map(|words| argv(&words)), Ok(vec![word]));
            }
        }
    }

    /// Text of the bytes that `el_parse` tells apart, and now and then any others.
    fn any_text() -> impl Strategy<Value = Vec<u8>> {
        let telling = prop::sample::select(&b"\0#\"\n\\.,abtnvfrcxE0123789{}{}  \t\r\"\\"[..]);
        let pieces: Vec<&[u8]> =
            vec![b"{ ", b" } ", b"{\\\n", b"}\\", b"\"\\0x", b"\"\\0", b"\\1", b"\" ", b" #", b"w "];
        let piece = prop_oneof![
            4 => telling.prop_map(|byte| vec![byte]),
            3 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn any_word() -> impl Strategy<Value = Vec<u8>> {
        let telling = prop::sample::select(&b"#\"\n\\abx0123789{} \t\r\x1b\xc3\xa4"[..]);
        prop::collection::vec(prop_oneof![telling, 1..=255u8], 0..30)
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(words in prop::collection::vec(any_word(), 0..6)) {
            let mut text = Vec::new();
            for word in &words {
                quote(word, &mut text).expect("no NUL");
                text.push(b' ');
            }
            prop_assert_eq!(lex(&text).map(|words| argv(&words)), Ok(words));
        }

        #[test]
        fn quoted_words_come_back_from_a_block(word in any_word()) {
            let text = [&b"if { "[..], &quoted(&word).expect("no NUL"), b" }"].concat();
            let words = lex(&text).expect("accepted");
            prop_assert_eq!(&words[1].bytes, &word);
            prop_assert_eq!(argv(&words), [b"if".to_vec(), [b" ", &word[..]].concat(), Vec::new()]);
        }

        #[test]
        fn any_text_is_lexed_or_refused_at_a_place_in_it(text in any_text()) {
            match lex(&text) {
                Ok(words) => {
                    let mut end = 0;
                    for word in words {
                        prop_assert!(end <= word.span.start && word.span.start < word.span.end);
                        end = word.span.end;
                        if word.kind == WordKind::Plain {
                            prop_assert_eq!(&text[word.span], &word.bytes[..]);
                        }
                    }
                    prop_assert!(end <= text.len());
                }
                Err(error) => prop_assert!(error.span.start < error.span.end && error.span.end <= text.len()),
            }
        }

        #[test]
        fn spans_of_utf8_text_are_text(text in "[ \"\\\\{}#01xä€\n]{0,20}") {
            match lex(text.as_bytes()) {
                Ok(words) => prop_assert!(words.iter().all(|word| text.get(word.span.clone()).is_some())),
                Err(error) => prop_assert!(text.get(error.span).is_some()),
            }
        }
    }

    /// What the real s6-rc-compile 0.7.0.0 answered.
    fn oracle() -> Vec<Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/cases.json");
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&text).expect("JSON")
    }

    fn content(value: &Value) -> Option<Vec<u8>> {
        let from_hex =
            |hex: &str| (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect();
        value.as_str().map(|text| text.as_bytes().to_vec()).or_else(|| value["hex"].as_str().and_then(from_hex))
    }

    #[test]
    fn agrees_with_the_recorded_answers() {
        let cases = oracle();
        let (mut accepted, mut compared, mut refused) = (0, 0, 0);
        for case in &cases {
            let name = case["name"].as_str().expect("a name");
            let file = |end: &str| {
                let tree = case["tree"].as_object().expect("a tree");
                let found = tree.iter().find(|(path, _)| *path == end || path.ends_with(&format!("/{end}")));
                found.and_then(|(_, value)| content(value))
            };
            let oneshots = case["db"]["oneshots"].as_object().into_iter().flatten();
            for (oneshot, answer) in oneshots.filter(|(oneshot, _)| !oneshot.starts_with("s6rc-")) {
                for script in ["up", "down", "reload"] {
                    let Some(text) = file(&format!("{oneshot}/{script}")) else {
                        assert!(
                            answer[script].as_array().is_none_or(Vec::is_empty),
                            "{name}: {script} of {oneshot} not found"
                        );
                        continue;
                    };
                    let ours = lex(&text).unwrap_or_else(|error| panic!("{name}: {script} of {oneshot}: {error}"));
                    accepted += 1;
                    // The argv of `reload` is not recorded.
                    if let Some(expected) = answer[script].as_array() {
                        let expected = expected.iter().map(|word| content(word).expect("a word"));
                        assert_eq!(argv(&ours), expected.collect::<Vec<_>>(), "{name}: {script} of {oneshot}");
                        compared += 1;
                    }
                }
            }
            let stderr = case["stderr"].as_str().unwrap_or_default();
            let Some((_, message)) = stderr.split_once("syntax error in src/") else { continue };
            let (path, reason) = message.trim_end().split_once(": ").unwrap_or((message.trim_end(), ""));
            let kind = lex(&file(path).expect("the file")).expect_err(name).kind;
            match reason {
                "unmatched {" => assert_eq!(kind, UnmatchedOpen, "{name}"),
                "unmatched }" => assert_eq!(kind, UnmatchedClose, "{name}"),
                "" => assert!(!matches!(kind, UnmatchedOpen | UnmatchedClose), "{name}: {kind}"),
                other => panic!("{name}: {other}"),
            }
            refused += 1;
            // It reads them in this order and stops at the first error.
            let (oneshot, script) = path.rsplit_once('/').expect("a file of a oneshot");
            for earlier in ["reload", "up", "down"].into_iter().take_while(|&earlier| earlier != script) {
                if let Some(text) = file(&format!("{oneshot}/{earlier}")) {
                    assert!(lex(&text).is_ok(), "{name}: {earlier}");
                    accepted += 1;
                }
            }
        }
        let counts = (accepted, compared, refused);
        assert!(accepted > compared && compared > 40 && refused > 10, "too little to compare: {counts:?}");
    }

    /// What execlineb makes of `text`, told by `printf`: its argv, or what it says.
    fn execlineb(text: &[u8], file: &Path) -> Result<Vec<Vec<u8>>, String> {
        std::fs::write(file, [b"printf \"%s\\\\0\" x ", text].concat()).expect("written");
        let output = Command::new("execlineb").arg("-P").arg(file).output().expect("run");
        match output.status.code() {
            Some(0) => Ok(output.stdout.split(|&byte| byte == 0).map(<[u8]>::to_vec).skip(1).collect()),
            Some(100) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            code => panic!("{code:?} for {}: {}", text.escape_ascii(), output.stderr.escape_ascii()),
        }
    }

    /// `HERMESC_EXECLINEB_CASES` says how many texts to try instead of 400.
    #[test]
    fn agrees_with_execlineb() {
        if Command::new("execlineb").args(["-c", ""]).output().is_err() {
            eprintln!("skipped: no execlineb");
            return;
        }
        let file = std::env::temp_dir().join(format!("hermesc-execline-{}", std::process::id()));
        let cases = std::env::var("HERMESC_EXECLINEB_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(&any_text(), |text| {
            match (lex(&text), execlineb(&text, &file)) {
                (Ok(words), Ok(mut theirs)) => {
                    // After the last NUL there is nothing.
                    prop_assert_eq!(theirs.pop(), Some(Vec::new()));
                    prop_assert_eq!(argv(&words), theirs);
                }
                (Err(error), Err(theirs)) if theirs.contains("unmatched }") => {
                    prop_assert_eq!(error.kind, UnmatchedClose);
                }
                (Err(error), Err(theirs)) if theirs.contains("unmatched {") => {
                    prop_assert_eq!(error.kind, UnmatchedOpen);
                }
                // A brace that ends the text is plain "syntax error" to it.
                (Err(error), Err(_)) if error.kind == UnmatchedOpen => {
                    prop_assert_eq!(text[error.span.start..].get(1).unwrap_or(&0), &0);
                }
                (Err(error), Err(_)) => prop_assert_ne!(error.kind, UnmatchedClose),
                (ours, theirs) => prop_assert!(false, "ours {:?}, theirs {:?}", ours, theirs),
            }
            Ok(())
        });
        let by_option =
            Command::new("execlineb").arg("-Pc").arg(std::ffi::OsStr::from_bytes(b"printf %s: { a\\ b } c")).output();
        std::fs::remove_file(&file).expect("removed");
        result.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(by_option.expect("run").stdout, b" a b::c:");
    }
}
