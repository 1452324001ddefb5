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

mod quote;

use std::ops::Range;
use std::{fmt, mem};

pub use quote::{NulByte, quote, quoted};

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
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    Lexer { text, ..Lexer::default() }.run()
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
                    let rest = self.rest(0);
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

    fn rest(&self, ahead: usize) -> &[u8] {
        self.text.get(self.at + ahead..).unwrap_or_default()
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
                    match escaped {
                        b'a' => bytes.push(0x07),
                        b'b' => bytes.push(0x08),
                        b't' => bytes.push(b'\t'),
                        b'n' => bytes.push(b'\n'),
                        b'v' => bytes.push(0x0b),
                        b'f' => bytes.push(0x0c),
                        b'r' => bytes.push(b'\r'),
                        b'\n' => {}
                        _ => bytes.push(escaped),
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
        let digits = self.rest(prefix).iter().take(most);
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

#[cfg(test)]
mod tests;
