//! Service sets: which one a text belongs to, and what is found in it.

use foldhash::{HashMap, HashMapExt};
use std::cell::OnceCell;

use camino::{Utf8Path, Utf8PathBuf};
use petgraph::graph::NodeIndex;

use crate::compile::{self, Checked, Options};
use crate::config::{self, Config, ConfigError};
use crate::graph::Graph;
use crate::lsp::documents::Documents;
use crate::lsp::names::Index;
use crate::model::Definition;
use crate::resolve::{Files, load, normal};
use crate::s6rc::read::{self, Layout, Pending, Request};
use crate::source::Location;

/// A service set that was checked.
pub(super) struct Set {
    /// What it is read from.
    pub(super) roots: Vec<Utf8PathBuf>,
    /// What was found, or what could not be read.
    pub(super) checked: Result<Checked, (Utf8PathBuf, std::io::Error)>,
    /// What is wrong with its `hermesc.toml`.
    pub(super) config: Option<ConfigError>,
    /// Severities and the target.
    pub(super) options: Options,
    /// Whether it is text of the language.
    pub(super) is_language: bool,
    index: OnceCell<Index>,
    graph: OnceCell<(Graph, Waves)>,
    places: OnceCell<HashMap<Location, Vec<usize>>>,
}

/// The wave in which each node of a graph can start.
type Waves = HashMap<NodeIndex, usize>;

impl Set {
    fn empty() -> Self {
        Self {
            roots: Vec::new(),
            checked: Ok(Checked::default()),
            config: None,
            options: Options::default(),
            is_language: true,
            index: OnceCell::new(),
            graph: OnceCell::new(),
            places: OnceCell::new(),
        }
    }

    /// Checks text of the language.
    fn language(roots: Vec<Utf8PathBuf>, documents: &Documents) -> Self {
        let (options, config) = roots.first().map(|root| options(root)).unwrap_or_default();
        let checked = compile::check_with(documents, &roots, &options);
        Self { roots, checked, config, options, is_language: true, ..Self::empty() }
    }

    /// Checks source directories.
    fn directories(root: Utf8PathBuf, layout: Layout, documents: &Documents) -> Self {
        let (options, config) = options(&root);
        let mut pending = Pending::default();
        for (path, document) in documents.iter().filter(|(path, _)| holds(&layout, path)) {
            pending.edit(path.to_owned(), document.text.as_bytes());
        }
        let request = Request { layouts: vec![layout], target: options.target, pending, ..Request::default() };
        let checked = compile::check_directories(&request, &options.policy);
        Self { roots: vec![root], checked, config, options, is_language: false, ..Self::empty() }
    }

    /// The names in it; none in source directories.
    pub(super) fn index(&self, documents: &Documents) -> &Index {
        self.index.get_or_init(|| match &self.checked {
            Ok(checked) if self.is_language => load(documents, &self.roots, &self.options.around)
                .map(|loaded| Index::new(loaded, &checked.model))
                .unwrap_or_default(),
            _ => Index::default(),
        })
    }

    /// Lets go of the trees: only then can they be used to read the texts again.
    pub(super) fn forget_trees(&mut self) {
        self.index.take();
    }

    /// Who needs whom, and when each can start.
    pub(super) fn graph(&self) -> Option<&(Graph, Waves)> {
        let checked = self.checked.as_ref().ok()?;
        Some(self.graph.get_or_init(|| {
            let graph = Graph::new(&checked.model);
            let waves = graph.waves();
            (graph, waves)
        }))
    }

    /// The definitions whose names stand at a place: several where a template or a loop makes them.
    pub(super) fn at_place(&self, place: Location) -> Vec<&Definition> {
        let Ok(checked) = &self.checked else { return Vec::new() };
        let definitions = &checked.model.definitions;
        let places = self.places.get_or_init(|| {
            let mut places: HashMap<Location, Vec<usize>> = HashMap::new();
            for (number, definition) in definitions.iter().enumerate() {
                places.entry(definition.place).or_default().push(number);
            }
            places
        });
        places.get(&place).into_iter().flatten().filter_map(|number| definitions.get(*number)).collect()
    }

    /// Whether a file is part of it.
    fn reads(&self, path: &Utf8Path) -> bool {
        let checked = self.checked.as_ref().ok();
        checked.is_some_and(|checked| checked.sources.iter().any(|(_, source)| normal(&source.path) == path))
    }
}

/// Whether a file lies in the directories of a layout.
fn holds(layout: &Layout, path: &Utf8Path) -> bool {
    layout.sources.iter().chain(&layout.bundles).any(|source| path.starts_with(source) && path != source)
}

fn options(root: &Utf8Path) -> (Options, Option<ConfigError>) {
    // A text without a path has no file beside it either.
    let found = if root.is_absolute() { config::find(root) } else { Ok(None) };
    match found.and_then(|found| found.map(|path| config::read(&path)).transpose()) {
        Ok(config) => {
            let Config { target, policy, directory } = config.unwrap_or_default();
            let around = directory.into_iter().collect();
            (Options { target: None, fallback: target, around, policy }, None)
        }
        Err(error) => (Options::default(), Some(error)),
    }
}

/// The sets of all that is open, and the number of each text's set.
pub(super) fn check(documents: &Documents, workspace: &[Utf8PathBuf]) -> (Vec<Set>, Vec<(Utf8PathBuf, usize)>) {
    let mut sets: Vec<Set> = Vec::new();
    let mut of = Vec::new();
    for (path, document) in documents.iter() {
        if document.is_language {
            let candidates = candidates(path, documents, workspace);
            let last = candidates.len().saturating_sub(1);
            for (at, root) in candidates.into_iter().enumerate() {
                let known = sets.iter().position(|set| set.is_language && set.roots == [root.clone()]);
                let number = known.unwrap_or_else(|| {
                    sets.push(Set::language(vec![root], documents));
                    sets.len() - 1
                });
                if at == last || sets.get(number).is_some_and(|set| set.reads(path)) {
                    of.push((path.to_owned(), number));
                    break;
                }
            }
        } else if let Some((root, layout)) = source_directory(path, workspace) {
            let known = sets.iter().position(|set| !set.is_language && set.roots == [root.clone()]);
            let number = known.unwrap_or_else(|| {
                sets.push(Set::directories(root, layout, documents));
                sets.len() - 1
            });
            of.push((path.to_owned(), number));
        }
    }
    (sets, of)
}

/// Whether a folder is one of the workspace, wherever links lead.
fn is_within(folder: &Utf8Path, workspace: &[Utf8PathBuf]) -> bool {
    let real = |path: &Utf8Path| path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    workspace.iter().any(|root| folder.starts_with(root) && real(folder).starts_with(real(root)))
}

/// What a text may be part of: folders of the workspace above it, the outermost first, then its own; outside of a
/// workspace the text alone.
fn candidates(path: &Utf8Path, documents: &Documents, workspace: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
    let within = |folder: &&Utf8Path| is_within(folder, workspace);
    let mut folders: Vec<&Utf8Path> = path.ancestors().skip(1).take_while(within).collect();
    folders.reverse();
    folders.retain(|folder| {
        documents
            .list(folder)
            .ok()
            .flatten()
            .is_some_and(|names| names.iter().any(|name| crate::source::is_member(name)))
    });
    let own =
        folders.last().copied() == path.parent() && path.file_name().is_some_and(|name| name.ends_with(".hermes"));
    let alone = (!own).then_some(path);
    folders.into_iter().chain(alone).map(Utf8Path::to_owned).collect()
}

/// The nearest directory above a file that is one of definitions, or holds some: in the workspace, or the one around the
/// definition that the file is part of. Others are nobody's to look into.
fn source_directory(path: &Utf8Path, workspace: &[Utf8PathBuf]) -> Option<(Utf8PathBuf, Layout)> {
    let above = |path: &Utf8Path| path.parent().map(Utf8Path::to_owned);
    let definition = path.ancestors().skip(1).take(2).find(|at| at.join("type").is_file()).and_then(above);
    let within = |folder: &&Utf8Path| is_within(folder, workspace);
    let folders = path.ancestors().skip(1).take_while(within);
    folders.chain(definition.as_deref()).filter(|above| above.parent().is_some()).find_map(|above| {
        let layout = read::recognise(above).ok().flatten()?;
        holds(&layout, path).then(|| (above.to_owned(), layout))
    })
}
