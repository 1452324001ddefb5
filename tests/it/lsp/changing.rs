//! What changes a text without mending it, and fixes that make files.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::work::{Work, apply, place};

/// A client that lets an edit make files.
fn makes_files() -> Value {
    json!({ "workspace": { "workspaceEdit": {
        "documentChanges": true, "resourceOperations": ["create", "rename", "delete"],
    } } })
}

/// The refactorings for a part of a text.
fn offered(work: &mut Work, text: &str, from: &str, to: &str) -> Vec<Value> {
    let path = work.main();
    work.client.did_change(&path, 2, json!([{ "text": text }]));
    let range = json!({ "start": place(text, from, 0), "end": place(text, to, 0) });
    let context = json!({ "diagnostics": [], "only": ["refactor"] });
    let params = json!({ "textDocument": { "uri": uri(&path) }, "range": range, "context": context });
    work.client.ask("textDocument/codeAction", params).expect("actions").as_array().expect("a list").clone()
}

#[test]
fn a_service_is_added_to_user() {
    let mut work = Work::new(json!({}));
    for (body, after) in
        [("{\n    run exec x\n}", "{\n    run exec x\n    in user\n}"), ("{ run exec x }", "{ run exec x; in user }")]
    {
        let text = format!("longrun lonely {body}\nlongrun web {{ run exec web }}\nbundle user {{ web }}\n");
        let actions = offered(&mut work, &text, "lonely", "lonely");
        assert_eq!(actions[0]["title"], "add `lonely` to `user`");
        let changed = apply(&text, &actions[0]["edit"]["changes"][uri(&work.main())]);
        assert_eq!(changed, text.replace(body, after));
        // What the boot starts already needs nothing.
        assert_eq!(offered(&mut work, &text, "web {", "web {"), [] as [Value; 0]);
    }
    work.client.shut_down();
}

#[test]
fn what_is_selected_becomes_a_bundle() {
    let mut work = Work::new(json!({}));
    let text = "longrun a { run exec a }\nlongrun b { run exec b }\nbundle group { a }\nbundle user { group, b }\n";
    let actions = offered(&mut work, text, "longrun a", "bundle group");
    let titles: Vec<&str> = actions.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["make a bundle of these 2"], "{actions:?}");
    let changed = apply(text, &actions[0]["edit"]["changes"][uri(&work.main())]);
    assert!(changed.contains("exec b }\n\nbundle group-2 { a, b }\nbundle group {"), "{changed}");
    work.client.shut_down();
}

#[test]
fn a_script_moves_into_a_file() {
    let mut work = Work::new(makes_files());
    let text =
        "longrun web {\n    run sh \"\"\"\n        cd /\n        exec web\n        \"\"\"\n}\nbundle user { web }\n";
    let actions = offered(&mut work, text, "cd /", "cd /");
    assert_eq!(actions[0]["title"], "move the script to web.run", "{actions:?}");
    let operations = actions[0]["edit"]["documentChanges"].as_array().unwrap();
    let file = uri(&work.folder.path().join("web.run"));
    assert_eq!((operations[0]["kind"].as_str(), operations[0]["uri"].as_str()), (Some("create"), Some(file.as_str())));
    let script = operations[1]["edits"][0]["newText"].as_str().unwrap();
    assert!(script.starts_with("#!") && script.ends_with("cd /\nexec web\n"), "{script}");
    let changed = apply(text, &operations[2]["edits"]);
    assert!(changed.contains("    run file \"web.run\"\n"), "{changed}");
    // Where something else has a part in what is run, the file would not be the same.
    let with_user = text.replace("    run", "    user nobody\n    run");
    assert_eq!(offered(&mut work, &with_user, "cd /", "cd /"), [] as [Value; 0]);
    work.client.shut_down();
    let mut plain = Work::new(json!({}));
    assert_eq!(offered(&mut plain, text, "cd /", "cd /"), [] as [Value; 0]);
    plain.client.shut_down();
}

#[test]
fn a_fix_of_a_source_directory_makes_files() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("s6-rc.d");
    fs::create_dir_all(source.join("web/dependencies.d")).unwrap();
    fs::write(source.join("web/type"), "longrun\n").unwrap();
    fs::write(source.join("web/run"), "#!/bin/sh\nexec web\n").unwrap();
    fs::create_dir_all(source.join("set")).unwrap();
    fs::write(source.join("set/type"), "bundle\n").unwrap();
    fs::write(source.join("set/contents"), "web\n").unwrap();
    for (capabilities, expected) in [(makes_files(), true), (json!({}), false)] {
        let (mut client, _) = Client::open(Some(folder.path()), capabilities);
        let contents = source.join("set/contents");
        client.did_open(&contents, "web\n");
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 3 } });
        let context = json!({ "diagnostics": [], "only": ["quickfix"] });
        let params = json!({ "textDocument": { "uri": uri(&contents) }, "range": range, "context": context });
        let actions = client.ask("textDocument/codeAction", params).expect("actions");
        let makes = |action: &&Value| action["edit"]["documentChanges"].is_array();
        let found = actions.as_array().unwrap().iter().find(makes).cloned();
        assert_eq!(found.is_some(), expected, "{actions:#?}");
        if let Some(found) = found {
            let kinds: Vec<&str> = found["edit"]["documentChanges"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|operation| operation["kind"].as_str())
                .collect();
            assert!(kinds.contains(&"create") && kinds.contains(&"delete"), "{found:#?}");
        }
        client.shut_down();
    }
}
