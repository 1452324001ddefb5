//! `hermesc import`: what is read from source directories gives the same files again.
//!
//! `HERMESC_BLESS=1` writes `tests/golden/import.hermes` anew.

mod made;
mod random;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use camino::Utf8Path;
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

use crate::memory::Memory;

pub use made::{Made, image, make, on_disk, temporary};
pub use random::tree;

/// The text of a directory, and the directory that the text becomes.
fn there_and_back(from: &Utf8Path, to: &Utf8Path, scripts: Scripts<'_>) -> Imported {
    let layout = recognise(from).expect("looked at").unwrap_or_else(|| source(from));
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
