//! Reading: the files of one run and what they include.

use std::collections::HashSet;
use std::io;
use std::str::Utf8Error;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::resolve::bounds::{self, Bounds};
use crate::resolve::foreign;
use crate::rules::reading;
use crate::source::{FileId, Location, MAX_SOURCE_BYTES, SourceMap, Span, is_member};
use crate::syntax;
use crate::syntax::ast::{self, Tree};

/// Where sources are read from: the disk, or what an editor holds.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>>;

    /// The bytes of a file of which the real path was told by [`Files::real`], and was found good: what took its place since is
    /// not followed.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn read_at(&self, path: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        let _ = real;
        self.read(path)
    }

    /// The real path of a file or directory, where links lead: what may be read depends on it. What is only in memory is where
    /// it says.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;

    /// The names in a directory, in no order; nothing where the path is no directory.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>>;

    /// Parses the text of a file. Who reads the same files again and again may keep what did not change.
    fn parse(&self, path: &Utf8Path, file: FileId, text: &str) -> (Arc<Tree>, Vec<Diagnostic>) {
        let _ = path;
        let parsed = syntax::parse(file, text);
        (Arc::new(parsed.tree), parsed.diagnostics)
    }
}

/// The disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        disk::read(path, MAX_SOURCE_BYTES as u64)
    }

    fn read_at(&self, _: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        disk::read_no_link(real, MAX_SOURCE_BYTES as u64)
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        path.canonicalize_utf8()
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        if !path.metadata()?.is_dir() {
            return Ok(None);
        }
        path.read_dir_utf8()?.map(|entry| Ok(entry?.file_name().to_owned())).collect::<io::Result<Vec<_>>>().map(Some)
    }
}

/// The files of one run, parsed.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Their texts.
    pub sources: SourceMap,
    /// Their trees, in the order in which they were reached.
    pub trees: Vec<(FileId, Arc<Tree>)>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What may be read.
    pub(super) bounds: Bounds,
}

/// Includes below this depth are refused.
const MAX_INCLUDE_DEPTH: usize = 64;

/// Reads files and, in depth, what they include: nothing outside of the directories of `roots` and of `around`.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason. What an include names is a diagnostic instead.
pub fn load(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    around: &[Utf8PathBuf],
) -> Result<Loaded, (Utf8PathBuf, io::Error)> {
    let mut loader = Loader { files, loaded: Loaded::default(), known: HashSet::new(), open: Vec::new() };
    loader.loaded.bounds = Bounds::new(files, roots, around);
    for root in roots {
        let members = loader.members(root).map_err(|error| (root.clone(), error))?;
        let is_directory = members.as_slice() != [root.clone()];
        for path in members {
            // A path that was named may be a link to anywhere, what is found in a directory may not.
            let bytes = if is_directory { loader.loaded.bounds.read(files, &path) } else { files.read(&path) };
            let bytes = bytes.map_err(|error| (path.clone(), error))?;
            loader.file(&path, bytes);
        }
    }
    Ok(loader.loaded)
}

/// Whether a path leads to something that a run of these may read: see [`load`].
///
/// # Errors
///
/// It leads outside, or nowhere.
pub fn may_be_read(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    around: &[Utf8PathBuf],
    path: &Utf8Path,
) -> io::Result<()> {
    Bounds::new(files, roots, around).check(files, path).map(drop)
}

struct Loader<'f> {
    files: &'f dyn Files,
    loaded: Loaded,
    /// The normal paths of the files that were reached.
    known: HashSet<Utf8PathBuf>,
    /// The files whose includes are being read, with the place of the include.
    open: Vec<(Utf8PathBuf, Option<Location>)>,
}

impl Loader<'_> {
    /// The files that a path stands for: itself, or the `.hermes` files of a directory.
    fn members(&self, path: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
        let Some(mut names) = self.files.list(path)? else { return Ok(vec![path.to_owned()]) };
        names.retain(|name| is_member(name));
        names.sort_unstable();
        Ok(names.into_iter().map(|name| path.join(name)).collect())
    }

    fn file(&mut self, path: &Utf8Path, bytes: Vec<u8>) {
        let normal = normal(path);
        if !self.known.insert(normal.clone()) {
            return;
        }
        let file = self.loaded.sources.add(path.to_owned(), bytes);
        let Some(bytes) = self.loaded.sources.get(file).map(|source| Arc::clone(&source.bytes)) else { return };
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => return self.no_text(path, file, &bytes, error),
        };
        let (tree, diagnostics) = self.files.parse(&normal, file, text);
        if let Some(foreign) = foreign::instead(path, text, &tree, &diagnostics) {
            self.loaded.diagnostics.push(foreign.diagnostic(file));
            self.loaded.trees.push((file, Arc::default()));
            return;
        }
        self.loaded.diagnostics.extend(diagnostics);
        let includes: Vec<ast::Text> = tree
            .definitions
            .iter()
            .filter_map(|definition| match &definition.kind {
                ast::DefinitionKind::Include { path } => Some(path.clone()),
                _ => None,
            })
            .collect();
        self.loaded.trees.push((file, tree));
        self.open.push((normal, None));
        for include in includes {
            let place = Location::new(file, include.span);
            self.include(path, &include, place);
        }
        self.open.pop();
    }

    /// Reports a file whose bytes are no text.
    fn no_text(&mut self, path: &Utf8Path, file: FileId, bytes: &[u8], error: Utf8Error) {
        let (what, at, label, help) = match foreign::of_bytes(bytes) {
            Some((what, help)) => (what, 0, "", help),
            None => (
                "not UTF-8",
                error.valid_up_to(),
                "this byte begins no character",
                "save the file as UTF-8; bytes that are no text belong into a file of their own, named with `file \"path\"`",
            ),
        };
        self.loaded.diagnostics.push(
            Diagnostic::new(&reading::UNREADABLE_SOURCE, format!("{path} is {what}"))
                .at(Location::new(file, Span::new(at, at + 1)), label)
                .help(help),
        );
    }

    fn include(&mut self, from: &Utf8Path, include: &ast::Text, place: Location) {
        let Some(text) = include.plain() else {
            self.loaded.diagnostics.push(
                Diagnostic::new(&reading::BAD_VALUE, "the path of an include cannot hold a constant")
                    .at(place, "not known yet when files are read")
                    .help("write the path out"),
            );
            return;
        };
        let path = from.parent().unwrap_or(Utf8Path::new("")).join(text.as_str());
        let within = self.loaded.bounds.check(self.files, &path);
        let members = match within.and_then(|_| self.members(&path)) {
            Ok(members) => members,
            Err(error) => return self.missing(&path, place, &error),
        };
        for member in members {
            let normal = normal(&member);
            if let Some(at) = self.open.iter().position(|(open, _)| *open == normal) {
                let chain: Vec<String> =
                    self.open.iter().skip(at).map(|(path, _)| path.to_string()).chain([normal.to_string()]).collect();
                let message = if chain.len() == 2 {
                    format!("{normal} includes itself")
                } else {
                    "these files include each other".to_owned()
                };
                self.loaded.diagnostics.push(
                    Diagnostic::new(&reading::INCLUDE_CYCLE, message)
                        .at(place, "this closes the circle")
                        .note(chain.join(" → "))
                        .help("delete this include: definitions may stand in any order"),
                );
                continue;
            }
            if self.open.len() >= MAX_INCLUDE_DEPTH {
                self.loaded.diagnostics.push(
                    Diagnostic::new(
                        &reading::UNREADABLE_SOURCE,
                        format!("includes are nested more than {MAX_INCLUDE_DEPTH} deep"),
                    )
                    .at(place, "not read"),
                );
                continue;
            }
            if self.known.contains(&normal) {
                continue;
            }
            match self.loaded.bounds.read(self.files, &member) {
                Ok(bytes) => self.file(&member, bytes),
                Err(error) => self.missing(&member, place, &error),
            }
        }
    }

    fn missing(&mut self, path: &Utf8Path, place: Location, error: &io::Error) {
        self.loaded.diagnostics.push(missing_file(path, place, error));
    }
}

/// What is said of a file that is named and cannot be read.
pub(super) fn missing_file(path: &Utf8Path, place: Location, error: &io::Error) -> Diagnostic {
    let (reason, help) = match error.kind() {
        io::ErrorKind::NotFound => {
            ("there is no such file".to_owned(), "paths are relative to the file that names them")
        }
        _ if bounds::is_outside(error) => (error.to_string(), bounds::HELP),
        _ => (error.to_string(), "name a regular file with the text"),
    };
    Diagnostic::new(&reading::INCLUDE_MISSING, format!("cannot read {path}")).at(place, reason).help(help)
}

/// The path without `.` and, where the names allow it, `..`.
#[must_use]
pub fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if matches!(normal.components().next_back(), Some(Utf8Component::Normal(_))) => {
                normal.pop();
            }
            other => normal.push(other.as_str()),
        }
    }
    normal
}
