//! Faults in every way of writing: each call in turn fails or is the last one, and nothing is half written, and nothing lost.
//! The counts are printed. `HERMESC_FAULTS=all` tries every call in turn; without it a part of them is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::emit::{snapshot, source};
use crate::emit_faults::{all, can};

type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// The calls by which files are read and written. Those of a line are one call under two names, of which a run uses one: calls
/// are counted by name, and only one of a run is to fail.
pub const CALLS: &[&str] = &[
    "openat",
    "read",
    "write",
    "close",
    "statx",
    "newfstatat",
    "fstat",
    "lseek",
    "fcntl",
    "readlink,readlinkat",
    "getcwd",
    "getdents64",
    "mkdir,mkdirat",
    "link,linkat",
    "symlink,symlinkat",
    "rename,renameat,renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "fchmod",
    "chmod,fchmodat",
    "fchown,fchownat",
    "utimensat",
    "listxattr",
    "flock",
    "fsync,syncfs",
];

/// Calls that have nothing to do with what is written: of the start of a program, of memory, threads and terminals.
const OTHERS: &[&str] = &[
    "access",
    "arch_prctl",
    "brk",
    "clone3",
    "execve",
    "exit",
    "exit_group",
    "futex",
    "getrandom",
    "gettid",
    "ioctl",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "open",
    "poll",
    "prctl",
    "pread64",
    "prlimit64",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "sigaltstack",
    "sysinfo",
    "getpid",
    "clock_nanosleep",
    "restart_syscall",
    "clone",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "tgkill",
];

const ERRORS: &[&str] = &["ENOSPC", "EIO", "EACCES", "EINTR", "EDQUOT", "EROFS"];

fn strace(what: &str) -> bool {
    can("strace", &["-e", "inject=getpid:error=EPERM", "-o", "/dev/null", "true"], what)
}

/// How far what was written may be from the old and the new state.
#[derive(Clone, Copy, PartialEq)]
enum Promise {
    /// All of it is old, or all of it is new.
    Whole,
    /// Each file is old or new; an error puts everything back.
    EachFile,
    /// Each file is old or new, after an error too, and the next run goes on.
    GoesOn,
}

/// A way of writing: files to begin with, and the command.
struct Way {
    name: &'static str,
    promise: Promise,
    before: fn(&Path),
    command: &'static [&'static str],
    /// A script of a shell that runs the command where something is mounted.
    around: Option<&'static str>,
}

fn write(path: &Path, name: &str, text: &str) {
    let path = path.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("written");
}

fn nothing(path: &Path) {
    write(path, "set.hermes", &source(1));
}

fn one_file(path: &Path) {
    nothing(path);
    run(path, &["emit", "set.hermes", "-o", "place/out"]);
    write(path, "set.hermes", &source(1).replace("sleep 04", "sleep 7"));
}

fn another_state(path: &Path) {
    nothing(path);
    run(path, &["emit", "set.hermes", "-o", "place/out"]);
    write(path, "set.hermes", &source(2));
}

fn rootfs(path: &Path) {
    write(path, "set.hermes", &format!("{}main {{ run exec x }}\n", source(1)));
    run(path, &["emit", "set.hermes", "--rootfs", "place/root"]);
    write(path, "set.hermes", &format!("{}main {{ run exec y }}\ncont-init a {{ run exec z }}\n", source(2)));
}

fn untidy(path: &Path) {
    for name in ["a", "b", "c"] {
        write(path, &format!("place/{name}.hermes"), &format!("longrun   {name} {{\nrun exec x; in user }}\n"));
    }
}

/// A list of names becomes a directory, and a script moves to a file of its own.
fn broken_directories(path: &Path) {
    let services = "place/root/etc/s6-overlay/s6-rc.d";
    for name in ["first", "second"] {
        write(path, &format!("{services}/{name}/type"), "longrun\n");
        write(path, &format!("{services}/{name}/run"), "#!/bin/sh\nexec sleep 1\n");
        write(path, &format!("{services}/user/contents.d/{name}"), "");
    }
    write(path, &format!("{services}/user/type"), "bundle\n");
    write(path, &format!("{services}/second/dependencies"), "first \r\nsetup \r\n");
    write(path, &format!("{services}/setup/type"), "oneshot\n");
    write(path, &format!("{services}/setup/up"), "#!/bin/sh\nmkdir -p /data\n");
}

/// Files get other names.
fn misspelt_names(path: &Path) {
    for name in ["first", "second", "third"] {
        write(path, &format!("place/d/{name}/type"), "longrun\n");
        write(path, &format!("place/d/{name}/run"), "#!/bin/sh\nexec sleep 1\n");
    }
    write(path, "place/d/second/dependencies.d/frist", "");
    write(path, "place/d/third/dependencies.d/secnd", "");
}

/// What each definition needs, as s6-rc reads it: a list beside a directory is not opened.
fn needed(tree: &Tree) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let mut needed: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let directory = |definition: &Path| definition.join("dependencies.d");
    for (path, (_, content)) in tree {
        let Some(above) = path.parent() else { continue };
        if path.ends_with("type") {
            needed.entry(above.to_owned()).or_default();
        } else if path.ends_with("dependencies") && !tree.contains_key(&directory(above)) {
            let text = String::from_utf8_lossy(content);
            needed.entry(above.to_owned()).or_default().extend(text.lines().map(|line| line.trim().to_owned()));
        } else if let (true, Some(definition)) = (above.ends_with("dependencies.d"), above.parent()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            needed.entry(definition.to_owned()).or_default().insert(name.into_owned());
        }
    }
    needed
}

/// A script that `up` names is there.
fn is_named_in_vain(tree: &Tree) -> bool {
    let named = |content: &[u8]| content.ends_with(b"/up-script\n");
    tree.iter().any(|(path, (_, content))| {
        path.ends_with("up") && named(content) && !tree.contains_key(&path.with_file_name("up-script"))
    })
}

fn directories(path: &Path) {
    write(path, "d/a/type", "longrun\n");
    write(path, "d/a/run", "#!/bin/sh\nexec sleep 1\n");
    write(path, "place/set.hermes", "# what was there\n");
}

fn old_picture(path: &Path) {
    nothing(path);
    write(path, "place/services.dot", "what was there");
}

/// `place/out` is a mount of its own, so that it cannot be exchanged.
const MOUNTED: &str = "mount --bind place/out place/out && exec \"$@\"";

const WAYS: &[Way] = &[
    Way {
        name: "the first emit",
        promise: Promise::Whole,
        before: nothing,
        command: &["emit", "set.hermes", "-o", "place/out"],
        around: None,
    },
    Way {
        name: "one file",
        promise: Promise::Whole,
        before: one_file,
        command: &["emit", "set.hermes", "-o", "place/out"],
        around: None,
    },
    Way {
        name: "an exchange",
        promise: Promise::Whole,
        before: another_state,
        command: &["emit", "set.hermes", "-o", "place/out", "--sync"],
        around: None,
    },
    Way {
        name: "--rootfs",
        promise: Promise::Whole,
        before: rootfs,
        command: &["emit", "set.hermes", "--rootfs", "place/root"],
        around: None,
    },
    Way {
        name: "file by file",
        promise: Promise::GoesOn,
        before: another_state,
        command: &["emit", "set.hermes", "-o", "place/out"],
        around: Some(MOUNTED),
    },
    Way { name: "fmt", promise: Promise::EachFile, before: untidy, command: &["fmt", "place"], around: None },
    Way {
        name: "check --fix",
        // What cannot be read is not mended, and what is mended beside it stays: the next run goes on.
        promise: Promise::GoesOn,
        before: broken_directories,
        command: &["check", "--fix", "place/root"],
        around: None,
    },
    Way {
        name: "check --fix of names",
        // What cannot be read is not mended, and what is mended beside it stays: the next run goes on.
        promise: Promise::GoesOn,
        before: misspelt_names,
        command: &["check", "--fix", "place/d"],
        around: None,
    },
    Way {
        name: "import -o",
        promise: Promise::Whole,
        before: directories,
        command: &["import", "d", "-o", "place/set.hermes", "--force"],
        around: None,
    },
    Way {
        name: "graph -o",
        promise: Promise::Whole,
        before: old_picture,
        command: &["graph", "set.hermes", "-o", "place/services.dot"],
        around: None,
    },
    Way { name: "init", promise: Promise::Whole, before: |_| {}, command: &["init", "place/new.hermes"], around: None },
];

/// So many kills are spread evenly over what a run lasts, which is measured again for the next ones.
pub const SPREAD: u32 = 30;

/// What a run lasts: the median of a few.
pub fn duration(run: impl FnMut() -> Duration) -> Duration {
    let mut lasted: Vec<Duration> = std::iter::repeat_with(run).take(5).collect();
    lasted.sort();
    lasted[2]
}

fn hermesc() -> &'static str {
    env!("CARGO_BIN_EXE_hermesc")
}

fn run(path: &Path, arguments: &[&str]) {
    let output = Command::new(hermesc()).args(arguments).current_dir(path).output().expect("it starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Way {
    fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("place")).expect("a directory");
        (self.before)(folder.path());
        folder
    }

    /// The command behind other words, as they are for strace, in its mounts.
    fn command(&self, folder: &Path, behind: &[String]) -> Command {
        let mut words: Vec<String> = behind.to_vec();
        words.push(hermesc().to_owned());
        words.extend(self.command.iter().map(|word| (*word).to_owned()));
        let (program, before): (&str, Vec<&str>) = match (self.around, words.first()) {
            (Some(script), _) => ("unshare", vec!["-m", "sh", "-c", script, "sh"]),
            (None, first) => (first.map_or("", String::as_str), Vec::new()),
        };
        let mut command = Command::new(program);
        // The loader looks into each directory that this names: calls that are nobody's.
        command.env_remove("LD_LIBRARY_PATH");
        command.args(before).args(&words[usize::from(self.around.is_none())..]);
        command.current_dir(folder).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
        command
    }

    fn undisturbed(&self, folder: &Path) -> Output {
        self.command(folder, &[]).output().expect("it starts")
    }

    /// Whether mounts are needed that cannot be had here.
    fn is_possible(&self) -> bool {
        self.around.is_none() || can("unshare", &["-m", "true"], self.name)
    }
}

/// What is in the place, and which of it is litter.
fn seen(folder: &Path) -> (Tree, BTreeSet<PathBuf>) {
    let mut tree = snapshot(&folder.join("place")).expect("a directory");
    // The list of what was written tells of a run that did not end; directories come before what is in them, and only one of
    // these says something when it is empty.
    let is_list = |path: &Path| path.ends_with("dependencies.d") || path.ends_with("contents.d");
    let is_made_up = |path: &Path| path.to_string_lossy().contains("/.hermesc-");
    tree.retain(|path, (_, content)| {
        !path.ends_with(".hermesc.json") && (content != b"directory" || is_list(path) || is_made_up(path))
    });
    let is_litter = |path: &PathBuf| path.iter().any(|part| part.to_string_lossy().starts_with(".hermesc-"));
    let litter: BTreeSet<PathBuf> = tree.keys().filter(|path| is_litter(path)).cloned().collect();
    tree.retain(|path, _| !litter.contains(path));
    (tree, litter)
}

/// Both states of a way.
struct States<'w> {
    way: &'w Way,
    old: Tree,
    new: Tree,
}

impl<'w> States<'w> {
    fn of(way: &'w Way) -> Self {
        let folder = way.folder();
        let old = seen(folder.path()).0;
        let output = way.undisturbed(folder.path());
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{}: {}",
            way.name,
            String::from_utf8_lossy(&output.stderr)
        );
        let (new, litter) = seen(folder.path());
        assert!(old != new && litter.is_empty(), "{}: nothing to do, or {litter:?} left", way.name);
        Self { way, old, new }
    }

    /// Finds that the promise was kept: 0 the old state, 1 the new one, 2 a part of each.
    fn judge(&self, folder: &Path, what: &str, killed: bool) -> usize {
        let (found, litter) = seen(folder);
        let state = if found == self.old {
            0
        } else if found == self.new {
            1
        } else {
            2
        };
        let name = self.way.name;
        // What `emit` could not remove beside the output is removed by its next run.
        let is_swept = |path: &PathBuf| path.to_string_lossy().starts_with(".hermesc-emit-");
        assert!(killed || litter.iter().all(is_swept), "{name}, {what}: {litter:?} is left");
        if state == 2 {
            let mixed = self.way.promise == Promise::GoesOn || (self.way.promise == Promise::EachFile && killed);
            assert!(mixed, "{name}, {what}: neither the old nor the new state: {found:#?}");
            // Where something cannot be read, fewer fixes are proposed, and a file may be as those make it: what is asked of it then
            // stands below.
            let fewer = !killed && name.starts_with("check --fix");
            for path in found.keys().chain(self.old.keys()).chain(self.new.keys()) {
                let now = found.get(path);
                assert!(
                    fewer || now == self.old.get(path) || now == self.new.get(path),
                    "{name}, {what}: {} is half written",
                    path.display()
                );
            }
        }
        if name.starts_with("check --fix") {
            assert!(!is_named_in_vain(&found), "{name}, {what}: a script is lost: {found:#?}");
            let (old, new) = (needed(&self.old), needed(&self.new));
            for (definition, now) in needed(&found) {
                let keeps = |all: &BTreeMap<PathBuf, BTreeSet<String>>| now.is_superset(&all[&definition]);
                assert!(keeps(&old) || keeps(&new), "{name}, {what}: {} lost a name: {now:?}", definition.display());
            }
        }
        // The next run needs no repair.
        if state != 1 || self.way.name != "init" {
            let output = self.way.undisturbed(folder);
            assert!(
                output.status.code().is_some_and(|code| code < 2),
                "{name}, after {what}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let (found, _) = seen(folder);
        assert!(found == self.new, "{name}: not repaired after {what}: {found:#?}");
        state
    }
}

/// Runs a way with a fault at one call; nothing where there are not so many.
fn injected(way: &Way, call: &str, fault: &str, when: usize) -> Option<(TempDir, Output)> {
    let folder = way.folder();
    let log = folder.path().join("log");
    let mut words: Vec<String> = ["strace", "-f", "-qq", "-o"].into_iter().map(str::to_owned).collect();
    words.push(log.display().to_string());
    words.extend([
        "-e".to_owned(),
        format!("trace={call}"),
        "-e".to_owned(),
        format!("inject={call}:{fault}:when={when}"),
    ]);
    let output = way.command(folder.path(), &words).output().expect("strace starts");
    let text = fs::read_to_string(&log).unwrap_or_default();
    (text.contains("(INJECTED)") || text.contains("killed by SIGKILL")).then_some((folder, output))
}

#[test]
fn every_call_that_is_made_is_one_that_is_tried() {
    if !strace("the test of which calls are made") {
        return;
    }
    let known: BTreeSet<&str> = CALLS.iter().flat_map(|line| line.split(',')).chain(OTHERS.iter().copied()).collect();
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for way in WAYS.iter().filter(|way| way.is_possible()) {
        let folder = way.folder();
        let log = folder.path().join("log");
        let words = ["strace", "-f", "-qq", "-o"].map(str::to_owned).into_iter().chain([log.display().to_string()]);
        way.command(folder.path(), &words.collect::<Vec<_>>()).output().expect("strace starts");
        for line in fs::read_to_string(log).expect("a log").lines() {
            let Some((_, call)) = line.split_once(' ') else { continue };
            let call = call.trim_start().trim_start_matches("<... ");
            let name: String = call.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
            if !name.is_empty() {
                *made.entry(name).or_default() += 1;
            }
        }
    }
    let unknown: Vec<&String> = made.keys().filter(|name| !known.contains(name.as_str())).collect();
    assert!(unknown.is_empty(), "calls that no fault was thought of for: {unknown:?}");
    assert!(made.len() > 20, "{made:?}");
    eprintln!("{} calls of {} kinds are made in {} ways", made.values().sum::<usize>(), made.len(), WAYS.len());
}

#[test]
fn a_call_that_fails_loses_nothing() {
    if !strace("the test of calls that fail in every way of writing") {
        return;
    }
    for (number, way) in WAYS.iter().enumerate().filter(|(_, way)| way.is_possible()) {
        let states = States::of(way);
        let (mut tried, mut refused, mut ends) = (0, 0, [0; 3]);
        for (at, call) in CALLS.iter().enumerate() {
            for when in (1..).step_by(if all() { 1 } else { 23 }) {
                // No file system says anything else of a directory that is closed, and Rust's library takes it for a mistake.
                let error = if *call == "close" { "EINTR" } else { ERRORS[(number + at + when) % ERRORS.len()] };
                let Some((folder, output)) = injected(way, call, &format!("error={error}"), when) else { break };
                tried += 1;
                refused += usize::from(output.status.code() != Some(0));
                let what = format!("{error} of {call} number {when}");
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.code().is_some() && !said.contains("panicked"), "{}, {what}: {said}", way.name);
                let state = states.judge(folder.path(), &what, false);
                ends[state] += 1;
                // A fix that cannot be tried, since a file cannot be read, is named; the warning that stays is no failure.
                let told = output.status.code() != Some(0) || said.contains("not fixed ");
                assert!(told || state == 1, "{}: {what} was not told: {said}", way.name);
            }
        }
        eprintln!(
            "{}: {tried} calls failed, {refused} runs said so; {} old, {} new, {} of both",
            way.name, ends[0], ends[1], ends[2]
        );
        assert!(tried > 5 && ends[0] > 0, "{}", way.name);
    }
}

#[test]
fn a_kill_at_any_call_loses_nothing() {
    if !strace("the test of kills at calls in every way of writing") {
        return;
    }
    for way in WAYS.iter().filter(|way| way.is_possible()) {
        let states = States::of(way);
        let (mut tried, mut ends) = (0, [0; 3]);
        // What is not one of these changes nothing on the disk: a kill there is one at the next that does.
        for call in [
            "openat",
            "write",
            "mkdir",
            "link,linkat",
            "rename,renameat,renameat2",
            "unlink",
            "unlinkat",
            "rmdir",
            "fchmod",
            "chmod",
            "utimensat",
            "fsync,syncfs",
        ] {
            for when in (1..).step_by(if all() { 1 } else { 11 }) {
                let Some((folder, _)) = injected(way, call, "signal=KILL", when) else { break };
                tried += 1;
                ends[states.judge(folder.path(), &format!("a kill at {call} number {when}"), true)] += 1;
            }
        }
        eprintln!("{}: {tried} kills at calls; {} old, {} new, {} of both", way.name, ends[0], ends[1], ends[2]);
        assert!(tried > 3, "{}", way.name);
    }
}

#[test]
fn a_kill_at_any_time_leaves_each_file_whole() {
    let kills: u32 = if all() { 1000 } else { 30 };
    let is_meant = |way: &Way| matches!(way.name, "file by file" | "fmt" | "check --fix");
    for way in WAYS.iter().filter(|way| is_meant(way) && way.is_possible()) {
        let states = States::of(way);
        let (mut killed, mut ends, mut lasts) = (0, [0; 3], Duration::ZERO);
        for number in 0..kills {
            if number % SPREAD == 0 {
                lasts = duration(|| {
                    let folder = way.folder();
                    let begun = Instant::now();
                    way.undisturbed(folder.path());
                    begun.elapsed()
                });
            }
            let folder = way.folder();
            let mut child =
                way.command(folder.path(), &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            thread::sleep(lasts * (number % SPREAD) / SPREAD);
            child.kill().expect("a signal");
            killed += usize::from(child.wait().expect("an end").signal() == Some(9));
            ends[states.judge(folder.path(), "a kill", true)] += 1;
        }
        eprintln!(
            "{}: {kills} kills, {killed} before the end: {} old, {} new, {} of both",
            way.name, ends[0], ends[1], ends[2]
        );
        assert!(killed > 0, "{}", way.name);
    }
}
