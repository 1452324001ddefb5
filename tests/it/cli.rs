//! The program as people call it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output};

/// Runs `hermesc` with these arguments, without colours.
pub fn hermesc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hermesc")).args(arguments).env("NO_COLOR", "1").output().expect("hermesc starts")
}

#[test]
fn a_missing_path_is_named() {
    let output = hermesc(&["check", "not-there.hermes"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("there is no not-there.hermes"), "{stderr}");
}

#[test]
fn words_that_are_no_text_are_a_usage_error() {
    let strange = OsStr::from_bytes(b"a\xffb");
    for words in [&["check"][..], &[], &["chekc"], &["check", "--nope"], &["explain"], &["expand", "a"], &["--color"]] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_hermesc")).args(words).arg(strange).env("NO_COLOR", "1").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{words:?}: {stderr}");
    }
}

#[test]
fn standard_output_that_takes_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.hermes"), "longrun a { run exec x; in user }").unwrap();
    let call = |words: &[&str], output: File| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        command.args(words).current_dir(folder.path()).env("NO_COLOR", "1");
        command.stdin(File::open(folder.path().join("a.hermes")).unwrap()).stdout(output).output().unwrap()
    };
    // A text without a line's end is written when the program ends.
    for words in [
        &["fmt", "-"][..],
        &["fmt", "--diff", "a.hermes"],
        &["check", "a.hermes"],
        &["check", "--format", "json", "a.hermes"],
        &["graph", "a.hermes"],
        &["graph", "--format", "json", "a.hermes"],
        &["expand", "a.hermes"],
        &["plan", "a.hermes"],
        &["emit", "a.hermes", "-o", "out"],
        &["import", "out"],
        &["diff", "a.hermes", "out"],
        &["init", "-"],
        &["explain", "missing-run"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["check", "-h"],
        &["--version"],
    ] {
        let output = call(words, File::options().write(true).open("/dev/full").unwrap());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {stderr}");
        let told = "hermesc: cannot write to standard output: No space left on device (os error 28)\n";
        assert!(stderr.ends_with(told), "{words:?}: {stderr}");
    }
    // A reader that went away has what it wanted.
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    let output = call(&["man"], File::from(std::os::fd::OwnedFd::from(write)));
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_directory_that_is_gone_or_no_text_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.hermes"), "longrun a { run exec x; in user }").unwrap();
    for script in [
        r#"mkdir gone && cd gone && rmdir ../gone && exec "$0" check ."#,
        r#"cd "$(printf 'mkdir \377; printf \377' | sh)" && exec "$0" check ../a.hermes"#,
    ] {
        let mut command = Command::new("sh");
        let output =
            command.args(["-c", script, env!("CARGO_BIN_EXE_hermesc")]).current_dir(folder.path()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("hermesc: the directory that this runs in is not known: "), "{stderr}");
    }
}
