//! Flat lists, deprecated since s6-rc 0.5.3.0, as the directories that replace them.

use camino::{Utf8Path, Utf8PathBuf};

use crate::s6rc::plan::{Entry, FileTree, TreePath};
use crate::s6rc::read::formats;

/// Turns each flat list that s6-rc reads into a directory with an empty file for each name, and gives their number. A list
/// whose names cannot be the names of files stays, and so does one beside its directory, which s6-rc never opens.
pub fn modernise(tree: &mut FileTree) -> usize {
    let lists: Vec<(TreePath, Vec<String>)> =
        tree.entries.iter().filter_map(|(path, entry)| Some((path.clone(), names(tree, path, entry)?))).collect();
    for (path, names) in &lists {
        tree.entries.remove(path);
        let directory = Utf8PathBuf::from(format!("{path}.d"));
        for name in names {
            tree.file(directory.join(name), "", 0o644);
        }
        tree.directory(directory);
    }
    lists.len()
}

/// The names of a flat list that can be a directory.
fn names(tree: &FileTree, path: &Utf8Path, entry: &Entry) -> Option<Vec<String>> {
    let (Some(name @ ("dependencies" | "contents")), Entry::File { bytes, .. }) = (path.file_name(), entry) else {
        return None;
    };
    // Of a definition of the kind that reads it.
    let kind = match tree.entries.get(&path.with_file_name("type")) {
        Some(Entry::File { bytes, .. }) => formats::kind(bytes)?.word(),
        _ => return None,
    };
    if (kind == "bundle") != (name == "contents") || tree.entries.contains_key(Utf8Path::new(&format!("{path}.d"))) {
        return None;
    }
    let fits = |name: &&str| {
        let blank = name.trim_ascii() != *name;
        !(blank || name.contains(['/', '\0']) || name.starts_with('.') || name.len() > 255)
    };
    formats::list(bytes)
        .into_iter()
        .map(|range| std::str::from_utf8(bytes.get(range)?).ok().filter(fits).map(str::to_owned))
        .collect()
}
