//! A directory that nobody may list, which s6-rc-compile refuses, is told, and not taken for an empty one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

/// hermesc as somebody without root's rights; nothing where that cannot be had.
fn unprivileged() -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        return Some(Command::new(env!("CARGO_BIN_EXE_hermesc")));
    }
    Command::new("setpriv").arg("--version").output().ok()?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_hermesc")]);
    Some(command)
}

#[test]
fn what_cannot_be_listed_is_an_error() {
    let Some(mut command) = unprivileged() else {
        eprintln!("not run: needs setpriv as root");
        return;
    };
    let folder = TempDir::new().expect("a directory");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("permissions");
    for name in ["web", "db"] {
        let place = folder.path().join("tree").join(name);
        fs::create_dir_all(place.join("dependencies.d")).expect("a directory");
        fs::write(place.join("type"), "longrun\n").expect("written");
        fs::write(place.join("run"), "#!/bin/sh\nexec program\n").expect("written");
    }
    fs::write(folder.path().join("tree/web/dependencies.d/db"), "").expect("written");
    let hidden = folder.path().join("tree/web/dependencies.d");
    fs::set_permissions(&hidden, Permissions::from_mode(0o000)).expect("permissions");
    let output = command.args(["check", "tree", "--target", "s6-rc"]).current_dir(folder.path()).output();
    fs::set_permissions(&hidden, Permissions::from_mode(0o755)).expect("permissions");
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the `dependencies.d` of `web` cannot be read: Permission denied"), "{said}");
    assert!(said.contains("1 error"), "{said}");
}
