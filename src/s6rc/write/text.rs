//! A manifest as text: JSON, as `serde_json` writes it, line by line. What is written so is read so too, without a copy of each
//! path; whatever else is JSON is read as such.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memchr3;
use serde::Deserialize;

use crate::s6rc::order::{is_plain, order, plain};
use crate::s6rc::write::manifest::{Known, Manifest};
use crate::s6rc::write::stamp::Stamp;

/// The versions of manifests that are read; the second is written.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Of version 1, what `entries` says is names only.
#[derive(Deserialize)]
struct Names {
    entries: Vec<String>,
}

#[derive(Deserialize)]
struct Stamps {
    entries: BTreeMap<String, String>,
    #[serde(default)]
    next: BTreeMap<String, String>,
}

/// As it is written; `next` only where there is something in it.
pub(super) fn write(entries: &[Known<'_>], next: &[Known<'_>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(64 + 128 * (entries.len() + next.len()));
    text.extend_from_slice(b"{\n  \"version\": 2,\n  \"entries\": ");
    write_map(&mut text, entries);
    if !next.is_empty() {
        text.extend_from_slice(b",\n  \"next\": ");
        write_map(&mut text, next);
    }
    text.extend_from_slice(b"\n}\n");
    text
}

fn write_map(text: &mut Vec<u8>, all: &[Known<'_>]) {
    text.push(b'{');
    for (at, known) in all.iter().enumerate() {
        text.extend_from_slice(if at == 0 { b"\n    " } else { b",\n    " });
        write_string(text, &known.path);
        text.extend_from_slice(b": ");
        write_string(text, &known.stamp.0);
    }
    text.extend_from_slice(if all.is_empty() { b"}" } else { b"\n  }" });
}

fn write_string(text: &mut Vec<u8>, string: &str) {
    if string.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        // Nothing in a string that JSON does not have.
        text.extend_from_slice(&serde_json::to_vec(string).unwrap_or_default());
        return;
    }
    text.push(b'"');
    text.extend_from_slice(string.as_bytes());
    text.push(b'"');
}

/// What a manifest says; else why it is none.
pub(super) fn read(bytes: &[u8]) -> Result<Manifest<'_>, String> {
    if let Some(manifest) = std::str::from_utf8(bytes).ok().and_then(read_lines) {
        return Ok(manifest);
    }
    let parsed = |error: serde_json::Error| error.to_string();
    match serde_json::from_slice::<Version>(bytes).map_err(parsed)?.version {
        1 => {
            let names: Names = serde_json::from_slice(bytes).map_err(parsed)?;
            let entries = known(names.entries.into_iter().map(|path| (path, Stamp::NAMED)))?;
            Ok(Manifest { entries, next: Vec::new() })
        }
        2 => {
            let stamps: Stamps = serde_json::from_slice(bytes).map_err(parsed)?;
            let read = |map: BTreeMap<String, String>| {
                known(map.into_iter().map(|(path, text)| (path, Stamp(Cow::Owned(text)))))
            };
            Ok(Manifest { entries: read(stamps.entries)?, next: read(stamps.next)? })
        }
        version => Err(format!("its version is {version}, and this program knows 1 and 2")),
    }
}

/// In their order, and none twice, however they were written.
fn known<'m>(all: impl Iterator<Item = (String, Stamp<'m>)>) -> Result<Vec<Known<'m>>, String> {
    let mut known: Vec<Known<'m>> = Vec::new();
    for (path, stamp) in all {
        let path = plain(&path).into_owned();
        if !is_plain(&path) {
            return Err(format!("{path} is not below the directory"));
        }
        known.push(Known { path: Cow::Owned(path), stamp });
    }
    known.sort_by(|one, other| order(&one.path, &other.path));
    known.dedup_by(|one, other| one.path == other.path);
    Ok(known)
}

/// What was written by [`write`]. Nothing where it is not exactly so.
fn read_lines(text: &str) -> Option<Manifest<'_>> {
    let mut rest = text.strip_prefix("{\n  \"version\": 2,\n  \"entries\": ")?;
    let entries = read_map(&mut rest)?;
    let mut next = Vec::new();
    if let Some(behind) = rest.strip_prefix(",\n  \"next\": ") {
        rest = behind;
        next = read_map(&mut rest)?;
    }
    (rest == "\n}\n").then_some(Manifest { entries, next })
}

fn read_map<'m>(rest: &mut &'m str) -> Option<Vec<Known<'m>>> {
    *rest = rest.strip_prefix('{')?;
    if let Some(behind) = rest.strip_prefix('}') {
        *rest = behind;
        return Some(Vec::new());
    }
    let mut all: Vec<Known<'m>> = Vec::with_capacity(rest.len() / 80);
    loop {
        *rest = rest.strip_prefix("\n    ")?;
        let path = read_string(rest)?;
        *rest = rest.strip_prefix(": ")?;
        let stamp = Stamp(Cow::Borrowed(read_string(rest)?));
        let follows = all.last().is_none_or(|last| order(&last.path, path).is_lt());
        if !follows || !is_plain(path) {
            return None;
        }
        all.push(Known { path: Cow::Borrowed(path), stamp });
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => break,
        }
    }
    *rest = rest.strip_prefix("\n  }")?;
    Some(all)
}

/// A string that stands for itself.
fn read_string<'m>(rest: &mut &'m str) -> Option<&'m str> {
    let behind = rest.strip_prefix('"')?;
    let (string, end) = behind.split_at_checked(memchr3(b'"', b'\\', b'\n', behind.as_bytes())?)?;
    *rest = end.strip_prefix('"')?;
    Some(string)
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    fn manifest(paths: &[&str]) -> Vec<Known<'static>> {
        let known = |(at, path): (usize, &&str)| Known {
            path: Cow::Owned((*path).to_owned()),
            stamp: match at % 3 {
                0 => Stamp::DIRECTORY,
                1 => Stamp::of_link(&format!("to \"{path}\" \u{1}")),
                _ => Stamp::of_file(path.as_bytes(), 0o755),
            },
        };
        let mut all: Vec<Known<'_>> = paths.iter().enumerate().map(known).collect();
        all.sort_by(|one, other| order(&one.path, &other.path));
        all
    }

    #[derive(serde::Serialize)]
    struct All {
        version: u32,
        entries: BTreeMap<Utf8PathBuf, String>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        next: BTreeMap<Utf8PathBuf, String>,
    }

    /// As the whole of it would be written by `serde_json`.
    fn pretty(entries: &[Known<'_>], next: &[Known<'_>]) -> String {
        let map = |all: &[Known<'_>]| -> BTreeMap<Utf8PathBuf, String> {
            all.iter().map(|known| (known.path.as_ref().into(), known.stamp.0.to_string())).collect()
        };
        let all = All { version: 2, entries: map(entries), next: map(next) };
        serde_json::to_string_pretty(&all).unwrap() + "\n"
    }

    #[test]
    fn it_is_the_json_that_others_write_and_read() {
        let plain = manifest(&["a", "a/b", "a-b", "a/b/c", "a/b.d", "\u{e9}", "\u{7f}", "x y"]);
        let odd = manifest(&["a\"b", "a\\b", "tab\there", "\u{1}", "x"]);
        for (entries, next) in [(&[][..], &[][..]), (&plain, &[]), (&plain, &odd), (&[], &plain), (&odd, &plain)] {
            let text = write(entries, next);
            assert_eq!(String::from_utf8(text.clone()).unwrap(), pretty(entries, next));
            let found = read(&text).unwrap();
            assert!(found.entries == entries && found.next == next, "{}", pretty(entries, next));
            // Written in another way, it says the same.
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let other = value.to_string();
            let found = read(other.as_bytes()).unwrap();
            assert!(found.entries == entries && found.next == next, "{other}");
        }
        let lines = write(&manifest(&["a", "b", "c/d"]), &[]);
        assert!(
            read_lines(std::str::from_utf8(&lines).unwrap()).is_none(),
            "a link to what needs an escape is read as JSON"
        );
        let lines = write(&[Known { path: "a".into(), stamp: Stamp::DIRECTORY }], &[]);
        assert!(read_lines(std::str::from_utf8(&lines).unwrap()).is_some());
    }

    #[test]
    fn what_is_spelled_in_another_way_is_the_same() {
        let text = r#"{"version":2,"entries":{"b":"x","a//./c":"directory","a":"link y"}}"#;
        let found = read(text.as_bytes()).unwrap();
        let paths: Vec<&str> = found.entries.iter().map(|known| known.path.as_ref()).collect();
        assert_eq!(paths, ["a", "a/c", "b"]);
        let found = read(br#"{"version":1,"entries":["b","a"]}"#).unwrap();
        assert!(found.entries.iter().all(|known| known.stamp == Stamp::NAMED));
    }

    #[test]
    fn what_is_none_is_told() {
        for (text, said) in [
            ("", "EOF"),
            (r#"{"version":3}"#, "its version is 3"),
            (r#"{"version":2,"entries":{"/x":""}}"#, "not below"),
            (r#"{"version":2,"entries":{"":""}}"#, "not below"),
            (r#"{"version":2,"entries":{"a/../x":""}}"#, "a/../x is not below"),
            (r#"{"version":1,"entries":["../x"]}"#, "not below"),
            ("{\n  \"version\": 2,\n  \"entries\": {\n    \"../x\": \"directory\"\n  }\n}\n", "not below"),
        ] {
            let reason = read(text.as_bytes()).err().unwrap_or_default();
            assert!(reason.contains(said), "{text}: {reason}");
        }
    }
}
