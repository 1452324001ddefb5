//! Which files fixes may change: those below what was named, and nothing behind a link.

use std::io;
use std::path::{Component, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};

use crate::fix::Failure;

/// The files that fixes of source directories may change.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The directories that were named, and their real paths.
    roots: Vec<(Utf8PathBuf, PathBuf)>,
    /// Real paths of what lies beneath, which is not changed.
    beneath: Vec<PathBuf>,
}

impl Reach {
    /// Files below `roots`, but not below `beneath`; what is not there is below nothing.
    ///
    /// # Errors
    ///
    /// A directory whose real path cannot be told, and why.
    pub fn new(roots: &[Utf8PathBuf], beneath: &[Utf8PathBuf]) -> Result<Self, Failure> {
        let mut reach = Self { roots: Vec::new(), beneath: Vec::new() };
        for root in roots {
            reach.roots.extend(real(root)?.map(|real| (root.clone(), real)));
        }
        for path in beneath {
            reach.beneath.extend(real(path)?);
        }
        Ok(reach)
    }

    /// Whether a file may be changed, made or removed: it is a regular file or not there, and no part of its path below
    /// the root is a link.
    ///
    /// # Errors
    ///
    /// As the operating system says where it cannot be told: it is not as if there were a link.
    pub fn allows(&self, path: &Utf8Path) -> io::Result<bool> {
        // A name that is no text cannot be told from another one.
        if path.as_str().contains('\u{fffd}') {
            return Ok(false);
        }
        for (root, real) in &self.roots {
            if self.is_plain(path, root, real)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_plain(&self, path: &Utf8Path, root: &Utf8Path, real: &std::path::Path) -> io::Result<bool> {
        let Ok(below) = path.strip_prefix(root) else { return Ok(false) };
        let mut at = real.to_owned();
        let mut parts = below.as_std_path().components().peekable();
        if parts.peek().is_none() {
            return Ok(false);
        }
        while let Some(part) = parts.next() {
            let Component::Normal(part) = part else { return Ok(false) };
            at.push(part);
            let is_last = parts.peek().is_none();
            let fits = match at.symlink_metadata() {
                Ok(found) => {
                    if is_last {
                        found.is_file()
                    } else {
                        found.is_dir()
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => false,
                Err(error) => return Err(error),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(!self.beneath.iter().any(|beneath| at.starts_with(beneath)))
    }
}

fn real(path: &Utf8Path) -> Result<Option<PathBuf>, Failure> {
    match path.as_std_path().canonicalize() {
        Ok(real) => Ok(Some(real)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err((path.to_owned(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_outside_nothing_beneath_and_nothing_behind_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).unwrap();
        for name in ["tree/web", "tree/base/web", "other"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        for name in ["tree/web/run", "tree/base/web/run", "other/run"] {
            fs::write(path(name), "").unwrap();
        }
        symlink("../other", path("tree/out")).unwrap();
        symlink("web", path("tree/in")).unwrap();
        symlink("run", path("tree/web/finish")).unwrap();
        let reach = Reach::new(&[path("tree")], &[path("tree/base")]).unwrap();
        for yes in ["tree/web/run", "tree/web/new/file"] {
            assert!(reach.allows(&path(yes)).unwrap(), "{yes}");
        }
        let no =
            ["tree", "tree/web", "tree/base/web/run", "tree/out/run", "tree/in/run", "tree/web/finish", "other/run"];
        for no in no.into_iter().chain(["tree/../other/run", "tree/web/\u{fffd}", "tree/web/run/x"]) {
            assert!(!reach.allows(&path(no)).unwrap(), "{no}");
        }
    }
}
