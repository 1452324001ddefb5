//! The program as people call it.

use std::ffi::OsStr;
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
