//! Files of a git revision, read through the program `git`: no work tree is touched, and nothing outside of the revision is
//! read, wherever its links lead.

mod git;
mod tree;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

use crate::resolve::{Files, normal};
use crate::revision::git::{Objects, git};
use crate::s6rc::read::{Places, Refusal};
use crate::source::MAX_SOURCE_BYTES;

/// A path in a revision, as people write it: `HEAD~2:services/web.hermes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled<'t> {
    /// The revision, as git knows it.
    pub revision: &'t str,
    /// The path, as git takes it: from the root of the repository on, or, behind `./` and `../`, from the directory.
    pub path: &'t Utf8Path,
}

impl<'t> Spelled<'t> {
    /// The parts of such a text, at the first colon that stands in no braces: `HEAD@{10:30}` has one. Nothing where there is
    /// none.
    #[must_use]
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut depth = 0_usize;
        let colon = text.char_indices().find(|(_, char)| {
            match char {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            *char == ':' && depth == 0
        });
        let (at, _) = colon?;
        Some(Self { revision: text.get(..at)?, path: Utf8Path::new(text.get(at + 1..)?) })
    }
}

/// The names of branches and tags of the repository that a directory is in.
///
/// # Errors
///
/// [`RevisionError::NoGit`] and [`RevisionError::NoRepository`].
pub fn names(directory: &Utf8Path) -> Result<Vec<String>, RevisionError> {
    let names = git(directory, &["for-each-ref", "--format=%(refname:short)"])?;
    let names = names.map_err(|said| RevisionError::NoRepository { directory: directory.to_owned(), said })?;
    Ok(String::from_utf8_lossy(&names).lines().map(str::to_owned).collect())
}

/// Why files of a revision could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RevisionError {
    /// There is no `git`.
    #[error("`git` is not in PATH")]
    NoGit,
    /// It did not start, or said something that cannot be read.
    #[error("`git` failed: {0}")]
    Failed(String),
    /// The directory is not in a repository that git would read.
    #[error("{directory} is in no repository that git reads: {said}")]
    NoRepository {
        /// The directory.
        directory: Utf8PathBuf,
        /// What git said.
        said: String,
    },
    /// A text that is never a revision.
    #[error("`{0}` is no revision")]
    NoName(String),
    /// git does not know it.
    #[error("git knows no revision `{revision}`")]
    Unknown {
        /// The revision.
        revision: String,
        /// Whether this clone has a part of the history only.
        shallow: bool,
    },
    /// A path that is not in it.
    #[error("{path} is not in {revision}")]
    Missing {
        /// The revision.
        revision: String,
        /// The path, from the root of the repository on.
        path: Utf8PathBuf,
        /// A path that is in it, and that may have been meant.
        meant: Option<Utf8PathBuf>,
    },
    /// A link that leads nowhere in it.
    #[error("{path} is a link of {revision} that leads nowhere in it")]
    Astray {
        /// The revision.
        revision: String,
        /// The path, from the root of the repository on.
        path: Utf8PathBuf,
    },
    /// A path that leads out of the repository.
    #[error("{0} is outside of the repository")]
    Outside(Utf8PathBuf),
}

impl RevisionError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoGit => "install git: revisions are read through it".to_owned(),
            Self::Failed(_) => "try the same with `git ls-tree`".to_owned(),
            Self::NoRepository { .. } => "run it in the repository that has the revision".to_owned(),
            Self::NoName(_) => "revisions are named as git names them, such as HEAD, main~2 or v1.0".to_owned(),
            Self::Unknown { shallow: true, .. } => {
                "this clone has only the newest commits: `git fetch --unshallow` brings the others; in a GitHub workflow, \
                 `fetch-depth: 0` of actions/checkout"
                    .to_owned()
            }
            Self::Unknown { shallow: false, .. } => {
                "`git branch --all` and `git tag` list what there is; `git fetch` may bring it".to_owned()
            }
            Self::Missing { revision, meant: Some(meant), .. } => {
                format!("paths begin at the root of the repository: write {revision}:{meant}")
            }
            Self::Missing { revision, .. } => {
                format!("`git ls-tree -r --name-only --full-tree {revision}` lists what is; for what is new, compare with /dev/null")
            }
            Self::Astray { .. } => "name what it leads to; nothing outside of the revision is read".to_owned(),
            Self::Outside(_) => "paths behind a revision begin at the root of its repository".to_owned(),
        }
    }
}

/// What a path of a revision is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Directory,
    /// The object that has its bytes, and whether it is executable.
    File(String, bool),
    /// The object that has where it leads.
    Link(String),
    /// The beginning of another repository.
    Submodule,
}

/// Symbolic links beyond so many lead nowhere (Linux: ELOOP).
const MAX_LINKS: usize = 40;

/// The files of a revision.
#[derive(Debug)]
pub struct Revision {
    /// As people wrote it.
    name: String,
    /// Where in the repository the directory is in which git was run.
    prefix: Utf8PathBuf,
    nodes: BTreeMap<Utf8PathBuf, Node>,
    objects: RefCell<Objects>,
}

impl Revision {
    /// Opens a revision of the repository that a directory is in.
    ///
    /// # Errors
    ///
    /// [`RevisionError`].
    pub fn open(directory: &Utf8Path, name: &str) -> Result<Self, RevisionError> {
        // git would take it for an option; no branch and no tag begins so.
        if name.is_empty() || name.starts_with('-') || name.contains(['\0', '\n']) {
            return Err(RevisionError::NoName(name.to_owned()));
        }
        let prefix = git(directory, &["rev-parse", "--show-prefix"])?
            .map_err(|said| RevisionError::NoRepository { directory: directory.to_owned(), said })?;
        let prefix = String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned();
        let Ok(object) = git(directory, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{tree}}")])? else {
            let shallow = git(directory, &["rev-parse", "--is-shallow-repository"])?;
            let shallow = shallow.is_ok_and(|said| said.starts_with(b"true"));
            return Err(RevisionError::Unknown { revision: name.to_owned(), shallow });
        };
        let object = String::from_utf8_lossy(&object).trim().to_owned();
        let nodes = tree::nodes(git::records(directory, &["ls-tree", "-r", "-t", "-z", "--full-tree", &object])?)?;
        let objects = RefCell::new(Objects::new(directory));
        Ok(Self { name: name.to_owned(), prefix: normal(Utf8Path::new(&prefix)), nodes, objects })
    }

    /// The path, from the root of the repository on, of what is meant by a path behind the revision; the root is `.`.
    ///
    /// # Errors
    ///
    /// [`RevisionError::Missing`], [`RevisionError::Astray`] and [`RevisionError::Outside`].
    pub fn find(&self, path: &Utf8Path) -> Result<Utf8PathBuf, RevisionError> {
        let text = path.as_str();
        let relative = matches!(text, "." | "..") || text.starts_with("./") || text.starts_with("../");
        let whole = if relative { self.prefix.join(path) } else { path.to_owned() };
        self.locate(&whole, path)
    }

    /// The same for a path that begins in the directory in which git was run.
    ///
    /// # Errors
    ///
    /// [`RevisionError::Missing`], [`RevisionError::Astray`] and [`RevisionError::Outside`].
    pub fn find_beside(&self, path: &Utf8Path) -> Result<Utf8PathBuf, RevisionError> {
        self.locate(&self.prefix.join(path), path)
    }

    fn locate(&self, whole: &Utf8Path, given: &Utf8Path) -> Result<Utf8PathBuf, RevisionError> {
        let path = normal(whole);
        if path.is_absolute() || path.starts_with("..") {
            return Err(RevisionError::Outside(given.to_owned()));
        }
        if self.real_path(&path).is_some() {
            return Ok(if path.as_str().is_empty() { Utf8PathBuf::from(".") } else { path });
        }
        if self.holds(&path) {
            return Err(RevisionError::Astray { revision: self.name.clone(), path });
        }
        let beside = normal(&self.prefix.join(given));
        let meant = (beside != path && self.real_path(&beside).is_some()).then_some(beside);
        Err(RevisionError::Missing { revision: self.name.clone(), path, meant })
    }

    /// Whether there is something at a path, be it a link that leads nowhere.
    fn holds(&self, path: &Utf8Path) -> bool {
        let path = normal(path);
        let above = path.parent().and_then(|above| self.real_path(above));
        above.zip(path.file_name()).is_some_and(|(above, name)| self.nodes.contains_key(&above.join(name)))
    }

    /// Where a path leads, links in any part of it followed inside of the revision; the root is empty.
    fn real_path(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let parts = |path: &Utf8Path| -> Vec<String> {
            let mut parts: Vec<String> =
                path.components().map(|part| part.as_str().to_owned()).filter(|part| part != ".").collect();
            parts.reverse();
            parts
        };
        let (mut open, mut at, mut links) = (parts(path), Utf8PathBuf::new(), 0);
        while let Some(part) = open.pop() {
            match part.as_str() {
                "/" => return None,
                ".." if !at.pop() => return None,
                ".." => continue,
                _ => at.push(&part),
            }
            match self.nodes.get(&at)? {
                Node::Link(object) => {
                    links += 1;
                    let target = self.objects.borrow_mut().read(object, MAX_LINK).ok()?;
                    let target = String::from_utf8(target).ok().filter(|_| links <= MAX_LINKS)?;
                    at.pop();
                    open.extend(parts(Utf8Path::new(&target)));
                }
                Node::File(..) | Node::Submodule if !open.is_empty() => return None,
                _ => {}
            }
        }
        Some(at)
    }

    fn node(&self, path: &Utf8Path) -> Option<&Node> {
        let real = self.real_path(&normal(path))?;
        if real.as_str().is_empty() { Some(&Node::Directory) } else { self.nodes.get(&real) }
    }

    /// What lies in a directory: names and nodes.
    fn members(&self, path: &Utf8Path) -> Vec<&str> {
        let Some(real) = self.real_path(&normal(path)) else { return Vec::new() };
        let below = tree::below(&self.nodes, &real);
        below.filter(|(path, _)| path.parent() == Some(&real)).filter_map(|(path, _)| path.file_name()).collect()
    }
}

/// A path that a link says is no longer than this (Linux: `PATH_MAX`).
const MAX_LINK: usize = 4096;

impl Files for Revision {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.node(path) {
            None => Err(io::ErrorKind::NotFound.into()),
            Some(Node::File(object, _)) => self.objects.borrow_mut().read(object, MAX_SOURCE_BYTES),
            Some(Node::Submodule) => Err(io::Error::other("a submodule: its files are in another repository")),
            Some(_) => Err(io::Error::other("not a regular file")),
        }
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(normal(path))
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        if !matches!(self.node(path), Some(Node::Directory)) {
            return Ok(None);
        }
        Ok(Some(self.members(path).into_iter().map(str::to_owned).collect()))
    }
}

impl Places for Revision {
    fn is_directory(&self, path: &Path) -> Result<bool, Refusal> {
        Ok(Utf8Path::from_path(path).is_some_and(|path| matches!(self.node(path), Some(Node::Directory))))
    }

    fn is_there(&self, path: &Path) -> Result<bool, Refusal> {
        Ok(Utf8Path::from_path(path).is_some_and(|path| self.holds(path)))
    }

    fn entries(&self, path: &Path) -> Result<Vec<OsString>, Refusal> {
        let listed = Utf8Path::from_path(path).and_then(|path| self.list(path).ok().flatten());
        Ok(listed.unwrap_or_default().into_iter().map(OsString::from).collect())
    }

    fn real(&self, path: &Utf8Path) -> Result<Option<Utf8PathBuf>, Refusal> {
        Ok(self.real_path(&normal(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_in_braces_belongs_to_the_revision() {
        let parts = |text: &'static str| Spelled::parse(text).map(|found| (found.revision, found.path.as_str()));
        assert_eq!(parts("HEAD:a/b:c"), Some(("HEAD", "a/b:c")));
        assert_eq!(parts("main@{2026-01-01 10:30}:a"), Some(("main@{2026-01-01 10:30}", "a")));
        assert_eq!(parts(":a"), Some(("", "a")));
        assert_eq!(parts("HEAD:"), Some(("HEAD", "")));
        assert_eq!(parts("services.hermes"), None);
        assert_eq!(parts("a{b:c"), None);
    }
}
