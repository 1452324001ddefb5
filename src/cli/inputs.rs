//! What a run is made from: the files and directories that were looked at, and how each of them was then.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::resolve::{Disk, Files};

/// No more than so many entries of source directories are looked at, as where they are read.
const MAX_ENTRIES: usize = 1_000_000;
/// No more than so many directories are nested below a source directory.
const MAX_DEPTH: usize = 34;

/// No file system counts times in longer steps than this (FAT: two seconds).
const SETTLED: Duration = Duration::from_secs(3);

/// What of a path counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// What it is; the content and mode of a file.
    Entry,
    /// The names of the files of the language in a directory.
    Texts,
    /// All names in a directory.
    Names,
}

/// How a path was.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Missing,
    Directory,
    /// What is different once a file was written to, replaced by another or given another mode.
    File {
        place: (u64, u64),
        size: u64,
        modified: (i64, i64),
        mode: u32,
    },
    Names(Names),
}

/// The names in a directory.
#[derive(Debug, Clone)]
struct Names {
    list: Arc<[String]>,
    /// When and where they were listed.
    modified: (i64, i64),
    place: (u64, u64),
    /// Whether the directory had been as it was for so long that a later change of it has another time.
    settled: bool,
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Names {}

/// What happened to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: Utf8PathBuf,
    pub(super) word: &'static str,
}

type States = BTreeMap<(Utf8PathBuf, Aspect), State>;

/// What was looked at. As [`Files`] it reads from the disk, and remembers.
#[derive(Debug, Default)]
pub(super) struct Inputs(Mutex<States>);

impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        let own = self.states().clone();
        own == *other.states()
    }
}

impl Inputs {
    fn states(&self) -> MutexGuard<'_, States> {
        // No state is left half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers how a path is; what is known of it already stays, so that it is never newer than what was read.
    pub(super) fn add(&self, path: &Utf8Path, aspect: Aspect) {
        let key = (path.to_owned(), aspect);
        if self.states().contains_key(&key) {
            return;
        }
        let state = state(path, aspect);
        self.states().entry(key).or_insert(state);
    }

    /// Remembers everything below a directory, links not followed.
    pub(super) fn add_tree(&self, root: &Utf8Path) {
        let mut open = vec![(root.to_owned(), 0)];
        let mut left = MAX_ENTRIES;
        while let Some((directory, depth)) = open.pop() {
            self.add(&directory, Aspect::Names);
            let Ok(entries) = directory.read_dir_utf8() else { continue };
            for entry in entries.flatten() {
                let path = directory.join(entry.file_name());
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_directory && depth < MAX_DEPTH {
                    open.push((path, depth + 1));
                } else {
                    self.add(&path, Aspect::Entry);
                }
                left -= 1;
                if left == 0 {
                    return;
                }
            }
        }
    }

    /// The files that were read, and the directories that were listed, each once.
    pub(super) fn paths(&self) -> BTreeSet<Utf8PathBuf> {
        self.states().keys().map(|(path, _)| path.clone()).collect()
    }

    /// The same paths as they are now.
    pub(super) fn now(&self) -> Self {
        let then = self.states();
        let now = then.iter().map(|((path, aspect), then)| {
            let state = match then {
                // A directory is not opened without need: the system would tell of that, too.
                State::Names(names) if names.are_current(path) => then.clone(),
                _ => state(path, *aspect),
            };
            ((path.clone(), *aspect), state)
        });
        Self(Mutex::new(now.collect()))
    }

    /// What is different in a later look at the same paths. That a directory has other names in it is told by those.
    pub(super) fn changes(&self, later: &Self) -> Vec<Change> {
        let mut changes: BTreeMap<Utf8PathBuf, &'static str> = BTreeMap::new();
        let states = self.states().clone();
        let later = later.states();
        for (((path, _), then), now) in states.iter().zip(later.values()).filter(|((_, then), now)| then != now) {
            match (then, now) {
                (State::Names(then), State::Names(now)) => {
                    // Both are sorted.
                    let (then, now) = (&then.list, &now.list);
                    let new = now.iter().filter(|name| then.binary_search(name).is_err()).map(|name| (name, "is new"));
                    let gone =
                        then.iter().filter(|name| now.binary_search(name).is_err()).map(|name| (name, "is gone"));
                    changes.extend(new.chain(gone).map(|(name, word)| (path.join(name), word)));
                }
                (_, State::Missing) => drop(changes.entry(path.clone()).or_insert("is gone")),
                (State::Missing, _) => drop(changes.entry(path.clone()).or_insert("is new")),
                _ => drop(changes.entry(path.clone()).or_insert("changed")),
            }
        }
        // As people write it; the directory itself keeps its dot.
        let shown = |path: Utf8PathBuf| match path.strip_prefix(".") {
            Ok(below) if !below.as_str().is_empty() => below.to_owned(),
            _ => path,
        };
        changes.into_iter().map(|(path, word)| Change { path: shown(path), word }).collect()
    }

    /// The directories in which something happens when one of the paths changes: those that they stand in, or the nearest
    /// that is there, and those behind links.
    pub(super) fn directories(&self) -> BTreeSet<Utf8PathBuf> {
        let mut found = BTreeSet::new();
        for ((path, aspect), _) in self.states().iter() {
            if *aspect != Aspect::Entry {
                add_existing(&mut found, path);
            }
            add_existing(&mut found, above(path));
            if path.is_symlink()
                && let Ok(real) = path.canonicalize_utf8()
            {
                add_existing(&mut found, above(&real));
            }
        }
        found
    }
}

/// The directory that a path stands in.
fn above(path: &Utf8Path) -> &Utf8Path {
    path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// Adds a directory, or the nearest above it that is there.
fn add_existing(found: &mut BTreeSet<Utf8PathBuf>, directory: &Utf8Path) {
    let mut at = directory;
    while !found.contains(at) {
        if at.is_dir() {
            found.insert(at.to_owned());
            return;
        }
        let next = above(at);
        if next == at {
            return;
        }
        at = next;
    }
}

fn state(path: &Utf8Path, aspect: Aspect) -> State {
    match aspect {
        Aspect::Entry => fs::metadata(path).map_or(State::Missing, |metadata| of(&metadata)),
        Aspect::Texts | Aspect::Names => Names::of(path, aspect).map_or(State::Missing, State::Names),
    }
}

fn of(metadata: &Metadata) -> State {
    if metadata.is_dir() {
        return State::Directory;
    }
    State::File {
        place: (metadata.dev(), metadata.ino()),
        size: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        mode: metadata.mode(),
    }
}

impl Names {
    fn of(directory: &Utf8Path, aspect: Aspect) -> io::Result<Self> {
        let counts = |name: &str| {
            // Other files beside the texts, such as those that editors make, change nothing.
            aspect == Aspect::Names || crate::source::is_member(name)
        };
        let metadata = fs::metadata(directory)?;
        let settled = metadata.modified()?.elapsed().is_ok_and(|age| age > SETTLED);
        let names = directory.read_dir_utf8()?.map(|entry| Ok(entry?.file_name().to_owned()));
        let mut names = names.collect::<io::Result<Vec<String>>>()?;
        names.retain(|name| counts(name));
        names.sort_unstable();
        let (modified, place) = ((metadata.mtime(), metadata.mtime_nsec()), (metadata.dev(), metadata.ino()));
        Ok(Self { list: names.into(), modified, place, settled })
    }

    /// Whether the directory is as it was, told without opening it.
    fn are_current(&self, directory: &Utf8Path) -> bool {
        self.settled
            && fs::metadata(directory).is_ok_and(|metadata| {
                (metadata.mtime(), metadata.mtime_nsec()) == self.modified
                    && (metadata.dev(), metadata.ino()) == self.place
            })
    }
}

impl Files for Inputs {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.add(path, Aspect::Entry);
        Disk.read(path)
    }

    fn read_at(&self, path: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        self.add(path, Aspect::Entry);
        Disk.read_at(path, real)
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        if !path.is_dir() {
            // Where it leads decides whether it is read, and what is missing may come.
            self.add(path, Aspect::Entry);
        }
        Disk.real(path)
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        if path.is_dir() {
            // A file that is new in it counts.
            self.add(path, Aspect::Texts);
        }
        Disk.list(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
        (directory, path)
    }

    fn changes(inputs: &Inputs, root: &Utf8Path) -> Vec<String> {
        let below = |change: &Change| format!("{} {}", change.path.strip_prefix(root).unwrap(), change.word);
        inputs.changes(&inputs.now()).iter().map(below).collect()
    }

    #[test]
    fn a_change_of_any_kind_is_seen() {
        let (_directory, root) = directory();
        let file = root.join("a.hermes");
        fs::write(&file, "one").unwrap();
        let inputs = || {
            let inputs = Inputs::default();
            inputs.list(&root).unwrap();
            inputs.add(&file, Aspect::Entry);
            inputs
        };
        let before = inputs();
        assert_eq!(changes(&before, &root), [""; 0]);
        fs::write(root.join("notes.txt"), "").unwrap();
        fs::write(root.join(".a.hermes"), "").unwrap();
        assert_eq!(changes(&before, &root), [""; 0]);
        fs::write(&file, "longer").unwrap();
        assert_eq!(changes(&before, &root), ["a.hermes changed"]);
        let before = inputs();
        // The same size and time, in another place.
        let times = fs::FileTimes::new().set_modified(fs::metadata(&file).unwrap().modified().unwrap());
        fs::write(root.join("new"), "LONGER").unwrap();
        fs::File::options().append(true).open(root.join("new")).unwrap().set_times(times).unwrap();
        fs::rename(root.join("new"), &file).unwrap();
        assert_eq!(changes(&before, &root), ["a.hermes changed"]);
        let before = inputs();
        fs::write(root.join("b.hermes"), "").unwrap();
        assert_eq!(changes(&before, &root), ["b.hermes is new"]);
        fs::remove_file(&file).unwrap();
        assert_eq!(changes(&before, &root), ["a.hermes is gone", "b.hermes is new"]);
    }

    #[test]
    fn the_nearest_directory_that_is_there_is_watched() {
        let (_directory, root) = directory();
        let inputs = Inputs::default();
        inputs.add(&root.join("not/there/a.hermes"), Aspect::Entry);
        assert_eq!(inputs.directories(), BTreeSet::from([root.clone()]));
        fs::create_dir_all(root.join("behind")).unwrap();
        fs::write(root.join("behind/a.hermes"), "").unwrap();
        std::os::unix::fs::symlink("behind/a.hermes", root.join("a.hermes")).unwrap();
        inputs.add(&root.join("a.hermes"), Aspect::Entry);
        let real = root.canonicalize_utf8().unwrap().join("behind");
        assert_eq!(inputs.directories(), BTreeSet::from([root.clone(), real]));
    }

    #[test]
    fn everything_below_a_source_directory_counts() {
        let (_directory, root) = directory();
        fs::create_dir_all(root.join("web/dependencies.d")).unwrap();
        fs::write(root.join("web/type"), "longrun\n").unwrap();
        let inputs = Inputs::default();
        inputs.add_tree(&root);
        fs::write(root.join("web/dependencies.d/base"), "").unwrap();
        fs::create_dir(root.join("other")).unwrap();
        assert_eq!(changes(&inputs, &root), ["other is new", "web/dependencies.d/base is new"]);
    }
}
