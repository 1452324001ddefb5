//! What a revision holds, and source directories of it, with every byte that they have.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;

use camino::{Utf8Path, Utf8PathBuf};

use crate::revision::git::Records;
use crate::revision::{MAX_LINK, Node, Revision, RevisionError};
use crate::s6rc::plan::{Entry, FileTree};
use crate::s6rc::read::{Layout, Refusal};
use crate::s6rc::write::MANIFEST;

/// Files above this many bytes are refused (16 MiB), as those of directories are.
const MAX_FILE: usize = 16 << 20;
/// No more than so many bytes are read in all (256 MiB).
const MAX_BYTES: usize = 256 << 20;
/// No more than so many entries are read in all.
const MAX_ENTRIES: usize = 200_000;

/// No more than so many paths of a revision are listed, wherever they are.
const MAX_LISTED: usize = 500_000;
/// Nor more than so many bytes of them (256 MiB).
const MAX_LISTED_BYTES: usize = 256 << 20;

/// The nodes that `git ls-tree -r -t -z` lists: `MODE TYPE OBJECT<tab>PATH<nul>`. Of a path that is not UTF-8, the wrong bytes
/// are U+FFFD.
pub(super) fn nodes(mut listed: Records) -> Result<BTreeMap<Utf8PathBuf, Node>, RevisionError> {
    let strange = || RevisionError::Failed("what it listed cannot be read".to_owned());
    let mut nodes = BTreeMap::new();
    let mut bytes = 0;
    while let Some(line) = listed.next()? {
        bytes += line.len();
        if nodes.len() >= MAX_LISTED || bytes > MAX_LISTED_BYTES {
            return Err(RevisionError::Failed("the revision holds too much".to_owned()));
        }
        let tab = line.iter().position(|byte| *byte == b'\t').ok_or_else(strange)?;
        let (head, path) = line.split_at(tab);
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let (Some(mode), Some(_), Some(object)) = (words.next(), words.next(), words.next()) else {
            return Err(strange());
        };
        let object = object.to_owned();
        let node = match mode {
            "040000" => Node::Directory,
            "120000" => Node::Link(object),
            "160000" => Node::Submodule,
            _ => Node::File(object, mode.ends_with("755")),
        };
        let path = String::from_utf8_lossy(path.get(1..).unwrap_or_default()).into_owned();
        nodes.insert(Utf8PathBuf::from(path), node);
    }
    Ok(nodes)
}

/// What lies below a directory, at every depth; the root is empty.
pub(super) fn below<'n>(
    nodes: &'n BTreeMap<Utf8PathBuf, Node>,
    directory: &Utf8Path,
) -> impl Iterator<Item = (&'n Utf8PathBuf, &'n Node)> + use<'n> {
    let directory = directory.to_owned();
    let behind = nodes.range((Bound::Excluded(directory.clone()), Bound::Unbounded));
    behind.take_while(move |(path, _)| path.starts_with(&directory))
}

impl Revision {
    /// The source directories of a layout: below `s6-rc.d` and `user-bundles.d` where it has that form. A file has the mode
    /// 755 where git says that it is executable, and else 644.
    ///
    /// # Errors
    ///
    /// The first entry that is no file, directory or link, whose name is no text, or that is too large.
    pub fn source_directories(&self, layout: &Layout) -> Result<FileTree, Refusal> {
        let at = |name: &str| Utf8PathBuf::from(if layout.overlay { name } else { "" });
        let roots = layout.sources.iter().map(|root| (root, at("s6-rc.d")));
        let roots = roots.chain(layout.bundles.iter().map(|root| (root, at("user-bundles.d"))));
        let mut tree = FileTree::default();
        let mut left = MAX_BYTES;
        for (root, prefix) in roots {
            let Some(real) = self.real_path(root) else { return Err((root.clone(), io::ErrorKind::NotFound.into())) };
            if !prefix.as_str().is_empty() {
                tree.directory(prefix.clone());
            }
            for (path, node) in below(&self.nodes, &real) {
                let refuse = |why: &str| (path.clone(), io::Error::other(why.to_owned()));
                if path.as_str().contains('\u{fffd}') {
                    return Err(refuse("its name is not UTF-8"));
                }
                if tree.entries.len() >= MAX_ENTRIES {
                    return Err(refuse(&format!("more than {MAX_ENTRIES} entries")));
                }
                let Ok(name) = path.strip_prefix(&real) else { continue };
                if prefix.as_str().is_empty() && name == MANIFEST {
                    continue;
                }
                let read = |object: &str, limit: usize| {
                    self.objects.borrow_mut().read(object, limit).map_err(|error| (path.clone(), error))
                };
                let entry = match node {
                    Node::Directory => Entry::Directory,
                    Node::Submodule => return Err(refuse("a submodule: its files are in another repository")),
                    Node::File(object, executable) => {
                        let bytes = read(object, MAX_FILE)?;
                        left = left.checked_sub(bytes.len()).ok_or_else(|| refuse("more than 256 MiB in all"))?;
                        Entry::File { bytes, mode: if *executable { 0o755 } else { 0o644 } }
                    }
                    Node::Link(object) => {
                        let target = String::from_utf8(read(object, MAX_LINK)?);
                        Entry::Link(target.map_err(|_| refuse("the path that the link says is not UTF-8"))?.into())
                    }
                };
                tree.entries.insert(prefix.join(name).into(), entry);
            }
        }
        Ok(tree)
    }
}
