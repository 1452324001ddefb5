//! What ends it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::program::{WAITING, Watch, directory, put, service};

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
