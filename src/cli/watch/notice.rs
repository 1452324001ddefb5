//! When to look again: when the system tells of something in a directory, or every so often.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use camino::Utf8PathBuf;
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

/// How often is looked where the system does not tell, unless something else is asked for.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);
/// What belongs together comes within this time.
const TOGETHER: Duration = Duration::from_millis(20);
/// After a look, so many times of what it took pass before the next.
const REST: u32 = 4;

/// Which directories are watched. What happens in them is only a reason to look: what changed is told by looking.
pub(super) struct Watcher {
    /// Nothing where the system does not tell.
    system: Option<System>,
    interval: Duration,
    /// Why the system does not tell, where it was asked to.
    pub(super) note: Option<String>,
}

struct System {
    watcher: RecommendedWatcher,
    wake: Receiver<()>,
    /// The directories, and what they were when they were named.
    watched: HashMap<PathBuf, (u64, u64)>,
    /// Paths that were removed since: the system has forgotten them, whatever has their name now.
    gone: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Watcher {
    /// With an interval, the system is not asked.
    pub(super) fn new(poll: Option<Duration>) -> Self {
        let mut watcher = Self { system: None, interval: poll.unwrap_or(INTERVAL), note: None };
        if poll.is_none() {
            match System::new() {
                Ok(system) => watcher.system = Some(system),
                Err(error) => watcher.give_up(&error),
            }
        }
        watcher
    }

    fn give_up(&mut self, error: &notify::Error) {
        self.system = None;
        let reason = match &error.kind {
            ErrorKind::MaxFilesWatch => {
                "the system lets you watch no more directories: raise fs.inotify.max_user_watches".to_owned()
            }
            ErrorKind::Io(error) if is_limit(error) => {
                "the system lets you have no more watchers: raise fs.inotify.max_user_instances, or end some".to_owned()
            }
            _ => format!("the system does not tell of changes: {error}"),
        };
        self.note = Some(format!("note: {reason}\n  help: until then, the files are looked at every second"));
    }

    /// Watches these directories, and no others; whether one is watched that was not before.
    pub(super) fn follow(&mut self, directories: &BTreeSet<Utf8PathBuf>) -> bool {
        let Some(system) = &mut self.system else { return false };
        match system.follow(directories) {
            Ok(new) => new,
            Err(error) => {
                self.give_up(&error);
                true
            }
        }
    }

    /// Waits until there is a reason to look. `took` is what the last look took, which has just ended.
    pub(super) fn wait(&mut self, took: Duration) {
        let rest = Instant::now() + took * REST;
        let rest = || rest.saturating_duration_since(Instant::now());
        let told = self.system.as_ref().map(|system| system.wake.recv().is_ok());
        match told {
            Some(true) => thread::sleep(TOGETHER.max(rest())),
            Some(false) => self.give_up(&notify::Error::generic("the watcher ended")),
            None => thread::sleep(self.interval.max(rest())),
        }
    }
}

impl System {
    fn new() -> notify::Result<Self> {
        let (send, wake) = mpsc::sync_channel(1);
        let gone = Arc::new(Mutex::new(HashSet::new()));
        let removed = Arc::clone(&gone);
        let handler = move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                // Reading is no change.
                if event.kind.is_access() {
                    return;
                }
                if event.kind.is_remove() {
                    removed.lock().unwrap_or_else(PoisonError::into_inner).extend(event.paths);
                }
            }
            // One reason that waits already is enough.
            let _ = send.try_send(());
        };
        let watcher = notify::recommended_watcher(handler)?;
        Ok(Self { watcher, wake, watched: HashMap::new(), gone })
    }

    fn follow(&mut self, directories: &BTreeSet<Utf8PathBuf>) -> notify::Result<bool> {
        let gone = std::mem::take(&mut *self.gone.lock().unwrap_or_else(PoisonError::into_inner));
        let mut new = false;
        let mut wanted = HashSet::new();
        for directory in directories {
            let Ok(path) = std::path::absolute(directory) else { continue };
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let place = (metadata.dev(), metadata.ino());
            if self.watched.get(&path) != Some(&place) || gone.contains(&path) {
                self.forget(&path);
                match self.watcher.watch(&path, RecursiveMode::NonRecursive) {
                    Ok(()) => {
                        self.watched.insert(path.clone(), place);
                        new = true;
                    }
                    Err(error) if is_final(&error) => return Err(error),
                    // It is gone again, or may not be read: a look says so.
                    Err(_) => {}
                }
            }
            wanted.insert(path);
        }
        let others: Vec<PathBuf> = self.watched.keys().filter(|path| !wanted.contains(*path)).cloned().collect();
        for path in others {
            self.forget(&path);
        }
        Ok(new)
    }

    fn forget(&mut self, path: &Path) {
        if self.watched.remove(path).is_some() {
            // The system may have forgotten it by itself.
            let _ = self.watcher.unwatch(path);
        }
    }
}

fn is_limit(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(code, Some(Errno::MFILE | Errno::NFILE | Errno::NOSPC | Errno::NOMEM))
}

/// Whether no other directory can be watched either.
fn is_final(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(error) => is_limit(error),
        _ => false,
    }
}
