//! What helps to read a text: colours, hints, lenses, hierarchies, selections.

use serde_json::{Value, json};

use super::client::uri;
use super::work::{MAIN, Work, place};

/// The words of the main text with what they are: type, modifiers.
fn tokens(work: &mut Work, method: &str, more: &Value) -> Vec<(String, String, u64)> {
    let legend = work.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let mut params = json!({ "textDocument": { "uri": uri(&work.main()) } });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let result = work.client.ask(method, params).expect("tokens");
    let lines: Vec<&str> = MAIN.lines().collect();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let (mut line, mut column) = (0, 0);
    let data: Vec<usize> = result["data"].as_array().unwrap().iter().map(number).collect();
    data.chunks(5)
        .map(|token| {
            column = if token[0] == 0 { column + token[1] } else { token[1] };
            line += token[0];
            let word = lines[line][column..column + token[2]].to_owned();
            (word, legend[token[3]].as_str().unwrap().to_owned(), token[4] as u64)
        })
        .collect()
}

#[test]
pub fn words_have_colours() {
    let mut work = Work::new(json!({}));
    let found = tokens(&mut work, "textDocument/semanticTokens/full", &json!({}));
    let is = |word: &str, kind: &str, modifiers: u64| {
        assert!(found.contains(&(word.to_owned(), kind.to_owned(), modifiers)), "{word} {kind} in {found:#?}");
    };
    is("include", "keyword", 0);
    is("\"more/extra.hermes\"", "string", 0);
    is("port", "variable", 1);
    is("port", "variable", 0);
    is("## Answers.", "comment", 4);
    is("web", "function", 1);
    is("db", "function", 0);
    is("5s", "number", 0);
    is("gate", "class", 1);
    is("profile", "parameter", 1);
    is("keep", "property", 0);
    is("oneshot", "keyword", 0);
    is("user", "namespace", 3);
    // A name with a parameter in it is in parts.
    is("gate-{{", "function", 1);
    is("profile", "parameter", 0);
    let range = json!({ "range": { "start": place(MAIN, "use gate", 0), "end": place(MAIN, "extern", 0) } });
    let part = tokens(&mut work, "textDocument/semanticTokens/range", &range);
    let words: Vec<&str> = part.iter().map(|(word, ..)| word.as_str()).collect();
    assert_eq!(words, ["use", "gate", "\"coder\""]);
    work.client.shut_down();
}

fn hints(work: &mut Work) -> Vec<(Value, String)> {
    let range = json!({ "start": place(MAIN, "include", 0), "end": place(MAIN, "bundle user", 0) });
    let params = json!({ "textDocument": { "uri": uri(&work.main()) }, "range": range });
    let result = work.client.ask("textDocument/inlayHint", params).expect("hints");
    let hint = |hint: &Value| (hint["position"].clone(), hint["label"].as_str().unwrap().to_owned());
    result.as_array().into_iter().flatten().map(hint).collect()
}

#[test]
pub fn hints_say_what_is_not_written() {
    let mut work = Work::new(json!({}));
    let found = hints(&mut work);
    let expected = [
        (place(MAIN, "longrun web", "longrun web".len()), "wave 2".to_owned()),
        (place(MAIN, "gate-{{profile}}", "gate-{{profile}}".len()), "wave 2".to_owned()),
        (place(MAIN, "\"/var/log/gate\"", "\"/var/log/gate\"".len()), "→ gate-coder-log".to_owned()),
    ];
    assert_eq!(found, expected);
    // They can be switched off, while it runs too.
    let settings = json!({ "settings": { "hermesc": { "inlayHints": false } } });
    work.client.tell("workspace/didChangeConfiguration", settings);
    assert_eq!(hints(&mut work), []);
    work.client.shut_down();
}

#[test]
pub fn lenses_count_who_needs() {
    let mut work = Work::new(json!({}));
    let lenses = work.about_main("textDocument/codeLens");
    let titles: Vec<(u64, &str)> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| (lens["range"]["start"]["line"].as_u64().unwrap(), lens["command"]["title"].as_str().unwrap()))
        .collect();
    assert_eq!(titles, [(4, "needed by 1"), (4, "files"), (17, "needed by 2"), (17, "files")]);
    work.client.shut_down();
}

#[test]
pub fn files_are_shown_by_a_command() {
    let mut work = Work::new(json!({}));
    let main = uri(&work.main());
    let mut ask = |command: &str, arguments: Value| {
        work.client.ask("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
    };
    let text = ask("hermesc.emitted", json!([main, "web"])).expect("a text");
    let text = text.as_str().unwrap();
    assert!(text.contains("==> s6-rc.d/web/run (755) <==\n#!"), "{text}");
    assert!(text.contains("==> s6-rc.d/web/timeout-kill (644) <==\n5000\n"), "{text}");
    assert!(!text.contains("gate"), "{text}");
    let all = ask("hermesc.emitted", json!([main])).expect("a text");
    assert!(all.as_str().unwrap().contains("s6-rc.d/gate-coder-log/run"), "{all}");
    assert!(ask("hermesc.emitted", json!([main, "nobody"])).is_err());
    assert!(ask("hermesc.what", json!([main])).is_err());
    work.client.shut_down();
}

#[test]
pub fn needs_are_a_hierarchy() {
    let mut work = Work::new(json!({}));
    let items = work.ask("textDocument/prepareCallHierarchy", "web {", 1, json!({})).expect("items");
    assert_eq!((items[0]["name"].as_str(), items[0]["detail"].as_str()), (Some("web"), Some("longrun")));
    let mut names = |method: &str, side: &str, item: &Value| {
        let calls = work.client.ask(method, json!({ "item": item })).expect("calls");
        let name = |call: &Value| call[side]["name"].as_str().unwrap().to_owned();
        (calls.as_array().unwrap().iter().map(name).collect::<Vec<_>>(), calls.clone())
    };
    let (needs, calls) = names("callHierarchy/outgoingCalls", "to", &items[0]);
    assert_eq!(needs, ["db"]);
    assert_eq!(calls[0]["fromRanges"][0]["start"], place(MAIN, "depends-on db", "depends-on ".len()));
    // `db` stands in another text.
    let (further, _) = names("callHierarchy/outgoingCalls", "to", &calls[0]["to"]);
    assert_eq!(further, ["init-x"]);
    let (needed, _) = names("callHierarchy/incomingCalls", "from", &calls[0]["to"]);
    assert_eq!(needed, ["web"]);
    let (bundles, _) = names("callHierarchy/incomingCalls", "from", &items[0]);
    assert_eq!(bundles, ["user"]);
    work.client.shut_down();
}

#[test]
pub fn a_name_lights_up() {
    let mut work = Work::new(json!({}));
    let found = work.ask("textDocument/documentHighlight", "web {", 1, json!({})).expect("places");
    let kinds: Vec<(Value, u64)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["range"]["start"].clone(), one["kind"].as_u64().unwrap()))
        .collect();
    assert_eq!(kinds, [(place(MAIN, "web {", 0), 3), (place(MAIN, "web, gate", 0), 2)]);
    work.client.shut_down();
}

#[test]
pub fn a_selection_grows() {
    let mut work = Work::new(json!({}));
    let positions = json!([place(MAIN, "-p {{", 1)]);
    let params = json!({ "textDocument": { "uri": uri(&work.main()) }, "positions": positions });
    let found = work.client.ask("textDocument/selectionRange", params).expect("ranges");
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = MAIN.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
    };
    let mut texts = Vec::new();
    let mut at = &found[0];
    while at.is_object() {
        texts.push(&MAIN[offset(&at["range"]["start"])..offset(&at["range"]["end"])]);
        at = &at["parent"];
    }
    assert_eq!(texts[..3], ["-p", "exec web -p {{port}}", "run exec web -p {{port}}"]);
    assert!(texts[3].starts_with('{') && texts[4].starts_with("longrun web {") && texts[5] == MAIN);
    work.client.shut_down();
}

#[test]
fn a_request_can_be_taken_back() {
    let mut work = Work::new(json!({}));
    // Both are there before the first is answered, since they are written at once.
    let symbol = |id: u64| {
        json!({ "jsonrpc": "2.0", "id": id, "method": "workspace/symbol", "params": { "query": "" } }).to_string()
    };
    let cancel = json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": 9001 } }).to_string();
    let framed = |text: String| format!("Content-Length: {}\r\n\r\n{text}", text.len());
    let all: String = [symbol(9000), symbol(9001), cancel].map(framed).concat();
    work.client.write(all.as_bytes());
    let _ = work.client.ask("workspace/symbol", json!({ "query": "" }));
    let answer = |id: u64| work.client.seen.iter().find(|seen| seen["id"] == id).expect("an answer").clone();
    assert!(answer(9000)["result"].is_array());
    assert_eq!(answer(9001)["error"]["code"], -32800);
    work.client.shut_down();
}

#[test]
fn hover_knows_files_waves_and_quantities() {
    let mut work = Work::new(json!({}));
    let mut about = |needle: &str, on: usize| {
        let hover = work.ask("textDocument/hover", needle, on, json!({})).expect("an answer");
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let web = about("web {", 1);
    assert!(web.contains("writes s6-rc.d/web: ") && web.contains("`timeout-kill`"), "{web}");
    assert!(web.contains("starts in wave 2") && web.contains("needs: ") && web.contains("`db`"), "{web}");
    assert!(web.contains("in: `user`"), "{web}");
    assert_eq!(about("5s", 1), "`5s`: 5000 milliseconds");
    work.client.shut_down();
}

#[test]
fn completion_knows_parameters_users_and_files() {
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let mut work = Work::new(snippets);
    let path = work.folder.path().join("main.hermes");
    let mut item = |text: &str, label: &str| {
        work.client.did_change(&path, 2, json!([{ "text": text }]));
        let params = json!({ "textDocument": { "uri": uri(&path) }, "position": place(text, "", text.len()) });
        let items = work.client.ask("textDocument/completion", params).expect("an answer");
        items.as_array().unwrap().iter().find(|item| item["label"] == label).cloned().unwrap_or_default()
    };
    let template = "template gate(profile: name, port = \"80\") {\n}\n";
    let gate = item(&format!("{template}use ga"), "gate");
    assert_eq!(
        (gate["textEdit"]["newText"].as_str(), gate["insertTextFormat"].as_u64()),
        (Some("gate(profile = \"${1:profile}\")"), Some(2))
    );
    assert_eq!(item("longrun a { user hermes }\nlongrun b { user ", "hermes")["detail"], "user");
    assert_eq!(item("include \"", "more/")["kind"], 19);
    assert_eq!(item("include \"more/ex", "extra.hermes")["textEdit"]["newText"], "extra.hermes");
    work.client.shut_down();
}
