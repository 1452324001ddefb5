//! A tree in the order in which it is looked at and written.

use crate::s6rc::order::{below, order};
use crate::s6rc::plan::{Entry, FileTree};

/// An entry that is to be, and its path.
pub(super) struct Item<'t> {
    pub(super) path: &'t str,
    pub(super) entry: &'t Entry,
}

impl Item<'_> {
    pub(super) fn is_file(&self) -> bool {
        !matches!(self.entry, Entry::Directory)
    }
}

/// The entries of a tree in their order.
pub(super) fn items(tree: &FileTree) -> Vec<Item<'_>> {
    tree.entries.iter().map(|(path, entry)| Item { path: path.as_str(), entry }).collect()
}

/// The entry of a path.
pub(super) fn find<'i>(items: &'i [Item<'_>], path: &str) -> Option<&'i Entry> {
    let at = items.binary_search_by(|item| order(item.path, path)).ok()?;
    items.get(at).map(|item| item.entry)
}

/// Those of the entries that are below a directory.
pub(super) fn all_below<'i, 't>(items: &'i [Item<'t>], directory: &str) -> &'i [Item<'t>] {
    if directory.is_empty() {
        return items;
    }
    let begin = items.partition_point(|item| order(item.path, directory).is_le());
    let rest = items.get(begin..).unwrap_or_default();
    let length = rest.partition_point(|item| below(item.path, directory).is_some());
    rest.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_is_found() {
        let mut tree = FileTree::default();
        for path in ["a/x", "a/y/z", "a-b/x", "b"] {
            tree.file(path.into(), "", 0o644);
        }
        let items = items(&tree);
        let paths = |items: &[Item<'_>]| items.iter().map(|item| item.path.to_string()).collect::<Vec<_>>();
        assert_eq!(paths(all_below(&items, "a")), ["a/x", "a/y", "a/y/z"]);
        assert_eq!(paths(all_below(&items, "a/y/z")), [""; 0]);
        assert_eq!(all_below(&items, "").len(), items.len());
        assert!(find(&items, "a/y/z").is_some() && find(&items, "a/z").is_none());
    }
}
