//! Faults in every way of writing: each call in turn fails or is the last one, and nothing is half written, and nothing lost.
//! The counts are printed. `HERMESC_FAULTS=all` tries every call in turn; without it a part of them is tried.

mod calls;
mod reading;
mod states;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::emit_faults::{all, can};
pub use calls::CALLS;
use calls::{ERRORS, OTHERS, READING};
use states::States;
use ways::{WAYS, Way};

fn strace(what: &str) -> bool {
    can("strace", &["-e", "inject=getpid:error=EPERM", "-o", "/dev/null", "true"], what)
}

/// So many kills are spread evenly over what a run lasts, which is measured again for the next ones.
pub const SPREAD: u32 = 30;

/// What a run lasts: the median of a few.
pub fn duration(run: impl FnMut() -> Duration) -> Duration {
    let mut lasted: Vec<Duration> = std::iter::repeat_with(run).take(5).collect();
    lasted.sort();
    lasted[2]
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
        for call in CALLS.iter().filter(|call| !READING.contains(call)) {
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
