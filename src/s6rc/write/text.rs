//! A manifest as text: JSON, of which paths and stamps are not copied one by one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::s6rc::order::{is_plain, order, plain};
use crate::s6rc::write::manifest::{Known, Manifest};
use crate::s6rc::write::stamp::Stamp;

/// The versions of manifests that are read; the second is written.
const VERSIONS: [u32; 2] = [1, 2];

/// A manifest as it is written.
#[derive(Serialize)]
struct Written<'k, 'm> {
    version: u32,
    entries: Entries<&'k [Known<'m>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Entries<&'k [Known<'m>]>>,
}

/// A manifest as it is read.
#[derive(Deserialize)]
struct Stored<'m> {
    version: u32,
    #[serde(borrow)]
    entries: Option<Entries<Vec<Known<'m>>>>,
    #[serde(borrow)]
    next: Option<Entries<Vec<Known<'m>>>>,
}

/// A map of paths and stamps, in the order in which they stand; of version 1, a list of paths.
struct Entries<K>(K);

/// A string that stands for itself wherever it can.
#[derive(Deserialize)]
struct Text<'m>(#[serde(borrow)] Cow<'m, str>);

impl Serialize for Entries<&[Known<'_>]> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|known| (&*known.path, &*known.stamp.0)))
    }
}

impl<'de: 'm, 'm> Deserialize<'de> for Entries<Vec<Known<'m>>> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Entries<Vec<Known<'de>>>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("what was written, by its path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some((Text(path), Text(stamp))) = map.next_entry()? {
            all.push(Known { path, stamp: Stamp(stamp) });
        }
        Ok(Entries(all))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Text(path)) = list.next_element()? {
            all.push(Known { path, stamp: Stamp::NAMED });
        }
        Ok(Entries(all))
    }
}

/// As it is written; `next` only where there is something in it.
pub(super) fn write(entries: &[Known<'_>], next: &[Known<'_>]) -> Vec<u8> {
    let next = if next.is_empty() { None } else { Some(Entries(next)) };
    // Nothing in it that JSON does not have.
    let mut text =
        serde_json::to_vec_pretty(&Written { version: 2, entries: Entries(entries), next }).unwrap_or_default();
    text.push(b'\n');
    text
}

/// What a manifest says; else why it is none.
pub(super) fn read(bytes: &[u8]) -> Result<Manifest<'_>, String> {
    let Stored { version, entries, next } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if !VERSIONS.contains(&version) {
        return Err(format!("its version is {version}, and this program knows 1 and 2"));
    }
    let entries = entries.ok_or("it has no `entries`")?;
    let manifest = Manifest { entries: known(entries)?, next: next.map_or(Ok(Vec::new()), known)? };
    if version > 1 && manifest.entries.iter().chain(&manifest.next).any(|known| known.stamp == Stamp::NAMED) {
        return Err("an entry of it says nothing".to_owned());
    }
    Ok(manifest)
}

/// In their order, and none twice, however they were written.
fn known(Entries(mut all): Entries<Vec<Known<'_>>>) -> Result<Vec<Known<'_>>, String> {
    for known in &mut all {
        if !is_plain(&known.path) {
            known.path = Cow::Owned(plain(&known.path).into_owned());
        }
        if !is_plain(&known.path) {
            return Err(format!("{} is not below the directory", known.path));
        }
    }
    if !all.is_sorted_by(|one, other| order(&one.path, &other.path).is_lt()) {
        all.sort_by(|one, other| order(&one.path, &other.path));
        all.dedup_by(|one, other| one.path == other.path);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            (r#"{"version":2,"entries":{"/x":"directory"}}"#, "not below"),
            (r#"{"version":2,"entries":{"":"directory"}}"#, "not below"),
            (r#"{"version":2,"entries":{"a/../x":"directory"}}"#, "a/../x is not below"),
            (r#"{"version":2,"entries":{"a":""}}"#, "says nothing"),
            (r#"{"version":1,"entries":["../x"]}"#, "not below"),
            ("{\n  \"version\": 2,\n  \"entries\": {\n    \"../x\": \"directory\"\n  }\n}\n", "not below"),
        ] {
            let reason = read(text.as_bytes()).err().unwrap_or_default();
            assert!(reason.contains(said), "{text}: {reason}");
        }
    }
}
