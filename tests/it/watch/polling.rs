//! Files are looked at where the system does not tell of changes.

use std::fs;
use std::process::{Command, Stdio};

use super::program::{Watch, directory, put, service};

#[test]
fn where_nothing_is_told_the_files_are_looked_at() {
    let watch = Watch::new(&["services", "--poll=50ms"], directory(&[("services/a.hermes", &service("a"))]));
    watch.tells(1, "no problems");
    put(watch.path(), "services/b.hermes", "longrun b {");
    watch.tells(2, "services/b.hermes is new\n");
    fs::remove_file(watch.path().join("services/b.hermes")).unwrap();
    watch.tells(3, "no problems");
    // A named pipe is at no time opened.
    let pipe = watch.path().join("services/c.hermes");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
    watch.tells(4, "not a regular file");
}

#[test]
fn a_limit_of_the_system_is_told_and_the_files_are_looked_at() {
    for limit in ["max_inotify_watches", "max_inotify_instances"] {
        let directory = directory(&[("a.hermes", &service("a"))]);
        let zero = format!("echo 0 > /proc/sys/user/{limit}");
        let can = Command::new("unshare").args(["-Ur", "sh", "-c", &zero]).stderr(Stdio::null()).status();
        if !can.is_ok_and(|status| status.success()) {
            eprintln!("watch: no limits can be set here; what is said of them was not tried");
            return;
        }
        let program = env!("CARGO_BIN_EXE_hermesc");
        let script = format!("{zero}; exec {program} watch a.hermes 2>&1");
        let mut command = Command::new("unshare");
        command.args(["-Ur", "sh", "-c", &script]);
        let watch = Watch::spawn(command, directory);
        watch.tells(1, &limit.replace("max_inotify_", "raise fs.inotify.max_user_"));
        put(watch.path(), "a.hermes", "longrun a {");
        watch.tells(2, "unclosed");
    }
}
