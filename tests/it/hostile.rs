//! Input that means harm: each is refused with what is wrong, in bounded time and memory, without a look outside of what was
//! named, and nothing of it is obeyed by a terminal. `docs/limits.md` says what is allowed.

mod bombs;
mod elsewhere;
mod limits;
mod meanwhile;
mod outputs;
mod paths;
mod terminal;
mod texts;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What must not be seen: it stands in files beside the directory that is named.
const CANARY: &str = "canary-7f3a";

/// More than any of these may take, in kilobytes of address space: what explodes is killed by it.
const MEMORY: usize = 4_000_000;

/// What hangs is killed after so many seconds, which is no measure of speed.
const PATIENCE: &str = "240";

/// A folder `given`, which commands are told of, and beside it `secret` with a canary.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a directory"));
        for folder in ["given", "secret"] {
            fs::create_dir(place.path(folder)).expect("a directory");
        }
        place.write("secret/word", CANARY);
        place.write("secret/word.hermes", format!("longrun {CANARY} {{ run exec x; in user }}\n"));
        place
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("written");
    }

    fn link(&self, below: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.path(below)).expect("a link");
    }

    fn fifo(&self, below: &str) {
        let made = Command::new("mkfifo").arg(self.path(below)).status().expect("mkfifo starts");
        assert!(made.success());
    }

    fn remove(&self, below: &str) {
        fs::remove_file(self.path(below)).expect("removed");
    }

    /// Runs hermesc in the folder around, within bounds.
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let limits = format!("ulimit -v {MEMORY}; exec timeout -s KILL {PATIENCE} \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_hermesc")])
            .args(arguments)
            .current_dir(self.0.path())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let mut stdin = child.stdin.take().expect("a stream");
        let input = input.to_vec();
        std::thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, &input)));
        let output = child.wait_with_output().expect("an end");
        Ran { what: arguments.join(" "), output }
    }

    /// Runs a script of bash in the folder, which ends well: what it said. `$H` is hermesc.
    #[track_caller]
    fn sh(&self, script: &str) -> String {
        let output = Command::new("bash")
            .args(["-euc", script])
            .env("H", env!("CARGO_BIN_EXE_hermesc"))
            .current_dir(self.0.path())
            .output()
            .expect("bash starts");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        said
    }

    /// Writes one text and checks it.
    fn check(&self, text: impl AsRef<[u8]>) -> Ran {
        self.write("given/set.hermes", text);
        self.run(&["check", "--format", "short", "given/set.hermes"])
    }
}

/// A run that came to its end.
struct Ran {
    what: String,
    output: Output,
}

impl Ran {
    fn said(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.output.stdout), String::from_utf8_lossy(&self.output.stderr))
    }

    /// Finds that it ended by itself, with this code, that it said this, and that it saw nothing that it must not see.
    #[track_caller]
    fn says(&self, code: i32, word: &str) -> &Self {
        let (status, said) = (self.output.status, self.said());
        let start: String = said.chars().take(2000).collect();
        assert_eq!(status.signal(), None, "{}: {start}", self.what);
        assert_eq!(status.code(), Some(code), "{}: {start}", self.what);
        assert!(said.contains(word), "{}: no `{word}` in {start}", self.what);
        assert!(!said.contains(CANARY), "{}: read what it must not: {start}", self.what);
        assert!(!said.contains("panicked"), "{}: {start}", self.what);
        self
    }
}
