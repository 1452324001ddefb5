//! What source directories hold beyond what a definition says: every entry as it is on disk, and what lies around them.

use std::io;
use std::sync::Arc;

use camino::Utf8PathBuf;
use glob::Pattern;
use smol_str::SmolStr;

use crate::source::{FileId, Location, Span};

/// One entry of a source directory.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its path below the definition, or its name in the source.
    pub path: Utf8PathBuf,
    /// Where a symbolic link points to, as it says.
    pub link: Option<Utf8PathBuf>,
    /// What is there, links followed.
    pub found: Found,
    /// The permission bits, links followed.
    pub mode: u32,
    /// Its number among the sources.
    pub file: FileId,
    /// Whether it lies in a directory that is only there to define names.
    pub beneath: bool,
}

/// What an entry is, links followed.
#[derive(Debug, Clone)]
pub enum Found {
    /// A regular file and its bytes.
    File(Arc<[u8]>),
    /// A directory.
    Directory,
    /// A FIFO, a socket or a device: never opened.
    Special,
    /// Nothing: a link that leads nowhere.
    Nothing,
    /// A link that leads out of what is checked: never followed.
    Outside,
    /// What could not be read or looked at: the reason, and whether only the permission was missing.
    Unreadable {
        /// What the operating system said.
        why: String,
        /// Whether it said that this user may not.
        denied: bool,
    },
    /// A file beyond a limit: the reason.
    TooLarge(String),
}

impl From<&io::Error> for Found {
    fn from(error: &io::Error) -> Self {
        Self::Unreadable { why: error.to_string(), denied: error.kind() == io::ErrorKind::PermissionDenied }
    }
}

impl Entry {
    /// The bytes of a regular file that was read.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.found {
            Found::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether a program that follows links finds something there.
    #[must_use]
    pub fn exists(&self) -> bool {
        !matches!(self.found, Found::Nothing)
    }

    /// All of it.
    #[must_use]
    pub fn place(&self) -> Location {
        Location::new(self.file, Span::new(0, self.bytes().map_or(0, <[u8]>::len)))
    }

    /// Its first line, without the newline: what is shown of a file as a whole.
    #[must_use]
    pub fn first_line(&self) -> Location {
        let bytes = self.bytes().unwrap_or_default();
        self.part(0, bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()))
    }

    /// Some bytes of it.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Location {
        Location::new(self.file, Span::new(start, end))
    }
}

/// A definition's directory as it is on disk.
#[derive(Debug, Clone)]
pub struct DirectoryFacts {
    /// Its path as people should see it.
    pub path: Utf8PathBuf,
    /// Its number among the sources: a place without bytes.
    pub file: FileId,
    /// Everything below it, in order of the paths' bytes.
    pub entries: Vec<Entry>,
    /// Whether `type` says one of the three kinds, or the target itself gives the type.
    pub typed: bool,
    /// Whether all of it lies in a directory that is only there to define names.
    pub beneath: bool,
    /// Bytes in flat lists that belong to a name for s6-rc-compile, and that nobody meant.
    pub stains: Vec<Stain>,
}

/// Bytes that became part of a name in a flat list.
#[derive(Debug, Clone)]
pub struct Stain {
    /// What they are.
    pub kind: StainKind,
    /// The name without them.
    pub name: SmolStr,
    /// The bytes.
    pub place: Location,
}

/// What became part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StainKind {
    /// Spaces or tabs behind it.
    Blank,
    /// A carriage return behind it.
    CarriageReturn,
    /// A byte order mark before it.
    ByteOrderMark,
}

impl DirectoryFacts {
    /// The entry of that path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path.as_str() == path)
    }

    /// The entry of that path, unless it is a link that leads nowhere: what the compiler opens.
    #[must_use]
    pub fn present(&self, path: &str) -> Option<&Entry> {
        self.entry(path).filter(|entry| entry.exists())
    }

    /// The entries of the definition's directory itself, without what is below its subdirectories.
    pub fn top(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.path.as_str().contains('/'))
    }

    /// The entries of a subdirectory that s6-rc-compile lists: those without a leading dot.
    pub fn listed<'s>(&'s self, directory: &'s str) -> impl Iterator<Item = &'s Entry> {
        self.entries.iter().filter(move |entry| {
            let name = entry.path.as_str().strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
            name.is_some_and(|name| !name.starts_with('.') && !name.contains('/'))
        })
    }

    /// The path of an entry as people should see it.
    #[must_use]
    pub fn path_of(&self, entry: &Entry) -> Utf8PathBuf {
        self.path.join(&entry.path)
    }
}

/// What source directories hold beside their definitions.
#[derive(Debug, Default)]
pub struct SourceTree {
    /// Entries of the sources that are no definitions, and their sources: what is dangling, or wrongly named.
    pub strays: Vec<(Utf8PathBuf, Entry)>,
    /// Definitions in a `user-bundles.d` that the target does not read, and what hides it.
    pub hidden: Vec<DirectoryFacts>,
    /// Where the image begins, if that is known.
    pub image: Option<Utf8PathBuf>,
    /// Whether the image is whole: s6-overlay itself is in it, so what is missing is missing.
    pub whole_image: bool,
    /// Whether scripts run before the services: some layer has files in `cont-init.d` or `fix-attrs.d`.
    pub early_scripts: bool,
    /// Whether nobody chose the target.
    pub assumed_target: bool,
    /// Programs that `up`, `down` and `reload` name, and interpreters, by their paths in the image.
    pub programs: Vec<ImageFile>,
    /// What could not be looked at: directories of scripts, and parts of lower layers.
    pub unseen: Vec<Entry>,
    /// Scripts that may switch services on: what s6-overlay's directories for scripts hold.
    pub scripts: Vec<Entry>,
    /// Names that may stay unknown.
    pub allowed: Vec<Pattern>,
}

/// A file of the image that a definition names.
#[derive(Debug, Clone)]
pub struct ImageFile {
    /// Its absolute path in the image.
    pub path: Utf8PathBuf,
    /// What is there; nothing where the image has no such file.
    pub entry: Option<Entry>,
}

impl SourceTree {
    /// What is known of an absolute path in the image.
    #[must_use]
    pub fn program(&self, path: &str) -> Option<&ImageFile> {
        self.programs.iter().find(|program| program.path.as_str() == path)
    }

    /// Whether a name may stay unknown.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        self.allowed.iter().any(|pattern| pattern.matches(name))
    }
}
