//! A tree in memory, read as its directories would be once they are written.

use std::ops::Bound;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::model::{DirectoryFacts, Entry, Found, Model};
use crate::s6rc::plan::{self, FileTree, TreePath};
use crate::s6rc::read::{Raw, Slot, model};
use crate::s6rc::target::Target;
use crate::source::FileId;

/// Symbolic links beyond so many lead nowhere (Linux: ELOOP).
const MAX_LINKS: usize = 40;

/// The definitions of a tree: those below `s6-rc.d` and `user-bundles.d` where it has the layout of s6-overlay. What a link
/// leads to is known where that is in the tree.
#[must_use]
pub fn of_tree(tree: &FileTree, overlay: bool, target: Target) -> Model {
    let roots: &[(&str, Slot)] = if overlay {
        &[("s6-rc.d", Slot::Services), ("user-bundles.d", Slot::Bundles)]
    } else {
        &[("", Slot::Services)]
    };
    let mut raws = Vec::new();
    for (root, slot) in roots {
        for (path, _) in below(tree, Utf8Path::new(root)) {
            let Some(name) = path.file_name().filter(|_| path.parent() == Some(Utf8Path::new(root))) else { continue };
            let Some(directory) = real(tree, path).filter(|real| is_directory(tree, real)) else { continue };
            if name.starts_with('.') {
                continue;
            }
            let entries = entries(tree, &directory);
            let facts = DirectoryFacts {
                path: path.clone().into(),
                file: FileId(0),
                entries,
                typed: false,
                beneath: false,
                stains: Vec::new(),
            };
            raws.push(Raw { name: SmolStr::new(name), slot: *slot, facts });
        }
    }
    model(target, raws).0
}

/// What lies below a directory, at every depth.
fn below<'t>(tree: &'t FileTree, root: &Utf8Path) -> impl Iterator<Item = (&'t TreePath, &'t plan::Entry)> + use<'t> {
    let root = root.to_owned();
    let behind = tree.entries.range((Bound::Excluded(root.clone()), Bound::Unbounded));
    behind.take_while(move |(path, _)| path.starts_with(&root))
}

/// What lies below a definition, as it is read.
fn entries(tree: &FileTree, directory: &Utf8Path) -> Vec<Entry> {
    let mut entries: Vec<Entry> = below(tree, directory)
        .filter_map(|(path, found)| Some(entry(tree, path, found, path.strip_prefix(directory).ok()?.to_owned())))
        .collect();
    // Links to the two directories that s6-rc-compile lists are followed.
    for name in ["dependencies.d", "contents.d"] {
        let path = directory.join(name);
        let Some(target) = real(tree, &path).filter(|real| *real != path && is_directory(tree, real)) else { continue };
        let listed = below(tree, &target).filter_map(|(path, found)| {
            let shown = Utf8Path::new(name).join(path.strip_prefix(&target).ok()?);
            Some(entry(tree, path, found, shown))
        });
        entries.extend(listed);
    }
    entries.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    entries
}

fn entry(tree: &FileTree, path: &Utf8Path, found: &plan::Entry, shown: Utf8PathBuf) -> Entry {
    let link = if let plan::Entry::Link(target) = found { Some(target.clone()) } else { None };
    let (found, mode) = match real(tree, path).map(|real| tree.entries.get(&real)) {
        None => (Found::Nothing, 0),
        Some(Some(plan::Entry::File { bytes, mode })) => (Found::File(bytes.as_slice().into()), *mode),
        Some(_) => (Found::Directory, 0),
    };
    Entry { path: shown, link, found, mode, file: FileId(0), beneath: false }
}

fn is_directory(tree: &FileTree, path: &Utf8Path) -> bool {
    path.as_str().is_empty() || matches!(tree.entries.get(path), Some(plan::Entry::Directory))
}

/// Where a path leads, links in any part of it followed inside of the tree.
fn real(tree: &FileTree, path: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut parts: Vec<String> = parts_of(path)?;
    let mut at = Utf8PathBuf::new();
    let mut links = 0;
    while let Some(part) = parts.pop() {
        if part == ".." {
            if !at.pop() {
                return None;
            }
            continue;
        }
        at.push(&part);
        if let plan::Entry::Link(target) = tree.entries.get(&at)? {
            links += 1;
            if links > MAX_LINKS {
                return None;
            }
            at.pop();
            parts.extend(parts_of(target)?);
        }
    }
    Some(at)
}

/// The parts of a relative path, the last first; nothing for an absolute one.
fn parts_of(path: &Utf8Path) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Utf8Component::Normal(part) => parts.push(part.to_owned()),
            Utf8Component::ParentDir => parts.push("..".to_owned()),
            Utf8Component::CurDir => {}
            _ => return None,
        }
    }
    parts.reverse();
    Some(parts)
}
