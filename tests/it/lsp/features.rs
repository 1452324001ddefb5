//! Every feature, once.

// `json!(…)` stands in every call.
#![allow(clippy::needless_pass_by_value)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Client, uri};

const MAIN: &str = r#"include "more/extra.hermes"
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
const EXTRA: &str = "longrun db {\n    depends-on init-x\n    run exec db\n}\n";

struct Work {
    folder: tempfile::TempDir,
    client: Client,
    capabilities: Value,
}

impl Work {
    fn new(capabilities: Value) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("more")).unwrap();
        fs::write(folder.path().join("main.hermes"), MAIN).unwrap();
        fs::write(folder.path().join("more/extra.hermes"), EXTRA).unwrap();
        let (mut client, capabilities) = Client::open(Some(folder.path()), capabilities);
        client.did_open(&folder.path().join("main.hermes"), MAIN);
        Self { folder, client, capabilities }
    }

    fn main(&self) -> PathBuf {
        self.folder.path().join("main.hermes")
    }

    fn extra(&self) -> PathBuf {
        self.folder.path().join("more/extra.hermes")
    }

    /// Asks about a place: where `needle` begins in the main file, and so many characters on.
    fn ask(&mut self, method: &str, needle: &str, on: usize, more: Value) -> Result<Value, Value> {
        let mut params = json!({
            "textDocument": { "uri": uri(&self.main()) },
            "position": place(MAIN, needle, on),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        self.client.ask(method, params)
    }

    fn about_main(&mut self, method: &str) -> Value {
        let params = json!({ "textDocument": { "uri": uri(&self.main()) } });
        self.client.ask(method, params).expect("an answer")
    }

    /// What is offered at the end of a text.
    fn offered(&mut self, text: &str) -> Vec<String> {
        let path = self.folder.path().join("new.hermes");
        self.client.did_open(&path, text);
        let params = json!({ "textDocument": { "uri": uri(&path) }, "position": place(text, "", text.len()) });
        let items = self.client.ask("textDocument/completion", params).expect("an answer");
        items.as_array().into_iter().flatten().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }
}

fn place(text: &str, needle: &str, on: usize) -> Value {
    let at = text.find(needle).expect("the needle") + on;
    let before = &text[..at];
    json!({ "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap().len() })
}

type Exercise = fn();

/// A test for each capability; the compiler sees to it that it is there.
const EXERCISES: &[(&str, Exercise)] = &[
    ("positionEncoding", columns_are_counted_as_agreed),
    ("textDocumentSync", unsaved_text_is_checked),
    ("workspace", folders_come_and_go),
    ("codeActionProvider", fixes_are_offered),
    ("hoverProvider", hover_tells),
    ("completionProvider", completion_offers_what_is_valid),
    ("definitionProvider", definitions_are_found),
    ("referencesProvider", references_are_found),
    ("documentSymbolProvider", a_text_has_an_outline),
    ("workspaceSymbolProvider", names_are_found_by_letters),
    ("renameProvider", names_are_changed_everywhere),
    ("foldingRangeProvider", bodies_fold),
    ("documentLinkProvider", includes_are_links),
    ("diagnosticProvider", problems_can_be_asked_for),
];

#[test]
fn every_capability_has_an_exercise() {
    let work = Work::new(json!({ "textDocument": { "diagnostic": {} } }));
    let capabilities = work.capabilities.as_object().expect("an object");
    let said: BTreeSet<&str> = capabilities.keys().map(String::as_str).collect();
    let exercised: BTreeSet<&str> = EXERCISES.iter().map(|(name, _)| *name).collect();
    assert_eq!(said, exercised);
    work.client.shut_down();
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "bundle \"é\u{1f600}\" { nobody }\n";
    for (encodings, agreed, column) in [(json!([]), "utf-16", 15), (json!(["utf-16", "utf-8"]), "utf-8", 18)] {
        let folder = tempfile::tempdir().unwrap();
        let general = json!({ "general": { "positionEncodings": encodings } });
        let (mut client, capabilities) = Client::open(Some(folder.path()), general);
        assert_eq!(capabilities["positionEncoding"], agreed);
        let path = folder.path().join("a.hermes");
        client.did_open(&path, text);
        let problems = client.problems(&path).expect("problems");
        let unknown = problems.as_array().unwrap().iter().find(|problem| problem["code"] == "unknown-name");
        assert_eq!(unknown.expect("the unknown name")["range"]["start"]["character"], column, "{problems}");
    }
}

#[test]
fn unsaved_text_is_checked() {
    let mut work = Work::new(json!({}));
    let (main, extra) = (work.main(), work.extra());
    assert_eq!(work.client.codes(&main), Vec::<String>::new());
    // The other file belongs to the set of the folder above it, and a change to it shows in both.
    work.client.did_open(&extra, EXTRA);
    assert_eq!(work.client.codes(&extra), Vec::<String>::new());
    let name = json!({ "start": place(EXTRA, "db", 0), "end": place(EXTRA, "db", 2) });
    work.client.did_change(&extra, 2, json!([{ "range": name, "text": "database" }]));
    let problems = work.client.problems(&main).unwrap();
    assert_eq!(problems[0]["code"], "unknown-name");
    assert_eq!(problems[0]["severity"], 1);
    assert_eq!(problems[0]["range"]["start"], place(MAIN, "db", 0));
    // A text that is whole again, by a change of all of it; and one that nobody needs.
    work.client.did_change(&extra, 3, json!([{ "text": format!("let spare = \"1\"\nlet spare = \"2\"\n{EXTRA}") }]));
    assert_eq!(work.client.codes(&main), Vec::<String>::new());
    let problems = work.client.problems(&extra).unwrap();
    let of = |code: &str| problems.as_array().unwrap().iter().find(|problem| problem["code"] == code).cloned();
    let unused = of("unused-let").expect("an unused constant");
    assert_eq!(unused["tags"], json!([1]));
    let twice = of("overwritten-statement").expect("two constants of one name");
    assert_eq!(twice["relatedInformation"][0]["location"]["uri"], uri(&extra));
    // Closed, the disk counts again.
    work.client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&extra) } }));
    assert_eq!(work.client.codes(&extra), Vec::<String>::new());
    fs::write(&extra, "oneshot init { up exec true }\n").unwrap();
    work.client.tell("textDocument/didSave", json!({ "textDocument": { "uri": uri(&main) } }));
    assert!(work.client.codes(&main).contains(&"unknown-name".to_owned()));
    work.client.shut_down();
}

#[test]
fn folders_come_and_go() {
    let mut work = Work::new(json!({}));
    let other = work.folder.path().join("other.hermes");
    fs::write(&other, "oneshot web { up exec true }\n").unwrap();
    work.client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert!(work.client.codes(&other).contains(&"duplicate-definition".to_owned()));
    let folder = json!({ "uri": uri(work.folder.path()), "name": "w" });
    let event = json!({ "event": { "added": [], "removed": [folder] } });
    work.client.tell("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(work.client.codes(&other), Vec::<String>::new(), "outside of a workspace a file is a set alone");
    let event = json!({ "event": { "added": [folder], "removed": [] } });
    work.client.tell("workspace/didChangeWorkspaceFolders", event);
    assert!(work.client.codes(&other).contains(&"duplicate-definition".to_owned()));
    work.client.shut_down();
}

#[test]
fn fixes_are_offered() {
    let mut work = Work::new(json!({}));
    let path = work.main();
    let text = MAIN.replace("depends-on db", "depnds-on db").replace("{ web, gate", "{ wbe, gate");
    work.client.did_change(&path, 2, json!([{ "text": text }]));
    let mut actions = |only: Value, at: &str| {
        let range = json!({ "start": place(&text, at, 1), "end": place(&text, at, 1) });
        let context = json!({ "diagnostics": [], "only": only });
        let params = json!({ "textDocument": { "uri": uri(&path) }, "range": range, "context": context });
        work.client.ask("textDocument/codeAction", params).expect("actions").as_array().expect("a list").clone()
    };
    let fixes = actions(json!(["quickfix"]), "wbe");
    assert_eq!(fixes.len(), 1, "{fixes:?}");
    assert_eq!(fixes[0]["title"], "write `web`");
    assert_eq!(apply(&text, &fixes[0]["edit"]["changes"][uri(&path)]), text.replace("wbe", "web"));
    let all = actions(json!(["source.fixAll"]), "let port");
    assert_eq!(all[0]["kind"], "source.fixAll.hermesc");
    assert_eq!(apply(&text, &all[0]["edit"]["changes"][uri(&path)]), MAIN);
    assert_eq!(actions(json!(["refactor"]), "wbe").len(), 0);
    work.client.shut_down();
}

/// A text after edits, from the back.
fn apply(text: &str, edits: &Value) -> String {
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

#[test]
fn hover_tells() {
    let mut work = Work::new(json!({}));
    for (needle, on, words) in [
        ("timeout-kill", 3, &["timeout-kill DURATION", "Writes `timeout-kill`"][..]),
        ("keep", 1, &["keep NUMBER", "old files"]),
        ("web {", 1, &["**longrun** `web`", "Answers.", "needs: `base`, `db`", "in: `user`"]),
        ("db\n", 0, &["**longrun** `db`", "needed by: `web`"]),
        ("init-x", 0, &["a oneshot that somebody else defines", "needed by: `db`"]),
        ("user {", 0, &["bundle", "holds: `web`, `gate-coder`"]),
        ("{{port}}", 3, &["let port = \"80\""]),
        ("{{profile}} {", 3, &["a parameter of `gate`"]),
        ("bundle user", 2, &["bundle NAME"]),
        ("gate-coder", 3, &["**longrun** `gate-coder`", "made by a template"]),
    ] {
        let hover = work.ask("textDocument/hover", needle, on, json!({})).expect("an answer");
        let text = hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("nothing at {needle}")).to_owned();
        for word in words {
            assert!(text.contains(word), "{needle}: {word} is not in\n{text}");
        }
    }
    assert_eq!(work.ask("textDocument/hover", "exec web", 1, json!({})), Ok(Value::Null));
    work.client.shut_down();
}

#[test]
fn completion_offers_what_is_valid() {
    let mut work = Work::new(json!({}));
    for (text, offered, refused) in [
        ("longrun new {\n    ", &["run", "log", "depends-on"][..], &["up", "longrun"][..]),
        ("oneshot new { ", &["up", "down"], &["run"]),
        ("lo", &["longrun", "template"], &["run"]),
        ("longrun new { depends-on ", &["db", "base", "init-x", "gate-coder", "none"], &["run"]),
        ("longrun new { in ", &["user", "user2"], &["db"]),
        ("longrun new { log to \"/l\" { ", &["keep", "rotate-at"], &["run"]),
        ("longrun new { down-signal ", &["SIGTERM", "SIGQUIT"], &["db"]),
        ("use ", &["gate"], &["db"]),
        ("longrun new { run exec x {{", &["port"], &["profile"]),
        ("template t(profile: name, b) { longrun x-{{", &["profile", "b", "port"], &["run"]),
        ("bundle new { ", &["web", "flag-essential"], &["run"]),
        ("target s6-overlay ", &["3.2.3.2"], &["0.7.0.0"]),
        ("# ", &[], &["longrun"]),
        ("longrun new { run exec '{' \\\" ${A:-b}; ", &["finish"], &["longrun"]),
        ("longrun new { run sh \"\"\"\n echo {{po", &["port"], &["run"]),
        ("longrun new { run sh \"\"\"\n awk '{{ print ", &[], &["port", "run"]),
    ] {
        let found = work.offered(text);
        for label in offered {
            assert!(found.iter().any(|found| found == label), "{text:?} has no {label}: {found:?}");
        }
        for label in refused {
            assert!(!found.iter().any(|found| found == label), "{text:?} has {label}");
        }
    }
    work.client.shut_down();
}

#[test]
fn definitions_are_found() {
    let mut work = Work::new(json!({}));
    let (main, extra) = (uri(&work.main()), uri(&work.extra()));
    for (needle, on, file, text, target) in [
        ("db\n", 0, &extra, EXTRA, "db"),
        ("web, gate", 1, &main, MAIN, "web {"),
        ("gate-coder", 2, &main, MAIN, "gate-{{profile}}"),
        ("use gate", 5, &main, MAIN, "gate(profile"),
        ("{{port}}", 3, &main, MAIN, "port ="),
        ("{{profile}}\n", 3, &main, MAIN, "profile:"),
    ] {
        let links = work.ask("textDocument/definition", needle, on, json!({})).expect("an answer");
        assert_eq!(links[0]["uri"], *file, "{needle}: {links}");
        assert_eq!(links[0]["range"]["start"], place(text, target, 0), "{needle}");
    }
    work.client.shut_down();
}

#[test]
fn references_are_found() {
    let mut work = Work::new(json!({}));
    for (needle, on, declared, all) in
        [("db\n", 0, 2, 1), ("web {", 0, 2, 1), ("gate-coder", 1, 2, 1), ("port", 0, 2, 1)]
    {
        for (include, count) in [(true, declared), (false, all)] {
            let context = json!({ "context": { "includeDeclaration": include } });
            let links = work.ask("textDocument/references", needle, on, context).expect("an answer");
            assert_eq!(links.as_array().expect("links").len(), count, "{needle}: {links}");
        }
    }
    work.client.shut_down();
}

#[test]
fn a_text_has_an_outline() {
    let mut work = Work::new(json!({}));
    let symbols = work.about_main("textDocument/documentSymbol");
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["more/extra.hermes", "port", "web", "gate", "gate", "extern oneshot", "user"]);
    assert_eq!(symbols[3]["children"][0]["name"], "gate-{{profile}}");
    work.client.shut_down();
}

#[test]
fn names_are_found_by_letters() {
    let mut work = Work::new(json!({}));
    let found = work.client.ask("workspace/symbol", json!({ "query": "DB" })).expect("an answer");
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["location"]["uri"], uri(&work.extra()));
    work.client.shut_down();
}

#[test]
fn names_are_changed_everywhere() {
    let mut work = Work::new(json!({}));
    let range = work.ask("textDocument/prepareRename", "db\n", 0, json!({})).expect("an answer");
    assert_eq!(range["placeholder"], "db");
    let edit = work.ask("textDocument/rename", "db\n", 0, json!({ "newName": "database" })).expect("an edit");
    assert_eq!(apply(MAIN, &edit["changes"][uri(&work.main())]), MAIN.replace("on db", "on database"));
    let extra = apply(EXTRA, &edit["changes"][uri(&work.extra())]);
    assert_eq!(extra, EXTRA.replace("longrun db", "longrun database"));
    let edit = work.ask("textDocument/rename", "db\n", 0, json!({ "newName": "two words" })).expect("an edit");
    assert!(apply(MAIN, &edit["changes"][uri(&work.main())]).contains("depends-on \"two words\""));
    let edit = work.ask("textDocument/rename", "{{port}}", 3, json!({ "newName": "door" })).expect("an edit");
    assert_eq!(apply(MAIN, &edit["changes"][uri(&work.main())]), MAIN.replace("port", "door"));
    for (needle, on, new, why) in [
        ("init-x", 0, "y", "somebody else defines it"),
        ("gate-coder", 0, "y", "a parameter is part of"),
        ("db\n", 0, "web", "already"),
        ("db\n", 0, "base", "already"),
        ("db\n", 0, "a/b", ""),
        ("{{port}}", 3, "a b", "not a word"),
    ] {
        let error = work.ask("textDocument/rename", needle, on, json!({ "newName": new })).expect_err("a refusal");
        assert!(error["message"].as_str().unwrap().contains(why), "{needle} to {new}: {error}");
    }
    let text = "bundle user { a }\nlongrun a { run exec a; depends-on legacy-cont-init }\n";
    let path = work.folder.path().join("more/b.hermes");
    work.client.did_open(&path, text);
    let position = place(text, "legacy", 0);
    let params = json!({ "textDocument": { "uri": uri(&path) }, "position": position, "newName": "y" });
    let error = work.client.ask("textDocument/rename", params).expect_err("a refusal");
    assert!(error["message"].as_str().unwrap().contains("target's own"), "{error}");
    work.client.shut_down();
}

#[test]
fn bodies_fold() {
    let mut work = Work::new(json!({}));
    let folds = work.about_main("textDocument/foldingRange");
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(4, 8), (9, 14), (10, 13)]);
    work.client.shut_down();
}

#[test]
fn includes_are_links() {
    let mut work = Work::new(json!({}));
    let links = work.about_main("textDocument/documentLink");
    assert_eq!(links.as_array().unwrap().len(), 1);
    assert_eq!(links[0]["target"], uri(&work.extra()));
    assert_eq!(links[0]["range"]["start"], place(MAIN, "\"more", 0));
    work.client.shut_down();
}

#[test]
fn problems_can_be_asked_for() {
    let mut work = Work::new(json!({ "textDocument": { "diagnostic": {} } }));
    let main = work.main();
    work.client.did_change(&main, 2, json!([{ "text": MAIN.replace("on db", "on dp") }]));
    let report = work.about_main("textDocument/diagnostic");
    assert_eq!(report["items"][0]["code"], "unknown-name", "{report}");
    // A client that asks is not told the same unasked.
    assert_eq!(work.client.codes(&main), Vec::<String>::new());
    work.client.shut_down();
    let pushed = Work::new(json!({}));
    assert_eq!(pushed.capabilities.get("diagnosticProvider"), None);
}

#[test]
fn source_directories_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let web = folder.path().join("rootfs/etc/s6-overlay/s6-rc.d/web");
    fs::create_dir_all(web.join("dependencies.d")).unwrap();
    let write = |path: &Path, text: &str| fs::write(path, text).unwrap();
    write(&web.join("type"), "longrun\n");
    write(&web.join("run"), "#!/bin/sh\nexec web\n");
    write(&web.join("dependencies.d/base"), "");
    let user = folder.path().join("rootfs/etc/s6-overlay/user-bundles.d/user");
    fs::create_dir_all(user.join("contents.d")).unwrap();
    write(&user.join("type"), "bundle\n");
    write(&user.join("contents.d/web"), "");
    let (mut client, _) = Client::open(Some(folder.path()), json!({}));
    let file = web.join("type");
    client.did_open(&file, "longrun\n");
    assert_eq!(client.codes(&file), Vec::<String>::new());
    client.did_change(&file, 2, json!([{ "text": "longrn\n" }]));
    assert_eq!(client.codes(&file), ["malformed-type"]);
    write(&file, "longrn\n");
    let path = folder.path().join("rootfs/etc/s6-overlay/s6-rc.d");
    let output = crate::cli::hermesc(&["check", path.to_str().unwrap(), "--format", "short"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("malformed-type"));
    client.shut_down();
}

#[test]
fn the_settings_of_the_folder_count() {
    let mut work = Work::new(json!({}));
    let (main, toml) = (work.main(), work.folder.path().join("hermesc.toml"));
    work.client.did_change(&main, 2, json!([{ "text": format!("{MAIN}let spare = \"1\"\n") }]));
    fs::write(&toml, "[rules]\nunused-let = \"error\"\n").unwrap();
    work.client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(work.client.problems(&main).unwrap()[0]["severity"], 1);
    fs::write(&toml, "[rules]\nno-such-rule = \"error\"\n").unwrap();
    work.client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(work.client.problems(&main).unwrap()[0]["severity"], 2);
    let problems = work.client.problems(&toml).expect("a problem of the settings");
    assert_eq!(problems[0]["range"]["start"], json!({ "line": 1, "character": 0 }), "{problems}");
    fs::remove_file(&toml).unwrap();
    work.client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(work.client.problems(&toml), Some(json!([])));
    work.client.shut_down();
}

#[test]
fn a_file_outside_of_a_workspace_is_read_with_what_it_includes() {
    let work = Work::new(json!({}));
    let (mut client, _) = Client::open(None, json!({}));
    client.did_open(&work.main(), MAIN);
    client.did_open(&work.extra(), &EXTRA.replace("db {", "dc {"));
    assert_eq!(client.codes(&work.main()), ["unknown-name"]);
    client.did_open(Path::new("/no such folder/%/new.hermes"), "longrun");
    let unsaved = json!({ "uri": "untitled:Untitled-1", "languageId": "hermes", "version": 1, "text": "longrun" });
    client.tell("textDocument/didOpen", json!({ "textDocument": unsaved }));
    assert!(client.problems(&work.main()).is_some());
    let of = |message: &Value| message["params"]["uri"] == "untitled:Untitled-1";
    let told = client.seen.iter().find(|message| of(message)).expect("what is wrong with a text that has no file");
    assert_eq!(told["params"]["diagnostics"][0]["code"], "syntax");
    client.shut_down();
    work.client.shut_down();
}
