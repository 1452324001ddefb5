//! The ways of writing: what there is to begin with, and the command.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::emit::source;
use crate::emit_faults::can;

/// How far what was written may be from the old and the new state.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Promise {
    /// All of it is old, or all of it is new.
    Whole,
    /// Each file is old or new; an error puts everything back.
    EachFile,
    /// Each file is old or new, after an error too, and the next run goes on.
    GoesOn,
}

/// A way of writing: files to begin with, and the command.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) promise: Promise,
    pub(super) before: fn(&Path),
    pub(super) command: &'static [&'static str],
    /// A script of a shell that runs the command where something is mounted.
    pub(super) around: Option<&'static str>,
}

pub(super) fn write(path: &Path, name: &str, text: &str) {
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

pub(super) const WAYS: &[Way] = &[
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

fn hermesc() -> &'static str {
    env!("CARGO_BIN_EXE_hermesc")
}

pub(super) fn run(path: &Path, arguments: &[&str]) {
    let output = Command::new(hermesc()).args(arguments).current_dir(path).output().expect("it starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Way {
    pub(super) fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("place")).expect("a directory");
        (self.before)(folder.path());
        folder
    }

    /// The command behind other words, as they are for strace, in its mounts.
    pub(super) fn command(&self, folder: &Path, behind: &[String]) -> Command {
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

    pub(super) fn undisturbed(&self, folder: &Path) -> Output {
        self.command(folder, &[]).output().expect("it starts")
    }

    /// Whether mounts are needed that cannot be had here.
    pub(super) fn is_possible(&self) -> bool {
        self.around.is_none() || can("unshare", &["-m", "true"], self.name)
    }
}
