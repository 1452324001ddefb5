//! A place that is read-only, full, or in which no file may have a byte: every command but `emit`, which has its own tests, says
//! so, ends with 2, and leaves what was there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::emit::{snapshot, source};
use crate::emit_faults::can;

type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// A command that writes in `place`, and what is there before.
struct Way {
    command: &'static [&'static str],
    before: fn(&Path),
}

const WAYS: &[Way] = &[
    Way { command: &["fmt", "place"], before: untidy },
    Way { command: &["check", "--fix", "place/a.hermes"], before: mistaken },
    Way { command: &["check", "--fix", "place/d"], before: directories },
    Way { command: &["init", "place/new.hermes"], before: |_| {} },
    Way {
        command: &["init", "place/old.hermes", "--force"],
        before: |path| write(path, "place/old.hermes", "# old\n"),
    },
    Way { command: &["init", "--from", "supervisord.conf", "place/new.hermes"], before: another_tool },
    Way { command: &["import", "d", "-o", "place/set.hermes", "--force"], before: imported },
    Way { command: &["graph", "set.hermes", "-o", "place/deep/set.svg"], before: set },
    Way { command: &["emit", "set.hermes", "-o", "out", "--depfile", "place/set.d"], before: set },
    Way { command: &["man", "--out", "place"], before: |path| write(path, "place/hermesc.1", "an old page\n") },
    Way { command: &["instantiate", "t.hermes", "worker", "id=one", "--scandir", "place"], before: template },
];

fn write(path: &Path, name: &str, text: &str) {
    let path = path.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("written");
}

fn untidy(path: &Path) {
    for name in ["a", "b", "c"] {
        write(path, &format!("place/{name}.hermes"), &format!("longrun   {name} {{\nrun exec x; in user }}\n"));
    }
}

fn mistaken(path: &Path) {
    write(path, "place/a.hermes", "longrun a { run exec x $HOME; in user }\n");
}

fn directories(path: &Path) {
    for name in ["first", "second"] {
        write(path, &format!("place/d/{name}/type"), "longrun\n");
        write(path, &format!("place/d/{name}/run"), "#!/bin/sh\r\nexec sleep 1\r\n");
    }
    write(path, "place/d/second/dependencies.d/frist", "");
}

fn another_tool(path: &Path) {
    write(path, "supervisord.conf", "[program:web]\ncommand=web\n");
}

fn imported(path: &Path) {
    write(path, "d/a/type", "longrun\n");
    write(path, "d/a/run", "#!/bin/sh\nexec sleep 1\n");
    write(path, "place/set.hermes", "# what was there\n");
}

fn set(path: &Path) {
    write(path, "set.hermes", &source(1));
    write(path, "place/deep/set.svg", "what was there");
    write(path, "place/set.d", "what was there");
}

fn template(path: &Path) {
    let text = "target s6-rc\ntemplate worker(id) {\n    longrun worker-{{id}} { run exec sleep 1000 }\n}\n";
    write(path, "t.hermes", text);
    write(path, "place/other/run", "#!/bin/sh\n");
}

/// Words that give the ones behind them mounts of their own.
fn apart() -> &'static [&'static str] {
    if rustix::process::getuid().is_root() { &["-m"] } else { &["-Urm"] }
}

impl Way {
    fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("place")).expect("a directory");
        (self.before)(folder.path());
        folder
    }

    /// Runs the command in a shell that has made the place what it is to be; the script ends with `"$@"`.
    fn run(&self, folder: &Path, words: &[&str], script: &str) -> Output {
        let (program, before) = words.split_first().expect("a program");
        Command::new(program)
            .args(before)
            .args(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_hermesc")])
            .args(self.command)
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .expect("it starts")
    }

    fn refused(&self, output: &Output, why: &str) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{:?}: {stderr}", self.command);
        let told = stderr.lines().find(|line| line.starts_with("hermesc: ") && line.contains(why));
        assert!(told.is_some_and(|line| line.contains("place")), "{:?}: {stderr}", self.command);
        assert!(!stderr.contains("panicked") && !stderr.contains(".hermesc-"), "{:?}: {stderr}", self.command);
    }
}

fn tree(path: &Path) -> Tree {
    snapshot(path).expect("a directory")
}

#[test]
fn a_read_only_place() {
    let words = [&["unshare"], apart()].concat();
    if !can(words[0], &[&words[1..], &["true"]].concat(), "the test of read-only places") {
        return;
    }
    for way in WAYS {
        let folder = way.folder();
        let before = tree(&folder.path().join("place"));
        let script = "mount --bind place place && mount -o remount,ro,bind place || exit 77; exec \"$@\"";
        way.refused(&way.run(folder.path(), &words, script), "Read-only file system");
        assert!(tree(&folder.path().join("place")) == before, "{:?}", way.command);
    }
}

#[test]
fn a_full_place() {
    let words = [&["unshare"], apart()].concat();
    if !can(words[0], &[&words[1..], &["true"]].concat(), "the test of full places") {
        return;
    }
    for way in WAYS {
        let folder = way.folder();
        let before = tree(&folder.path().join("place"));
        // What is there is put into a small file system that is then filled up, and shown from inside.
        let script = "mkdir full && mount -t tmpfs -o size=256k,mode=755 tmpfs full && cp -a place/. full && mount --bind full place || exit 77; \
                      cat /dev/zero >place/fill 2>/dev/null; \"$@\"; code=$?; cp -a place copy && rm copy/fill || exit 78; exit $code";
        way.refused(&way.run(folder.path(), &words, script), "No space left on device");
        assert!(tree(&folder.path().join("copy")) == before, "{:?}", way.command);
    }
}

#[test]
fn a_limit_on_the_size_of_files() {
    for way in WAYS.iter().filter(|way| !way.command.contains(&"--depfile")) {
        let folder = way.folder();
        let before = tree(&folder.path().join("place"));
        let output = way.run(folder.path(), &["env"], "ulimit -f 0; trap '' XFSZ; exec \"$@\"");
        way.refused(&output, "File too large");
        assert!(tree(&folder.path().join("place")) == before, "{:?}", way.command);
    }
}
