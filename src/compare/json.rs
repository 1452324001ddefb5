//! What differs, for programs.

use serde_json::{Map, Value as Json, json as object};
use smol_str::SmolStr;

use crate::compare::{Change, Content, Difference, Side, Value, Whole};
use crate::report::Content as Bytes;
use crate::s6rc::plan::Entry;

/// What differs between two sets that were given under these names. Members may be added without a new version.
#[must_use]
pub fn json(difference: &Difference, names: (&str, &str), sides: (&Side, &Side)) -> Json {
    let side = |name: &str, side: &Side| {
        let target = (!side.is_nothing).then(|| side.target().to_string());
        object!({ "input": name, "target": target })
    };
    let names_of = |list: &[(SmolStr, bool)]| list.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
    let boot = difference
        .boot
        .as_ref()
        .map(|boot| object!({ "starts": names_of(&boot.starts), "no_longer": names_of(&boot.no_more) }));
    let whole = |whole: &Whole| object!({ "name": whole.name.as_str(), "kind": whole.kind.word(), "says": changes(&whole.says) });
    let renamed = difference.renamed.iter().map(
        |renamed| object!({ "old": renamed.old.as_str(), "new": renamed.new.as_str(), "kind": renamed.kind.word() }),
    );
    let changed = difference.changed.iter().map(|changed| {
        object!({ "name": changed.name.as_str(), "kind": changed.kind.word(), "changes": changes(&changed.changes) })
    });
    object!({
        "version": 1,
        "old": side(names.0, sides.0),
        "new": side(names.1, sides.1),
        "same": difference.is_empty(),
        "boot": boot,
        "target": difference.targets.as_ref().map(|(old, new)| object!({ "old": old, "new": new })),
        "removed": difference.removed.iter().map(whole).collect::<Vec<_>>(),
        "added": difference.added.iter().map(whole).collect::<Vec<_>>(),
        "renamed": renamed.collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
        "files": changes(&difference.files),
        "spelled_differently": difference.spelled_differently.iter().map(|path| path.as_str()).collect::<Vec<_>>(),
    })
}

fn changes(changes: &[Change]) -> Vec<Json> {
    let one = |change: &Change| match change {
        Change::Names { what, added, removed } => {
            let list = |names: &[SmolStr]| names.iter().map(SmolStr::to_string).collect::<Vec<_>>();
            object!({ "what": what, "added": list(added), "removed": list(removed) })
        }
        Change::Value { what, old, new } => {
            object!({ "what": what, "old": old.as_ref().map(value), "new": new.as_ref().map(value) })
        }
        Change::File { path, old, new } => {
            object!({ "what": "file", "path": path, "old": old.as_ref().map(content), "new": new.as_ref().map(content) })
        }
    };
    changes.iter().map(one).collect()
}

fn value(value: &Value) -> Json {
    match value {
        Value::Duration(number) | Value::Number(number) => Json::from(*number),
        Value::Word(word) => Json::from(word.as_str()),
        Value::Set => Json::from(true),
    }
}

fn content(content: &Content) -> Json {
    let mut members = Map::new();
    let mut put = |key: &str, value: Json| members.insert(key.to_owned(), value);
    match &content.entry {
        Entry::File { bytes, .. } => {
            put("type", "file".into());
            put("mode", content.mode.map(|mode| format!("{mode:04o}")).into());
            match Bytes::new(bytes) {
                Bytes::Text(text) => put("text", text.into()),
                Bytes::Base64(text) => put("base64", text.into()),
            };
        }
        Entry::Link(target) => {
            put("type", "link".into());
            put("target", target.as_str().into());
        }
        Entry::Directory => {
            put("type", "directory".into());
        }
    }
    members.into()
}
