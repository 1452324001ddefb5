//! Words as text that says exactly them.

use std::fmt;

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

/// Appends a spelling of `word` that [`lex`](super::lex) reads back as exactly these bytes: bare if that is plain to the reader,
/// else in double quotes, with newlines and tabs as they are and whatever cannot be seen as an escape.
///
/// # Errors
///
/// A NUL in `word`; nothing is appended then.
pub fn quote(word: &[u8], out: &mut Vec<u8>) -> Result<(), NulByte> {
    if is_bare(word) {
        out.extend_from_slice(word);
        return Ok(());
    }
    if let Some(at) = word.iter().position(|&byte| byte == 0) {
        return Err(NulByte { at });
    }
    out.push(b'"');
    for chunk in word.utf8_chunks() {
        for char in chunk.valid().chars() {
            let mut bytes = [0; 4];
            let bytes = char.encode_utf8(&mut bytes).as_bytes();
            match char {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\n' | '\t' => out.extend_from_slice(bytes),
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
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
    for &byte in bytes {
        out.extend([b'\\', b'0', b'x', digit(byte >> 4), digit(byte & 15)]);
    }
}

/// Whether `word` needs no quotes. A brace within a word would be safe, but nobody should have to know that; as part of a
/// `${NAME}` everybody does.
fn is_bare(word: &[u8]) -> bool {
    // Most words are a name, an option or a path.
    let is_common =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b',');
    if !word.is_empty() && word.iter().all(is_common) {
        return true;
    }
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
    if char.is_ascii() {
        return char.is_ascii_control();
    }
    (char.is_control() || char.is_whitespace())
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
