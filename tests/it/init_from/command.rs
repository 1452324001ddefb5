//! The files that the command reads and writes.

use std::fs;
use std::process::{Command, Stdio};

use super::{hermesc, text};

#[test]
fn a_file_that_is_there_stays_and_steps_work() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    fs::write(path.join("supervisord.conf"), "[program:web]\ncommand=web\n").expect("written");
    fs::write(path.join("services.hermes"), "mine").expect("written");
    let output = hermesc(path, &["init", "--from", "supervisord.conf"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(path.join("services.hermes")).expect("text"), "mine");
    let output = hermesc(path, &["init", "--from", "supervisord.conf", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("services.hermes: written, 1 service of supervisord.conf for s6-overlay"), "{said}");
    let steps: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  hermesc ")).collect();
    assert_eq!(steps.len(), 2, "{said}");
    for step in steps {
        let output = hermesc(path, &step.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(0), "{step}: {output:?}");
    }
    // The text names the file that it is in.
    let output = hermesc(path, &["init", "--from", "supervisord.conf", "shop.hermes"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(fs::read_to_string(path.join("shop.hermes")).expect("text").contains("#     hermesc check shop.hermes"));
}

#[test]
fn standard_input_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .args(["init", "--from", "-", "-"])
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), b"services:\n  a:\n    command: [a]\n")
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("longrun a {"), "{output:?}");
}
