//! Paths as URIs and back (RFC 8089).

use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use lsp_types::Uri;

use crate::resolve::normal;

/// The path of a URI. What is no `file:` URI of this machine, such as a text that was never saved, keeps its whole name, which is
/// no path: its slashes are other ones.
pub(super) fn path(uri: &Uri) -> Utf8PathBuf {
    let text = uri.as_str();
    let file = text.strip_prefix("file://").and_then(|rest| rest.find('/').map(|at| rest.split_at(at)));
    let here = file.filter(|(host, _)| host.is_empty() || host.eq_ignore_ascii_case("localhost"));
    let path = here.and_then(|(_, path)| decode(path));
    path.map_or_else(|| Utf8PathBuf::from(text.replace('/', "\u{2215}")), |path| normal(Utf8Path::new(&path)))
}

/// The URI of a path, where it can be one.
pub(super) fn of(path: &Utf8Path) -> Option<Uri> {
    if !path.is_absolute() {
        return Uri::from_str(path.as_str()).ok();
    }
    let mut out = String::from("file://");
    for byte in path.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&out).ok()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for text in ["/a/b.hermes", "/a b/é%:#?.hermes"] {
            assert_eq!(path(&of(Utf8Path::new(text)).unwrap()), text);
        }
        assert_eq!(path(&Uri::from_str("file:///a/../b%20c").unwrap()), "/b c");
        assert_eq!(path(&Uri::from_str("untitled:Untitled-1").unwrap()), "untitled:Untitled-1");
        assert_eq!(path(&Uri::from_str("file://localhost/a").unwrap()), "/a");
        for text in ["file:///%FF", "file://elsewhere/a", "x:/../a"] {
            assert!(!path(&Uri::from_str(text).unwrap()).as_str().contains('/'), "{text}");
        }
    }
}
