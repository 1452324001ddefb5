//! The bytes of both sets as one patch.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::compare::sides::Container;
use crate::compare::{Modes, Side};
use crate::fix::unified::{LINK, show};
use crate::fix::{Change, State};
use crate::s6rc::plan::{Entry, TreePath};

/// Where services lie in an image under s6-overlay.
const SERVICES: &str = "etc/s6-overlay";

/// What turns the files of the old set into those of the new one, in git's form. The paths are those below the directory that is
/// emitted into; where a set has parts of a container, those below the image's root. Directories without files are not in it.
#[must_use]
pub fn patch(old: &Side, new: &Side) -> Vec<u8> {
    let containers = Side::containers(old, new);
    let whole = !containers.0.is_empty() || !containers.1.is_empty();
    let modes = Side::modes(old, new);
    let mut out = Vec::new();
    let mut tell = |path: &Utf8Path, old: Option<&Entry>, new: Option<&Entry>| {
        let (before, after) = (state(old, modes), state(new, modes));
        if before == after {
            return;
        }
        let is_link = |state: &Option<State>| state.as_ref().is_some_and(|state| state.mode == LINK);
        if before.is_some() && after.is_some() && is_link(&before) != is_link(&after) {
            // A file that becomes a link goes first.
            show(path, &Change { before, after: None }, &mut out);
            show(path, &Change { before: None, after }, &mut out);
            return;
        }
        show(path, &Change { before, after }, &mut out);
    };
    // The first one counts where there are several.
    let part = |container: &'_ Container| -> BTreeMap<Utf8PathBuf, Entry> { container.iter().rev().cloned().collect() };
    let (before, after) = (part(containers.0), part(containers.1));
    let parts: BTreeSet<&Utf8PathBuf> = before.keys().chain(after.keys()).collect();
    for path in parts {
        tell(path, before.get(path), after.get(path));
    }
    let every: BTreeSet<&TreePath> = old.tree.entries.keys().chain(new.tree.entries.keys()).collect();
    for path in every {
        let (before, after) = (old.tree.entries.get(path), new.tree.entries.get(path));
        let shown = if whole { Utf8Path::new(SERVICES).join(path) } else { path.clone().into() };
        tell(&shown, before, after);
    }
    out
}

/// The paths of the tree that are in the patch.
pub(super) fn paths(old: &Side, new: &Side) -> Vec<Utf8PathBuf> {
    let modes = Side::modes(old, new);
    let every: BTreeSet<&TreePath> = old.tree.entries.keys().chain(new.tree.entries.keys()).collect();
    let differs = |path: &&TreePath| {
        let side = |side: &Side| state(side.tree.entries.get(*path), modes);
        side(old) != side(new)
    };
    every.into_iter().filter(differs).cloned().map(Into::into).collect()
}

fn state(entry: Option<&Entry>, modes: Modes) -> Option<State> {
    match entry? {
        Entry::File { bytes, mode } => Some(State { bytes: bytes.clone(), mode: modes.of(*mode) }),
        Entry::Link(target) => Some(State { bytes: target.as_str().into(), mode: LINK }),
        Entry::Directory => None,
    }
}
