//! What is there before and after a way of writing, and what may be there when it was disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::emit::snapshot;
use crate::faults::ways::{Promise, Way};

type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// What each definition needs, as s6-rc reads it: a list beside a directory is not opened.
fn needed(tree: &Tree) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let mut needed: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let directory = |definition: &Path| definition.join("dependencies.d");
    for (path, (_, content)) in tree {
        let Some(above) = path.parent() else { continue };
        if path.ends_with("type") {
            needed.entry(above.to_owned()).or_default();
        } else if path.ends_with("dependencies") && !tree.contains_key(&directory(above)) {
            let text = String::from_utf8_lossy(content);
            needed.entry(above.to_owned()).or_default().extend(text.lines().map(|line| line.trim().to_owned()));
        } else if let (true, Some(definition)) = (above.ends_with("dependencies.d"), above.parent()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            needed.entry(definition.to_owned()).or_default().insert(name.into_owned());
        }
    }
    needed
}

/// A script that `up` names is there.
fn is_named_in_vain(tree: &Tree) -> bool {
    let named = |content: &[u8]| content.ends_with(b"/up-script\n");
    tree.iter().any(|(path, (_, content))| {
        path.ends_with("up") && named(content) && !tree.contains_key(&path.with_file_name("up-script"))
    })
}

/// What is in the place, and which of it is litter.
fn seen(folder: &Path) -> (Tree, BTreeSet<PathBuf>) {
    let mut tree = snapshot(&folder.join("place")).expect("a directory");
    // The list of what was written tells of a run that did not end; directories come before what is in them, and only one of
    // these says something when it is empty.
    let is_list = |path: &Path| path.ends_with("dependencies.d") || path.ends_with("contents.d");
    let is_made_up = |path: &Path| path.to_string_lossy().contains("/.hermesc-");
    tree.retain(|path, (_, content)| {
        !path.ends_with(".hermesc.json") && (content != b"directory" || is_list(path) || is_made_up(path))
    });
    let is_litter = |path: &PathBuf| path.iter().any(|part| part.to_string_lossy().starts_with(".hermesc-"));
    let litter: BTreeSet<PathBuf> = tree.keys().filter(|path| is_litter(path)).cloned().collect();
    tree.retain(|path, _| !litter.contains(path));
    (tree, litter)
}

/// Both states of a way.
pub(super) struct States<'w> {
    way: &'w Way,
    old: Tree,
    new: Tree,
}

impl<'w> States<'w> {
    pub(super) fn of(way: &'w Way) -> Self {
        let folder = way.folder();
        let old = seen(folder.path()).0;
        let output = way.undisturbed(folder.path());
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{}: {}",
            way.name,
            String::from_utf8_lossy(&output.stderr)
        );
        let (new, litter) = seen(folder.path());
        assert!(old != new && litter.is_empty(), "{}: nothing to do, or {litter:?} left", way.name);
        Self { way, old, new }
    }

    /// Finds that the promise was kept: 0 the old state, 1 the new one, 2 a part of each.
    pub(super) fn judge(&self, folder: &Path, what: &str, killed: bool) -> usize {
        let (found, litter) = seen(folder);
        let state = if found == self.old {
            0
        } else if found == self.new {
            1
        } else {
            2
        };
        let name = self.way.name;
        // What `emit` could not remove beside the output is removed by its next run.
        let is_swept = |path: &PathBuf| path.to_string_lossy().starts_with(".hermesc-emit-");
        assert!(killed || litter.iter().all(is_swept), "{name}, {what}: {litter:?} is left");
        if state == 2 {
            let mixed = self.way.promise == Promise::GoesOn || (self.way.promise == Promise::EachFile && killed);
            assert!(mixed, "{name}, {what}: neither the old nor the new state: {found:#?}");
            // Where something cannot be read, fewer fixes are proposed, and a file may be as those make it: what is asked of it then
            // stands below.
            let fewer = !killed && name.starts_with("check --fix");
            for path in found.keys().chain(self.old.keys()).chain(self.new.keys()) {
                let now = found.get(path);
                assert!(
                    fewer || now == self.old.get(path) || now == self.new.get(path),
                    "{name}, {what}: {} is half written",
                    path.display()
                );
            }
        }
        if name.starts_with("check --fix") {
            assert!(!is_named_in_vain(&found), "{name}, {what}: a script is lost: {found:#?}");
            let (old, new) = (needed(&self.old), needed(&self.new));
            for (definition, now) in needed(&found) {
                let keeps = |all: &BTreeMap<PathBuf, BTreeSet<String>>| now.is_superset(&all[&definition]);
                assert!(keeps(&old) || keeps(&new), "{name}, {what}: {} lost a name: {now:?}", definition.display());
            }
        }
        // The next run needs no repair.
        if state != 1 || self.way.name != "init" {
            let output = self.way.undisturbed(folder);
            assert!(
                output.status.code().is_some_and(|code| code < 2),
                "{name}, after {what}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let (found, _) = seen(folder);
        assert!(found == self.new, "{name}: not repaired after {what}: {found:#?}");
        state
    }
}
