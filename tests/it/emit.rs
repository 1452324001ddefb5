//! `hermesc emit` on the disk: all or nothing, nothing twice, nothing of others.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What a path is: permission bits, and bytes or what a link names.
type Node = (u32, Vec<u8>);

/// Everything below a directory but the manifest; nothing where there is none.
pub fn snapshot(root: &Path) -> Option<BTreeMap<PathBuf, Node>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    root.symlink_metadata().ok()?;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            let metadata = path.symlink_metadata().expect("metadata");
            let mode = metadata.permissions().mode() & 0o7777;
            let content = if metadata.is_dir() {
                open.push(path.clone());
                b"directory".to_vec()
            } else if metadata.is_symlink() {
                fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).expect("a file")
            };
            if path != root.join(".hermesc.json") {
                found.insert(path.strip_prefix(root).expect("below").to_owned(), (mode, content));
            }
        }
    }
    Some(found)
}

/// The text of a set in one of its states.
pub fn source(state: usize) -> String {
    let mut text = String::from("target s6-overlay 3.2.3.2\n");
    for number in 0..6 {
        let name = if number == 5 { format!("only-{state}") } else { format!("service-{number}") };
        text.push_str(&format!(
            "longrun {name} {{\n    run sh \"\"\"\n        exec sleep {}{number}\n        \"\"\"\n    timeout-kill 5s\n    in user\n}}\n",
            if number < 2 { state } else { 0 }
        ));
    }
    text
}

/// A folder with the sources of both states.
pub struct Work {
    pub folder: TempDir,
}

impl Work {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir(folder.path().join("place")).expect("a directory");
        for state in [1, 2] {
            fs::write(folder.path().join(format!("{state}.hermes")), source(state)).expect("written");
        }
        Self { folder }
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("place/out")
    }

    pub fn arguments(&self, state: usize) -> Vec<String> {
        let path = |path: PathBuf| path.to_str().expect("UTF-8").to_owned();
        vec![
            "emit".to_owned(),
            path(self.folder.path().join(format!("{state}.hermes"))),
            "-o".to_owned(),
            path(self.out()),
        ]
    }

    /// Emits a state.
    pub fn emit(&self, state: usize, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hermesc")).args(self.arguments(state)).args(more).output().expect("it starts")
    }

    pub fn emitted(&self, state: usize) -> BTreeMap<PathBuf, Node> {
        let output = self.emit(state, &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        snapshot(&self.out()).expect("an output")
    }

    /// What is beside the output.
    pub fn litter(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("place")).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
        names.filter(|name| name != "out").collect()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn what_does_not_change_is_not_touched() {
    let work = Work::new();
    work.emitted(1);
    let identity = |path: &str| {
        let metadata = work.out().join(path).symlink_metadata().expect(path);
        (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
    };
    let (run, manifest, root) = ("s6-rc.d/service-3/run", ".hermesc.json", "");
    let before = [identity(run), identity(manifest), identity(root)];
    assert!(said(&work.emit(1, &[])).contains("; 0 files written"));
    assert_eq!([identity(run), identity(manifest), identity(root)], before, "written again");
    let times = |path: &str| (identity(path).1, identity(path).2);
    let directory = times("s6-rc.d/service-3");
    work.emitted(2);
    assert_eq!(identity(run), before[0], "an unchanged file is another one");
    assert_eq!(times("s6-rc.d/service-3"), directory, "an unchanged directory has another time");
    assert!(work.litter().is_empty(), "{:?}", work.litter());
}

#[test]
fn changes_by_hand_are_not_lost() {
    let work = Work::new();
    work.emitted(1);
    let run = work.out().join("s6-rc.d/service-3/run");
    let ours = fs::read_to_string(&run).unwrap();
    fs::write(&run, format!("{ours}# mine\n")).unwrap();
    fs::write(work.out().join("s6-rc.d/service-4/notes"), "mine too").unwrap();
    let output = work.emit(2, &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = said(&output);
    assert!(text.contains("a change by hand in") && text.contains("-# mine\n") && text.contains("--force"), "{text}");
    assert!(fs::read_to_string(&run).unwrap().ends_with("# mine\n"));
    assert!(work.out().join("s6-rc.d/only-1").exists(), "the rest was written all the same");
    assert!(work.emit(2, &["--force"]).status.success());
    assert_eq!(fs::read_to_string(&run).unwrap(), ours);
    // What hermesc never wrote stays.
    assert_eq!(fs::read_to_string(work.out().join("s6-rc.d/service-4/notes")).unwrap(), "mine too");
    // So it does where the definition around it goes.
    fs::write(work.out().join("s6-rc.d/only-2/notes"), "mine").unwrap();
    assert!(work.emit(1, &[]).status.success());
    assert_eq!(snapshot(&work.out().join("s6-rc.d/only-2")).unwrap().len(), 1);
    // A change of the mode is one as well, and so is one of what is to be removed.
    fs::set_permissions(work.out().join("s6-rc.d/only-1/run"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(work.emit(2, &[]).status.code(), Some(2));
}

#[test]
fn a_check_writes_nothing() {
    let work = Work::new();
    let before = work.emitted(1);
    let output = work.emit(1, &["--check"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let output = work.emit(2, &["--check"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1));
    for line in ["~ s6-rc.d/service-0/run\n", "- s6-rc.d/only-1/run\n", "+ s6-rc.d/only-2/run\n"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let text = said(&work.emit(2, &["--diff"]));
    assert!(text.contains("-exec sleep 10\n+exec sleep 20\n"), "{text}");
    assert_eq!(snapshot(&work.out()).unwrap(), before);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let work = Work::new();
    let expected = work.emitted(1);
    let manifest = fs::read(work.out().join(".hermesc.json")).unwrap();
    for (umask, environment) in [
        ("077", "LC_ALL=tr_TR.UTF-8"),
        ("000", "TZ=Asia/Kolkata"),
        ("022", "HOME=/nowhere USER=nobody"),
        ("027", "-i"),
        ("002", "SOURCE_DATE_EPOCH=1"),
    ] {
        fs::remove_dir_all(work.out()).unwrap();
        let script = format!("umask {umask}; cd /; exec env {environment} \"$@\"");
        let status = Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_hermesc")])
            .args(work.arguments(1))
            .output()
            .unwrap();
        assert!(status.status.success());
        assert_eq!(snapshot(&work.out()).unwrap(), expected, "{umask} {environment}");
        assert_eq!(fs::read(work.out().join(".hermesc.json")).unwrap(), manifest, "{umask} {environment}");
        let mode = work.out().join(".hermesc.json").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o644, "{umask} {environment}");
    }
}

#[test]
fn neither_the_order_of_directories_nor_of_paths_nor_the_user_matters() {
    let texts: Vec<(String, String)> = (0..30)
        .map(|number| {
            let before = if number == 0 { "base".to_owned() } else { format!("s{}", number - 1) };
            let text = format!("longrun s{number} {{ run exec x {number}; depends-on {before}; in user }}\n");
            (format!("f{}.hermes", number * 7 % 30), text)
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let emitted = |name: &str, order: &[usize], paths: &dyn Fn(&[usize]) -> Vec<String>, user: Option<u32>| {
        let place = folder.path().join(name);
        fs::create_dir_all(place.join("services")).unwrap();
        for at in order {
            fs::write(place.join("services").join(&texts[*at].0), &texts[*at].1).unwrap();
        }
        fs::set_permissions(&place, fs::Permissions::from_mode(0o777)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        command.arg("emit").args(paths(order)).args(["-o", "out"]).current_dir(&place);
        if let Some(user) = user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{name}: {}", said(&output));
        (snapshot(&place.join("out")).unwrap(), fs::read(place.join("out/.hermesc.json")).unwrap())
    };
    let (up, down): (Vec<usize>, Vec<usize>) = ((0..30).collect(), (0..30).rev().collect());
    let whole = |_: &[usize]| vec!["services".to_owned()];
    let each = |order: &[usize]| order.iter().map(|at| format!("services/{}", texts[*at].0)).collect();
    let expected = emitted("up", &up, &whole, None);
    for (name, order, paths) in [
        ("down", &down, &whole as &dyn Fn(&[usize]) -> Vec<String>),
        ("one by one", &up, &each),
        ("one by one, from the last", &down, &each),
    ] {
        assert!(emitted(name, order, paths, None) == expected, "{name}");
    }
    if rustix::process::getuid().is_root() && fs::metadata(env!("CARGO_BIN_EXE_hermesc")).is_ok() {
        let reached = Command::new("setpriv")
            .args(["--reuid=65534", "--clear-groups", env!("CARGO_BIN_EXE_hermesc"), "--version"])
            .output();
        if reached.is_ok_and(|output| output.status.success()) {
            assert!(emitted("another user", &up, &whole, Some(65534)) == expected);
        } else {
            eprintln!("another user cannot run the program here: that it writes the same was not tested");
        }
    }
}

#[test]
fn a_check_touches_nothing() {
    let work = Work::new();
    work.emitted(1);
    let times = || -> Vec<(PathBuf, u64, i64, i64, i64, i64)> {
        let place = work.folder.path().join("place");
        let mut paths: Vec<PathBuf> = snapshot(&place).unwrap().into_keys().map(|path| place.join(path)).collect();
        paths.extend([place.clone(), work.out().join(".hermesc.json")]);
        paths.sort();
        let known = |path: PathBuf| {
            let found = path.symlink_metadata().unwrap();
            (path, found.ino(), found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec())
        };
        paths.into_iter().map(known).collect()
    };
    let before = times();
    for (state, more) in [(1, "--check"), (2, "--check"), (1, "--diff"), (2, "--diff")] {
        work.emit(state, &[more]);
        assert_eq!(times(), before, "{state} {more}");
    }
    // Not even a directory that is not there yet.
    fs::remove_dir_all(work.out()).unwrap();
    assert_eq!(work.emit(1, &["--check"]).status.code(), Some(1));
    assert!(!work.out().exists() && work.litter().is_empty());
}

#[test]
fn make_and_ninja_read_the_list_of_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["a b.hermes", "a#b.hermes", "a$b.hermes", "a:b.hermes"] {
        fs::create_dir_all(path("in put")).unwrap();
        let service = format!("s{}", name.len() + usize::from(name.as_bytes()[1]));
        fs::write(path("in put").join(name), format!("longrun {service} {{ run exec x; in user }}\n")).unwrap();
    }
    fs::write(path("hermesc.toml"), "").unwrap();
    let command = format!("{} emit 'in put' -o out --depfile out.d", env!("CARGO_BIN_EXE_hermesc"));
    // Where nothing changes, the output keeps its time, and make asks again.
    fs::write(path("Makefile"), format!("out/.hermesc.json: ; {command} && touch out/.hermesc.json\n-include out.d\n"))
        .unwrap();
    let ninja = format!(
        "rule e\n  command = {command} && touch out/.hermesc.json\n  depfile = out.d\nbuild out/.hermesc.json: e\n"
    );
    fs::write(path("build.ninja"), ninja).unwrap();
    for (program, idle) in [("make", "is up to date"), ("ninja", "no work to do")] {
        let call = || Command::new(program).current_dir(folder.path()).env("LC_ALL", "C").output();
        let Ok(first) = call() else {
            eprintln!("{program} is not here: that it reads the list of inputs was not tested");
            continue;
        };
        assert!(first.status.success(), "{program}: {}", said(&first));
        let second = call().unwrap();
        assert!(said(&second).contains(idle), "{program}: {}", said(&second));
        for name in ["in put/a b.hermes", "in put/a#b.hermes", "in put/a$b.hermes", "in put/a:b.hermes", "hermesc.toml"]
        {
            std::thread::sleep(std::time::Duration::from_millis(20));
            fs::File::options()
                .write(true)
                .open(path(name))
                .unwrap()
                .set_modified(std::time::SystemTime::now())
                .unwrap();
            let again = call().unwrap();
            assert!(again.status.success() && !said(&again).contains(idle), "{program} {name}: {}", said(&again));
            let quiet = call().unwrap();
            assert!(said(&quiet).contains(idle), "{program}, after {name}: {}", said(&quiet));
        }
        fs::remove_dir_all(path("out")).unwrap();
    }
}

#[test]
fn times_and_inputs_are_told() {
    let work = Work::new();
    let depfile = work.folder.path().join("out.d");
    let emit = |epoch: &str| {
        Command::new(env!("CARGO_BIN_EXE_hermesc"))
            .args(work.arguments(1))
            .args(["--depfile", depfile.to_str().unwrap(), "--sync"])
            .env("SOURCE_DATE_EPOCH", epoch)
            .output()
            .unwrap()
    };
    assert_eq!(emit("yesterday").status.code(), Some(2));
    assert!(!work.out().exists());
    assert!(emit("86400").status.success());
    assert_eq!(work.out().join("s6-rc.d/service-0/run").metadata().unwrap().mtime(), 86_400);
    let text = fs::read_to_string(depfile).unwrap();
    let [out, source] =
        [work.out().join(".hermesc.json"), work.folder.path().join("1.hermes")].map(|path| path.display().to_string());
    assert!(
        text.starts_with(&format!("{out}: \\\n  {source}\n")) && text.contains(&format!("\n{source}:\n")),
        "{text}"
    );
}

#[test]
fn nothing_is_written_through_links() {
    let work = Work::new();
    let elsewhere = work.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    // The output may be named by a link; what is in it may be none.
    symlink(&elsewhere, work.out()).unwrap();
    let expected = work.emitted(1);
    assert!(work.out().is_symlink());
    fs::rename(elsewhere.join("s6-rc.d"), work.folder.path().join("moved")).unwrap();
    symlink(work.folder.path().join("moved"), elsewhere.join("s6-rc.d")).unwrap();
    let moved = snapshot(&work.folder.path().join("moved")).unwrap();
    let output = work.emit(2, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("s6-rc.d is in the way"), "{}", said(&output));
    assert!(work.emit(1, &["--force"]).status.success());
    assert_eq!(snapshot(&elsewhere).unwrap(), expected);
    assert_eq!(snapshot(&work.folder.path().join("moved")).unwrap(), moved, "something was written through a link");
}

#[test]
fn what_is_in_the_way_is_told() {
    let work = Work::new();
    let fails = |what: &str, word: &str| {
        let output = work.emit(1, &[]);
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(said(&output).contains(word), "{what}: {}", said(&output));
    };
    fs::write(work.out(), "a file").unwrap();
    fails("a file", "ot a directory");
    fs::remove_file(work.out()).unwrap();
    symlink("nowhere", work.out()).unwrap();
    fails("a link to nothing", "cannot follow the link");
    fs::remove_file(work.out()).unwrap();
    fs::create_dir(work.out()).unwrap();
    fs::write(work.out().join("theirs"), "").unwrap();
    fails("somebody else's files", "such as theirs");
    assert!(work.emit(1, &["--force"]).status.success());
    assert!(work.out().join("theirs").exists());
    assert!(work.emit(2, &[]).status.success());
    assert!(work.out().join("theirs").exists());
    fs::write(work.out().join(".hermesc.json"), "{").unwrap();
    fails("a broken manifest", "is not a manifest");
    fs::write(work.out().join(".hermesc.json"), r#"{"version":2,"entries":{"../x":"directory"}}"#).unwrap();
    fails("a manifest of other places", "is not below the directory");
    assert!(work.litter().is_empty(), "{:?}", work.litter());
}
