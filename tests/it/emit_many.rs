//! Trees of which several threads write a part each: the same holds as for small ones.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::s6rc::plan::{Entry, FileTree};
use hermesc::s6rc::write::{How, WriteError, Written, compare, write};
use tempfile::TempDir;

use crate::emit::snapshot;

/// So many directories, with nine entries each.
const DIRECTORIES: usize = 700;

fn file(tree: &mut FileTree, path: &str, text: &str, mode: u32) {
    for above in Utf8Path::new(path).ancestors().skip(1).filter(|above| !above.as_str().is_empty()) {
        tree.entries.insert(above.into(), Entry::Directory);
    }
    tree.entries.insert(path.into(), Entry::File { bytes: text.into(), mode });
}

/// A large directory between others, whose names would be in another order as bytes than as paths.
fn tree() -> FileTree {
    let mut tree = FileTree::default();
    for number in 0..DIRECTORIES {
        let directory = format!("all/one-{number}");
        file(&mut tree, &format!("{directory}/run"), &format!("#!/bin/sh\nexec {number}\n"), 0o755);
        file(&mut tree, &format!("{directory}/type"), "longrun\n", 0o644);
        file(&mut tree, &format!("{directory}/secret"), &number.to_string(), 0o600);
        file(&mut tree, &format!("{directory}/data/mode"), "", [0o644, 0o4755, 0o1777][number % 3]);
        file(&mut tree, &format!("{directory}/needs.d/one"), "", 0o644);
        file(&mut tree, &format!("{directory}.d/x"), "", 0o644);
        tree.entries.insert(format!("{directory}/link").as_str().into(), Entry::Link("run".into()));
    }
    file(&mut tree, "all.d/x", "", 0o644);
    file(&mut tree, "before", "", 0o644);
    file(&mut tree, "behind/deep/deeper/x", "", 0o644);
    tree
}

/// As [`snapshot`] sees it.
fn expected(tree: &FileTree) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let node = |entry: &Entry| match entry {
        Entry::File { bytes, mode } => (*mode, bytes.clone()),
        Entry::Directory => (tree.directory_mode, b"directory".to_vec()),
        Entry::Link(target) => (0o777, target.as_str().into()),
    };
    tree.entries.iter().map(|(path, entry)| (path.as_std_path().to_owned(), node(entry))).collect()
}

struct Work {
    _folder: TempDir,
    out: Utf8PathBuf,
}

impl Work {
    fn new(tree: &FileTree) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = Utf8PathBuf::from_path_buf(folder.path().join("out")).unwrap();
        let work = Self { _folder: folder, out };
        let written = work.write(tree, false).unwrap();
        assert_eq!((written.changed, written.in_place), (files(tree), None));
        assert!(snapshot(work.out.as_std_path()).unwrap() == expected(tree));
        work
    }

    fn write(&self, tree: &FileTree, force: bool) -> Result<Written, WriteError> {
        write(tree, &self.out, How { force, ..How::default() })
    }

    fn is(&self, tree: &FileTree) -> bool {
        snapshot(self.out.as_std_path()).unwrap() == expected(tree)
    }

    /// What tells a file from another one, of all that are to be.
    fn identities(&self, tree: &FileTree) -> BTreeMap<String, (u64, i64, i64)> {
        let of = |path: &Path| {
            let found = path.symlink_metadata().unwrap();
            (found.ino(), found.mtime(), found.mtime_nsec())
        };
        let files = tree.entries.iter().filter(|(_, entry)| **entry != Entry::Directory);
        files.map(|(path, _)| (path.to_string(), of(self.out.join(path).as_std_path()))).collect()
    }
}

fn files(tree: &FileTree) -> usize {
    tree.entries.values().filter(|entry| **entry != Entry::Directory).count()
}

/// The paths of what a run would lose.
fn lost(result: Result<Written, WriteError>) -> Vec<String> {
    match result {
        Err(WriteError::WouldLose { lost, .. }) => lost.into_iter().map(|lost| lost.path.into_string()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_changes_is_made_and_what_stays_is_linked() {
    let old = tree();
    let work = Work::new(&old);
    let before = work.identities(&old);
    assert_eq!(work.write(&old, false).unwrap(), Written { unchanged: files(&old), ..Written::default() });
    assert!(work.identities(&old) == before, "written again");
    fs::write(work.out.join("all/one-300/notes"), "mine").unwrap();
    let mut new = tree();
    for number in [0, 77, 350, 699] {
        file(&mut new, &format!("all/one-{number}/run"), "other\n", 0o755);
    }
    new.entries.retain(|path, _| !path.starts_with("all/one-5"));
    file(&mut new, "all/one-5-new/run", "new\n", 0o755);
    let changes = compare(&new, &work.out).unwrap();
    assert!(changes.ways.is_sorted_by(|(one, _), (other, _)| one < other) && changes.lost.is_empty());
    assert_eq!(changes.ways.len(), 4 + 9 + 2, "{:?}", changes.ways);
    let written = work.write(&new, false).unwrap();
    assert_eq!((written.changed, written.removed, written.in_place), (5, 9, None));
    let now = work.identities(&new);
    let same = now.iter().filter(|(path, identity)| before.get(*path) == Some(identity)).count();
    assert_eq!(same, files(&new) - 5, "what did not change is another file");
    assert_eq!(fs::read_to_string(work.out.join("all/one-300/notes")).unwrap(), "mine");
    fs::remove_file(work.out.join("all/one-300/notes")).unwrap();
    assert!(work.is(&new));
}

#[test]
fn every_change_by_hand_is_found() {
    let tree = tree();
    let work = Work::new(&tree);
    let mut touched: Vec<String> = Vec::new();
    for number in (0..DIRECTORIES).step_by(40) {
        let path = |name: &str| format!("all/one-{number}/{name}");
        fs::write(work.out.join(path("type")), "LONGRUN\n").unwrap();
        fs::set_permissions(work.out.join(path("needs.d/one")), fs::Permissions::from_mode(0o640)).unwrap();
        fs::remove_file(work.out.join(path("link"))).unwrap();
        symlink("type", work.out.join(path("link"))).unwrap();
        touched.extend(["type", "needs.d/one", "link"].map(path));
        // What is gone is made again.
        fs::remove_file(work.out.join(path("secret"))).unwrap();
    }
    touched.sort();
    let mut found = lost(work.write(&tree, false));
    found.sort();
    assert_eq!(found, touched);
    assert_eq!(work.write(&tree, true).unwrap().changed, touched.len() / 3 * 4);
    assert!(work.is(&tree));
}

#[test]
fn what_lies_behind_a_link_is_neither_looked_at_nor_changed() {
    let tree = tree();
    let work = Work::new(&tree);
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["all/one-3", "all/one-444", "behind/deep"] {
        let moved = elsewhere.path().join(name.replace('/', "-"));
        fs::rename(work.out.join(name), &moved).unwrap();
        symlink(&moved, work.out.join(name)).unwrap();
    }
    let moved = snapshot(elsewhere.path()).unwrap();
    assert_eq!(lost(work.write(&tree, false)), ["all/one-3", "all/one-444", "behind/deep"]);
    let written = work.write(&tree, true).unwrap();
    assert_eq!(written.changed, 2 * 6 + 1);
    assert!(work.is(&tree));
    assert!(snapshot(elsewhere.path()).unwrap() == moved, "something was written through a link");
    // So it is where all of it lies there, in the way of which other threads begin.
    fs::rename(work.out.join("all"), elsewhere.path().join("all")).unwrap();
    symlink(elsewhere.path().join("all"), work.out.join("all")).unwrap();
    let moved = snapshot(elsewhere.path()).unwrap();
    assert_eq!(lost(work.write(&tree, false)), ["all"]);
    work.write(&tree, true).unwrap();
    assert!(work.is(&tree) && snapshot(elsewhere.path()).unwrap() == moved);
}
