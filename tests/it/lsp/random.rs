//! Whatever is typed, the problems are those of a server that sees the text for the first time.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::client::{Client, uri};

const START: &str =
    "let a = \"x\"\n# é\u{1f600}\nlongrun w-{{a}} {\n    run exec w \"é\u{1f600}\"\n}\nbundle user { w-x }\n";
const PIECES: &[&str] = &[
    "",
    "\n",
    "}",
    "{",
    "\"",
    "\"\"\"",
    "longrun b {",
    "depends-on ",
    "é",
    "\u{1f600}",
    "\r",
    "{{a}}",
    "user",
    "#",
    ";",
];

const METHODS: &[&str] = &[
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/rename",
    "textDocument/codeAction",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/references",
    "textDocument/definition",
    "textDocument/documentLink",
    "textDocument/prepareRename",
    "textDocument/formatting",
    "textDocument/semanticTokens/full",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/selectionRange",
    "textDocument/documentHighlight",
    "textDocument/prepareCallHierarchy",
    "textDocument/onTypeFormatting",
];

#[test]
fn problems_after_edits_are_those_of_a_fresh_server() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.hermes");
    let edit = (0u32..9, 0u32..30, 0u32..3, 0u32..30, 0..PIECES.len());
    let edits = prop::collection::vec(edit, 1..12);
    let mut runner = TestRunner::new(crate::properties::config(24));
    runner
        .run(&(edits, any::<bool>()), |(edits, utf8)| {
            let general = if utf8 { json!({ "general": { "positionEncodings": ["utf-8"] } }) } else { json!({}) };
            let (mut client, _) = Client::open(Some(folder.path()), general.clone());
            client.did_open(&path, START);
            let mut text = START.to_owned();
            for (version, (line, column, lines, end, piece)) in (2i64..).zip(&edits) {
                let (start, stop) = ((*line, *column), (line + lines, *end));
                let (start, stop) = (start.min(stop), stop.max(start));
                let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
                let change = json!([{ "range": { "start": at(start), "end": at(stop) }, "text": PIECES[*piece] }]);
                client.did_change(&path, version, change);
                text.replace_range(offset(&text, start, utf8)..offset(&text, stop, utf8), PIECES[*piece]);
            }
            let (mut fresh, _) = Client::open(Some(folder.path()), general);
            fresh.did_open(&path, &text);
            prop_assert_eq!(client.problems(&path), fresh.problems(&path), "{:?}", text);
            for ((line, column, ..), method) in edits.iter().zip(METHODS.iter().cycle()) {
                let position = json!({ "line": line, "character": column });
                let params = json!({
                    "textDocument": { "uri": uri(&path) },
                    "position": position,
                    "range": { "start": position, "end": position },
                    "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1 },
                    "newName": "other",
                    "options": { "tabSize": 4, "insertSpaces": true },
                    "ch": "}",
                    "positions": [position],
                });
                let refusal = client.ask(method, params).err();
                // What cannot be renamed is refused; nothing else is.
                prop_assert!(refusal.is_none_or(|error| error["code"] == -32803), "{} in {:?}", method, text);
            }
            client.shut_down();
            fresh.shut_down();
            Ok(())
        })
        .expect("the same problems");
}

/// The byte of a place, said anew: character by character from the beginning of the text.
fn offset(text: &str, (line, column): (u32, u32), utf8: bool) -> usize {
    let (mut at_line, mut at_column) = (0, 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let width = u32::try_from(if utf8 { char.len_utf8() } else { char.len_utf16() }).expect("a small number");
        let ends = matches!(char, '\n' | '\r');
        if at_line == line && (ends || at_column + width > column) {
            return at;
        }
        if char == '\n' || (char == '\r' && chars.peek().is_none_or(|(_, next)| *next != '\n')) {
            (at_line, at_column) = (at_line + 1, 0);
        } else {
            at_column += width;
        }
    }
    text.len()
}
