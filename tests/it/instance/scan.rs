//! A scan directory, with an s6-svscan on it or without.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cli::hermesc;

const SOURCE: &str = r#"target s6-rc 0.6
template worker(id) {
    longrun worker-{{id}} {
        run exec sleep 1000
        down-signal SIGKILL
    }
}
template logged(id: name) {
    longrun logged-{{id}} {
        depends-on something
        run exec sleep 1000
    }
    longrun logged-{{id}}-log {
        run exec cat
    }
    pipeline logged-{{id}} | logged-{{id}}-log
}
template two(id: name) {
    longrun a-{{id}} { run exec sleep 1 }
    longrun b-{{id}} { run exec sleep 1 }
}
template elsewhere(id: name, prefix) {
    longrun {{prefix}}{{id}} { run exec sleep 1 }
}
extern service something
"#;

/// A scan directory with an s6-svscan on it, which ends with it.
pub struct Scan {
    directory: TempDir,
    svscan: Option<Child>,
}

impl Scan {
    /// Without s6-svscan, nothing but the directories.
    pub fn quiet() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("mode");
        fs::write(directory.path().join("t.hermes"), SOURCE).expect("source");
        fs::create_dir(directory.path().join("scan")).expect("scan directory");
        Self { directory, svscan: None }
    }

    pub fn start() -> Option<Self> {
        Self::start_under(&[])
    }

    /// With an s6-svscan that these words run.
    pub fn start_under(words: &[&str]) -> Option<Self> {
        let present =
            |tool: &str| Command::new(tool).arg("-?").stderr(Stdio::null()).stdout(Stdio::null()).status().is_ok();
        if !["s6-svscan", "s6-svc", "s6-svstat", "s6-svscanctl", "execlineb"].into_iter().all(present)
            || !Path::new("/bin/execlineb").exists()
        {
            eprintln!("not run: s6 and execline are not installed");
            return None;
        }
        let mut scan = Self::quiet();
        let words = [words, &["s6-svscan"]].concat();
        let svscan = Command::new(words[0])
            .args(&words[1..])
            .arg(scan.path("scan"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("s6-svscan starts");
        scan.svscan = Some(svscan);
        assert!(
            until(10, || Command::new("s6-svscanctl")
                .arg(scan.path("scan"))
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())),
            "s6-svscan listens"
        );
        Some(scan)
    }

    pub fn path(&self, below: &str) -> String {
        self.directory.path().join(below).to_str().expect("text").to_owned()
    }

    pub fn arguments(&self, given: &[&str]) -> Vec<String> {
        let (source, scan) = (self.path("t.hermes"), self.path("scan"));
        let mut all = vec!["instantiate".to_owned(), source];
        all.extend(given.iter().map(|argument| (*argument).to_owned()));
        all.extend(["--scandir".to_owned(), scan]);
        all
    }

    pub fn instantiate(&self, given: &[&str]) -> Output {
        let all = self.arguments(given);
        hermesc(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn works(&self, given: &[&str]) -> Output {
        let output = self.instantiate(given);
        assert!(output.status.success(), "{given:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    pub fn svstat(&self, name: &str) -> String {
        let path = self.path(&format!("scan/{name}"));
        let output = Command::new("s6-svstat").args(["-o", "up,normallyup"]).arg(path).output().expect("s6-svstat");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The names that s6-svscan would see.
    pub fn visible(&self) -> Vec<String> {
        self.names(|name| !name.starts_with('.'))
    }

    /// What unfinished calls left behind.
    pub fn unfinished(&self) -> Vec<String> {
        self.names(|name| name.starts_with(".hermesc"))
    }

    fn names(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = fs::read_dir(self.path("scan")).expect("scan directory");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("entry").file_name().into_string().expect("text"))
            .filter(|name| wanted(name))
            .collect();
        names.sort();
        names
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        let Some(mut svscan) = self.svscan.take() else { return };
        let _ = Command::new("s6-svscanctl").arg("-t").arg(self.path("scan")).status();
        if !until(10, || matches!(svscan.try_wait(), Ok(Some(_)))) {
            let _ = svscan.kill();
            let _ = svscan.wait();
        }
    }
}

pub fn until(seconds: u64, mut holds: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
