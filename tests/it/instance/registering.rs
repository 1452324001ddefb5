//! Instances are registered, listed and removed, one or many, and however a call ends.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cli::hermesc;
use crate::emit_faults::can;

use super::scan::{Scan, until};

#[test]
fn registered_controlled_listed_removed() {
    let Some(scan) = Scan::start() else { return };
    let output = scan.works(&["logged", "id=one"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`depends-on something` has no effect"), "{said}");
    assert!(until(60, || scan.svstat("logged-one") == "true true"), "{}", scan.svstat("logged-one"));
    assert!(until(60, || scan.svstat("logged-one/log") == "true true"), "the logger runs");
    assert!(!Path::new(&scan.path("scan/logged-one/dependencies.d")).exists());
    assert!(!Path::new(&scan.path("scan/logged-one/type")).exists());

    scan.works(&["worker", "id=two", "--down"]);
    assert_eq!(scan.svstat("worker-two"), "false false");
    let started = Command::new("s6-svc").args(["-wu", "-T", "60000", "-u"]).arg(scan.path("scan/worker-two")).status();
    assert!(started.expect("s6-svc").success());

    let listed = hermesc(&["instantiate", "--list", "--scandir", &scan.path("scan")]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "logged-one: logged id=one\nworker-two: worker id=two\n");

    let again = scan.works(&["logged", "id=one"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("was there already"));

    let pid =
        Command::new("s6-svstat").args(["-o", "pid"]).arg(scan.path("scan/logged-one")).output().expect("s6-svstat");
    let pid = String::from_utf8_lossy(&pid.stdout).trim().to_owned();
    scan.works(&["logged", "id=one", "--remove", "--timeout", "60s"]);
    assert_eq!(scan.visible(), ["worker-two"]);
    assert!(!Path::new("/proc").join(&pid).exists(), "the process {pid} is gone");
    let gone = scan.instantiate(&["logged", "id=one", "--remove"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(scan.unfinished().is_empty());
}

#[test]
fn what_is_registered_can_be_looked_at_and_waited_for() {
    // The status of a service is written last when its s6-supervise starts: here that takes a while.
    let slow =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename", "-e", "inject=rename:delay_enter=300000"];
    if !can(slow[0], &[&slow[1..], &["true"]].concat(), "a slow s6-supervise") {
        return;
    }
    let Some(scan) = Scan::start_under(&slow) else { return };
    scan.works(&["worker", "id=down", "--down"]);
    assert_eq!(scan.svstat("worker-down"), "false false");
    scan.works(&["logged", "id=x"]);
    assert_ne!(scan.svstat("logged-x"), "");
    assert_ne!(scan.svstat("logged-x/log"), "");
    let waited = Command::new("s6-svc").args(["-wu", "-T", "60000", "-u"]).arg(scan.path("scan/logged-x")).status();
    assert!(waited.expect("s6-svc").success());
}

#[test]
fn many_at_once() {
    let Some(scan) = Scan::start() else { return };
    let calls: Vec<Child> = (0..60)
        .map(|number| {
            Command::new(env!("CARGO_BIN_EXE_hermesc"))
                .args(scan.arguments(&["worker", &format!("id={number}")]))
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("hermesc starts")
        })
        .collect();
    for call in calls {
        let output = call.wait_with_output().expect("hermesc ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(scan.visible().len(), 60);
    for name in scan.visible() {
        assert!(until(10, || scan.svstat(&name) == "true true"), "{name} is up");
    }
    assert!(scan.unfinished().is_empty());
}

#[test]
fn killed_in_the_middle_nothing_is_half_done() {
    let Some(scan) = Scan::start() else { return };
    scan.works(&["worker", "id=model"]);
    let run = fs::read(scan.path("scan/worker-model/run")).expect("run");
    let mut interrupted = 0;
    for number in 0_u64..60 {
        let id = format!("id=k{}", number / 2);
        // Registering and removing by turns, killed at delays that are spread over the time that a call takes.
        let given: &[&str] = if number % 2 == 0 { &["worker", &id] } else { &["worker", &id, "--remove"] };
        let mut call = Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .args(scan.arguments(given))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("hermesc starts");
        std::thread::sleep(Duration::from_micros(500 + number * 7919 % 30_000));
        let _ = call.kill();
        interrupted += usize::from(!call.wait().expect("hermesc ends").success());
        for name in scan.visible() {
            let found = fs::read(scan.path(&format!("scan/{name}/run"))).unwrap_or_default();
            assert_eq!(found, run, "{name} is complete");
        }
    }
    assert!(interrupted > 5, "only {interrupted} calls were killed in time");
    for number in 0..30 {
        let id = format!("id=k{number}");
        scan.works(&["worker", &id]);
        assert!(until(10, || scan.svstat(&format!("worker-k{number}")) == "true true"), "{id} is up");
    }
    scan.works(&["worker", "id=k0", "--remove"]);
    assert!(until(5, || scan.unfinished().is_empty()), "left behind: {:?}", scan.unfinished());
}

#[test]
fn without_s6_svscan_it_is_taken_out_again() {
    let scan = Scan::quiet();
    let output = scan.instantiate(&["worker", "id=x"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("nothing was changed"), "{said}");
    assert!(scan.visible().is_empty() && scan.unfinished().is_empty());
}
