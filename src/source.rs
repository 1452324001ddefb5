//! Where text comes from: files, byte spans in them, and lines for people.

mod columns;

use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

pub use columns::{Columns, Units};

/// Whether a name is that of a file of the language that is a member of its directory: `*.hermes`, and not hidden.
#[must_use]
pub fn is_member(name: &str) -> bool {
    name.ends_with(".hermes") && !name.starts_with('.')
}

/// A half-open range of byte offsets in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, and without, `end`.
    ///
    /// Sources are refused above [`MAX_SOURCE_BYTES`], so that every offset fits.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span just behind this one.
    #[must_use]
    pub fn after(self) -> Self {
        Self { start: self.end, end: self.end }
    }

    /// As a range of `usize`, for slicing.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Sources above this many bytes are refused (64 MiB).
pub const MAX_SOURCE_BYTES: usize = 64 << 20;

/// The number of a file in its [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

impl Location {
    /// A span in a file.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }

    /// The start of a file: what a diagnostic about the file as a whole points at.
    #[must_use]
    pub fn start_of(file: FileId) -> Self {
        Self { file, span: Span::default() }
    }
}

/// One file as it was read. A path that is a directory or has no content to show has empty bytes.
#[derive(Debug)]
pub struct Source {
    /// The path as people should see it.
    pub path: Utf8PathBuf,
    /// The bytes, shared with whatever was made of them.
    pub bytes: Arc<[u8]>,
    lines: OnceLock<Vec<u32>>,
    columns: OnceLock<Columns>,
}

impl Source {
    /// The zero-based line of a byte offset, and the offset at which that line starts.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> (usize, u32) {
        let starts = self.lines.get_or_init(|| {
            let ends = self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| Span::new(at + 1, at + 1).start)).collect()
        });
        let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, starts.get(line).copied().unwrap_or_default())
    }

    /// One-based line and column; the column counts characters.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        (self.line_of(offset).0 + 1, self.units_before(offset).chars + 1)
    }

    /// What is before a byte on its line.
    #[must_use]
    pub fn units_before(&self, offset: u32) -> Units {
        let (_, start) = self.line_of(offset);
        let columns = self.columns.get_or_init(|| Columns::new(&self.bytes));
        columns.between(&self.bytes, start as usize, offset as usize)
    }

    /// The text of a span, empty where the file is not UTF-8 there.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.bytes.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Every file that one run has read.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<Source>,
}

impl SourceMap {
    /// Adds a file and gives its number.
    pub fn add(&mut self, path: impl Into<Utf8PathBuf>, bytes: impl Into<Arc<[u8]>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source {
            path: path.into(),
            bytes: bytes.into(),
            lines: OnceLock::new(),
            columns: OnceLock::new(),
        });
        id
    }

    /// The file of that number, if this map has it.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The path of that file, empty if this map does not have it.
    #[must_use]
    pub fn path(&self, id: FileId) -> &Utf8Path {
        self.get(id).map_or(Utf8Path::new(""), |source| &source.path)
    }

    /// The text at a location, empty where it is not UTF-8.
    #[must_use]
    pub fn text(&self, location: Location) -> &str {
        self.get(location.file).map_or("", |source| source.text(location.span))
    }

    /// The files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, source)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }
}
