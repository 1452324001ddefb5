//! Bytes and paths in the forms that JSON can hold.

use camino::Utf8Path;
use serde::Serialize;

/// Bytes: text where they are UTF-8.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Content {
    /// UTF-8.
    Text(String),
    /// Anything else, in base64 (RFC 4648, with padding).
    Base64(String),
}

impl Content {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(base64(bytes)),
        }
    }

    /// Always in base64.
    pub(super) fn binary(bytes: &[u8]) -> String {
        base64(bytes)
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// A path as a reference (RFC 3986): relative where the path is, else with the scheme `file`.
pub(super) fn uri(path: &Utf8Path) -> String {
    let text = path.as_str();
    let (prefix, text) = if path.is_absolute() { ("file://", text) } else { ("", text.trim_start_matches("./")) };
    let mut out = String::from(prefix);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, expected) in vectors.into_iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), expected);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfd]), "//79");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri(Utf8Path::new("./a b/é:%.hermes")), "a%20b/%C3%A9%3A%25.hermes");
        assert_eq!(uri(Utf8Path::new("/etc/x#y")), "file:///etc/x%23y");
    }
}
