//! Whole commands side by side, as people run them: `cargo bench --bench whole`. Prints the table of `docs/performance.md`.
//!
//! Every figure is the median of several runs of one process each, on one machine, one after the other in turn; what counts are the
//! ratios. Memory is the largest that the process had, in runs that are not timed. `s6-rc-compile` is timed where it is in PATH.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // a bench that cannot start should say why

mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs of each command.
const RUNS: usize = 7;
/// Where files lie in memory, on Linux.
const IN_MEMORY: &str = "/dev/shm";

struct Bench {
    folder: tempfile::TempDir,
}

/// What a command took.
#[derive(Clone, Copy)]
struct Took {
    time: Duration,
}

impl Took {
    fn shown(self) -> String {
        let milliseconds = self.time.as_secs_f64() * 1000.0;
        if milliseconds >= 1000.0 { format!("{:.2} s", milliseconds / 1000.0) } else { format!("{milliseconds:.1} ms") }
    }
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, services: usize) -> PathBuf {
        let path = self.path(&format!("{services}.hermes"));
        if !path.exists() {
            fs::write(&path, generate::services(services)).expect("written");
        }
        path
    }

    fn tree(&self, services: usize) -> PathBuf {
        let path = self.path(&format!("tree-{services}"));
        if !path.exists() {
            run(hermesc(&["emit"]).arg(self.text(services)).arg("-o").arg(&path));
        }
        path
    }
}

fn hermesc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments);
    command
}

fn run(command: &mut Command) -> Took {
    let begin = Instant::now();
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
    Took { time: begin.elapsed() }
}

/// The most memory that a command had, as Linux counts it; looked at again and again, since a process that has ended is asked
/// no more.
fn megabytes(command: &mut Command) -> String {
    let mut most: u64 = 0;
    for _ in 0..3 {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let path = format!("/proc/{}/status", child.id());
        while child.try_wait().expect("a state").is_none() {
            let status = fs::read_to_string(&path).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            most = most.max(now.unwrap_or_default());
            std::thread::sleep(Duration::from_micros(100));
        }
    }
    format!("{} MB", most.div_ceil(1000))
}

/// The medians of two things that are run in turn.
fn pair(mut one: impl FnMut() -> Took, mut other: impl FnMut() -> Took) -> (Took, Took) {
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        all[0].push(one());
        all[1].push(other());
    }
    let median = |mut all: Vec<Took>| {
        all.sort_by_key(|took| took.time);
        all[all.len() / 2]
    };
    let [one, other] = all;
    (median(one), median(other))
}

fn median(one: impl FnMut() -> Took) -> Took {
    pair(one, || Took { time: Duration::ZERO }).0
}

fn ratio(one: Took, other: Took) -> String {
    format!("{:.2}", one.time.as_secs_f64() / other.time.as_secs_f64())
}

fn row(work: &str, goal: &str, reached: &str, how: &str) {
    println!("| {work} | {goal} | {reached} | {how} |");
}

/// The files of a tree, to be made again by a plain loop.
fn files(tree: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, Vec<u8>)>) {
    let (mut directories, mut files, mut open) = (Vec::new(), Vec::new(), vec![tree.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            let below = path.strip_prefix(tree).expect("below").to_owned();
            if path.is_dir() {
                directories.push(below);
                open.push(path);
            } else {
                files.push((below, fs::read(&path).expect("a file")));
            }
        }
    }
    directories.sort();
    files.sort();
    (directories, files)
}

/// `check` of 1,000 services against s6-rc-compile, which writes its database beside.
fn against_the_compiler(bench: &Bench, place: &str) {
    let compiler = Command::new("s6-rc-compile").arg("-h").output().is_ok();
    for (name, goal) in [("language", 0.1), ("directories", 0.5)] {
        let work = format!("`check` of 1,000 services in {name}{place}");
        let goal = format!("at most {goal} of s6-rc-compile");
        if !compiler {
            row(&work, &goal, "-", "s6-rc-compile is not in PATH");
            continue;
        }
        let tree = bench.tree(1_000);
        let input = if name == "language" { bench.text(1_000) } else { tree };
        let compiled = bench.path("compiled");
        // What the layout's own bundles hold is not there: the services alone are compiled.
        let plain = bench.path("plain");
        if !plain.exists() {
            let text = generate::services(1_000).replacen("s6-overlay 3.2.3.2", "s6-rc 0.7.0.0", 1);
            fs::write(bench.path("plain.hermes"), text).expect("written");
            run(hermesc(&["emit"]).arg(bench.path("plain.hermes")).arg("-o").arg(&plain));
        }
        let (ours, theirs) = pair(
            || run(hermesc(&["check"]).arg(&input)),
            || {
                let _ = fs::remove_dir_all(&compiled);
                run(Command::new("s6-rc-compile").arg(&compiled).arg(&plain))
            },
        );
        row(&work, &goal, &ratio(ours, theirs), &format!("{} against {}", ours.shown(), theirs.shown()));
    }
}

/// `emit` of 10,000 services against a plain loop that makes the same files, and again.
fn emitting(bench: &Bench, place: &str) {
    let tree = bench.tree(10_000);
    let (directories, all) = files(&tree);
    let (out, plain) = (bench.path("out"), bench.path("loop"));
    let (first, by_loop) = pair(
        || {
            let _ = fs::remove_dir_all(&out);
            run(hermesc(&["emit"]).arg(bench.text(10_000)).arg("-o").arg(&out))
        },
        || {
            let _ = fs::remove_dir_all(&plain);
            let begin = Instant::now();
            fs::create_dir(&plain).expect("made");
            for path in &directories {
                fs::create_dir(plain.join(path)).expect("made");
            }
            for (path, bytes) in &all {
                fs::write(plain.join(path), bytes).expect("written");
            }
            Took { time: begin.elapsed() }
        },
    );
    let copy = median(|| {
        let _ = fs::remove_dir_all(&plain);
        run(Command::new("cp").arg("-a").arg(&tree).arg(&plain))
    });
    row(
        &format!("first `emit` of 10,000 services{place}"),
        "at most 1.3 of a plain loop",
        &ratio(first, by_loop),
        &format!("{} against {} for {} files; `cp -a` {}", first.shown(), by_loop.shown(), all.len(), copy.shown()),
    );
    let again = median(|| run(hermesc(&["emit"]).arg(bench.text(10_000)).arg("-o").arg(&out)));
    row(
        &format!("`emit` again, nothing changed{place}"),
        "at most 0.2 of the first",
        &ratio(again, first),
        &again.shown(),
    );
    let text = generate::services(10_000);
    let other = bench.path("other.hermes");
    let mut state = 0;
    let changed = median(|| {
        state += 1;
        fs::write(&other, text.replace("--data /var/lib/5001", &format!("--data /var/lib/{state}"))).expect("written");
        run(hermesc(&["emit"]).arg(&other).arg("-o").arg(&out))
    });
    row(
        &format!("`emit` again, one service changed{place}"),
        "at most 0.2 of the first",
        &ratio(changed, first),
        &changed.shown(),
    );
}

fn main() {
    let bench = Bench { folder: tempfile::tempdir().expect("a directory") };
    println!("| work | to reach | reached | how it was measured |\n| --- | --- | --- | --- |");
    against_the_compiler(&bench, "");
    if let Ok(folder) = tempfile::tempdir_in(IN_MEMORY) {
        against_the_compiler(&Bench { folder }, ", all files in memory");
    }
    let (ten, hundred) =
        pair(|| run(hermesc(&["check"]).arg(bench.text(10_000))), || run(hermesc(&["check"]).arg(bench.text(100_000))));
    row(
        "100,000 services in the language",
        "under 2 s and 600 MB, linear from 10,000",
        &format!(
            "{}, {}, {} times that of 10,000",
            hundred.shown(),
            megabytes(hermesc(&["check"]).arg(bench.text(100_000))),
            ratio(hundred, ten)
        ),
        &format!("`check`; 10,000 take {}", ten.shown()),
    );
    emitting(&bench, "");
    if let Ok(folder) = tempfile::tempdir_in(IN_MEMORY) {
        emitting(&Bench { folder }, ", all files in memory");
    }
    let small = bench.path("small.hermes");
    fs::write(&small, generate::services(3)).expect("written");
    let (version, check) = pair(|| run(&mut hermesc(&["--version"])), || run(hermesc(&["check"]).arg(&small)));
    row(
        "`--version`; `check` of 20 lines",
        "under 5 ms and 10 MB",
        &format!(
            "{}, {}; {}, {}",
            version.shown(),
            megabytes(&mut hermesc(&["--version"])),
            check.shown(),
            megabytes(hermesc(&["check"]).arg(&small))
        ),
        "one process",
    );
    let tree = bench.tree(10_000);
    let import = median(|| run(hermesc(&["import"]).arg(&tree)));
    row("`import` of 10,000 services", "under 1 s", &import.shown(), &megabytes(hermesc(&["import"]).arg(&tree)));
    let format = median(|| run(hermesc(&["fmt", "--check"]).arg(bench.text(10_000))));
    row(
        "`fmt` of 10,000 services",
        "under 0.3 s",
        &format.shown(),
        &megabytes(hermesc(&["fmt", "--check"]).arg(bench.text(10_000))),
    );
}
