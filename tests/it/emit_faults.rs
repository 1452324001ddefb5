//! Faults while a tree is written: whatever fails and whenever the program is killed, there is the whole old tree or the whole
//! new one, and the next run needs no repair. The counts are printed.
//!
//! `HERMESC_FAULTS=all` tries every call in turn, and a thousand kills; without it a part of them is tried.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::emit::{Work, snapshot};
use crate::faults::{CALLS, SPREAD, duration};

type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// Whether every call in turn is tried, and a thousand kills.
pub fn all() -> bool {
    std::env::var("HERMESC_FAULTS").is_ok_and(|value| value == "all")
}

/// Whether a program can be run; says so where it cannot.
pub fn can(program: &str, arguments: &[&str], what: &str) -> bool {
    let done = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let fine = done.is_ok_and(|status| status.success());
    if !fine {
        eprintln!("{program} cannot be used here: {what} was not run");
    }
    fine
}

/// The trees of both states.
struct States {
    old: Tree,
    new: Tree,
}

impl States {
    fn new() -> Self {
        let work = Work::new();
        Self { old: work.emitted(1), new: work.emitted(2) }
    }

    /// 0 where the output is the old state, 1 where it is the new one.
    fn which(&self, work: &Work, what: &str) -> usize {
        let found = snapshot(&work.out()).unwrap_or_default();
        if found == self.old {
            0
        } else {
            assert!(found == self.new, "neither the old nor the new tree after {what}: {found:#?}");
            1
        }
    }

    /// Finds that a run that nothing disturbs gives the new state, and leaves nothing else.
    fn ends_well(&self, work: &Work, what: &str) {
        assert_eq!(work.emitted(2), self.new, "not repaired after {what}");
        assert!(work.litter().is_empty(), "{:?} is left after {what}", work.litter());
    }
}

/// Emits the second state under strace, which makes a call fail or kills the program there.
fn injected(work: &Work, call: &str, fault: &str, when: usize) -> (Output, bool) {
    let log = work.folder.path().join("log");
    // The loader looks into each directory that this names: calls that are nobody's.
    let output = Command::new("strace")
        .env_remove("LD_LIBRARY_PATH")
        .args(["-f", "-qq", "-o", log.to_str().expect("UTF-8"), "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={call}:{fault}:when={when}"))
        .arg(env!("CARGO_BIN_EXE_hermesc"))
        .args(work.arguments(2))
        .output()
        .expect("strace starts");
    let reached =
        fs::read_to_string(&log).is_ok_and(|log| log.contains("(INJECTED)") || log.contains("killed by SIGKILL"));
    (output, reached)
}

#[test]
fn a_call_that_fails_changes_nothing_or_all() {
    if !can("strace", &["-e", "inject=getpid:error=EPERM", "-o", "/dev/null", "true"], "the test of calls that fail") {
        return;
    }
    let states = States::new();
    let (mut tried, mut ends, mut refused) = (0, [0, 0], 0);
    for (number, call) in CALLS.iter().enumerate() {
        let error = ["ENOSPC", "EIO", "EACCES", "EINTR"][number % 4];
        for when in (1..).step_by(if all() { 1 } else { 5 }) {
            let work = Work::new();
            work.emitted(1);
            let (output, reached) = injected(&work, call, &format!("error={error}"), when);
            if !reached {
                break;
            }
            tried += 1;
            let what = format!("{error} of {call} number {when}");
            let which = states.which(&work, &what);
            ends[which] += 1;
            refused += usize::from(!output.status.success());
            assert!(!(output.status.success() && which == 0), "{what} was not told");
            states.ends_well(&work, &what);
        }
    }
    eprintln!("{tried} calls failed: {refused} runs said so; {} old trees, {} new ones, 0 others", ends[0], ends[1]);
    assert!(tried > 20 && ends[0] > 0);
}

#[test]
fn a_kill_at_any_call_changes_nothing_or_all() {
    if !can("strace", &["-e", "inject=getpid:error=EPERM", "-o", "/dev/null", "true"], "the test of kills at calls") {
        return;
    }
    let states = States::new();
    let (mut tried, mut ends) = (0, [0, 0]);
    for call in CALLS {
        for when in (1..).step_by(if all() { 1 } else { 7 }) {
            let work = Work::new();
            work.emitted(1);
            let (_, reached) = injected(&work, call, "signal=KILL", when);
            if !reached {
                break;
            }
            tried += 1;
            let what = format!("a kill at {call} number {when}");
            ends[states.which(&work, &what)] += 1;
            states.ends_well(&work, &what);
        }
    }
    eprintln!("{tried} kills at calls: {} old trees, {} new ones, 0 others", ends[0], ends[1]);
    assert!(tried > 20 && ends[0] > 0);
}

#[test]
fn a_kill_at_any_time_changes_nothing_or_all() {
    let states = States::new();
    let work = Work::new();
    let kills = if all() { 1000 } else { 60 };
    let mut ends = [0, 0];
    let (mut killed, mut lasts) = (0, Duration::ZERO);
    for number in 0..kills {
        if number % SPREAD == 0 {
            lasts = duration(|| {
                work.emitted(1);
                let begun = Instant::now();
                work.emitted(2);
                begun.elapsed()
            });
        }
        work.emitted(1);
        let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .args(work.arguments(2))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // From before the first call to after the last one.
        thread::sleep(lasts * (number % SPREAD) / SPREAD);
        child.kill().expect("a signal");
        killed += usize::from(child.wait().expect("an end").signal() == Some(9));
        ends[states.which(&work, "a kill")] += 1;
        states.ends_well(&work, "a kill");
    }
    eprintln!("{kills} kills, {killed} before the end: {} old trees, {} new ones, 0 others", ends[0], ends[1]);
    assert!(killed > 0);
}

#[test]
fn several_at_once_leave_one_of_the_trees() {
    let states = States::new();
    let work = Work::new();
    for _ in 0..4 {
        let children: Vec<_> = (0..8)
            .map(|number| {
                Command::new(env!("CARGO_BIN_EXE_hermesc"))
                    .args(work.arguments(1 + number % 2))
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped())
                    .spawn()
                    .expect("it starts")
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().expect("an end");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        states.which(&work, "eight at once");
        assert!(work.litter().is_empty(), "{:?}", work.litter());
    }
}

/// Emits the second state where a script has changed what is around; the script ends with `"$@"`.
fn in_a_namespace(work: &Work, script: &str) -> Output {
    Command::new("unshare")
        .args(["-m", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_hermesc")])
        .args(work.arguments(2))
        .env("OUT", work.out())
        .env("PLACE", work.folder.path().join("place"))
        .output()
        .expect("unshare starts")
}

#[test]
fn full_and_read_only_file_systems() {
    if !can("unshare", &["-m", "true"], "the test of full and read-only file systems") {
        return;
    }
    let states = States::new();
    let stderr = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let emit_first = format!("{} emit \"${{2%2.hermes}}1.hermes\" -o \"$OUT\" >&2", env!("CARGO_BIN_EXE_hermesc"));
    // Every size from one in which nothing fits to one in which all does; what is there is shown from inside.
    let (mut full, mut fits) = (0, 0);
    for kilobytes in [40, 60, 80, 120, 160, 200, 260, 400] {
        let work = Work::new();
        let script = format!(
            "mount -t tmpfs -o size={kilobytes}k tmpfs \"$PLACE\" && {emit_first} || exit 77; shift 0; \"$1\" \"$2\" \"$3\" \"$4\" \"$5\"; code=$?; \
             cp -a \"$OUT\" \"$PLACE/../copy\"; ls -A \"$PLACE\" >&2; exit $code"
        );
        let output = in_a_namespace(&work, &script.replace("${2%2.hermes}", "${3%2.hermes}"));
        if output.status.code() == Some(77) {
            continue;
        }
        let copy = snapshot(&work.folder.path().join("copy")).unwrap_or_default();
        match output.status.code() {
            Some(0) => {
                fits += 1;
                assert!(copy == states.new, "{kilobytes} kB");
            }
            Some(2) => {
                full += 1;
                assert!(copy == states.old, "{kilobytes} kB: {}", stderr(&output));
                assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
            }
            other => panic!("{kilobytes} kB: {other:?} {}", stderr(&output)),
        }
        assert!(!stderr(&output).contains(".hermesc-emit"), "{}", stderr(&output));
    }
    eprintln!("disk full: {full} refused with the old tree, {fits} fitted");
    assert!(fits > 0);
    // Nothing can be written at all.
    let work = Work::new();
    work.emitted(1);
    let output = in_a_namespace(
        &work,
        "mount --bind \"$PLACE\" \"$PLACE\" && mount -o remount,ro,bind \"$PLACE\" && exec \"$@\"",
    );
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("Read-only file system"), "{}", stderr(&output));
    assert_eq!(states.which(&work, "a read-only place"), 0);
    // The output is a mount of its own: it cannot be exchanged.
    let output = in_a_namespace(&work, "mount --bind \"$OUT\" \"$OUT\" && exec \"$@\"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("written file by file, since"), "{}", stderr(&output));
    assert_eq!(states.which(&work, "a mount"), 1);
    assert!(work.litter().is_empty(), "{:?}", work.litter());
}

#[test]
fn a_limit_on_the_size_of_files() {
    let states = States::new();
    let work = Work::new();
    work.emitted(1);
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 1; trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_hermesc")])
        .args(work.arguments(2))
        .output()
        .expect("sh starts");
    // The manifest is larger than 512 bytes.
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(states.which(&work, "a limit"), 0);
    states.ends_well(&work, "a limit");
}
