//! The texts that the editor holds, as files on top of the disk's.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use lsp_types::{Range, TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::diagnostic::Diagnostic;
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::uri;
use crate::resolve::{Disk, Files, normal};
use crate::source::{FileId, MAX_SOURCE_BYTES};
use crate::syntax::Reading;
use crate::syntax::ast::Tree;

/// A text that is open.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// As the editor writes it.
    pub(super) uri: Uri,
    /// The editor's number of this state.
    pub(super) version: i32,
    /// Whether it is of the language.
    pub(super) is_language: bool,
    /// The text.
    pub(super) text: String,
}

/// Every text that is open.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    open: BTreeMap<Utf8PathBuf, Document>,
    readings: Readings,
    /// How the client counts columns.
    pub(super) encoding: Encoding,
}

/// What was made of texts, so that only what changed is read again. A copy begins with nothing.
#[derive(Debug, Default)]
struct Readings(RefCell<HashMap<Utf8PathBuf, Reading>>);

impl Clone for Readings {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Documents {
    pub(super) fn open(&mut self, item: TextDocumentItem) {
        let path = uri::path(&item.uri);
        let is_language = item.language_id == "hermes" || path.as_str().ends_with(".hermes");
        let document = Document { uri: item.uri, version: item.version, is_language, text: item.text };
        self.open.insert(path, document);
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        self.open.remove(&uri::path(uri));
    }

    pub(super) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.encoding;
        let Some(document) = self.open.get_mut(&uri::path(uri)) else { return };
        document.version = version;
        let mut changes = changes.into_iter().peekable();
        while let Some(change) = changes.next() {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let lines = Lines::new(document.text.as_bytes(), encoding);
            let offsets = |range: Range| {
                let (start, end) = (lines.offset(range.start), lines.offset(range.end));
                start.min(end)..end.max(start)
            };
            // What lies before all that was changed is where it was: editors send many changes from the back.
            let mut edits = vec![(offsets(range), change.text)];
            let mut first = offsets(range).start;
            while let Some(range) = changes.peek().and_then(|next| next.range).map(offsets).filter(|at| at.end < first)
            {
                first = range.start;
                edits.extend(changes.next().map(|change| (range, change.text)));
            }
            let mut text = String::with_capacity(document.text.len());
            let mut at = 0;
            for (range, with) in edits.iter().rev() {
                text.push_str(document.text.get(at..range.start).unwrap_or_default());
                text.push_str(with);
                at = range.end;
            }
            text.push_str(document.text.get(at..).unwrap_or_default());
            document.text = text;
        }
    }

    pub(super) fn get(&self, path: &Utf8Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The tree of an open text of the language.
    pub(super) fn tree(&self, path: &Utf8Path) -> Option<Arc<Tree>> {
        let document = self.get(path).filter(|document| document.is_language)?;
        Some(self.parse(path, FileId(0), &document.text).0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Utf8Path, &Document)> {
        self.open.iter().map(|(path, document)| (path.as_path(), document))
    }

    /// Puts a text in the place of what is there, open or not.
    pub(super) fn put(&mut self, path: &Utf8Path, text: String) {
        if let Some(document) = self.open.get_mut(path) {
            document.text = text;
        } else if let Some(uri) = uri::of(path) {
            self.open.insert(path.to_owned(), Document { uri, version: 0, is_language: true, text });
        }
    }

    /// The URI of a path, as the editor writes it where it does.
    pub(super) fn uri(&self, path: &Utf8Path) -> Option<Uri> {
        let path = normal(path);
        self.get(&path).map(|document| document.uri.clone()).or_else(|| uri::of(&path))
    }
}

impl Files for Documents {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.open.get(&normal(path)) {
            Some(document) if document.text.len() > MAX_SOURCE_BYTES => {
                Err(io::Error::other(format!("larger than {} MiB", MAX_SOURCE_BYTES >> 20)))
            }
            Some(document) => Ok(document.text.clone().into_bytes()),
            None => Disk.read(path),
        }
    }

    fn read_at(&self, path: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        if self.open.contains_key(&normal(path)) { self.read(path) } else { Disk.read_at(path, real) }
    }

    /// A text that is not saved yet is where its directory is.
    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let path = normal(path);
        match Disk.real(&path) {
            Err(_) if self.open.contains_key(&path) => {
                let above = path.parent().and_then(|above| Disk.real(above).ok());
                Ok(above.zip(path.file_name()).map_or(path.clone(), |(above, name)| above.join(name)))
            }
            real => real,
        }
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        let path = normal(path);
        if self.open.contains_key(&path) {
            return Ok(None);
        }
        let Some(mut names) = Disk.list(&path)? else { return Ok(None) };
        // A text that is not saved yet belongs to its folder too.
        names.extend(
            self.open
                .keys()
                .filter(|open| open.parent() == Some(&path))
                .filter_map(|open| open.file_name().map(str::to_owned)),
        );
        names.sort_unstable();
        names.dedup();
        Ok(Some(names))
    }

    fn parse(&self, path: &Utf8Path, file: FileId, text: &str) -> (Arc<Tree>, Vec<Diagnostic>) {
        let mut readings = self.readings.0.borrow_mut();
        let reading = match readings.remove(path) {
            Some(known) => known.again(text.to_owned()),
            None => Reading::new(text.to_owned()),
        };
        let made = (reading.tree(), reading.diagnostics(file));
        readings.insert(path.to_owned(), reading);
        made
    }
}
