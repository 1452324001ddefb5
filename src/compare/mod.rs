//! What differs between two service sets, by what s6-rc makes of their files: order, comments, sugar and spelling are none of
//! it.
//!
//! Both sets are compared as the directories that they are, or would be emitted as: text of the language and directories
//! become the same thing first.

mod boot;
mod facts;
mod json;
mod patch;
mod renames;
mod sides;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::model::Kind;

pub use boot::Boot;
pub use facts::{Content, Value};
pub use json::json;
pub use patch::patch;
pub use sides::{Modes, Side};
pub use text::text;

use facts::Facts;

/// What differs.
#[derive(Debug)]
pub struct Difference {
    /// The targets, where both are known and are not the same.
    pub targets: Option<(String, String)>,
    /// What the boot starts now, and what no more; nothing where a target has no boot bundle.
    pub boot: Option<Boot>,
    /// Definitions that only the new set has.
    pub added: Vec<Whole>,
    /// Definitions that only the old set has.
    pub removed: Vec<Whole>,
    /// Definitions that have another name, and are the same but for names that changed with them.
    pub renamed: Vec<Renamed>,
    /// Definitions that both sets have, and that are not the same.
    pub changed: Vec<Changed>,
    /// Files that belong to no definition, by their paths; those of the container begin with `/`.
    pub files: Vec<Change>,
    /// Files whose bytes or modes differ, and which mean the same.
    pub spelled_differently: Vec<Utf8PathBuf>,
}

/// All of a definition.
#[derive(Debug)]
pub struct Whole {
    /// Its name.
    pub name: SmolStr,
    /// Its kind.
    pub kind: Kind,
    /// All that it says, as changes from or to nothing.
    pub says: Vec<Change>,
}

/// A definition that has another name.
#[derive(Debug)]
pub struct Renamed {
    /// The name that it had.
    pub old: SmolStr,
    /// The name that it has.
    pub new: SmolStr,
    /// Its kind.
    pub kind: Kind,
}

/// A definition that is not the same.
#[derive(Debug)]
pub struct Changed {
    /// Its name.
    pub name: SmolStr,
    /// Its kind in the new set.
    pub kind: Kind,
    /// What differs, in the order in which it is told.
    pub changes: Vec<Change>,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Names of others: `depends-on`, `contents`, `producer-for`, `consumer-for`, `pipeline-name`.
    Names {
        /// Which of them.
        what: &'static str,
        /// Those that only the new one says.
        added: Vec<SmolStr>,
        /// Those that only the old one says.
        removed: Vec<SmolStr>,
    },
    /// `type`, a number, a signal or a flag; nothing where it is not said, or what s6 takes where nothing is.
    Value {
        /// The name of its file.
        what: &'static str,
        /// What it was.
        old: Option<Value>,
        /// What it is.
        new: Option<Value>,
    },
    /// A program, or any other file.
    File {
        /// Its path below the definition, or that of a file which belongs to none.
        path: String,
        /// What it was.
        old: Option<Content>,
        /// What it is.
        new: Option<Content>,
    },
}

impl Difference {
    /// Whether both sets mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_none()
            && self.boot.as_ref().is_none_or(Boot::is_empty)
            && [self.added.len(), self.removed.len(), self.renamed.len(), self.changed.len(), self.files.len()]
                == [0; 5]
    }
}

/// What differs between two sets.
#[must_use]
pub fn compare(old: &Side, new: &Side) -> Difference {
    let modes = Side::modes(old, new);
    let containers = Side::containers(old, new);
    let (before, others_before) = facts::all(old, containers.0, modes);
    let (after, others_after) = facts::all(new, containers.1, modes);
    let names = renames::find(&before, &after);
    let before: BTreeMap<SmolStr, (SmolStr, Facts)> = before
        .into_iter()
        .map(|(name, facts)| (names.get(&name).unwrap_or(&name).clone(), (name, facts.renamed(&names))))
        .collect();
    let mut difference = Difference {
        targets: targets(old, new),
        boot: Boot::new(old, new, &names),
        added: Vec::new(),
        removed: Vec::new(),
        renamed: Vec::new(),
        changed: Vec::new(),
        files: facts::files(&others_before, &others_after),
        spelled_differently: Vec::new(),
    };
    let mut same = BTreeSet::new();
    for (name, facts) in &after {
        let Some((was, known)) = before.get(name) else {
            let says = Facts::default().changes(facts);
            difference.added.push(Whole { name: name.clone(), kind: facts.kind(), says });
            continue;
        };
        let changes = known.changes(facts);
        if was != name {
            difference.renamed.push(Renamed { old: was.clone(), new: name.clone(), kind: facts.kind() });
        } else if changes.is_empty() {
            same.insert(name.as_str());
        } else {
            difference.changed.push(Changed { name: name.clone(), kind: facts.kind(), changes });
        }
    }
    for (name, facts) in before.values().filter(|(name, _)| !after.contains_key(names.get(name).unwrap_or(name))) {
        let says = facts.changes(&Facts::default());
        difference.removed.push(Whole { name: name.clone(), kind: facts.kind(), says });
    }
    difference.spelled_differently = patch::paths(old, new)
        .into_iter()
        .filter(|path| {
            let directory = |side: &Side| side.definition_of(path).is_some_and(|name| same.contains(name.as_str()));
            directory(old) || directory(new)
        })
        .collect();
    difference
}

/// The targets, where they differ and both are more than a guess, or are not of one family.
fn targets(old: &Side, new: &Side) -> Option<(String, String)> {
    let (a, b) = (old.model.target, new.model.target);
    let known = !old.assumed_target && !new.assumed_target;
    let differ = a.family != b.family || (known && a.version != b.version);
    (differ && !old.is_nothing && !new.is_nothing).then(|| (a.to_string(), b.to_string()))
}

/// The definition's name of a path in a tree, where its directory lies in `roots`.
fn name_below<'p>(path: &'p Utf8Path, roots: &[&str]) -> Option<&'p str> {
    let mut parts = path.components().map(|part| part.as_str());
    match roots {
        [""] => parts.next(),
        _ => parts.next().filter(|root| roots.contains(root)).and_then(|_| parts.next()),
    }
}
