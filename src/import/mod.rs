//! Source directories to text of the language: what can be said is said, and every other byte is carried.

mod definition;
mod modernise;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::compile::{self, Checked};
use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::model::{External, ExtraFile, Model, Placed};
use crate::print::{Printed, Scripts, TooLarge, print};
use crate::resolve::Files;
use crate::rules;
use crate::s6rc::plan::{Entry, FileTree, TreePath, plan};
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
}

/// An imported tree.
#[derive(Debug)]
pub struct Imported {
    /// The text and its files.
    pub printed: Printed,
    /// How many definitions it has.
    pub definitions: usize,
    /// Names that nobody defines, and which the text takes for somebody else's.
    pub unknown: Vec<String>,
    /// Whether the boot brings up nothing of it.
    pub nothing_starts: bool,
    /// The number of errors that the text still has, as the tree has: it is not emitted before they are mended.
    pub errors: usize,
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
    let mut model = match tree.without_umask() {
        Some((umask, usual)) => {
            let mut model = model(&usual, options.target);
            model.umask = Some(Placed::new(umask, nowhere()));
            model
        }
        None => model(tree, options.target),
    };
    let mut printed = print(&model, options.scripts)?;
    let mut checked = again(&printed, options)?;
    let unknown = unknown(&checked.model);
    if !unknown.is_empty() {
        let external = |name: &String| External { name: name.into(), kind: None, place: nowhere() };
        model.set_externals(unknown.iter().map(external).collect());
        printed = print(&model, options.scripts)?;
        checked = again(&printed, options)?;
    }
    let empty_user = |found: &Diagnostic| found.rule.id == rules::empty_user::RULE.id;
    let nothing_starts = checked.diagnostics.iter().any(empty_user);
    if nothing_starts {
        // The directories are taken as a part of something larger; whoever reads the text sees that it was not judged.
        let comment = format!("\n\n# hermesc: allow-file({}) as imported\n", rules::empty_user::RULE.id);
        printed.text = printed.text.replacen('\n', &comment, 1);
        checked = again(&printed, options)?;
    }
    compare(tree, &plan(&checked.model))?;
    let definitions = model.definitions.len();
    Ok(Imported { printed, definitions, unknown, nothing_starts, errors: checked.errors() })
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
        if target.directory_of(name) != path.as_str() {
            continue;
        }
        let below = tree.entries.range(path.clone()..).take_while(|(other, _)| other.starts_with(path));
        let length = path.as_str().len() + 1;
        let files: definition::Files<'_> =
            below.filter_map(|(other, entry)| Some((other.as_str().get(length..)?, entry))).collect();
        if !files.is_empty() {
            model.push(definition(&target, name, &files));
        }
    }
    let planned = plan(&model);
    // Both are in the same order.
    let mut known = planned.entries.iter().peekable();
    let mut entries = tree.entries.iter().peekable();
    while let Some((path, entry)) = entries.next() {
        while known.next_if(|(other, _)| *other < path).is_some() {}
        // A directory that holds something is made with it.
        let mut holds = || entries.peek().is_some_and(|(next, _)| next.starts_with(path));
        let is_known = known.peek().is_some_and(|(other, planned)| *other == path && *planned == entry);
        if !is_known && (!matches!(entry, Entry::Directory) || !holds()) {
            model.files.push((path.clone().into(), ExtraFile { content: extra(entry), place: nowhere() }));
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

/// What a printed text says when it is read, and what is told of it.
fn again(printed: &Printed, options: &Options<'_>) -> Result<Checked, ImportError> {
    let beside = options.path.parent().unwrap_or(Utf8Path::new(""));
    let mut files: BTreeMap<Utf8PathBuf, &[u8]> =
        printed.files.iter().map(|(path, bytes)| (beside.join(path), bytes.as_slice())).collect();
    files.insert(options.path.to_owned(), printed.text.as_bytes());
    let memory = Memory { files };
    compile::check(&memory, &[options.path.to_owned()], None).map_err(|(path, _)| ImportError::NotTheSame(path))
}

fn compare(tree: &FileTree, planned: &FileTree) -> Result<(), ImportError> {
    if tree.entries == planned.entries {
        return Ok(());
    }
    let differs = |path: &&TreePath| tree.entries.get(*path) != planned.entries.get(*path);
    match tree.entries.keys().chain(planned.entries.keys()).find(differs) {
        Some(path) => Err(ImportError::NotTheSame(path.clone().into())),
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

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(crate::resolve::normal(path))
    }

    fn list(&self, _: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}
