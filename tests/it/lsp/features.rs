//! Every feature, once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::uri;
use super::formatting::{a_closing_brace_lays_its_definition_out, a_text_is_laid_out, some_lines_are_laid_out};
use super::reading::{
    a_name_lights_up, a_selection_grows, files_are_shown_by_a_command, hints_say_what_is_not_written,
    lenses_count_who_needs, needs_are_a_hierarchy, words_have_colours,
};
use super::sets::{
    columns_are_counted_as_agreed, folders_come_and_go, problems_can_be_asked_for, unsaved_text_is_checked,
};
use super::work::{EXTRA, MAIN, Work, apply, place};

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
    ("documentFormattingProvider", a_text_is_laid_out),
    ("documentRangeFormattingProvider", some_lines_are_laid_out),
    ("documentOnTypeFormattingProvider", a_closing_brace_lays_its_definition_out),
    ("semanticTokensProvider", words_have_colours),
    ("inlayHintProvider", hints_say_what_is_not_written),
    ("codeLensProvider", lenses_count_who_needs),
    ("executeCommandProvider", files_are_shown_by_a_command),
    ("callHierarchyProvider", needs_are_a_hierarchy),
    ("documentHighlightProvider", a_name_lights_up),
    ("selectionRangeProvider", a_selection_grows),
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
