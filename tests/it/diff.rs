//! `hermesc diff`: what is told of pairs of sets, and what is no difference.
//!
//! `HERMESC_BLESS=1` writes what stands below `tests/golden/diff` anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compare::{Modes, Side, compare, text};
use hermesc::compile::Checked;
use hermesc::format::format;
use hermesc::import::{self, import};
use hermesc::print::{Scripts, print};
use hermesc::report::human::Style;
use hermesc::resolve::{Disk, resolve};
use hermesc::s6rc::plan::plan;
use hermesc::s6rc::read::{Verbatim, recognise, source};
use hermesc::s6rc::target::Target;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::golden::compare as golden;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diff")
}

pub fn diff(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.arg("diff").args(arguments).current_dir(directory).env("NO_COLOR", "1");
    command.output().expect("hermesc starts")
}

pub fn out(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The pairs, and the exit codes by meaning and by bytes.
const PAIRS: &[(&str, i32, i32)] = &[
    ("broken", 2, 2),
    ("container", 1, 1),
    ("directories", 1, 1),
    ("hostile", 1, 1),
    ("machine", 1, 1),
    ("services", 1, 1),
    ("spelling", 0, 1),
];

#[test]
fn pairs_are_told_as_recorded() {
    let mut differences = Vec::new();
    for (pair, by_meaning, by_bytes) in PAIRS {
        let folder = folder().join(pair);
        let side = |name: &str| if folder.join(name).is_dir() { name.to_owned() } else { format!("{name}.hermes") };
        let (old, new) = (side("old"), side("new"));
        for (format, file, code) in
            [("text", "text.txt", by_meaning), ("json", "json.json", by_meaning), ("unified", "unified.diff", by_bytes)]
        {
            let output = diff(&folder, &[&old, &new, "--format", format]);
            assert_eq!(output.status.code(), Some(*code), "{pair} {format}: {}", out(&output.stderr));
            let found = out(&output.stdout);
            if format == "text" {
                let longest = found.lines().map(|line| line.chars().count()).max();
                assert!(longest <= Some(80), "{pair}: {longest:?} columns\n{found}");
                assert!(!found.contains('\u{1b}'), "{pair}");
            } else if format == "json" {
                let value: Value = serde_json::from_str(&found).expect("JSON");
                assert_eq!((&value["version"], value["same"] == true), (&1.into(), *code == 0), "{pair}");
            }
            golden(&folder.join(file), Some(&found), &mut differences);
        }
        // A set is never different from itself.
        for side in [&old, &new] {
            let output = diff(&folder, &[side, side]);
            let expected = if *by_meaning == 2 && side == &old { 2 } else { 0 };
            assert_eq!(output.status.code(), Some(expected), "{pair} {side}: {}", out(&output.stdout));
            assert_eq!(out(&output.stdout), "no difference: both mean the same\n", "{pair} {side}");
        }
    }
    let recorded = fs::read_dir(folder()).expect("a folder").count();
    assert_eq!(recorded, PAIRS.len(), "a pair is not tried");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn colours_are_put_where_they_are_asked_for() {
    let pair = folder().join("services");
    let plain = out(&diff(&pair, &["old.hermes", "new.hermes"]).stdout);
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(["diff", "old.hermes", "new.hermes", "--color", "always"]).current_dir(&pair);
    let painted = out(&command.output().expect("hermesc starts").stdout);
    assert!(painted.contains("\u{1b}[32m+ longrun metrics\u{1b}[0m\n"), "{painted}");
    let mut bare = painted;
    for code in ["0", "1", "31", "32", "33", "36"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(bare, plain);
}

#[test]
fn what_cannot_be_read_is_trouble() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    fs::write(root.join("a.hermes"), "longrun a { run exec a; in user }\n").expect("written");
    fs::write(root.join("b.hermes"), "longrun a { run exec b $X; in user }\nlongrun c { run exec c; in user }\n")
        .expect("written");
    fs::create_dir(root.join("empty")).expect("made");
    for (arguments, part) in [
        (
            &["a.hermes", "not-there"][..],
            "there is no not-there\n  help: name a file or a directory; what is in a revision",
        ),
        (&["not-there", "a.hermes"], "there is no not-there"),
        (&["a.hermes", "empty"], "empty holds neither `.hermes` files nor s6-rc source directories"),
        (&["a.hermes"], "<NEW>"),
        (&["--rev", "HEAD", "a.hermes", "a.hermes"], "cannot be used with"),
        (
            &["a.hermes", "b.hermes"],
            "b.hermes: 1 error; the rest of it is compared\nb.hermes:1:24: error[bare-variable]",
        ),
        (&["a.hermes", "\u{1b}[31m"], "there is no \\u{1b}[31m"),
    ] {
        let output = diff(root, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(out(&output.stderr).contains(part), "{arguments:?}: {}", out(&output.stderr));
    }
    // What could be read is compared all the same.
    let told = out(&diff(root, &["a.hermes", "b.hermes"]).stdout);
    assert!(told.contains("+ longrun c"), "{told}");
}

#[test]
fn nothing_is_a_set_too() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("a.hermes"), "target s6-rc\nlongrun a { run exec a }\n").expect("written");
    let told = diff(directory.path(), &["/dev/null", "a.hermes"]);
    assert_eq!(told.status.code(), Some(1));
    assert_eq!(
        out(&told.stdout),
        "--- /dev/null\n+++ a.hermes\n\n+ longrun a\n    run  0755, 2 lines\n      │ #!/bin/execlineb -P\n      │ a\n\n1 added\n"
    );
    let told = diff(directory.path(), &["a.hermes", "/dev/null"]);
    assert_eq!(out(&told.stdout), "--- a.hermes\n+++ /dev/null\n\n- longrun a\n\n1 removed\n");
    assert_eq!(diff(directory.path(), &["/dev/null", "/dev/null"]).status.code(), Some(0));
}

#[test]
fn names_that_only_look_alike_are_no_renames() {
    let directory = tempfile::tempdir().expect("a directory");
    let set = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("written");
    let renamed = |old: &str, new: &str| {
        set("old.hermes", old);
        set("new.hermes", new);
        let output = diff(directory.path(), &["old.hermes", "new.hermes", "--format", "json"]);
        let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let names = value["renamed"].as_array().expect("a list").iter();
        names
            .map(|one| format!("{} {}", one["old"].as_str().unwrap(), one["new"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let one = "longrun a { run exec x; in user }\n";
    assert_eq!(renamed(one, &one.replace(" a ", " b ")), ["a b"]);
    // Two are alike, so neither is sure.
    let two = "longrun a { run exec x; in user }\nlongrun b { run exec x; in user }\n";
    assert!(renamed(two, &two.replace(" a ", " c ").replace(" b ", " d ")).is_empty());
    assert!(renamed(one, "longrun b { run exec y; in user }\n").is_empty());
    // A pipeline is renamed as a whole: its ends name each other.
    let piped = "longrun a { run exec x }\nlongrun a2 { run exec y }\npipeline p = a | a2\nbundle user { p }\n";
    let other = piped.replace('a', "z");
    assert_eq!(renamed(piped, &other), ["a z", "a2 z2"]);
    // One end is another program: that end is none, and what names it is not the same.
    assert!(renamed(piped, &other.replace("exec y", "exec w")).is_empty());
}

fn side(checked: &Checked) -> Side {
    Side::of_model(&checked.model)
}

/// Says what differs where something does.
fn same(what: &str, old: &Side, new: &Side) {
    let difference = compare(old, new);
    assert!(difference.is_empty(), "{what}\n{}", text(&difference, ("old", "new"), Style::default()));
}

/// A tree that was emitted, as text of the language.
fn imported(path: &Utf8Path, target: Target) -> Side {
    let layout = recognise(path).expect("looked at").unwrap_or_else(|| source(path));
    let mut read = Verbatim::default();
    read.add(&layout).expect("every entry can be read");
    let target = if layout.overlay { import::fitting(&read.tree, target) } else { target };
    let options = import::Options { target, path: Utf8Path::new("set.hermes"), scripts: Scripts::Inline };
    let text = import(&read.tree, &options).expect("every tree can be imported").printed.text;
    side(&crate::memory::check(&text))
}

fn directories(path: &Utf8Path, target: Target) -> Side {
    let layout = recognise(path).expect("looked at").unwrap_or_else(|| source(path));
    let mut read = Verbatim::default();
    read.add(&layout).expect("every entry can be read");
    let target = if layout.overlay { import::fitting(&read.tree, target) } else { target };
    Side::of_directories(read.tree, layout.overlay, target, true, Modes::Whole)
}

/// A set means the same as what it is laid out as, expanded to, emitted as and imported from.
fn keeps_its_meaning(what: &str, checked: &Checked) {
    let own = side(checked);
    let expanded = print(&checked.model, Scripts::Inline).expect("nothing is too large").text;
    same(&format!("{what}, expanded"), &own, &side(&crate::memory::check(&expanded)));
    let laid_out = format(&expanded.replace("\n    ", "\n  ")).text;
    same(&format!("{what}, laid out"), &own, &side(&crate::memory::check(&laid_out)));
    let directory = tempfile::tempdir().expect("a directory");
    let path = Utf8PathBuf::from_path_buf(directory.path().join("tree")).expect("UTF-8");
    hermesc::s6rc::write::write(&plan(&checked.model), &path, hermesc::s6rc::write::How::default()).expect("written");
    // Directories hold the services alone.
    if checked.model.container.is_empty() && !checked.model.definitions.is_empty() {
        same(&format!("{what}, emitted"), &own, &directories(&path, checked.model.target));
        same(&format!("{what}, imported"), &own, &imported(&path, checked.model.target));
    }
}

#[test]
fn sets_mean_the_same_in_every_form() {
    let sets = crate::expand::sets();
    assert!(sets.len() >= 15, "only {} sets were found", sets.len());
    for (path, checked) in &sets {
        keeps_its_meaning(path, checked);
        let root = Utf8PathBuf::from(path);
        same(path, &Side::of_model(&resolve(&Disk, &[root], None).expect("read").model), &side(checked));
    }
}

#[test]
fn random_sets_mean_the_same_in_every_form() {
    let sound = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(crate::properties::config(60));
    let result = runner.run(&crate::expand::set(), |text| {
        let checked = crate::memory::check(&text);
        if checked.errors() == 0 {
            sound.set(sound.get() + 1);
            keeps_its_meaning(&text, &checked);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(sound.get() > 20, "only {} sets had no errors", sound.get());
}

#[test]
fn random_trees_mean_what_their_text_means() {
    let mut runner = TestRunner::new(crate::properties::config(80));
    let result = runner.run(&crate::import::tree(), |(_, entries)| {
        let (_directory, path) = crate::import::temporary();
        crate::import::make(path.as_std_path(), &entries);
        let overlay = recognise(&path).expect("looked at").is_some_and(|layout| layout.overlay);
        let target = if overlay { Target::default() } else { Target::find("s6-rc", None).unwrap() };
        same("imported", &directories(&path, target), &imported(&path, target));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
