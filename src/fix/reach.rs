//! Which files fixes may change: those below what was named, and nothing behind a link.

use std::path::{Component, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};

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
    #[must_use]
    pub fn new(roots: &[Utf8PathBuf], beneath: &[Utf8PathBuf]) -> Self {
        let real = |path: &Utf8PathBuf| path.as_std_path().canonicalize().ok();
        Self {
            roots: roots.iter().filter_map(|root| Some((root.clone(), real(root)?))).collect(),
            beneath: beneath.iter().filter_map(real).collect(),
        }
    }

    /// Whether a file may be changed, made or removed: it is a regular file or not there, and no part of its path below
    /// the root is a link.
    #[must_use]
    pub fn allows(&self, path: &Utf8Path) -> bool {
        // A name that is no text cannot be told from another one.
        !path.as_str().contains('\u{fffd}') && self.roots.iter().any(|(root, real)| self.is_plain(path, root, real))
    }

    fn is_plain(&self, path: &Utf8Path, root: &Utf8Path, real: &std::path::Path) -> bool {
        let Ok(below) = path.strip_prefix(root) else { return false };
        let mut at = real.to_owned();
        let mut parts = below.as_std_path().components().peekable();
        if parts.peek().is_none() {
            return false;
        }
        while let Some(part) = parts.next() {
            let Component::Normal(part) = part else { return false };
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
                Err(error) => error.kind() == std::io::ErrorKind::NotFound,
            };
            if !fits {
                return false;
            }
        }
        !self.beneath.iter().any(|beneath| at.starts_with(beneath))
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
        let reach = Reach::new(&[path("tree")], &[path("tree/base")]);
        for yes in ["tree/web/run", "tree/web/new/file"] {
            assert!(reach.allows(&path(yes)), "{yes}");
        }
        let no =
            ["tree", "tree/web", "tree/base/web/run", "tree/out/run", "tree/in/run", "tree/web/finish", "other/run"];
        for no in no.into_iter().chain(["tree/../other/run", "tree/web/\u{fffd}", "tree/web/run/x"]) {
            assert!(!reach.allows(&path(no)), "{no}");
        }
    }
}
