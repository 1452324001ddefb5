//! The program as people call it.

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
