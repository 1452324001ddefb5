//! A folder that is worked in, and what tests ask of it.

// `json!(…)` stands in every call.
#![allow(clippy::needless_pass_by_value)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{Client, uri};

pub const MAIN: &str = r#"include "more/extra.hermes"
let port = "80"

## Answers.
longrun web {
    depends-on db
    run exec web -p {{port}}
    timeout-kill 5s
}
template gate(profile: name) {
    longrun gate-{{profile}} {
        run exec gate {{profile}}
        log to "/var/log/gate" { keep 3 }
    }
}
use gate("coder")
extern oneshot init-x
bundle user { web, gate-coder }
"#;
pub const EXTRA: &str = "longrun db {\n    depends-on init-x\n    run exec db\n}\n";

pub struct Work {
    pub folder: tempfile::TempDir,
    pub client: Client,
    pub capabilities: Value,
}

impl Work {
    pub fn new(capabilities: Value) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("more")).unwrap();
        fs::write(folder.path().join("main.hermes"), MAIN).unwrap();
        fs::write(folder.path().join("more/extra.hermes"), EXTRA).unwrap();
        let (mut client, capabilities) = Client::open(Some(folder.path()), capabilities);
        client.did_open(&folder.path().join("main.hermes"), MAIN);
        Self { folder, client, capabilities }
    }

    pub fn main(&self) -> PathBuf {
        self.folder.path().join("main.hermes")
    }

    pub fn extra(&self) -> PathBuf {
        self.folder.path().join("more/extra.hermes")
    }

    /// Asks about a place: where `needle` begins in the main file, and so many characters on.
    pub fn ask(&mut self, method: &str, needle: &str, on: usize, more: Value) -> Result<Value, Value> {
        let mut params = json!({
            "textDocument": { "uri": uri(&self.main()) },
            "position": place(MAIN, needle, on),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        self.client.ask(method, params)
    }

    pub fn about_main(&mut self, method: &str) -> Value {
        let params = json!({ "textDocument": { "uri": uri(&self.main()) } });
        self.client.ask(method, params).expect("an answer")
    }

    /// What is offered at the end of a text.
    pub fn offered(&mut self, text: &str) -> Vec<String> {
        let path = self.folder.path().join("new.hermes");
        self.client.did_open(&path, text);
        let params = json!({ "textDocument": { "uri": uri(&path) }, "position": place(text, "", text.len()) });
        let items = self.client.ask("textDocument/completion", params).expect("an answer");
        items.as_array().into_iter().flatten().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn place(text: &str, needle: &str, on: usize) -> Value {
    let at = text.find(needle).expect("the needle") + on;
    let before = &text[..at];
    json!({ "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap().len() })
}

/// A text after edits, from the back.
pub fn apply(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
    };
    let mut ranges: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for edit in edits.as_array().expect("edits") {
        let range = &edit["range"];
        ranges.insert(offset(&range["start"]), (offset(&range["end"]), edit["newText"].as_str().unwrap()));
    }
    let mut text = text.to_owned();
    for (start, (end, with)) in ranges.into_iter().rev() {
        text.replace_range(start..end, with);
    }
    text
}
