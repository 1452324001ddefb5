//! `hermesc watch`: the program runs, files are changed as editors and people change them, and what it says is read.
//!
//! A run that should not be is not waited for: the number in the head of the next one tells.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::terminal::Terminal;

const WAITING: &str = "waiting for changes";

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        put(directory.path(), name, text);
    }
    directory
}

fn put(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, text).expect("a written file");
}

/// One service that starts.
fn service(name: &str) -> String {
    format!("longrun {name} {{ run exec {name}; in user }}\n")
}

/// `hermesc watch`, with both streams in one pipe.
struct Watch {
    program: Child,
    lines: Receiver<String>,
    directory: TempDir,
}

impl Watch {
    fn new(arguments: &[&str], directory: TempDir) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        command.arg("watch").args(arguments);
        Self::spawn(command, directory)
    }

    fn spawn(mut command: Command, directory: TempDir) -> Self {
        let (read, write) = std::io::pipe().expect("a pipe");
        let program = command
            .current_dir(directory.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(write.try_clone().expect("a descriptor"))
            .stderr(write)
            .spawn()
            .expect("hermesc starts");
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(read).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self { program, lines, directory }
    }

    /// The next report, without the line at its end.
    fn report(&self) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut report = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no report: {report:?}"));
            report.push_str(&format!("{line}\n"));
            if line.contains(WAITING) {
                return report.trim_start_matches('\n').to_owned();
            }
        }
    }

    /// The report that comes after a change: it has a number, and says a text.
    fn tells(&self, number: usize, text: &str) {
        let report = self.report();
        assert!(report.contains(&format!("; run {number}")), "not run {number}: {report}");
        assert!(report.contains(text), "no {text:?} in {report}");
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn signal(&self, signal: Signal) {
        let process = Pid::from_raw(i32::try_from(self.program.id()).expect("a process")).expect("a process");
        kill_process(process, signal).expect("a signal");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_run_follows_every_kind_of_change() {
    let watch = Watch::new(&["services"], directory(&[("services/a.hermes", &service("a"))]));
    let at = |name: &str| watch.path().join("services").join(name);
    watch.tells(1, "no problems in 1 file: 1 longrun");
    fs::write(at("a.hermes"), service("a") + &service("b")).unwrap();
    watch.tells(2, "no problems in 1 file: 2 longruns");
    // As editors save: a new file, moved over the old one.
    fs::write(at(".a.hermes.new"), service("a") + "longrun b { in user }\n").unwrap();
    fs::rename(at(".a.hermes.new"), at("a.hermes")).unwrap();
    watch.tells(3, "missing-run");
    // Or the old one aside, and a new one.
    fs::rename(at("a.hermes"), at("a.hermes~")).unwrap();
    fs::write(at("a.hermes"), service("a")).unwrap();
    watch.tells(4, "services/a.hermes changed\nno problems in 1 file: 1 longrun");
    fs::write(at("c.hermes"), service("c")).unwrap();
    watch.tells(5, "services/c.hermes is new\nno problems in 2 files");
    fs::remove_file(at("a.hermes")).unwrap();
    watch.tells(6, "services/a.hermes is gone\nno problems in 1 file");
    // What is none of the language changes nothing.
    fs::write(at("notes.txt"), "").unwrap();
    fs::write(at(".c.hermes.swp"), "").unwrap();
    fs::write(at("c.hermes"), service("d")).unwrap();
    watch.tells(7, "services/c.hermes changed");
    fs::remove_dir_all(at("")).unwrap();
    watch.tells(8, "there is no services");
    fs::create_dir(at("")).unwrap();
    watch.tells(9, "holds neither `.hermes` files nor");
    fs::write(at("e.hermes"), service("e")).unwrap();
    watch.tells(10, "no problems in 1 file");
    // A directory that is there again at once has no watch any more.
    fs::remove_dir_all(at("")).unwrap();
    put(watch.path(), "services/e.hermes", &service("f"));
    watch.tells(11, "no problems in 1 file");
    fs::write(at("e.hermes"), "longrun e {").unwrap();
    watch.tells(12, "unclosed");
}

#[test]
fn everything_that_was_read_is_watched() {
    let files = [
        ("a.hermes", "include \"parts/b.hermes\"\nlongrun a { run file \"scripts/a\"; in user }\n"),
        ("parts/b.hermes", &service("b")),
        ("scripts/a", "#!/bin/sh\nexec a\n"),
        ("image/Dockerfile", "FROM scratch\nCOPY rootfs/ /\nENTRYPOINT [\"/init\"]\n"),
    ];
    let watch = Watch::new(&["a.hermes", "--dockerfile", "image/Dockerfile"], directory(&files));
    watch.tells(1, "2 longruns");
    put(watch.path(), "parts/b.hermes", &(service("b") + &service("c")));
    watch.tells(2, "parts/b.hermes changed\nno problems in 3 files: 3 longruns");
    put(watch.path(), "scripts/a", "#!/bin/sh\nexec other\n");
    watch.tells(3, "scripts/a changed");
    fs::remove_file(watch.path().join("scripts/a")).unwrap();
    watch.tells(4, "cannot read scripts/a");
    put(watch.path(), "scripts/a", "#!/bin/sh\nexec a\n");
    watch.tells(5, "no problems");
    put(watch.path(), "image/Dockerfile", "FROM scratch\nENTRYPOINT [\"/bin/other\"]\n");
    watch.tells(6, "image/Dockerfile changed");
    put(watch.path(), "hermesc.toml", "[rules]\nunknown = 1\n");
    watch.tells(7, "hermesc.toml is new\nhermesc: ");
    fs::remove_file(watch.path().join("hermesc.toml")).unwrap();
    watch.tells(8, "hermesc.toml is gone");
    // Another include, in a directory that nobody watched.
    put(watch.path(), "more/d.hermes", &service("d"));
    put(watch.path(), "parts/b.hermes", "include \"../more/d.hermes\"\n");
    watch.tells(9, "parts/b.hermes changed");
    put(watch.path(), "more/d.hermes", &(service("d") + &service("e")));
    watch.tells(10, "more/d.hermes changed");
}

#[test]
fn a_burst_of_changes_is_one_run() {
    let watch = Watch::new(&["a.hermes"], directory(&[("a.hermes", &service("a"))]));
    watch.report();
    for number in 0..200 {
        put(watch.path(), "a.hermes", &service(&format!("a-{number}")));
    }
    put(watch.path(), "a.hermes", "longrun last {");
    let mut report = watch.report();
    let mut runs = 1;
    while !report.contains("longrun last") {
        report = watch.report();
        runs += 1;
    }
    // One, unless the machine was busy for the time in which nothing may change.
    assert!(runs < 20, "{runs} runs for one burst");
}

#[test]
fn what_is_changed_back_is_no_change() {
    let watch = Watch::new(&["services"], directory(&[("services/a.hermes", &service("a"))]));
    watch.report();
    // vim looks so whether it can write in a directory.
    put(watch.path(), "services/4913.hermes", "");
    fs::remove_file(watch.path().join("services/4913.hermes")).unwrap();
    put(watch.path(), "services/b.hermes", &service("b"));
    watch.tells(2, "no problems in 2 files");
}

#[test]
fn what_is_emitted_starts_no_run() {
    let files = [("a.hermes", service("a")), ("tree/.keep", String::new())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    // The output lies in the directory that is watched.
    let watch = Watch::new(&[".", "-o", "out"], directory(&files));
    let run = || fs::read_to_string(watch.path().join("out/s6-rc.d/a/run")).unwrap_or_default();
    watch.tells(1, "out: 2 definitions");
    assert!(run().contains("\na\n"), "{}", run());
    put(watch.path(), "a.hermes", "longrun a { run exec changed; in user }\n");
    watch.tells(2, "\na.hermes changed\nout: 2 definitions for s6-overlay 3.2.3.2; 1 file written");
    assert!(run().contains("changed"), "{}", run());
    // Nothing is written where there are errors.
    put(watch.path(), "a.hermes", "longrun a { run exec again; in user\n");
    watch.tells(3, "nothing was written\nproblems");
    assert!(run().contains("changed"), "{}", run());
    put(watch.path(), "a.hermes", "longrun a { run exec again; in user }\n");
    watch.tells(4, "1 file written");
    assert!(run().contains("again"), "{}", run());
}

#[test]
fn the_files_of_an_image_are_emitted_too() {
    let watch = Watch::new(&["a.hermes", "--rootfs", "root"], directory(&[("a.hermes", &service("a"))]));
    watch.tells(1, "COPY [\"root/etc/\", \"/etc/\"]");
    put(watch.path(), "a.hermes", &service("b"));
    watch.tells(2, "a.hermes changed\nroot: ");
    assert!(watch.path().join("root/etc/s6-overlay/s6-rc.d/b/run").is_file());
}

#[test]
fn source_directories_are_watched() {
    let base = "image/etc/s6-overlay/s6-rc.d";
    let at = |name: &str| format!("{base}/{name}");
    let watch = Watch::new(&["image"], directory(&[("image/etc/motd", "")]));
    watch.tells(1, "holds neither");
    put(watch.path(), &at("web/type"), "longrun\n");
    watch.report();
    put(watch.path(), &at("web/run"), "#!/bin/sh\nexec web\n");
    fs::set_permissions(watch.path().join(at("web/run")), fs::Permissions::from_mode(0o755)).unwrap();
    put(watch.path(), "image/etc/s6-overlay/user-bundles.d/user/type", "bundle\n");
    put(watch.path(), "image/etc/s6-overlay/user-bundles.d/user/contents.d/web", "");
    put(watch.path(), &at("web/dependencies.d/base"), "");
    let mut report = watch.report();
    while !report.contains("no problems") {
        report = watch.report();
    }
    put(watch.path(), &at("web/dependencies.d/nothing"), "");
    assert!(watch.report().contains("`nothing` is not defined"));
    fs::remove_file(watch.path().join(at("web/dependencies.d/nothing"))).unwrap();
    assert!(watch.report().contains("no problems"));
    put(watch.path(), &at("cache/run"), "#!/bin/sh\nexec cache\n");
    assert!(watch.report().contains("cache"));
}

#[test]
fn links_are_followed() {
    // As Kubernetes does it: the files are links through a link that is exchanged.
    let files = [("one/a.hermes", &*service("a")), ("two/a.hermes", "longrun a {")];
    let directory = directory(&files);
    symlink("one", directory.path().join("data")).unwrap();
    fs::create_dir(directory.path().join("services")).unwrap();
    symlink("../data/a.hermes", directory.path().join("services/a.hermes")).unwrap();
    symlink("two", directory.path().join("next")).unwrap();
    let watch = Watch::new(&["services/a.hermes"], directory);
    watch.tells(1, "no problems");
    fs::rename(watch.path().join("next"), watch.path().join("data")).unwrap();
    watch.tells(2, "unclosed");
    put(watch.path(), "two/a.hermes", &service("a"));
    watch.tells(3, "no problems");
}

#[test]
fn where_nothing_is_told_the_files_are_looked_at() {
    let watch = Watch::new(&["services", "--poll=50ms"], directory(&[("services/a.hermes", &service("a"))]));
    watch.tells(1, "no problems");
    put(watch.path(), "services/b.hermes", "longrun b {");
    watch.tells(2, "services/b.hermes is new\n");
    fs::remove_file(watch.path().join("services/b.hermes")).unwrap();
    watch.tells(3, "no problems");
    // A named pipe is at no time opened.
    let pipe = watch.path().join("services/c.hermes");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
    watch.tells(4, "not a regular file");
}

#[test]
fn a_limit_of_the_system_is_told_and_the_files_are_looked_at() {
    for limit in ["max_inotify_watches", "max_inotify_instances"] {
        let directory = directory(&[("a.hermes", &service("a"))]);
        let zero = format!("echo 0 > /proc/sys/user/{limit}");
        let can = Command::new("unshare").args(["-Ur", "sh", "-c", &zero]).stderr(Stdio::null()).status();
        if !can.is_ok_and(|status| status.success()) {
            eprintln!("watch: no limits can be set here; what is said of them was not tried");
            return;
        }
        let program = env!("CARGO_BIN_EXE_hermesc");
        let script = format!("{zero}; exec {program} watch a.hermes 2>&1");
        let mut command = Command::new("unshare");
        command.args(["-Ur", "sh", "-c", &script]);
        let watch = Watch::spawn(command, directory);
        watch.tells(1, &limit.replace("max_inotify_", "raise fs.inotify.max_user_"));
        put(watch.path(), "a.hermes", "longrun a {");
        watch.tells(2, "unclosed");
    }
}

#[test]
fn several_sets_are_told_apart() {
    let files = [("a/a.hermes", service("a")), ("b/b.hermes", service("b"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let watch = Watch::new(&["a", "b", "--each"], directory(&files));
    watch.tells(1, "2 service sets: no problems");
    put(watch.path(), "b/b.hermes", "longrun b {");
    watch.tells(2, "== b\n");
}

#[test]
fn signals_end_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut watch = Watch::new(&["a.hermes"], directory(&[("a.hermes", &service("a"))]));
        watch.report();
        watch.signal(signal);
        assert_eq!(watch.program.wait().expect("an end").signal(), Some(signal.as_raw()));
    }
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    let mut program = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .args(["watch", "a.hermes"])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("hermesc starts");
    let mut lines = BufReader::new(program.stdout.take().expect("its output")).lines();
    while !lines.next().expect("a line").expect("text").contains(WAITING) {}
    drop(lines);
    put(directory.path(), "a.hermes", &service("b"));
    assert_eq!(program.wait().expect("an end").code(), Some(0));
}

#[test]
fn wrong_use_ends_it_at_once() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    for (arguments, message) in [
        (&["a.hermes", "--deny", "no-such-code"][..], "no-such-code"),
        (&["a.hermes", "--poll=1ms"], "at least 50ms"),
        (&["a.hermes", "--poll=5"], "durations have a unit"),
        (&["a.hermes", "-o", "out", "--dockerfile", "Dockerfile"], "cannot be used with"),
        (&["a.hermes", "-o", "out", "--rootfs", "root"], "cannot be used with"),
        (&["a.hermes", "--force"], "required"),
        (&[], "required"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .arg("watch")
            .args(arguments)
            .current_dir(directory.path())
            .output()
            .expect("hermesc starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(message), "{told}");
    }
}

/// A terminal of so many rows and columns on which files are watched.
fn on_terminal(arguments: &str, rows: usize, columns: usize, term: &str, directory: &Path) -> Terminal {
    let program = env!("CARGO_BIN_EXE_hermesc");
    let script = format!("stty rows {rows} cols {columns}; exec {program} watch {arguments}");
    let variables = [("TERM", term.to_owned()), ("LC_ALL", "C.UTF-8".to_owned()), ("NO_COLOR", "1".to_owned())];
    Terminal::new(&["sh", "-c", &script], directory, &variables)
}

const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

#[test]
fn the_screen_is_cleared_for_each_run() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    let mut terminal = on_terminal("a.hermes", 24, 80, "xterm", directory.path());
    let first = terminal.wait("Ctrl-C ends\r\n");
    let (before, report) = first.split_once(CLEAR).expect("a clear screen");
    // What was on the screen is moved up, not lost.
    assert_eq!(before, "\r\n".repeat(24));
    assert!(report.starts_with("watching a.hermes; run 1\r\n\r\nno problems in 1 file"), "{report}");
    assert!(!report.contains('\u{1b}'), "{report:?}");
    put(directory.path(), "a.hermes", &service("b"));
    let second = terminal.wait("Ctrl-C ends\r\n");
    assert!(second.starts_with(&format!("{CLEAR}watching a.hermes; run 2\r\na.hermes changed\r\n\r\n")), "{second:?}");
    terminal.press("\u{3}");
    let (rest, status) = terminal.end();
    assert_eq!((rest.as_str(), status.signal()), ("^C", Some(Signal::INT.as_raw())));
}

#[test]
fn only_what_fits_onto_the_screen_is_shown() {
    let broken: String = (0..40).map(|number| format!("longrun a{number} {{ in user }}\n")).collect();
    let warned = "longrun never { run exec never }\n";
    let directory = directory(&[("a.hermes", &(warned.to_owned() + &broken))]);
    for (rows, columns) in [(24, 80), (60, 200), (10, 40)] {
        let mut terminal = on_terminal("a.hermes", rows, columns, "xterm", directory.path());
        let report = terminal.wait("Ctrl-C ends\r\n");
        let (_, report) = report.split_once(CLEAR).expect("a clear screen");
        let shown = report.matches("missing-run").count();
        assert!(shown == 1 || report.lines().count() < rows, "{rows}: {report}");
        assert!(report.contains(&format!("… and {} more, which `hermesc check` shows", 41 - shown)), "{report}");
        // The worst is shown, wherever it stands.
        assert!(!report.contains("unreachable-service"), "{report}");
        assert!(report.contains("40 errors, 1 warning in 1 file"), "{report}");
    }
}

#[test]
fn nothing_is_cleared_where_that_is_not_wanted() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    for (arguments, term) in [("a.hermes --no-clear", "xterm"), ("a.hermes", "dumb")] {
        put(directory.path(), "a.hermes", &service("a"));
        let mut terminal = on_terminal(arguments, 24, 80, term, directory.path());
        let mut told = terminal.wait("Ctrl-C ends\r\n");
        put(directory.path(), "a.hermes", &service("bb"));
        told += &terminal.wait("Ctrl-C ends\r\n");
        assert!(!told.contains('\u{1b}'), "{told:?}");
        assert!(told.contains("\r\n\r\nwatching a.hermes; run 2\r\na.hermes changed\r\nno problems"), "{told:?}");
    }
}

#[test]
fn an_open_file_is_left_alone() {
    // What others do with a file that is read changes nothing.
    let watch = Watch::new(&["a.hermes"], directory(&[("a.hermes", &service("a"))]));
    watch.report();
    for _ in 0..10 {
        drop(File::open(watch.path().join("a.hermes")).unwrap());
        fs::read_dir(watch.path()).unwrap().for_each(drop);
    }
    put(watch.path(), "a.hermes", &service("b"));
    watch.tells(2, "a.hermes changed");
}
