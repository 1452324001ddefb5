//! Source directories to text of the language: what can be said is said, and every other byte is carried.

mod definition;
mod modernise;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Bound;

use camino::{Utf8Path, Utf8PathBuf};

use crate::graph::Graph;
use crate::model::{External, ExtraFile, Model};
use crate::print::{Printed, Scripts, TooLarge, print};
use crate::resolve::{Files, resolve};
use crate::s6rc::plan::{Entry, FileTree, plan};
use crate::s6rc::target::{Family, Target};
use crate::source::{FileId, Location};
use definition::{definition, extra};

pub use modernise::modernise;

/// How a tree is imported.
#[derive(Debug, Clone, Copy)]
pub struct Options<'p> {
    /// What it is for, which also decides where in the tree definitions lie.
    pub target: Target,
    /// The path of the text.
    pub path: &'p Utf8Path,
    /// Where scripts go.
    pub scripts: Scripts<'p>,
    /// Whether names that nobody defines are somebody else's, such as the base image's.
    pub layer: bool,
}

/// An imported tree.
#[derive(Debug)]
pub struct Imported {
    /// The text and its files.
    pub printed: Printed,
    /// How many definitions it has.
    pub definitions: usize,
    /// Names that nobody defines.
    pub unknown: Vec<String>,
}

/// Why a tree was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot stand in a text.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The text would not give the same files. This is a mistake of hermesc, found before anything was written.
    #[error("the text would not give back {0} as it is")]
    NotTheSame(Utf8PathBuf),
}

/// The text of a tree. It is read again before it is given, and gives the same tree.
///
/// # Errors
///
/// [`ImportError`].
pub fn import(tree: &FileTree, options: &Options<'_>) -> Result<Imported, ImportError> {
    let mut model = model(tree, options.target);
    let printed = print(&model, options.scripts)?;
    let again = again(&printed, options)?;
    let unknown = unknown(&again);
    let definitions = model.definitions.len();
    if !options.layer || unknown.is_empty() {
        compare(tree, &plan(&again))?;
        return Ok(Imported { printed, definitions, unknown });
    }
    let external = |name: &String| External { name: name.into(), kind: None, place: nowhere() };
    model.externals = unknown.iter().map(external).collect();
    let printed = print(&model, options.scripts)?;
    compare(tree, &plan(&self::again(&printed, options)?))?;
    Ok(Imported { printed, definitions, unknown })
}

/// The target of a tree in the layout of s6-overlay: where `user` lies among the services, one that looks for it there.
#[must_use]
pub fn fitting(tree: &FileTree, target: Target) -> Target {
    let has = |path: &str| matches!(tree.entries.get(Utf8Path::new(path)), Some(Entry::Directory));
    let old = has("s6-rc.d/user") || has("s6-rc.d/user2");
    let new = has("user-bundles.d/user") || has("user-bundles.d/user2");
    if !old || new || !target.has_user_bundles_directory() {
        return target;
    }
    Target::versions(Family::S6Overlay)
        .map(crate::s6rc::target::show_version)
        .filter_map(|version| Target::find("s6-overlay", Some(&version)).ok())
        .find(|older| !older.has_user_bundles_directory())
        .unwrap_or(target)
}

/// The model that is planned as the tree.
#[must_use]
pub fn model(tree: &FileTree, target: Target) -> Model {
    let mut model = Model::new(target, Vec::new());
    for (path, entry) in &tree.entries {
        let Some(name) = path.file_name().filter(|name| matches!(entry, Entry::Directory) && !name.starts_with('.'))
        else {
            continue;
        };
        if target.directory_of(name) != *path {
            continue;
        }
        let below = tree.entries.range(path.clone()..).take_while(|(other, _)| other.starts_with(path));
        let files = below.filter_map(|(other, entry)| Some((other.strip_prefix(path).ok()?, entry)));
        let files: definition::Files<'_> = files.filter(|(other, _)| !other.as_str().is_empty()).collect();
        if !files.is_empty() {
            model.push(definition(&target, name, &files));
        }
    }
    let planned = plan(&model);
    for (path, entry) in &tree.entries {
        // A directory that holds something is made with it.
        let next = || tree.entries.range::<Utf8PathBuf, _>((Bound::Excluded(path), Bound::Unbounded)).next();
        let holds = || next().is_some_and(|(next, _)| next.starts_with(path));
        let known = planned.entries.get(path) == Some(entry);
        if !known && (!matches!(entry, Entry::Directory) || !holds()) {
            model.files.push((path.clone(), ExtraFile { content: extra(entry), place: nowhere() }));
        }
    }
    model
}

/// The place of what was not written by anybody.
fn nowhere() -> Location {
    Location::start_of(FileId(0))
}

/// Names that are referred to and have no definition.
fn unknown(model: &Model) -> Vec<String> {
    let graph = Graph::new(model);
    let definitions = model.definitions.iter().flat_map(|definition| {
        let links = definition.producer_for.iter().chain(&definition.consumer_for);
        definition.dependencies.iter().chain(&definition.contents).chain(links)
    });
    let names: BTreeSet<&str> = definitions.map(|reference| reference.name.as_str()).collect();
    names.into_iter().filter(|name| graph.find(name).is_none()).map(str::to_owned).collect()
}

/// What a printed text says when it is read.
fn again(printed: &Printed, options: &Options<'_>) -> Result<Model, ImportError> {
    let beside = options.path.parent().unwrap_or(Utf8Path::new(""));
    let mut files: BTreeMap<Utf8PathBuf, &[u8]> =
        printed.files.iter().map(|(path, bytes)| (beside.join(path), bytes.as_slice())).collect();
    files.insert(options.path.to_owned(), printed.text.as_bytes());
    let memory = Memory { files };
    match resolve(&memory, &[options.path.to_owned()], None) {
        Ok(resolved) => Ok(resolved.model),
        Err((path, _)) => Err(ImportError::NotTheSame(path)),
    }
}

fn compare(tree: &FileTree, planned: &FileTree) -> Result<(), ImportError> {
    let differs = |path: &&Utf8PathBuf| tree.entries.get(*path) != planned.entries.get(*path);
    match tree.entries.keys().chain(planned.entries.keys()).find(differs) {
        Some(path) => Err(ImportError::NotTheSame(path.clone())),
        None => Ok(()),
    }
}

/// Files that are nowhere but here.
struct Memory<'f> {
    files: BTreeMap<Utf8PathBuf, &'f [u8]>,
}

impl Files for Memory<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.files.get(path).map(|bytes| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, _: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}
