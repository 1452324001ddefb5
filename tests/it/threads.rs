//! Where the system gives no thread: what can be done in one is done, and nothing panics.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Runs it as a user who may have one process, in a directory of its own; nothing where that cannot be.
fn alone(directory: &Path, arguments: &[&str]) -> Option<Output> {
    let program = directory.join("hermesc");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_hermesc"), &program).expect("copied");
    }
    // The limit does not hold for root.
    let mut command = if rustix::process::getuid().is_root() {
        Command::new("chown").args(["-R", "12345:12345"]).arg(directory).status().ok()?;
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "12345", "--regid", "12345", "--clear-groups", "prlimit"]);
        command
    } else {
        Command::new("prlimit")
    };
    let command = command.arg("--nproc=1").arg(&program).args(arguments).current_dir(directory).stdin(Stdio::null());
    let output = command.env("NO_COLOR", "1").output().ok()?;
    (output.status.code() != Some(127)).then_some(output)
}

#[test]
fn one_thread_is_enough() {
    let folder = TempDir::new().expect("a directory");
    let text = (0..2000).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "longrun web{number} {{ run exec httpd; in user }}");
        text
    });
    fs::write(folder.path().join("many.hermes"), text).expect("written");
    fs::write(folder.path().join("one.hermes"), "longrun web { run exec httpd; in user }\n").expect("written");
    for (arguments, code) in [
        (&["check", "many.hermes"][..], 0),
        (&["check", "--each", "many.hermes", "one.hermes"], 0),
        (&["graph", "many.hermes", "-o", "many.dot"], 0),
        (&["emit", "one.hermes", "-o", "out"], 0),
        (&["emit", "many.hermes", "-o", "many"], 0),
        (&["check", "out"], 0),
        (&["import", "out", "-o", "again.hermes"], 0),
        (&["lsp"], 2),
    ] {
        let Some(output) = alone(folder.path(), arguments) else {
            eprintln!("not run: needs prlimit, and setpriv as root");
            return;
        };
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        if code == 2 {
            assert!(stderr.starts_with("hermesc: the client cannot be served: "), "{stderr}");
        }
    }
}
