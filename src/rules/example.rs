//! Examples that are directories, taken apart.

/// One entry of such an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its path below the source directory or the image's root.
    pub path: String,
    /// What it is.
    pub content: TreeContent,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeContent {
    /// A file, and its permission bits.
    File(String, u32),
    /// A directory.
    Directory,
    /// A symbolic link, and where it points to.
    Link(String),
}

/// The entries of an [`Example::Tree`](crate::rules::Example::Tree).
#[must_use]
pub fn tree_entries(text: &str) -> Vec<TreeEntry> {
    let mut entries: Vec<TreeEntry> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(header) = line.strip_prefix("== ") {
            entries.push(entry(header.trim_end()));
        } else if let Some(TreeEntry { content: TreeContent::File(content, _), .. }) = entries.last_mut() {
            content.push_str(line);
        }
    }
    entries
}

fn entry(header: &str) -> TreeEntry {
    let named = |path: &str, content: TreeContent| TreeEntry { path: path.replace("%0A", "\n"), content };
    if let Some((path, target)) = header.split_once(" -> ") {
        return named(path, TreeContent::Link(target.to_owned()));
    }
    if let Some(path) = header.strip_suffix('/') {
        return named(path, TreeContent::Directory);
    }
    let mode = header.rsplit_once(' ').and_then(|(path, mode)| Some((path, u32::from_str_radix(mode, 8).ok()?)));
    let (path, mode) = mode.unwrap_or((header, 0o644));
    named(path, TreeContent::File(String::new(), mode))
}
