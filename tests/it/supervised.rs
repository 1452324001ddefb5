//! Emitted services under a real s6-supervise. Every wait is bounded; without s6 a test says so and passes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::hermesc;
use crate::instance::until;

/// One service and the s6-supervise that runs it.
struct Supervised {
    directory: TempDir,
    supervise: Child,
}

impl Supervised {
    /// Starts the service `a` with this body; `@` in it is the directory that the test looks into.
    fn start(body: &str, env: &[(&str, &str)]) -> Option<Self> {
        if !Path::new("/usr/bin/s6-supervise").exists() || !Path::new("/bin/execlineb").exists() {
            eprintln!("supervised: s6 and execline are not installed, so that nothing was run");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).expect("mode");
        let path = directory.path().to_str().expect("text");
        // The versions that Debian 12 has.
        let text = format!("target s6-rc 0.5.4.1\nlongrun a {{\n{}\n}}\n", body.replace('@', path));
        fs::write(directory.path().join("a.hermes"), text).expect("source");
        let source = format!("{path}/a.hermes");
        let output = hermesc(&["emit", &source, "-o", &format!("{path}/tree")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let service = directory.path().join("tree/a");
        let supervise = Command::new("s6-supervise")
            .arg(&service)
            .env_remove("A")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("s6-supervise starts");
        let started = Self { directory, supervise };
        assert!(until(10, || started.status("up").is_some()), "s6-supervise listens");
        Some(started)
    }

    fn service(&self) -> PathBuf {
        self.directory.path().join("tree/a")
    }

    /// A field of `s6-svstat`.
    fn status(&self, field: &str) -> Option<String> {
        let output = Command::new("s6-svstat").args(["-o", field]).arg(self.service()).output().expect("s6-svstat");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn control(&self, option: &str) {
        let status = Command::new("s6-svc").arg(option).arg(self.service()).status().expect("s6-svc");
        assert!(status.success(), "s6-svc {option}");
    }

    /// How many times the service was started: each start adds a line.
    fn starts(&self) -> usize {
        fs::read_to_string(self.directory.path().join("starts")).unwrap_or_default().lines().count()
    }

    /// Whether it is down, and is to stay so.
    fn stays_down(&self) -> bool {
        let down = until(10, || self.status("up,wantedup").is_some_and(|status| status == "false false"));
        let starts = self.starts();
        // s6-supervise waits one second between two starts.
        thread::sleep(Duration::from_millis(1500));
        down && self.starts() == starts && self.status("up").as_deref() == Some("false")
    }

    fn comes_up(&self) -> bool {
        until(10, || self.status("up").as_deref() == Some("true"))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let _ = Command::new("s6-svc").arg("-xdk").arg(self.service()).status();
        if !until(10, || matches!(self.supervise.try_wait(), Ok(Some(_)))) {
            let _ = self.supervise.kill();
            let _ = self.supervise.wait();
        }
    }
}

const COUNT: &str = "echo x >>@/starts";

/// A service that counts its starts and then does this.
fn counting(then: &str) -> String {
    format!("    run sh \"\"\"\n        {COUNT}\n        {then}\n        \"\"\"\n")
}

#[test]
fn a_closed_gate_leaves_the_service_down() {
    let body = "    when env A\n".to_owned() + &counting("exec sleep 1000");
    for value in ["", "0", "no", "false", "11", "tru"] {
        let Some(service) = Supervised::start(&body, &[("A", value)]) else { return };
        assert!(service.stays_down(), "{value:?}");
        assert_eq!(service.starts(), 0, "{value:?}");
        assert_eq!(service.status("exitcode").as_deref(), Some("125"), "{value:?}");
    }
    let Some(service) = Supervised::start(&body, &[]) else { return };
    assert!(service.stays_down());
    assert_eq!(service.starts(), 0);
}

#[test]
fn an_open_gate_lets_the_service_run_and_restart() {
    let body = "    when env A\n".to_owned() + &counting("exec sleep 1000");
    for value in ["1", "true", "TRUE", "Yes", "on"] {
        let Some(service) = Supervised::start(&body, &[("A", value)]) else { return };
        assert!(until(10, || service.starts() == 1) && service.comes_up(), "{value}");
        service.control("-k");
        assert!(until(10, || service.starts() == 2) && service.comes_up(), "{value} after a crash");
    }
}

#[test]
fn a_closed_gate_counts_as_ready_once() {
    let body = "    when env A\n    ready fd 3\n".to_owned() + &counting("exec sleep 1000");
    let Some(service) = Supervised::start(&body, &[]) else { return };
    assert!(service.stays_down());
    for _ in 0..10 {
        // The status says that it is down a moment before listeners are told; the next one must not hear of it.
        thread::sleep(Duration::from_millis(100));
        // What s6-rc does when it starts a service and waits for it.
        let path = service.service();
        let status = Command::new("s6-svlisten1")
            .args(["-U", "-t", "5000"])
            .arg(&path)
            .args(["s6-svc", "-u"])
            .arg(&path)
            .stderr(Stdio::null())
            .status()
            .expect("s6-svlisten1");
        assert!(status.success());
        assert!(until(10, || service.status("up,wantedup").is_some_and(|status| status == "false false")));
    }
    assert_eq!(service.starts(), 0);
}

#[test]
fn permanent_deaths_stay_and_others_do_not() {
    let body = "    stop-on exit 0, 78\n    stop-on signal SIGUSR1\n".to_owned();
    for (code, stays) in [(78, true), (0, true), (1, false), (125, false)] {
        let Some(service) = Supervised::start(&(body.clone() + &counting(&format!("exit {code}"))), &[]) else {
            return;
        };
        if stays {
            assert!(service.stays_down(), "{code}");
            assert_eq!(service.starts(), 1, "{code}");
        } else {
            assert!(until(10, || service.starts() > 1), "{code}");
        }
    }
    let Some(service) = Supervised::start(&(body + &counting("exec sleep 1000")), &[]) else { return };
    assert!(until(10, || service.starts() == 1) && service.comes_up());
    service.control("-t");
    assert!(until(10, || service.starts() == 2) && service.comes_up());
    // Not SIGINT: what is started in the background may have to ignore that (POSIX, Shell Command Language, 2.11).
    service.control("-1");
    assert!(service.stays_down());
    assert_eq!(service.starts(), 2);
}

#[test]
fn a_written_finish_runs_too() {
    let finish =
        "    finish sh \"\"\"\n        echo \"$1 $2 $#\" >>@/finished\n        exit ${FINISH:-0}\n        \"\"\"\n";
    let finished =
        |service: &Supervised| fs::read_to_string(service.directory.path().join("finished")).unwrap_or_default();
    let body = format!("    when env A\n    stop-on exit 78\n{finish}");
    let Some(service) = Supervised::start(&(body.clone() + &counting("exit 78")), &[("A", "1")]) else { return };
    assert!(service.stays_down());
    assert_eq!(finished(&service), "78 0 4\n");
    // The gate is closed: nothing ran, so that there is nothing to finish.
    let Some(service) = Supervised::start(&(body.clone() + &counting("exit 78")), &[]) else { return };
    assert!(service.stays_down());
    assert_eq!(finished(&service), "");
    // What it exits with counts.
    let env = [("A", "1"), ("FINISH", "125")];
    let Some(service) = Supervised::start(&(body + &counting("exit 3")), &env) else { return };
    assert!(service.stays_down());
    assert_eq!(finished(&service), "3 0 4\n");
}

#[test]
fn readiness_is_asked_for() {
    let body = "    ready { check exec test -e @/ready; interval 50ms }\n".to_owned() + &counting("exec sleep 1000");
    let Some(service) = Supervised::start(&body, &[]) else { return };
    assert!(until(10, || service.starts() == 1));
    let waits = |milliseconds: &str| {
        Command::new("s6-svwait").args(["-U", "-t", milliseconds]).arg(service.service()).stderr(Stdio::null()).status()
    };
    assert!(!waits("300").expect("s6-svwait").success(), "not ready yet");
    fs::write(service.directory.path().join("ready"), "").expect("a file");
    assert!(waits("10000").expect("s6-svwait").success(), "ready");
    assert_eq!(service.status("ready").as_deref(), Some("true"));
}

#[test]
fn the_death_of_a_service_stops_the_container() {
    if !Path::new("/bin/execlineb").exists() {
        eprintln!("supervised: execline is not installed, so that nothing was run");
        return;
    }
    let text = "target s6-overlay 3.1.5.0\nlongrun a {\n    run exec true\n    on-exit stop-container\n    stop-on exit 78\n}\n";
    let checked = crate::memory::check(text);
    let finish = checked.model.get("a").and_then(|a| a.programs.finish.as_ref()).expect("a finish");
    let directory = tempfile::tempdir().expect("a directory");
    let (code, halted) = (directory.path().join("code"), directory.path().join("halted"));
    let finish = String::from_utf8(finish.bytes.clone())
        .expect("text")
        .replace("/run/s6-linux-init-container-results/exitcode", code.to_str().expect("text"))
        .replace("/run/s6/basedir/bin/halt", &format!("touch {}", halted.display()));
    let path = directory.path().join("finish");
    fs::write(&path, &finish).expect("a file");
    for (arguments, expected) in
        [(["7", "0"], Some("7\n")), (["256", "9"], Some("137\n")), (["0", "0"], Some("0\n")), (["78", "0"], None)]
    {
        let _ = fs::remove_file(&code);
        let _ = fs::remove_file(&halted);
        let output = Command::new("/bin/execlineb").arg("-S2").arg(&path).args(arguments).output().expect("execlineb");
        assert_eq!(fs::read_to_string(&code).ok().as_deref(), expected, "{arguments:?}\n{finish}");
        assert_eq!(halted.exists(), expected.is_some(), "{arguments:?}");
        if expected.is_none() {
            assert_eq!(output.status.code(), Some(125), "{arguments:?}");
        }
    }
}
