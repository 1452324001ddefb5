//! `hermesc import`: what is read from source directories gives the same files again.
//!
//! `HERMESC_BLESS=1` writes `tests/golden/import.hermes` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile;
use hermesc::import::{Imported, Options, import};
use hermesc::model::Kind;
use hermesc::print::Scripts;
use hermesc::s6rc::plan::{Entry, FileTree, plan};
use hermesc::s6rc::read::{Verbatim, read_by, recognise, source};
use hermesc::s6rc::target::Target;
use hermesc::s6rc::write;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

use crate::memory::Memory;

/// What is on the disk: kind, permission bits, and bytes or the path of a link.
type Node = (char, u32, Vec<u8>);

/// Everything below a directory, but what hermesc keeps for itself.
pub fn on_disk(root: &Path) -> BTreeMap<String, Node> {
    let mut nodes = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o7777;
            let node = if metadata.is_symlink() {
                ('l', 0, fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec())
            } else if metadata.is_dir() {
                open.push(path.clone());
                ('d', mode, Vec::new())
            } else {
                ('f', mode, fs::read(&path).unwrap())
            };
            nodes.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), node);
        }
    }
    nodes.remove(write::MANIFEST);
    nodes
}

/// One entry of a random tree.
#[derive(Clone)]
pub enum Made {
    File(Vec<u8>, u32),
    Directory,
    Link(String),
}

impl std::fmt::Debug for Made {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(bytes, mode) => write!(formatter, "file {mode:o} \"{}\"", bytes.escape_ascii()),
            Self::Directory => write!(formatter, "directory"),
            Self::Link(target) => write!(formatter, "link {target:?}"),
        }
    }
}

/// Writes entries; the first of two that cannot both be there wins.
pub fn make(root: &Path, entries: &[(String, Made)]) {
    for (path, made) in entries {
        let path = root.join(path);
        if fs::create_dir_all(path.parent().unwrap()).is_err() || path.symlink_metadata().is_ok() {
            continue;
        }
        match made {
            Made::Directory => fs::create_dir(&path).unwrap(),
            Made::Link(target) => symlink(target, &path).unwrap(),
            Made::File(bytes, mode) => {
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

/// Names of definitions and files, plain and odd.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(vec!["web", "db", "web-log", "setup", "user", "base", "all"]).prop_map(str::to_owned),
        4 => select(vec![
            "none", "text", "mode", "exec", "a b", "a,b", "{{x}}", "{{{{", "a#b", "#a", "x'y", "\"q\"", "back\\slash", "naïve",
            "a\nb", "tab\there", "${A}", "=", "bundle", "longrun", "raw", "in", ".hidden", "s6rc-x", "x{", "é{{a}}", "~", "*",
            "\u{202e}evil", "\u{feff}",
        ])
        .prop_map(str::to_owned),
        1 => "[ -.0-~]{1,12}".prop_filter("no path", |name| name != "." && name != ".."),
    ]
}

/// The names of files, known and not.
fn path() -> impl Strategy<Value = String> {
    let known = select(vec![
        "type",
        "run",
        "finish",
        "up",
        "down",
        "reload",
        "timeout-up",
        "timeout-down",
        "timeout-kill",
        "timeout-finish",
        "notification-fd",
        "lock-fd",
        "max-death-tally",
        "down-signal",
        "reload-signal",
        "flag-essential",
        "flag-recommended",
        "flag-timeout-killpg",
        "flag-newpidns",
        "producer-for",
        "consumer-for",
        "pipeline-name",
        "dependencies",
        "contents",
        "dependencies.d",
        "contents.d",
        "data",
        "env",
        "template",
    ])
    .prop_map(str::to_owned);
    let below = (select(vec!["dependencies.d", "contents.d", "data", "env", "template", "more", "run"]), name())
        .prop_map(|(directory, name)| format!("{directory}/{name}"));
    prop_oneof![6 => known, 5 => below, 1 => name(), 1 => (name(), name()).prop_map(|(a, b)| format!("data/{a}/{b}"))]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let text = |texts: Vec<&'static str>| select(texts).prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![
        4 => Just(Vec::new()),
        4 => text(vec!["longrun\n", "oneshot\n", "bundle\n", "longrun", "oneshot \n", "3\n", "5000\n", "3", "007\n", "SIGINT\n", "15\n"]),
        4 => text(vec!["web\n", "db\n", "web-log\n", "web\ndb\n", "web", " web\n", "# c\nweb\n", "a b\n", "web\n\n"]),
        6 => text(vec![
            "#!/bin/sh\nexec web\n", "#!/bin/sh -e\necho \"$A\"\n", "#!/command/execlineb -P\nweb -f\n", "#!/usr/bin/env python3\nx\n",
            "#!/command/execlineb -P\nwith-contenv\ns6-setuidgid www httpd -f\n", "#!/command/with-contenv bash\nset -e\n\n\tx {{a}}\n",
            "#!/bin/sh\r\nexec web\r\n", "#!/bin/sh\nno newline", "#!\n", "#!/bin/sh\n", "#! /bin/sh\nx\n",
            "#!/bin/sh\nlongrun a {\n\"\"\" quotes \"\"\"\"\n", "#!/bin/sh\n  indented\n \n\t\n",
        ]),
        4 => text(vec![
            "/etc/s6-overlay/s6-rc.d/web/run\n", "with-contenv\necho hello\n", "echo hello\n", "echo \"a b\" 'c'\n", "if { true } echo\n",
            "echo \"open\n", "/bin/sh -c \"set -e\\nx\\n\"\n", "with-contenv\n/bin/sh -c \"a\\n  b\\n\"\n",
        ]),
        2 => "[a-z{}\"'\\\\#$\n\t ;,=|\u{e9}\u{202e}\r]{0,40}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(vec![b'x'; 70_000]),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    let mode =
        prop_oneof![4 => Just(0o644), 4 => Just(0o755), 1 => select(vec![0o600, 0o444, 0o700, 0o664, 0o4755, 0o1777])];
    prop_oneof![
        20 => (content(), mode).prop_map(|(bytes, mode)| Made::File(bytes, mode)),
        2 => Just(Made::Directory),
        2 => select(vec!["nowhere", "/etc/passwd", "../web/run", "a b", "{{x}}", "\"", "."]).prop_map(|to| Made::Link(to.to_owned())),
    ]
}

/// A definition that begins as a sound one does, with more files.
fn definition() -> impl Strategy<Value = Vec<(String, Made)>> {
    let plain = |file: &str, text: &str| (file.to_owned(), Made::File(text.as_bytes().to_vec(), 0o644));
    let start = prop_oneof![
        Just(Vec::new()),
        Just(vec![plain("type", "longrun\n"), ("run".to_owned(), Made::File(b"#!/bin/sh\nexec x\n".to_vec(), 0o755))]),
        Just(vec![plain("type", "oneshot\n"), plain("up", "/etc/s6-overlay/scripts/x\n")]),
        Just(vec![plain("type", "bundle\n"), plain("contents.d/web", "")]),
    ];
    let depends = prop::collection::vec(name().prop_map(|name| format!("dependencies.d/{name}")), 0..3);
    let more = prop::collection::vec((path(), made()), 0..6);
    (start, depends, more).prop_map(|(mut files, depends, more)| {
        files.extend(depends.into_iter().map(|path| (path, Made::File(Vec::new(), 0o644))));
        files.extend(more);
        files
    })
}

/// A source directory, in the layout of s6-overlay or without one.
pub fn tree() -> impl Strategy<Value = (bool, Vec<(String, Made)>)> {
    let definitions = prop::collection::vec((name(), definition(), any::<bool>()), 0..6);
    let others = prop::collection::vec((name(), made()), 0..2);
    (any::<bool>(), definitions, others).prop_map(|(overlay, definitions, others)| {
        let mut entries = Vec::new();
        for (name, files, bundle) in definitions {
            let below = if !overlay {
                ""
            } else if bundle && name == "user" {
                "user-bundles.d/"
            } else {
                "s6-rc.d/"
            };
            entries.extend(files.into_iter().map(|(path, made)| (format!("{below}{name}/{path}"), made)));
        }
        let below = if overlay { "s6-rc.d/" } else { "" };
        entries.extend(others.into_iter().map(|(name, made)| (format!("{below}{name}"), made)));
        // Every directory of a layout is a definition or below one.
        if overlay {
            entries.push(("s6-rc.d".to_owned(), Made::Directory));
        }
        (overlay, entries)
    })
}

/// The text of a directory, and the directory that the text becomes.
fn there_and_back(from: &Utf8Path, to: &Utf8Path, scripts: Scripts<'_>) -> Imported {
    let layout = recognise(from).unwrap_or_else(|| source(from));
    let mut read = Verbatim::default();
    read.add(&layout).expect("every entry can be read");
    let target = if layout.overlay { Target::default() } else { Target::find("s6-rc", None).unwrap() };
    let target = if layout.overlay { hermesc::import::fitting(&read.tree, target) } else { target };
    let options = Options { target, path: Utf8Path::new("set.hermes"), scripts };
    let imported = import(&read.tree, &options).map_err(|error| error.to_string());
    let imported = imported.expect("every tree can be imported");
    // By the way that everybody goes.
    let mut memory = Memory::default();
    memory.0.extend(imported.printed.files.clone());
    memory.0.insert("set.hermes".into(), imported.printed.text.clone().into_bytes());
    let checked = compile::check(&memory, &["set.hermes".into()], None).expect("the text can be read");
    write::write(&plan(&checked.model), to, write::How::default()).expect("written");
    imported
}

pub fn temporary() -> (TempDir, Utf8PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    (directory, path)
}

#[test]
fn random_trees_come_back_as_they_were() {
    let mut runner = TestRunner::new(crate::properties::config(150));
    let places = select(vec![
        Scripts::Inline,
        Scripts::InlineText(Utf8Path::new("set.files")),
        Scripts::Files(Utf8Path::new("set.files")),
    ]);
    let result = runner.run(&(tree(), places), |((overlay, entries), scripts)| {
        let (_directory, path) = temporary();
        let (from, to) = (path.join("from"), path.join("to"));
        fs::create_dir(&from).unwrap();
        make(from.as_std_path(), &entries);
        let imported = there_and_back(&from, &to, scripts);
        prop_assert_eq!(
            on_disk(from.as_std_path()),
            on_disk(to.as_std_path()),
            "{} {}",
            overlay,
            imported.printed.text
        );
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// Every file that s6-rc knows is once everything that it should not be: a directory, one that holds something, a link, of
/// another mode, empty.
#[test]
fn what_is_no_file_comes_back_too() {
    let files = [Kind::Longrun, Kind::Oneshot, Kind::Bundle].into_iter().flat_map(|kind| read_by(kind).iter().copied());
    let files: BTreeSet<&str> = files.chain(["type"]).collect();
    let odd: [&[(&str, Entry)]; 5] = [
        &[("", Entry::Directory)],
        &[("", Entry::Directory), ("/x", Entry::File { bytes: Vec::new(), mode: 0o644 })],
        &[("", Entry::Link("nowhere".into()))],
        &[("", Entry::File { bytes: b"1\n".to_vec(), mode: 0o600 })],
        &[("", Entry::File { bytes: Vec::new(), mode: 0o644 })],
    ];
    let mut tried = 0;
    let mut try_one = |directory: &Utf8Path, kind: &str, file: &str, odd: &[(&str, Entry)]| {
        let mut tree = FileTree::default();
        for above in directory.ancestors().filter(|above| !above.as_str().is_empty()) {
            tree.entries.insert(above.into(), Entry::Directory);
        }
        tree.entries.insert(directory.join("type").into(), Entry::File { bytes: kind.into(), mode: 0o644 });
        for (below, entry) in odd {
            tree.entries.insert(directory.join(format!("{file}{below}")).into(), entry.clone());
        }
        let options = Options { target: Target::default(), path: Utf8Path::new("a.hermes"), scripts: Scripts::Inline };
        let imported = import(&tree, &options);
        assert!(imported.is_ok(), "{}: {tree:#?}", imported.unwrap_err());
        tried += 1;
    };
    for kind in ["longrun\n", "oneshot\n", "bundle\n"] {
        for file in &files {
            for odd in odd {
                try_one(Utf8Path::new("s6-rc.d/web"), kind, file, odd);
                try_one(Utf8Path::new("user-bundles.d/user"), kind, file, odd);
            }
        }
    }
    eprintln!("{tried} trees");
}

/// A tree as people have them.
pub fn image() -> Vec<(String, Made)> {
    let plain = |text: &str| Made::File(text.as_bytes().to_vec(), 0o644);
    let script = |text: &str| Made::File(text.as_bytes().to_vec(), 0o755);
    let entries = [
        ("s6-rc.d/init-config/dependencies.d/seed", plain("")),
        ("s6-rc.d/notes.txt", plain("Nobody reads this.\n")),
        ("s6-rc.d/seed/type", plain("oneshot\n")),
        ("s6-rc.d/seed/up", plain("/etc/s6-overlay/s6-rc.d/seed/run\n")),
        ("s6-rc.d/seed/run", script("#!/command/with-contenv bash\nset -e\nmkdir -p \"$DATA\"\n")),
        ("s6-rc.d/seed/dependencies.d/base", plain("")),
        ("s6-rc.d/web/type", plain("longrun\n")),
        ("s6-rc.d/web/run", script("#!/command/execlineb -P\nwith-contenv\nhttpd -f -h \"/srv/my site\"\n")),
        ("s6-rc.d/web/finish", script("#!/bin/sh\ntest \"$1\" = 78 && exit 125\nexit 0\n")),
        ("s6-rc.d/web/notification-fd", plain("3\n")),
        ("s6-rc.d/web/timeout-up", plain("90000\n")),
        ("s6-rc.d/web/timeout-kill", plain("1500\n")),
        ("s6-rc.d/web/down-signal", plain("SIGINT\n")),
        ("s6-rc.d/web/flag-essential", plain("")),
        ("s6-rc.d/web/data/check", script("#!/bin/sh\nexec nc -z localhost 80\n")),
        ("s6-rc.d/web/data/logo.bin", Made::File(vec![0, 255, b'"'], 0o600)),
        ("s6-rc.d/web/env/LANG", plain("C.UTF-8\n")),
        ("s6-rc.d/web/producer-for", plain("web-log\n")),
        ("s6-rc.d/web/dependencies.d/base", plain("")),
        ("s6-rc.d/web/dependencies.d/seed", plain("")),
        ("s6-rc.d/web/dependencies.d/init-services", plain("")),
        ("s6-rc.d/web-log/type", plain("longrun\n")),
        ("s6-rc.d/web-log/run", script("#!/bin/sh\nexec logutil-service /var/log/web\n")),
        ("s6-rc.d/web-log/consumer-for", plain("web\n")),
        ("s6-rc.d/web-log/pipeline-name", plain("web-pipeline\n")),
        ("s6-rc.d/web-log/extra", Made::Link("../web/data".to_owned())),
        ("s6-rc.d/worker/type", plain("longrun")),
        ("s6-rc.d/worker/run", Made::File(b"#!/usr/bin/env python3\nprint('{{name}}')".to_vec(), 0o644)),
        ("s6-rc.d/worker/dependencies", plain("seed\nweb-pipeline")),
        ("user-bundles.d/user/contents.d/web-pipeline", plain("")),
        ("user-bundles.d/user/contents.d/worker", plain("")),
    ];
    entries.into_iter().map(|(path, made)| (path.to_owned(), made)).collect()
}

#[test]
fn a_tree_reads_as_recorded() {
    let (_directory, path) = temporary();
    make(path.as_std_path(), &image());
    let imported = there_and_back(&path, &path.join("to"), Scripts::Inline);
    assert_eq!(imported.unknown, ["init-services"]);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import.hermes");
    if std::env::var_os("HERMESC_BLESS").is_some() {
        fs::write(&golden, &imported.printed.text).unwrap();
    }
    assert_eq!(imported.printed.text, fs::read_to_string(golden).unwrap());
}

/// Accepted by s6-rc-compile, and refused of the text by a rule that says why it cannot work at run time.
const AT_RUN_TIME: &[(&str, &str)] =
    &[("ok-down-signal-garbage", "unknown-signal"), ("ok-down-signal-empty", "unknown-signal")];

#[test]
fn what_the_compiler_accepts_can_be_imported_and_emitted() {
    let (mut same, mut left_out, mut wrong) = (0, Vec::new(), Vec::new());
    for case in crate::oracle::cases() {
        let name = case["name"].as_str().unwrap().to_owned();
        if case["exit"].as_i64() != Some(0) || case.get("sources").is_some() {
            continue;
        }
        let (_directory, path) = temporary();
        crate::oracle::build(&case, path.as_std_path());
        let (from, to) = (path.join("src"), path.join("to"));
        let mut read = Verbatim::default();
        if let Err((path, error)) = read.add(&source(&from)) {
            left_out.push(format!("{name}: {path}: {error}"));
            continue;
        }
        let options = Options {
            target: Target::find("s6-rc", None).unwrap(),
            path: Utf8Path::new("a"),
            scripts: Scripts::Inline,
        };
        let imported = import(&read.tree, &options).map_err(|error| error.to_string()).expect(&name);
        let checked = crate::memory::check(&imported.printed.text);
        write::write(&plan(&checked.model), &to, write::How::default()).unwrap();
        assert_eq!(on_disk(from.as_std_path()), on_disk(to.as_std_path()), "{name}\n{}", imported.printed.text);
        let codes = crate::oracle::error_codes(&checked);
        let expected: Vec<&str> =
            AT_RUN_TIME.iter().filter(|(known, _)| *known == name).map(|(_, rule)| *rule).collect();
        if codes != expected {
            wrong.push(format!("{name}: {:?}\n{}", crate::memory::found(&checked), imported.printed.text));
        }
        same += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(left_out.len() <= 3, "{left_out:#?}");
    assert!(same > 100, "only {same} cases");
}
