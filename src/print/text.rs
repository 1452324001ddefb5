//! Bytes as texts of the language that say them again exactly: words, strings and fences.

use crate::syntax::{MAX_LINE_BYTES, interpolated};

/// A text without a final newline is short up to so many bytes.
const SHORT: usize = 60;

/// Words that mean something else where a name or an interpreter could stand.
const RESERVED: &[&str] = &[
    "bundle",
    "cont-init",
    "directory",
    "exec",
    "extend",
    "extern",
    "file",
    "flag-essential",
    "flag-recommended",
    "for",
    "include",
    "let",
    "link",
    "longrun",
    "main",
    "mode",
    "none",
    "oneshot",
    "pipeline",
    "raw",
    "service",
    "stage2-hook",
    "target",
    "template",
    "text",
    "use",
];

/// Whether a text can stand as a bare word, wherever it stands.
pub(super) fn is_bare(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@+%~^".contains(&byte);
    !text.is_empty() && text.bytes().all(plain) && !RESERVED.contains(&text)
}

/// A name: bare where it is plain, quoted where it is unusual.
pub(crate) fn name(text: &str) -> String {
    if is_bare(text) { text.to_owned() } else { quoted(text.as_bytes()) }
}

/// Characters that nobody sees, or that the language refuses where they stand as they are.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
}

/// A string between double quotes, on one line.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        let braces = braced(text) != text;
        for char in text.chars() {
            match char {
                '"' | '\\' => out.extend(['\\', char]),
                '{' if braces => out.push_str("\\{"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\0' => out.push_str("\\0"),
                '\x1b' => out.push_str("\\e"),
                _ if char.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(char))),
                _ if is_hidden(char) => out.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
                _ => out.push(char),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

/// A text whose braces mean themselves: where `{{` would be read as more, all of its run are doubled.
fn braced(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let run = from.len() - from.trim_start_matches('{').len();
        let (braces, behind) = from.split_at(run);
        let last = from.get(run.saturating_sub(2)..).unwrap_or_default();
        if run >= 4 || (run >= 2 && interpolated(last).is_some()) {
            out.push_str(&"{{{{".repeat(run / 2));
            out.push_str(&"{".repeat(run % 2));
        } else {
            out.push_str(braces);
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A text over lines between fences, where it can stand there; `indent` spaces are in front of its lines and its end.
fn fence(text: &str, indent: usize) -> Option<String> {
    if text.chars().any(|char| is_hidden(char) && !matches!(char, '\n' | '\t')) {
        return None;
    }
    let longest = text.split(|char| char != '"').map(str::len).max().unwrap_or_default();
    let quotes = "\"".repeat(longest.max(2) + 1);
    let pad = " ".repeat(indent);
    let mut out = format!("{quotes}\n");
    if text.ends_with('\n') {
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                out.push_str(&pad);
            }
            out.push_str(&braced(line));
        }
        out.push_str(&pad);
    } else {
        // Without a final newline the closing quotes stand behind the last line, and no indentation is taken off.
        let last = text.rsplit('\n').next().unwrap_or_default();
        let head = |line: &str| ["longrun", "oneshot", "bundle"].iter().any(|word| line.starts_with(word));
        if !text.contains('\n') || last.trim_matches([' ', '\t']).is_empty() || last.ends_with('"') {
            return None;
        }
        if text.lines().any(head) {
            return None;
        }
        for line in text.split_inclusive('\n') {
            out.push_str(&braced(line));
        }
    }
    out.push_str(&quotes);
    Some(out)
}

/// The content of a file: over lines where it has some, and else on one. `script` prefers lines. Nothing where it cannot
/// stand in a text at all, since a line would be too long.
pub(crate) fn content(bytes: &[u8], indent: usize, script: bool) -> Option<String> {
    let mut lines = bytes.split(|byte| *byte == b'\n').skip(1);
    let has_lines = lines.next().is_some_and(|second| script || !second.is_empty() || lines.next().is_some());
    // A text without a final newline cannot be indented: a short one reads better on one line.
    let over_lines = has_lines && (script || bytes.ends_with(b"\n") || bytes.len() > SHORT);
    let fenced = std::str::from_utf8(bytes).ok().filter(|_| over_lines).and_then(|text| fence(text, indent));
    let fits = |text: &String| text.lines().all(|line| line.len() + 1024 < MAX_LINE_BYTES);
    fenced.filter(fits).or_else(|| Some(quoted(bytes)).filter(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bare_where_they_can_be() {
        assert_eq!(name("web-1.x@y"), "web-1.x@y");
        assert_eq!(name("none"), "\"none\"");
        assert_eq!(name(""), "\"\"");
        assert_eq!(name("a b"), "\"a b\"");
        assert_eq!(name("{{a}}"), "\"\\{\\{a}}\"");
    }

    #[test]
    fn braces_are_doubled_only_where_they_would_be_read() {
        assert_eq!(braced("{{ .Name }} ${x} {{"), "{{ .Name }} ${x} {{");
        assert_eq!(braced("{{name}}"), "{{{{name}}");
        assert_eq!(braced("{{{name}}"), "{{{{{name}}");
        assert_eq!(braced("{{{{"), "{{{{{{{{");
    }

    #[test]
    fn contents_are_fenced_where_they_have_lines() {
        assert_eq!(content(b"a\n\nb\n", 4, false).as_deref(), Some("\"\"\"\n    a\n\n    b\n    \"\"\""));
        assert_eq!(content(b"a\n", 4, false).as_deref(), Some("\"a\\n\""));
        assert_eq!(content(b"a\nb", 4, true).as_deref(), Some("\"\"\"\na\nb\"\"\""));
        assert_eq!(content(b"a\nb", 4, false).as_deref(), Some("\"a\\nb\""));
        assert_eq!(content(b"a\r\nb\n", 4, false).as_deref(), Some("\"a\\r\\nb\\n\""));
        assert_eq!(content(b"\"\"\"\n", 0, true).as_deref(), Some("\"\"\"\"\n\"\"\"\n\"\"\"\""));
        assert_eq!(content(b"a\n\xff", 0, true).as_deref(), Some("\"a\\n\\xff\""));
    }
}
