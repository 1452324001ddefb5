//! `hermesc instantiate` against a live s6-svscan. Every wait is bounded; without s6 a test says so and passes.

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

/// A template with all that the language has for one; `@` is the directory of the test.
const SUGAR: &str = r#"target s6-rc 0.5.4.1
template gateway(profile: name) {
    longrun gateway-{{profile}} {
        stop-on exit 0, 78
        finish sh """
            echo "$1" >>@/finished
            """
        run sh """
            echo start >>@/starts
            read -r line <@/go
            echo "err $line" >&2
            i=0
            while test $i -lt 400; do
                echo "line $i of many, which are longer than they need to be"
                echo "secret $i"
                i=$((i + 1))
            done
            exit 78
            """
        log to "@/logs/{{profile}}" { keep 2; rotate-at 4096B; deselect "^secret"; USER }
    }
}
"#;

/// A scan directory with an s6-svscan on it, which ends with it.
struct Scan {
    directory: TempDir,
    svscan: Option<Child>,
}

impl Scan {
    /// Without s6-svscan, nothing but the directories.
    fn quiet() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("mode");
        fs::write(directory.path().join("t.hermes"), SOURCE).expect("source");
        fs::create_dir(directory.path().join("scan")).expect("scan directory");
        Self { directory, svscan: None }
    }

    fn start() -> Option<Self> {
        let present =
            |tool: &str| Command::new(tool).arg("-?").stderr(Stdio::null()).stdout(Stdio::null()).status().is_ok();
        if !["s6-svscan", "s6-svc", "s6-svstat", "s6-svscanctl", "execlineb"].into_iter().all(present)
            || !Path::new("/bin/execlineb").exists()
        {
            eprintln!("not run: s6 and execline are not installed");
            return None;
        }
        let mut scan = Self::quiet();
        let svscan = Command::new("s6-svscan")
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

    fn path(&self, below: &str) -> String {
        self.directory.path().join(below).to_str().expect("text").to_owned()
    }

    fn arguments(&self, given: &[&str]) -> Vec<String> {
        let (source, scan) = (self.path("t.hermes"), self.path("scan"));
        let mut all = vec!["instantiate".to_owned(), source];
        all.extend(given.iter().map(|argument| (*argument).to_owned()));
        all.extend(["--scandir".to_owned(), scan]);
        all
    }

    fn instantiate(&self, given: &[&str]) -> Output {
        let all = self.arguments(given);
        hermesc(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn works(&self, given: &[&str]) -> Output {
        let output = self.instantiate(given);
        assert!(output.status.success(), "{given:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn svstat(&self, name: &str) -> String {
        let path = self.path(&format!("scan/{name}"));
        let output = Command::new("s6-svstat").args(["-o", "up,normallyup"]).arg(path).output().expect("s6-svstat");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The names that s6-svscan would see.
    fn visible(&self) -> Vec<String> {
        self.names(|name| !name.starts_with('.'))
    }

    /// What unfinished calls left behind.
    fn unfinished(&self) -> Vec<String> {
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

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

#[test]
fn registered_controlled_listed_removed() {
    let Some(scan) = Scan::start() else { return };
    let output = scan.works(&["logged", "id=one"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`depends-on something` has no effect"), "{said}");
    assert!(until(5, || scan.svstat("logged-one") == "true true"), "{}", scan.svstat("logged-one"));
    assert!(until(5, || scan.svstat("logged-one/log") == "true true"), "the logger runs");
    assert!(!Path::new(&scan.path("scan/logged-one/dependencies.d")).exists());
    assert!(!Path::new(&scan.path("scan/logged-one/type")).exists());

    scan.works(&["worker", "id=two", "--down"]);
    assert_eq!(scan.svstat("worker-two"), "false false");
    let started = Command::new("s6-svc").args(["-wu", "-T", "5000", "-u"]).arg(scan.path("scan/worker-two")).status();
    assert!(started.expect("s6-svc").success());

    let listed = hermesc(&["instantiate", "--list", "--scandir", &scan.path("scan")]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "logged-one: logged id=one\nworker-two: worker id=two\n");

    let again = scan.works(&["logged", "id=one"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("was there already"));

    let pid =
        Command::new("s6-svstat").args(["-o", "pid"]).arg(scan.path("scan/logged-one")).output().expect("s6-svstat");
    let pid = String::from_utf8_lossy(&pid.stdout).trim().to_owned();
    scan.works(&["logged", "id=one", "--remove"]);
    assert_eq!(scan.visible(), ["worker-two"]);
    assert!(!Path::new("/proc").join(&pid).exists(), "the process {pid} is gone");
    let gone = scan.instantiate(&["logged", "id=one", "--remove"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(scan.unfinished().is_empty());
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
fn values_that_are_no_names_are_refused() {
    let scan = Scan::quiet();
    let long = "a".repeat(300);
    for value in ["../../etc", "", "a\nb", &long, ".hidden", "-x", "a b", "a/b", "{{id}}", "\u{e4}"] {
        for template in ["worker", "logged"] {
            let output = scan.instantiate(&[template, &format!("id={value}")]);
            assert_eq!(output.status.code(), Some(1), "{template} {value:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("the value of `id`"), "{value:?}: {said}");
        }
    }
    for given in
        [&["elsewhere", "id=x", "prefix=../"][..], &["elsewhere", "id=x", "prefix=."], &["two", "id=x"], &["worker"]]
    {
        assert_eq!(scan.instantiate(given).status.code(), Some(1), "{given:?}");
    }
    for given in [
        &["wor ker", "id=x"][..],
        &["worker", "x"],
        &["worker", "id=x", "id=y"],
        &["worker", "id=x", "--control-user", "no such"],
    ] {
        assert_eq!(scan.instantiate(given).status.code(), Some(2), "{given:?}");
    }
    assert!(scan.visible().is_empty() && scan.unfinished().is_empty());
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

#[test]
fn links_and_foreign_directories_are_left_alone() {
    let scan = Scan::quiet();
    let victim = scan.path("victim");
    fs::create_dir(&victim).expect("directory");
    fs::write(format!("{victim}/keep"), "").expect("file");
    std::os::unix::fs::symlink(&victim, scan.path("scan/worker-x")).expect("link");
    std::os::unix::fs::symlink(&victim, scan.path("scan/.hermesc-1-1")).expect("link");
    fs::create_dir(scan.path("scan/worker-y")).expect("directory");
    for given in
        [&["worker", "id=x"][..], &["worker", "id=x", "--remove"], &["worker", "id=y"], &["worker", "id=y", "--remove"]]
    {
        let output = scan.instantiate(given);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{given:?}");
    }
    assert!(Path::new(&victim).join("keep").exists());
    assert_eq!(scan.visible(), ["worker-x", "worker-y"]);
    assert_eq!(fs::read_dir(&victim).expect("directory").count(), 1, "nothing was written through the link");
}

/// `gateway` is stopped for ever by 78, has a logger of its own, and a `finish` beside the one that hermesc writes.
fn logged(user: &str, prepare: impl FnOnce(&Scan)) -> Option<(Scan, String)> {
    let scan = Scan::start()?;
    let source = SUGAR.replace('@', &scan.path("")[..scan.path("").len() - 1]).replace("USER", user);
    fs::write(scan.path("t.hermes"), source).expect("source");
    for directory in ["", "logs"] {
        let _ = fs::create_dir(scan.path(directory));
        fs::set_permissions(scan.path(directory), fs::Permissions::from_mode(0o777)).expect("mode");
    }
    assert!(Command::new("mkfifo").arg(scan.path("go")).status().expect("mkfifo").success());
    prepare(&scan);
    scan.works(&["gateway", "profile=coder"]);
    assert!(until(10, || Path::new(&scan.path("starts")).exists()), "it starts");
    fs::write(scan.path("go"), "hello\n").expect("a reader");
    assert!(until(10, || scan.svstat("gateway-coder") == "false true"), "78 is permanent");
    assert!(until(10, || fs::read_to_string(scan.path("finished")).is_ok_and(|text| text == "78\n")));
    // A rotation may come at any time, the last line included.
    let files = || -> Vec<(String, String)> {
        let entries = fs::read_dir(scan.path("logs/coder")).into_iter().flatten().flatten();
        let named = entries.map(|entry| (entry.file_name().into_string().expect("text"), entry.path()));
        let kept = named.filter(|(name, _)| name.starts_with('@') || name == "current");
        kept.map(|(name, path)| (name, fs::read_to_string(path).unwrap_or_default())).collect()
    };
    assert!(until(10, || files().iter().any(|(_, text)| text.contains("line 399 "))), "{:?}", files());
    let old = files().iter().filter(|(name, _)| name.starts_with('@')).count();
    let text: String = files().into_iter().map(|(_, text)| text).collect();
    assert_eq!(old, 2, "two old files are kept");
    assert!(!text.contains("secret"), "{text}");
    let stamped = |line: &str| line.len() > 31 && line.as_bytes()[4] == b'-' && line.as_bytes()[10] == b' ';
    assert!(text.lines().all(stamped), "{text}");
    let current = scan.path("logs/coder/current");
    Some((scan, current))
}

#[test]
fn a_template_with_a_logger_logs() {
    let Some((scan, _)) = logged("", |_| {}) else { return };
    assert_eq!(fs::read_to_string(scan.path("starts")).expect("starts"), "start\n");
}

#[test]
fn logs_are_written_by_their_user_past_a_lock_of_roots() {
    if !is_root() {
        eprintln!("not run: only root can leave a lock of root's behind");
        return;
    }
    let Some((_scan, current)) = logged("user daemon", |scan| {
        let directory = scan.path("logs/coder");
        fs::create_dir(&directory).expect("a directory");
        std::os::unix::fs::chown(&directory, Some(1), Some(1)).expect("daemon's");
        fs::write(format!("{directory}/lock"), "").expect("a lock");
        fs::set_permissions(format!("{directory}/lock"), fs::Permissions::from_mode(0o600)).expect("mode");
    }) else {
        return;
    };
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&fs::metadata(current).expect("current")), 1);
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
