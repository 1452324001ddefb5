//! The order of paths, told by their bytes. It is that of their components, in which a directory comes right before what is in
//! it; to take every path apart for each comparison is what costs the most where there are thousands.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::path::Path;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Compares two plain paths as their components compare.
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    // What ends a name comes before whatever a name may go on with.
    let rank = |byte: u8| if byte == b'/' { 0 } else { u16::from(byte) + 1 };
    match one.bytes().zip(other.bytes()).find(|(one, other)| one != other) {
        Some((one, other)) => rank(one).cmp(&rank(other)),
        None => one.len().cmp(&other.len()),
    }
}

/// What of a path is below a directory; nothing where it is not there. Everything is below the empty one.
pub(crate) fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
}

/// The directories above a path, the uppermost first.
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// What is around a path; the empty path around one name.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a path is made of names alone, each behind one slash.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

/// The one way to spell a path.
pub(crate) fn plain(path: &str) -> Cow<'_, str> {
    if is_plain(path) {
        return Cow::Borrowed(path);
    }
    let path: Utf8PathBuf = Utf8Path::new(path).components().filter(|part| *part != Utf8Component::CurDir).collect();
    Cow::Owned(path.into_string())
}

/// A path below the directory of a tree: plain, and compared by its bytes.
#[derive(Debug, Clone, Eq)]
pub struct TreePath(Utf8PathBuf);

impl PartialEq for TreePath {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl From<Utf8PathBuf> for TreePath {
    fn from(path: Utf8PathBuf) -> Self {
        match plain(path.as_str()) {
            Cow::Owned(plain) => Self(plain.into()),
            Cow::Borrowed(_) => Self(path),
        }
    }
}

impl From<&Utf8Path> for TreePath {
    fn from(path: &Utf8Path) -> Self {
        Self(plain(path.as_str()).into_owned().into())
    }
}

impl From<&str> for TreePath {
    fn from(path: &str) -> Self {
        Self::from(Utf8Path::new(path))
    }
}

impl From<TreePath> for Utf8PathBuf {
    fn from(path: TreePath) -> Self {
        path.0
    }
}

impl From<TreePath> for String {
    fn from(path: TreePath) -> Self {
        path.0.into_string()
    }
}

impl Deref for TreePath {
    type Target = Utf8Path;

    fn deref(&self) -> &Utf8Path {
        &self.0
    }
}

impl AsRef<Utf8Path> for TreePath {
    fn as_ref(&self) -> &Utf8Path {
        self
    }
}

impl AsRef<Path> for TreePath {
    fn as_ref(&self) -> &Path {
        self.as_std_path()
    }
}

/// Both are in one order, so that a tree is looked into by either.
impl Borrow<Utf8Path> for TreePath {
    fn borrow(&self) -> &Utf8Path {
        self
    }
}

impl Borrow<Utf8PathBuf> for TreePath {
    fn borrow(&self) -> &Utf8PathBuf {
        &self.0
    }
}

impl Ord for TreePath {
    fn cmp(&self, other: &Self) -> Ordering {
        order(self.as_str(), other.as_str())
    }
}

impl PartialOrd for TreePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_components() {
        let mut paths: Vec<String> = Vec::new();
        for one in ["a", "a-b", "a.d", "a b", "a\u{1}", "b", "\u{e9}", "A", "a0"] {
            paths.push(one.to_owned());
            for two in ["a", "-", "run", "\u{7f}"] {
                paths.push(format!("{one}/{two}"));
                paths.push(format!("{one}/{two}/x"));
            }
        }
        for one in &paths {
            for other in &paths {
                let expected = Utf8Path::new(one).cmp(Utf8Path::new(other));
                assert_eq!(order(one, other), expected, "{one:?} {other:?}");
                let expected = Utf8Path::new(one).starts_with(other) && one != other;
                assert_eq!(below(one, other).is_some(), expected, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn every_path_has_one_spelling() {
        for (path, expected) in [("a/b", "a/b"), ("a//b", "a/b"), ("./a/./b/", "a/b"), ("a..b/.c", "a..b/.c")] {
            assert_eq!(plain(path), expected);
        }
        assert_eq!(above("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!((parent("a/b/c"), parent("a")), ("a/b", ""));
    }
}
