//! From a keystroke to its diagnostics: `hermesc lsp` over its pipes, as an editor speaks to it. `cargo bench --bench lsp`.
//!
//! Times are of whole round trips: the change is written, and the diagnostics of that state of the text are read.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // a bench that cannot start should say why; JSON gives null

mod generate;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Keystrokes for each size; the 99th percentile is that of so many.
const KEYSTROKES: usize = 400;

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("hermesc starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("somebody reads");
        self.input.flush().expect("somebody reads");
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, id: i32, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        while self.read()["id"] != id {}
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("a line");
            if line.trim().is_empty() {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().expect("a length");
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("a whole message");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Waits for the diagnostics of a state of the text.
    fn diagnostics(&mut self, version: usize) {
        while self.read()["params"]["version"] != version {}
    }
}

/// How long each keystroke in a file of so many services takes.
fn keystrokes(services: usize) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("services.hermes");
    let text = generate::services(services);
    std::fs::write(&path, &text).expect("written");
    let uri = format!("file://{}", path.display());
    let root = format!("file://{}", folder.path().display());
    let mut server = Server::start();
    let folders = json!([{ "uri": root, "name": "bench" }]);
    server.ask(1, "initialize", &json!({ "processId": null, "capabilities": {}, "workspaceFolders": folders }));
    server.tell("initialized", &json!({}));
    let item = json!({ "uri": uri, "languageId": "hermes", "version": 0, "text": text });
    server.tell("textDocument/didOpen", &json!({ "textDocument": item }));
    server.diagnostics(0);
    // A service in the middle; every other keystroke takes back what the one before wrote, and some of them break a name.
    let needle = format!("longrun service-{} {{", (services / 2) / 10 * 10 + 1);
    let line = text.lines().position(|line| line == needle).expect("that service") + 1;
    let column = "    depends-on service-".len();
    let mut times = Vec::new();
    for version in 1..=KEYSTROKES {
        let (end, new) = if version % 2 == 1 { (column, "x") } else { (column + 1, "") };
        let at = |character: usize| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": at(column), "end": at(end) }, "text": new });
        let document = json!({ "uri": uri, "version": version });
        let begin = Instant::now();
        server.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": [change] }));
        server.diagnostics(version);
        times.push(begin.elapsed());
    }
    server.ask(2, "shutdown", &Value::Null);
    server.tell("exit", &Value::Null);
    server.child.wait().expect("an end");
    times
}

fn main() {
    for (services, goal) in [(1_000, 16), (10_000, 150)] {
        let mut times = keystrokes(services);
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() - 1) * share / 100).copied().unwrap_or_default();
        let shown = |share: usize| format!("{:.1} ms", at(share).as_secs_f64() * 1000.0);
        println!(
            "{services} services, {} keystrokes: median {}, 99th percentile {} (goal {goal} ms), longest {}",
            times.len(),
            shown(50),
            shown(99),
            shown(100)
        );
    }
}
