//! Registering, listing and removing instances in a scan directory that s6-svscan watches.
//!
//! What is not finished has a name that begins with a dot, which s6-svscan skips, and is locked by whoever works on it; a
//! directory of that kind without a lock was left behind by a killed process, and the next call deletes it.

use std::io;
use std::process;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};

use super::directory::Directory;
use super::{Instance, MARKER, Origin, tools};

/// What the names of unfinished directories begin with.
const UNFINISHED: &str = ".hermesc-";

/// How long s6-svscanctl may take, and s6-svscan to follow it.
const SCAN_LIMIT: Duration = Duration::from_secs(10);

/// How an instance is registered.
#[derive(Debug, Default, Clone, Copy)]
pub struct Options {
    /// It is registered, and not started.
    pub down: bool,
    /// The user and group that may control it beside the owner of s6-svscan.
    pub control: Option<(u32, u32)>,
}

/// What registering did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is new.
    New,
    /// The very same one was there already; it was started, unless it should be down.
    AlreadyThere,
}

/// Why something was not done; nothing is half done then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another directory has the name.
    #[error("{0} exists already, and differs from what the template makes")]
    Taken(Utf8PathBuf),
    /// There is none of that name.
    #[error("there is no {0}")]
    Absent(Utf8PathBuf),
    /// Somebody else made it.
    #[error("{0} was not made by `hermesc instantiate`")]
    Foreign(Utf8PathBuf),
    /// It did not go down; it was told to, and is there still.
    #[error("{path} did not go down, and was not removed: {reason}")]
    NotDown {
        /// Its directory.
        path: Utf8PathBuf,
        /// What s6-svc said.
        reason: String,
    },
    /// s6-svscan could not be told; everything is as it was before.
    #[error("s6-svscan does not follow, and nothing was changed: {0}")]
    Scan(String),
    /// Its s6-supervise does not end.
    #[error("{0} is down and no longer registered, but its s6-supervise does not end; the next call tries again")]
    Lingering(Utf8PathBuf),
    /// The operating system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: Utf8PathBuf,
        /// What it said.
        source: io::Error,
    },
}

fn refused<'p>(action: &'static str, path: &'p Utf8Path) -> impl FnOnce(io::Error) -> Error + 'p {
    move |source| Error::Io { action, path: path.to_owned(), source }
}

/// Registers an instance: writes it beside, renames it in, tells s6-svscan, and waits until it is supervised, so that it can be
/// looked at and controlled. Where one of these fails, it is taken out again.
///
/// # Errors
///
/// [`Error`]
pub fn register(scandir: &Utf8Path, instance: &Instance, options: Options) -> Result<Registered, Error> {
    let directory = Directory::open(scandir).map_err(refused("open", scandir))?;
    sweep(&directory);
    let path = scandir.join(&instance.name);
    let (beside, made) = unfinished(&directory).map_err(refused("write in", scandir))?;
    let written = made.fill(&instance.tree).and_then(|()| {
        if options.down {
            made.fill(&down())?;
        }
        if let Some(control) = options.control {
            seed(&made, control)?;
            if let Ok(log) = made.child("log") {
                seed(&log, control)?;
            }
        }
        directory.rename(&beside, &instance.name)
    });
    if let Err(error) = written {
        let _ = directory.delete(&beside);
        if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) {
            return Err(refused("write", &path)(error));
        }
        let there = directory.child(&instance.name).map_err(|_| Error::Taken(path.clone()))?;
        if !there.holds(&instance.tree) {
            return Err(Error::Taken(path));
        }
        // Whoever made it may have been killed before s6-svscan knew, or while removing it, when it was down already.
        rescan(&directory, "-a").map_err(Error::Scan)?;
        let supervised = tools::until(SCAN_LIMIT, || there.is_supervised().unwrap_or(true));
        if supervised && !options.down {
            tools::run("s6-svc", &["-u", "."], &there, SCAN_LIMIT).map_err(Error::Scan)?;
        }
        return Ok(Registered::AlreadyThere);
    }
    let followed = rescan(&directory, "-a").and_then(|()| {
        // Where the permissions do not let us see, there is nothing to wait for.
        let ready = |directory: &Directory| directory.is_ready().unwrap_or(true);
        let log = made.child("log").ok();
        let up = tools::until(SCAN_LIMIT, || ready(&made) && log.as_ref().is_none_or(ready));
        if up { Ok(()) } else { Err(format!("{path} is not supervised after {} s", SCAN_LIMIT.as_secs())) }
    });
    match followed {
        Ok(()) => Ok(Registered::New),
        Err(reason) => {
            take_out(&directory, &instance.name, &made);
            Err(Error::Scan(reason))
        }
    }
}

/// Removes an instance: brings it down, renames it away, tells s6-svscan, waits until nothing supervises it, deletes it.
///
/// # Errors
///
/// [`Error`]
pub fn remove(scandir: &Utf8Path, name: &str, limit: Duration) -> Result<(), Error> {
    let directory = Directory::open(scandir).map_err(refused("open", scandir))?;
    sweep(&directory);
    let path = scandir.join(name);
    let service = directory.child(name).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Absent(path.clone()),
        _ => refused("open", &path)(error),
    })?;
    if service.read(MARKER).is_err() {
        return Err(Error::Foreign(path));
    }
    if !tools::until(limit, || service.try_lock()) {
        return Err(Error::NotDown { path, reason: "another process works on it".to_owned() });
    }
    if !service.is_at(&directory, name) {
        return Err(Error::Absent(path));
    }
    let supervised = service.is_supervised().map_err(refused("control", &path))?;
    if supervised {
        let milliseconds = limit.as_millis().to_string();
        tools::run("s6-svc", &["-wD", "-T", &milliseconds, "-d", "."], &service, limit + Duration::from_secs(1))
            .map_err(|reason| Error::NotDown { path: path.clone(), reason })?;
    }
    let beside = unfinished_name();
    directory.rename(name, &beside).map_err(refused("rename", &path))?;
    if let Err(reason) = rescan(&directory, "-an")
        && supervised
    {
        let _ = directory.rename(&beside, name);
        return Err(Error::Scan(reason));
    }
    if !tools::until(SCAN_LIMIT, || !is_alive(&service)) {
        return Err(Error::Lingering(path));
    }
    directory.delete(&beside).map_err(refused("delete", &path))
}

/// The instances of a scan directory, in order of their names.
///
/// # Errors
///
/// [`Error::Io`]
pub fn list(scandir: &Utf8Path) -> Result<Vec<(String, Origin)>, Error> {
    let directory = Directory::open(scandir).map_err(refused("open", scandir))?;
    let names = directory.names().map_err(refused("read", scandir))?;
    let origin = |name: &str| {
        let bytes = directory.child(name).and_then(|service| service.read(MARKER)).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let instances = names.into_iter().filter(|name| !name.starts_with('.'));
    Ok(instances.filter_map(|name| origin(&name).map(|origin| (name, origin))).collect())
}

/// The file that keeps a service from being started.
fn down() -> crate::s6rc::plan::FileTree {
    let mut tree = crate::s6rc::plan::FileTree::default();
    let empty = crate::s6rc::plan::Entry::File { bytes: Vec::new(), mode: 0o644 };
    tree.entries.insert("down".into(), empty);
    tree
}

/// Makes what s6-supervise would make, with the permissions that let a user control the service: `control` takes commands,
/// `status` must be reached, and whoever waits for a state makes a pipe in `event`. s6-supervise keeps what it finds.
///
/// The directory `supervise` itself is not given away: its owner could put links where a root process writes.
fn seed(service: &Directory, (uid, gid): (u32, u32)) -> io::Result<()> {
    let supervise = service.make("supervise", 0o711)?;
    supervise.fifo("control", Some(uid))?;
    let event = service.make("event", 0o700)?;
    event.give(None, Some(gid))?;
    event.set_mode(0o3730)
}

fn rescan(directory: &Directory, options: &str) -> Result<(), String> {
    tools::run("s6-svscanctl", &[options, "."], directory, SCAN_LIMIT)
}

/// Whether the service or its logger is still supervised.
fn is_alive(service: &Directory) -> bool {
    let supervised = |directory: &Directory| directory.is_supervised().unwrap_or(false);
    supervised(service) || service.child("log").is_ok_and(|log| supervised(&log))
}

/// Undoes a registration that s6-svscan did not follow, or only in part.
fn take_out(directory: &Directory, name: &str, service: &Directory) {
    let beside = unfinished_name();
    if directory.rename(name, &beside).is_err() {
        return;
    }
    if is_alive(service) {
        let _ = tools::run("s6-svc", &["-d", "."], service, SCAN_LIMIT);
        let _ = rescan(directory, "-an");
        if !tools::until(SCAN_LIMIT, || !is_alive(service)) {
            return;
        }
    }
    let _ = directory.delete(&beside);
}

/// Deletes what killed processes left behind. What cannot be deleted is in nobody's way.
fn sweep(directory: &Directory) {
    for name in directory.names().unwrap_or_default().iter().filter(|name| name.starts_with(UNFINISHED)) {
        let Ok(left) = directory.child(name) else { continue };
        if !left.try_lock() {
            continue;
        }
        if is_alive(&left) {
            let _ = rescan(directory, "-an");
            if !tools::until(Duration::from_secs(2), || !is_alive(&left)) {
                continue;
            }
        }
        let _ = directory.delete(name);
    }
}

fn unfinished_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{UNFINISHED}{}-{now}", process::id())
}

/// A new directory that s6-svscan does not see, locked.
fn unfinished(directory: &Directory) -> io::Result<(String, Directory)> {
    for _ in 0..10 {
        let name = unfinished_name();
        let made = match directory.make(&name, 0o755) {
            Ok(made) => made,
            // Between being made and being locked it may have looked like one that was left behind.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => continue,
            Err(error) => return Err(error),
        };
        made.lock()?;
        if made.is_at(directory, &name) {
            return Ok((name, made));
        }
    }
    Err(io::Error::other("others delete what is written"))
}
