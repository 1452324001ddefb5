//! One of the two sets that are compared.

use std::collections::HashSet;

use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::compare::name_below;
use crate::model::Model;
use crate::s6rc::plan::{Entry, FileTree, plan};
use crate::s6rc::read::of_tree;
use crate::s6rc::target::Target;

/// What is known of the modes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modes {
    /// Every bit.
    Whole,
    /// Whether a file is executable, as in a revision of git.
    Executable,
}

impl Modes {
    /// A mode as it is compared where no more is known.
    pub(super) fn of(self, mode: u32) -> u32 {
        match (self, mode & 0o111) {
            (Self::Whole, _) => mode,
            (Self::Executable, 0) => 0o644,
            (Self::Executable, _) => 0o755,
        }
    }
}

/// The files of a container, by their paths below the image's root.
pub(super) type Container = [(Utf8PathBuf, Entry)];

/// A service set as the directories that it is, or would be emitted as.
#[derive(Debug)]
pub struct Side {
    /// The entries, by their paths below the directory that is emitted into.
    pub(super) tree: FileTree,
    /// What s6-rc-compile reads in them.
    pub(super) model: Model,
    /// The files of the container beside its services, by their paths below the image's root; nothing where they are not known.
    pub(super) container: Option<Vec<(Utf8PathBuf, Entry)>>,
    /// Whether the tree has the layout of s6-overlay.
    overlay: bool,
    /// Whether nobody said the target.
    pub(super) assumed_target: bool,
    /// What is known of modes.
    pub(super) modes: Modes,
    /// Whether there is no set at all.
    pub(super) is_nothing: bool,
    /// The names of the definitions.
    names: HashSet<SmolStr>,
}

impl Side {
    fn new(tree: FileTree, overlay: bool, target: Target) -> Self {
        let model = of_tree(&tree, overlay, target);
        let names = model.definitions.iter().map(|definition| definition.name.clone()).collect();
        Self {
            tree,
            model,
            container: None,
            overlay,
            assumed_target: false,
            modes: Modes::Whole,
            is_nothing: false,
            names,
        }
    }

    /// A set of the language.
    #[must_use]
    pub fn of_model(model: &Model) -> Self {
        let mut side = Self::new(plan(model), model.target.is_overlay(), model.target);
        let file = |program: &crate::model::Program| Entry::File { bytes: program.bytes.clone(), mode: program.mode };
        side.container = Some(model.container.iter().map(|part| (part.path.clone(), file(&part.program))).collect());
        side
    }

    /// Source directories; `overlay` is whether they have the layout of s6-overlay, and `said` whether somebody chose the target.
    #[must_use]
    pub fn of_directories(tree: FileTree, overlay: bool, target: Target, said: bool, modes: Modes) -> Self {
        Self { assumed_target: !said, modes, ..Self::new(tree, overlay, target) }
    }

    /// No set at all, beside another one.
    #[must_use]
    pub fn nothing(target: Target) -> Self {
        let container = Some(Vec::new());
        Self { is_nothing: true, container, ..Self::new(FileTree::default(), target.is_overlay(), target) }
    }

    /// What it is for.
    #[must_use]
    pub fn target(&self) -> Target {
        self.model.target
    }

    /// The files of both containers, where those of both are known.
    pub(super) fn containers<'s>(old: &'s Self, new: &'s Self) -> (&'s Container, &'s Container) {
        match (&old.container, &new.container) {
            (Some(old), Some(new)) => (old, new),
            _ => (&[], &[]),
        }
    }

    /// What is known of the modes of both.
    pub(super) fn modes(old: &Self, new: &Self) -> Modes {
        if old.modes == Modes::Whole { new.modes } else { Modes::Executable }
    }

    /// The directories in which definitions lie.
    pub(super) fn roots(&self) -> &'static [&'static str] {
        if self.overlay { &["s6-rc.d", "user-bundles.d"] } else { &[""] }
    }

    /// The definition that a path of the tree belongs to.
    pub(super) fn definition_of(&self, path: &Utf8Path) -> Option<SmolStr> {
        let name = name_below(path, self.roots()).filter(|name| self.names.contains(*name))?;
        let definition = self.model.get(name)?;
        let directory = &definition.directory.as_ref()?.path;
        path.starts_with(directory).then(|| definition.name.clone())
    }
}
