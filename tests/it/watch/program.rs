//! The program while it watches a directory.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub const WAITING: &str = "waiting for changes";

pub fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        put(directory.path(), name, text);
    }
    directory
}

pub fn put(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, text).expect("a written file");
}

/// One service that starts.
pub fn service(name: &str) -> String {
    format!("longrun {name} {{ run exec {name}; in user }}\n")
}

/// `hermesc watch`, with both streams in one pipe.
pub struct Watch {
    pub program: Child,
    lines: Receiver<String>,
    directory: TempDir,
}

impl Watch {
    pub fn new(arguments: &[&str], directory: TempDir) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        command.arg("watch").args(arguments);
        Self::spawn(command, directory)
    }

    pub fn spawn(mut command: Command, directory: TempDir) -> Self {
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
    pub fn report(&self) -> String {
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
    pub fn tells(&self, number: usize, text: &str) {
        let report = self.report();
        assert!(report.contains(&format!("; run {number}")), "not run {number}: {report}");
        assert!(report.contains(text), "no {text:?} in {report}");
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn signal(&self, signal: Signal) {
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
