//! A client that says anything to the language server, in this process.

use std::thread;

use hermesc::lsp::serve_connection;
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::{edits, text};

const URI: &str = "file:///nowhere/set.hermes";
const OTHER: &str = "file:///nowhere/other.hermes";

#[rustfmt::skip]
const METHODS: &[&str] = &[
    "completion", "hover", "rename", "codeAction", "documentSymbol", "foldingRange", "references", "definition", "documentLink",
    "prepareRename", "formatting", "rangeFormatting", "semanticTokens/full", "inlayHint", "codeLens", "selectionRange",
    "documentHighlight", "prepareCallHierarchy", "onTypeFormatting", "diagnostic", "semanticTokens/range",
];

fn notify(method: &str, params: Value) -> Message {
    Notification { method: method.to_owned(), params }.into()
}

/// A request that is of no place in a text.
fn elsewhere(which: u8, name: &str, range: &Value) -> (&'static str, Value) {
    let item = json!({ "name": name, "kind": 12, "uri": URI, "range": range, "selectionRange": range });
    match which / 16 % 4 {
        0 => ("workspace/symbol", json!({ "query": name })),
        1 => ("workspace/executeCommand", json!({ "command": "hermesc.emitted", "arguments": [URI, name] })),
        2 => ("callHierarchy/incomingCalls", json!({ "item": item })),
        _ => ("callHierarchy/outgoingCalls", json!({ "item": item })),
    }
}

/// Bytes that begin with `{` are messages, one a line; others are a text, which is opened, changed and asked about.
fn messages(bytes: &[u8]) -> Vec<Message> {
    if bytes.starts_with(b"{") {
        let lines = bytes.split(|byte| *byte == b'\n').take(50);
        return lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    }
    let (text, changes) = text(bytes);
    let document = json!({ "uri": URI, "languageId": "hermes", "version": 1, "text": text });
    let mut said = vec![notify("textDocument/didOpen", json!({ "textDocument": document }))];
    for (number, (at, length, piece)) in (2..).zip(edits(changes)) {
        let place = json!({ "line": at % 64, "character": at / 64 % 80 });
        let end = json!({ "line": at % 64 + u16::from(length / 64), "character": (at / 64 + u16::from(length)) % 80 });
        let range = json!({ "start": place, "end": end });
        let params = json!({
            "textDocument": { "uri": URI, "version": number },
            "contentChanges": [{ "range": range, "text": piece }],
        });
        said.push(notify("textDocument/didChange", params));
        match length % 16 {
            0 => {
                let all = json!([{ "text": text }, { "range": range, "text": piece }]);
                let document = json!({ "uri": URI, "version": number });
                let params = json!({ "textDocument": document, "contentChanges": all });
                said.push(notify("textDocument/didChange", params));
            }
            1 => {
                said.push(notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } })));
                said.push(notify("textDocument/didOpen", json!({ "textDocument": document })));
            }
            2 => {
                let second = json!({ "uri": OTHER, "languageId": "hermes", "version": 1, "text": piece });
                said.push(notify("textDocument/didOpen", json!({ "textDocument": second })));
            }
            3 => said.push(notify("$/cancelRequest", json!({ "id": number }))),
            4..=7 => {
                let (method, params) = elsewhere(length, piece, &range);
                said.push(Request::new(RequestId::from(1_000 + number), method.to_owned(), params).into());
            }
            _ => {}
        }
        let params = json!({
            "textDocument": { "uri": URI },
            "position": place,
            "range": range,
            "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1 },
            "newName": piece,
            "options": { "tabSize": 4, "insertSpaces": true },
            "ch": "}",
            "positions": [place],
        });
        let method = METHODS[usize::from(length ^ at.to_le_bytes()[0]) % METHODS.len()];
        said.push(Request::new(RequestId::from(number), format!("textDocument/{method}"), params).into());
    }
    said
}

/// The server answers every request of an orderly client, and stops when it is told to.
pub fn served(bytes: &[u8]) {
    let said = messages(bytes);
    let orderly = !bytes.starts_with(b"{");
    let requests = said.iter().filter(|message| matches!(message, Message::Request(_))).count();
    let (server, Connection { sender, receiver }) = Connection::memory();
    let server = thread::spawn(move || serve_connection(server));
    let heard = thread::spawn(move || receiver.into_iter().filter(is_response).count());
    let first = Request::new(RequestId::from(0), "initialize".to_owned(), json!({ "capabilities": {} })).into();
    let last = Request::new(RequestId::from(-1), "shutdown".to_owned(), Value::Null).into();
    let all = std::iter::once(first).chain(said).chain([last, notify("exit", Value::Null)]);
    // A client that says `exit` early is not heard any more.
    let _ = all.into_iter().try_for_each(|message| sender.send(message));
    drop(sender);
    let stopped = server.join().expect("the server does not panic").expect("threads can be had");
    let answers = heard.join().expect("answers are counted");
    if orderly {
        assert!(stopped, "stopped in disorder");
        assert_eq!(answers, requests + 2, "not every request was answered");
    }
}

fn is_response(message: &Message) -> bool {
    matches!(message, Message::Response(Response { .. }))
}
