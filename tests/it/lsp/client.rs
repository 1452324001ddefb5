//! A small client.

// `json!(…)` stands in every call.
#![allow(clippy::needless_pass_by_value)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications and requests of the server that nobody has looked at yet.
    pub seen: Vec<Value>,
    next: i64,
}

pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Client {
    /// A server that nothing was said to yet.
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("hermesc starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if output.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    if let Some(number) = line.strip_prefix("Content-Length: ") {
                        length = number.trim().parse().expect("a length");
                    }
                }
                let mut bytes = vec![0; length];
                output.read_exact(&mut bytes).expect("a whole message");
                if sender.send(serde_json::from_slice(&bytes).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, messages, seen: Vec::new(), next: 0 }
    }

    /// A server that works in a folder, and what it can do.
    pub fn open(folder: Option<&Path>, capabilities: Value) -> (Self, Value) {
        let mut client = Self::start();
        let folders = folder.map(|folder| json!([{ "uri": uri(folder), "name": "w" }]));
        let parameters = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
        let result = client.ask("initialize", parameters).expect("an answer");
        client.tell("initialized", json!({}));
        (client, result["capabilities"].clone())
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("an open pipe");
        // A server that has ended reads nothing more.
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result, or the error.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("an answer in time");
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.seen.push(message);
        }
    }

    pub fn did_open(&mut self, path: &Path, text: &str) {
        let language = if path.extension().is_some_and(|extension| extension == "hermes") { "hermes" } else { "text" };
        let document = json!({ "uri": uri(path), "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn did_change(&mut self, path: &Path, version: i64, changes: Value) {
        let document = json!({ "uri": uri(path), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// What was told last of a file, once all that was said before is answered.
    pub fn problems(&mut self, path: &Path) -> Option<Value> {
        // Requests are answered in order, after a check.
        let _ = self.ask("workspace/symbol", json!({ "query": "" }));
        let of = |message: &&Value| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri(path)
        };
        self.seen.iter().rev().find(of).map(|message| message["params"]["diagnostics"].clone())
    }

    /// The codes of the problems of a file.
    pub fn codes(&mut self, path: &Path) -> Vec<String> {
        let problems = self.problems(path).unwrap_or_default();
        problems.as_array().into_iter().flatten().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Closes the input and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().expect("an end").code()
    }

    /// Ends it as the protocol has it.
    pub fn shut_down(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        self.tell("exit", Value::Null);
        assert_eq!(self.end(), Some(0));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
