//! The language server: `hermesc lsp`, on the streams that it was started with.
//!
//! One thread answers. Changes are only noted; a check runs when nothing more waits to be read, or when an answer needs it.

mod actions;
mod capabilities;
mod completion;
mod context;
mod diagnostics;
mod documents;
mod formatting;
mod hierarchy;
mod hints;
mod hover;
mod lens;
mod names;
mod navigate;
mod position;
mod refactor;
mod requests;
mod selection;
mod sets;
mod settings;
mod stream;
mod symbols;
mod tokens;
mod uri;
mod walk;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized, Notification as _,
    PublishDiagnostics,
};
use lsp_types::request::{
    Initialize, RegisterCapability, Request as _, Shutdown, WorkspaceConfiguration, WorkspaceDiagnosticRefresh,
};
use lsp_types::{
    ConfigurationItem, ConfigurationParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, FileSystemWatcher, GlobPattern, InitializeParams, InitializeResult,
    PublishDiagnosticsParams, Registration, RegistrationParams, ServerInfo,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use capabilities::Client;
use diagnostics::ByFile;
use documents::Documents;
use sets::Set;
use settings::SECTION;

/// Where in its life the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was said yet.
    New,
    /// It answers.
    Running,
    /// It was told to stop, and waits for `exit`.
    Stopped,
}

/// What one client is served with.
struct Server {
    connection: Connection,
    phase: Phase,
    client: Client,
    documents: Documents,
    sets: Vec<Set>,
    /// The number of each open text's set.
    of: BTreeMap<Utf8PathBuf, usize>,
    found: ByFile,
    /// What the client was told, and of which state of the text.
    told: BTreeMap<Utf8PathBuf, (Option<i32>, Vec<lsp_types::Diagnostic>)>,
    /// Whether something changed since the last check.
    dirty: bool,
    requests: i32,
    /// What was read and not answered yet.
    waiting: VecDeque<Message>,
    /// The requests among them that were taken back.
    cancelled: HashSet<RequestId>,
    messages: Receiver<Message>,
    /// The request for the client's settings that is not answered yet.
    asked_settings: Option<RequestId>,
}

/// Serves a client on standard input and output until it says `exit`; true where it said `shutdown` before.
///
/// # Errors
///
/// What is read is no message of the protocol, nobody reads what is written, or no thread can be had.
pub fn serve() -> io::Result<bool> {
    let (connection, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let writer = thread::Builder::new().spawn(move || stream::write(receiver, &mut io::stdout().lock()))?;
    let read = move || stream::read(&mut io::stdin().lock(), |message| sender.send(message).is_ok());
    let reader = thread::Builder::new().spawn(read)?;
    let orderly = serve_connection(connection)?;
    let ended = |_| Err(io::Error::other("a thread ended early"));
    reader.join().unwrap_or_else(ended)?;
    writer.join().unwrap_or_else(ended)?;
    Ok(orderly)
}

/// Serves the client at the other end of a connection, as [`serve`] does.
///
/// # Errors
///
/// No thread can be had.
pub fn serve_connection(connection: Connection) -> io::Result<bool> {
    // The connection hands messages over one by one; what was taken back is only seen by somebody who reads ahead.
    let (sender, messages) = channel();
    let receiver = connection.receiver.clone();
    thread::Builder::new().spawn(move || receiver.into_iter().try_for_each(|message| sender.send(message)))?;
    let mut server = Server {
        connection,
        phase: Phase::New,
        client: Client::default(),
        documents: Documents::default(),
        sets: Vec::new(),
        of: BTreeMap::new(),
        found: ByFile::new(),
        told: BTreeMap::new(),
        dirty: false,
        requests: 0,
        waiting: VecDeque::new(),
        cancelled: HashSet::new(),
        messages,
        asked_settings: None,
    };
    // The thread that writes ends once nobody can give it anything: the server is gone when this returns.
    Ok(server.run())
}

impl Server {
    /// Answers until `exit` or the end of the input.
    fn run(&mut self) -> bool {
        loop {
            self.read_ahead();
            let message = self.waiting.pop_front().or_else(|| {
                self.refresh();
                self.messages.recv().ok()
            });
            let Some(message) = message else { return self.phase == Phase::Stopped };
            match message {
                Message::Request(request) if self.is_cancelled(&request.id) => {
                    self.send(refuse(request.id, ErrorCode::RequestCanceled, "cancelled"));
                }
                Message::Request(request) => self.request(request),
                Message::Notification(notification) if notification.method == Exit::METHOD => {
                    return self.phase == Phase::Stopped;
                }
                Message::Notification(notification) => {
                    // Its request was answered, if there was one; another may have the same number.
                    if let Some(id) = cancelled(&notification) {
                        self.cancelled.remove(&id);
                    }
                    self.notification(notification);
                }
                Message::Response(response) => self.response(&response),
            }
        }
    }

    /// Whether the client has taken a request back that waits.
    fn is_cancelled(&mut self, id: &RequestId) -> bool {
        self.read_ahead();
        self.cancelled.contains(id)
    }

    /// Notes what came in meanwhile.
    fn read_ahead(&mut self) {
        for message in self.messages.try_iter() {
            if let Message::Notification(one) = &message
                && let Some(id) = cancelled(one)
            {
                self.cancelled.insert(id);
            }
            self.waiting.push_back(message);
        }
    }

    /// An answer of the client: its settings, or nothing that is needed.
    fn response(&mut self, response: &Response) {
        if self.asked_settings.as_ref() != Some(&response.id) {
            return;
        }
        self.asked_settings = None;
        if let Some(settings) = response.response_result.as_ref().ok().and_then(|result| result.get(0)) {
            self.configure(settings);
        }
    }

    fn configure(&mut self, settings: &serde_json::Value) {
        self.client.settings = self.client.settings.read(settings);
    }

    /// Asks for the settings, where the client can be asked.
    fn ask_settings(&mut self) {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        self.ask(WorkspaceConfiguration::METHOD, ConfigurationParams { items: vec![item] });
        self.asked_settings = Some(RequestId::from(self.requests));
    }

    fn send(&self, message: impl Into<Message>) {
        // Where nobody reads any more, the input ends too.
        let _ = self.connection.sender.send(message.into());
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let response = match (self.phase, method.as_str()) {
            (Phase::New, Initialize::METHOD) => self.initialize(id, params),
            (Phase::New, _) => refuse(id, ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Phase::Stopped, _) => refuse(id, ErrorCode::InvalidRequest, "the server was shut down"),
            (Phase::Running, Initialize::METHOD) => refuse(id, ErrorCode::InvalidRequest, "initialized already"),
            (Phase::Running, Shutdown::METHOD) => {
                self.phase = Phase::Stopped;
                Response::new_ok(id, ())
            }
            (Phase::Running, _) => {
                self.refresh();
                requests::answer(self, id, &method, params)
            }
        };
        self.send(response);
    }

    fn initialize(&mut self, id: RequestId, params: serde_json::Value) -> Response {
        let parameters: InitializeParams = match serde_json::from_value(params) {
            Ok(parameters) => parameters,
            Err(error) => return refuse(id, ErrorCode::InvalidParams, &error.to_string()),
        };
        self.client = Client::new(&parameters);
        self.documents.encoding = self.client.encoding;
        self.phase = Phase::Running;
        let info = ServerInfo { name: "hermesc".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let capabilities = capabilities::capabilities(&self.client);
        Response::new_ok(id, InitializeResult { capabilities, server_info: Some(info) })
    }

    fn notification(&mut self, notification: Notification) {
        if self.phase != Phase::Running {
            return;
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            Initialized::METHOD => {
                if self.client.watches {
                    self.watch();
                }
                if self.client.configures {
                    self.ask_settings();
                }
            }
            DidChangeConfiguration::METHOD if self.client.configures => self.ask_settings(),
            DidChangeConfiguration::METHOD => {
                let Some(DidChangeConfigurationParams { settings }) = read(params) else { return };
                self.configure(&settings);
            }
            DidOpenTextDocument::METHOD => {
                let Some(DidOpenTextDocumentParams { text_document }) = read(params) else { return };
                self.documents.open(text_document);
                self.dirty = true;
            }
            DidChangeTextDocument::METHOD => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params) else { return };
                self.documents.change(&text_document.uri, text_document.version, content_changes);
                self.dirty = true;
            }
            DidCloseTextDocument::METHOD => {
                let Some(DidCloseTextDocumentParams { text_document }) = read(params) else { return };
                self.documents.close(&text_document.uri);
                self.dirty = true;
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.dirty = true,
            DidChangeWorkspaceFolders::METHOD => {
                let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) else { return };
                let removed: Vec<Utf8PathBuf> = event.removed.iter().map(|folder| uri::path(&folder.uri)).collect();
                self.client.workspace.retain(|folder| !removed.contains(folder));
                self.client.workspace.extend(event.added.iter().map(|folder| uri::path(&folder.uri)));
                self.dirty = true;
            }
            _ => {}
        }
    }

    /// Asks to be told of files that change on the disk.
    fn watch(&mut self) {
        let watchers = ["**/*.hermes", "**/hermesc.toml"]
            .map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        self.ask(RegisterCapability::METHOD, RegistrationParams { registrations: vec![registration] });
    }

    fn ask(&mut self, method: &str, params: impl Serialize) {
        self.requests += 1;
        self.send(Request::new(RequestId::from(self.requests), method.to_owned(), params));
    }

    /// Checks what changed, and tells the client what it does not know yet.
    fn refresh(&mut self) {
        if !self.dirty {
            return;
        }
        self.dirty = false;
        // The trees that they hold cannot be changed; to give back the rest takes long enough to be felt.
        let mut old = std::mem::take(&mut self.sets);
        old.iter_mut().for_each(Set::forget_trees);
        let _ = thread::Builder::new().spawn(move || drop(old));
        let (sets, of) = sets::check(&self.documents, &self.client.workspace);
        (self.sets, self.of) = (sets, of.into_iter().collect());
        let found = diagnostics::by_file(&self.sets, &self.documents);
        let changed = found != self.found;
        self.found = found;
        self.tell();
        if changed && self.client.pulls && self.client.refreshes {
            self.ask(WorkspaceDiagnosticRefresh::METHOD, ());
        }
    }

    fn tell(&mut self) {
        let mut state: BTreeMap<Utf8PathBuf, (Option<i32>, Vec<lsp_types::Diagnostic>)> = BTreeMap::new();
        for path in self.told.keys() {
            state.insert(path.clone(), (None, Vec::new()));
        }
        for (path, found) in &self.found {
            let version = self.documents.get(path).map(|document| document.version);
            // A client that asks for the problems of what it has open would show them twice.
            let asks = self.client.pulls && version.is_some();
            let told = if asks { (None, Vec::new()) } else { (version, found.clone()) };
            state.insert(path.clone(), told);
        }
        for (path, (version, found)) in &state {
            let news = match self.told.get(path) {
                Some(known) => *known != (*version, found.clone()),
                None => version.is_some() || !found.is_empty(),
            };
            if let Some(uri) = self.documents.uri(path).filter(|_| news) {
                let params = PublishDiagnosticsParams::new(uri, found.clone(), *version);
                self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params));
            }
        }
        state.retain(|_, (version, found)| version.is_some() || !found.is_empty());
        self.told = state;
    }

    /// The set of an open text.
    fn set(&self, path: &Utf8Path) -> Option<&Set> {
        self.of.get(path).and_then(|number| self.sets.get(*number))
    }
}

/// The request that a client takes back.
fn cancelled(notification: &Notification) -> Option<RequestId> {
    let id = notification.params.get("id").filter(|_| notification.method == Cancel::METHOD)?;
    serde_json::from_value(id.clone()).ok()
}

fn read<P: DeserializeOwned>(params: serde_json::Value) -> Option<P> {
    serde_json::from_value(params).ok()
}

fn refuse(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}
