//! The exact files that a model is written as, in memory.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Definition, Extends, Extra, Kind, Model, ReferenceOrigin};
use crate::parallel;
pub use crate::s6rc::order::TreePath;

/// Files by their paths below the directory that is emitted into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTree {
    /// What is there; what is in a directory comes right behind it.
    pub entries: BTreeMap<TreePath, Entry>,
    /// The permission bits of directories.
    pub directory_mode: u32,
}

impl Default for FileTree {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), directory_mode: PROGRAM }
    }
}

/// The permission bits of a file of which none are said.
const PLAIN: u32 = 0o644;
/// The permission bits of a program, and of a directory, of which none are said.
const PROGRAM: u32 = 0o755;
/// The mask under which these are what they are.
pub const UMASK: u32 = 0o022;

/// The bits of a file, a program and a directory under a mask.
fn masked(umask: u32) -> (u32, u32) {
    (0o666 & !umask, 0o777 & !umask)
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// The bytes.
        bytes: Vec<u8>,
        /// The permission bits.
        mode: u32,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Link(Utf8PathBuf),
}

impl FileTree {
    pub(crate) fn file(&mut self, path: Utf8PathBuf, bytes: impl Into<Vec<u8>>, mode: u32) {
        self.directories_above(&path);
        self.entries.insert(path.into(), Entry::File { bytes: bytes.into(), mode });
    }

    pub(crate) fn directory(&mut self, path: Utf8PathBuf) {
        self.directories_above(&path);
        self.entries.entry(path.into()).or_insert(Entry::Directory);
    }

    /// Puts a carried file, in the place of what is there.
    fn extra(&mut self, path: Utf8PathBuf, extra: &Extra) {
        for above in path.ancestors().skip(1).filter(|above| !above.as_str().is_empty()) {
            match self.entries.get_mut(above) {
                Some(Entry::Directory) => break,
                Some(other) => *other = Entry::Directory,
                None => {
                    self.entries.insert(above.into(), Entry::Directory);
                }
            }
        }
        let entry = match extra {
            Extra::File { bytes, mode } => Entry::File { bytes: bytes.clone(), mode: *mode },
            Extra::Directory => Entry::Directory,
            Extra::Link(target) => Entry::Link(target.clone()),
        };
        self.entries.insert(path.into(), entry);
    }

    /// Gives files that have one of two modes another one.
    fn set_modes(&mut self, from: (u32, u32), to: (u32, u32)) {
        for entry in self.entries.values_mut() {
            if let Entry::File { mode, .. } = entry {
                *mode = match *mode {
                    old if old == from.0 => to.0,
                    old if old == from.1 => to.1,
                    other => other,
                };
            }
        }
    }

    /// The mask under which the tree was made, where one alone explains its directories, and the tree as it would be under
    /// the usual one.
    #[must_use]
    pub fn without_umask(&self) -> Option<(u32, Self)> {
        let umask = 0o777 & !self.directory_mode;
        let (plain, program) = masked(umask);
        let usual = |mode: u32| mode == PLAIN || mode == PROGRAM;
        let ambiguous = |entry: &Entry| matches!(entry, Entry::File { mode, .. } if usual(*mode));
        if self.directory_mode == PROGRAM
            || self.directory_mode & 0o7700 != 0o700
            || self.entries.values().any(ambiguous)
        {
            return None;
        }
        let mut tree = Self { entries: self.entries.clone(), ..Self::default() };
        tree.set_modes((plain, program), (PLAIN, PROGRAM));
        Some((umask, tree))
    }

    fn directories_above(&mut self, path: &Utf8Path) {
        for above in path.ancestors().skip(1).filter(|above| !above.as_str().is_empty()) {
            if self.entries.contains_key(above) {
                break;
            }
            self.entries.insert(above.into(), Entry::Directory);
        }
    }
}

/// The files of a model: one directory a definition, in the layout of its target.
#[must_use]
pub fn plan(model: &Model) -> FileTree {
    let directory = |definition: &Definition| TreePath::from(model.target.directory_of(&definition.name).as_str());
    let mut definitions: Vec<(TreePath, &Definition)> =
        model.definitions.iter().map(|definition| (directory(definition), definition)).collect();
    // What is in order is only looked at once more by the map; the files of thousands would have to be sorted.
    definitions.sort_by(|(one, _), (other, _)| one.cmp(other));
    let some = |definitions: &&[(TreePath, &Definition)]| {
        let mut entries = Vec::new();
        for (directory, definition) in *definitions {
            let mut tree = FileTree::default();
            plan_definition(&mut tree, directory, definition);
            // What is around all of them is no part of one.
            entries.extend(tree.entries.into_iter().skip_while(|(path, _)| path < directory));
        }
        entries
    };
    let parts: Vec<_> = definitions.chunks(parallel::size_of_part(definitions.len())).collect();
    let done = parallel::each(&parts, 2, some);
    let mut tree = FileTree { entries: done.into_iter().flatten().collect(), ..FileTree::default() };
    let around: BTreeSet<&Utf8Path> = definitions.iter().filter_map(|(directory, _)| directory.parent()).collect();
    for around in around.into_iter().filter(|around| !around.as_str().is_empty()) {
        tree.directory(around.to_owned());
    }
    for (path, extra) in &model.files {
        tree.extra(path.clone(), &extra.content);
    }
    if let Some(umask) = &model.umask {
        let (plain, program) = masked(umask.value);
        tree.set_modes((PLAIN, PROGRAM), (plain, program));
        tree.directory_mode = program;
    }
    tree
}

/// Adds the files of one definition, below `directory`.
pub(crate) fn plan_definition(tree: &mut FileTree, directory: &Utf8Path, definition: &Definition) {
    let typed = definition.extends == Extends::Nothing;
    // Behind `type`, the directories of what follows are there.
    let put = |tree: &mut FileTree, path: Utf8PathBuf, bytes: Vec<u8>, mode: u32| {
        if !typed {
            tree.directories_above(&path);
        }
        tree.entries.insert(path.into(), Entry::File { bytes, mode });
    };
    if typed {
        tree.file(directory.join("type"), format!("{}\n", definition.kind.word()), PLAIN);
    }
    let (list, flat, names) = match definition.kind {
        Kind::Bundle => ("contents.d", "contents", &definition.contents),
        _ => ("dependencies.d", "dependencies", &definition.dependencies),
    };
    let mut names = names.iter().filter(|reference| reference.origin != ReferenceOrigin::Flat).peekable();
    let list_path = directory.join(list);
    // A bundle without members needs the directory all the same, but where a flat list says what it holds.
    let needed = definition.kind == Kind::Bundle && typed && !definition.carries(flat);
    if needed || names.peek().is_some() {
        tree.directory(list_path.clone());
    }
    for reference in names {
        put(tree, list_path.join(reference.name.as_str()), Vec::new(), PLAIN);
    }
    for (name, program) in definition.programs.iter() {
        put(tree, directory.join(name), program.bytes.clone(), program.mode);
    }
    for (number, value) in &definition.numbers {
        put(tree, directory.join(number.file()), format!("{}\n", value.value).into(), PLAIN);
    }
    for (signal, value) in &definition.signals {
        put(tree, directory.join(signal.file()), format!("{}\n", value.value).into(), PLAIN);
    }
    for (flag, _) in &definition.flags {
        put(tree, directory.join(flag.file()), Vec::new(), PLAIN);
    }
    if let Some(consumer) = &definition.producer_for {
        put(tree, directory.join("producer-for"), format!("{}\n", consumer.name).into(), PLAIN);
    }
    if !definition.consumer_for.is_empty() {
        let producers: String = definition.consumer_for.iter().map(|producer| format!("{}\n", producer.name)).collect();
        put(tree, directory.join("consumer-for"), producers.into(), PLAIN);
    }
    if let Some(name) = &definition.pipeline_name {
        put(tree, directory.join("pipeline-name"), format!("{}\n", name.value).into(), PLAIN);
    }
    for (path, extra) in &definition.files {
        tree.extra(directory.join(path), &extra.content);
    }
}
