//! Who may register an instance, and who may control it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::scan::{Scan, is_root, until};

#[test]
fn the_control_user_controls_and_others_do_not() {
    let Some(scan) = Scan::start() else { return };
    let present = Command::new("setpriv").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_root() || !present {
        eprintln!("not run: needs root and setpriv");
        return;
    }
    scan.works(&["logged", "id=c", "--control-user", "12345"]);
    let service = scan.path("scan/logged-c");
    let run_as = |user: &str, words: &[&str]| {
        Command::new("setpriv")
            .args(["--reuid", user, "--regid", user, "--clear-groups"])
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("setpriv")
            .success()
    };
    assert!(until(5, || scan.svstat("logged-c") == "true true"));
    assert!(run_as("12345", &["s6-svstat", &service]));
    assert!(run_as("12345", &["s6-svc", "-wD", "-T", "5000", "-d", &service]));
    assert!(run_as("12345", &["s6-svc", "-wu", "-T", "5000", "-u", &service]));
    assert!(!run_as("12346", &["s6-svc", "-d", &service]));
    let log = format!("{service}/log");
    assert!(run_as("12345", &["s6-svstat", &log]));
}

#[test]
fn an_unprivileged_user_registers_in_its_own_scan_directory() {
    if is_root() {
        // Again, as somebody else, in one process less: `Scan` starts s6-svscan as whoever runs the tests.
        let Some(scan) = Scan::start() else { return };
        let binary = scan.path("hermesc");
        let readable = fs::copy(env!("CARGO_BIN_EXE_hermesc"), &binary).is_ok();
        let owner = Command::new("chown").args(["-R", "12345:12345"]).arg(scan.path("scan")).status();
        let present = Command::new("setpriv").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !readable || !owner.is_ok_and(|status| status.success()) || !present {
            eprintln!("not run: needs setpriv and chown");
            return;
        }
        let as_user = |given: &[&str]| {
            let output = Command::new("setpriv")
                .args(["--reuid", "12345", "--regid", "12345", "--clear-groups", &binary])
                .args(scan.arguments(given))
                .output()
                .expect("setpriv");
            assert!(output.status.success(), "{given:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        as_user(&["worker", "id=u", "--control-user", "12345"]);
        assert!(until(5, || scan.svstat("worker-u") == "true true"));
        as_user(&["worker", "id=u", "--remove"]);
        assert!(scan.visible().is_empty() && scan.unfinished().is_empty());
    } else if let Some(scan) = Scan::start() {
        scan.works(&["worker", "id=u"]);
        scan.works(&["worker", "id=u", "--remove"]);
        assert!(scan.visible().is_empty());
    }
}

#[test]
fn the_group_of_the_control_user_may_control_the_service() {
    if !is_root() {
        eprintln!("not run: only root can become somebody else");
        return;
    }
    let Some(scan) = Scan::start() else { return };
    let text = "target s6-rc 0.5.4.1\ntemplate a(id: name) {\n    longrun a-{{id}} {\n        control-user daemon\n        \
                run exec sleep 1000\n    }\n}\n";
    fs::write(scan.path("t.hermes"), text).expect("source");
    fs::set_permissions(scan.path("scan"), fs::Permissions::from_mode(0o755)).expect("mode");
    scan.works(&["a", "id=x"]);
    let path = scan.path("scan/a-x");
    let controlled = |user: &str, what: &[&str]| {
        Command::new("s6-setuidgid")
            .arg(user)
            .args(what)
            .arg(&path)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status()
    };
    let may = |user: &str, what: &[&str]| controlled(user, what).expect("s6-setuidgid").success();
    assert!(until(10, || may("daemon", &["s6-svstat"])), "may look");
    assert!(may("daemon", &["s6-svc", "-d"]), "may control");
    assert!(until(10, || scan.svstat("a-x").starts_with("false")), "is down");
    assert!(!may("nobody", &["s6-svc", "-u"]), "others may not");
}
