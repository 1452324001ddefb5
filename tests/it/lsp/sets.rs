//! What is checked: texts, folders, source directories, and the settings beside them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::work::{EXTRA, MAIN, Work, place};

#[test]
pub fn columns_are_counted_as_agreed() {
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
pub fn unsaved_text_is_checked() {
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
pub fn a_text_of_another_tool_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut client, _) = Client::open(Some(folder.path()), json!({}));
    let path = folder.path().join("a.hermes");
    client.did_open(&path, "FROM alpine:3.20\nRUN apk add nginx\nCMD [\"nginx\"]\n");
    assert_eq!(client.codes(&path), ["other-language"]);
    client.did_change(&path, 2, json!([{ "text": "longrun web { run exec nginx; in user }\n" }]));
    assert_eq!(client.codes(&path), Vec::<String>::new());
    client.shut_down();
}

#[test]
pub fn folders_come_and_go() {
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
pub fn problems_can_be_asked_for() {
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
pub fn source_directories_are_checked_too() {
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
pub fn the_settings_of_the_folder_count() {
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
pub fn a_file_outside_of_a_workspace_is_read_with_what_it_includes() {
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
