//! `hermesc expand`: what is printed means the same, and printing it again changes nothing.

use std::fs;
use std::path::Path;

use camino::Utf8PathBuf;
use hermesc::compile::{self, Checked};
use hermesc::print::{Scripts, print};
use hermesc::resolve::Disk;
use hermesc::s6rc::plan::plan;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::cli::hermesc;
use crate::memory::{check, found};

/// Prints a set, and compares what the text says; gives the text.
fn printed(what: &str, checked: &Checked) -> String {
    let text = print(&checked.model, Scripts::Inline).expect("nothing is too large").text;
    let again = check(&text);
    assert_eq!(again.errors(), 0, "{what}: {:?}\n{text}", found(&again));
    assert_eq!(plan(&again.model), plan(&checked.model), "{what}\n{text}");
    assert_eq!(again.model.target, checked.model.target, "{what}");
    let container = |checked: &Checked| {
        let files = checked.model.container.iter();
        files.map(|file| (file.path.clone(), file.program.bytes.clone(), file.program.mode)).collect::<Vec<_>>()
    };
    assert_eq!(container(&again), container(checked), "{what}\n{text}");
    let names = |checked: &Checked| {
        let mut names: Vec<_> =
            checked.model.externals().iter().map(|external| (external.name.clone(), external.kind)).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        names
    };
    assert_eq!(names(&again), names(checked), "{what}\n{text}");
    assert_eq!(print(&again.model, Scripts::Inline).expect("nothing is too large").text, text, "{what}");
    text
}

/// The sets below the repository that have no errors.
pub fn sets() -> Vec<(String, Checked)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sets = Vec::new();
    for (folder, input) in [("tests/golden/inputs", "input.hermes"), ("examples", ".")] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                let path = Utf8PathBuf::from_path_buf(path.join(input)).unwrap();
                let checked = compile::check(&Disk, std::slice::from_ref(&path), None).unwrap();
                if checked.errors() == 0 {
                    sets.push((path.into_string(), checked));
                }
            }
        }
    }
    sets
}

#[test]
fn every_golden_input_and_example_means_the_same_when_printed() {
    let sets = sets();
    assert!(sets.len() >= 15, "only {} sets were found", sets.len());
    for (path, checked) in &sets {
        let text = printed(path, checked);
        for sugar in ["template ", "use ", "for ", "let ", "include ", "user ", "env ", "ready "] {
            let line = |line: &&str| line.trim_start().starts_with(sugar) && !line.starts_with("        ");
            assert_eq!(text.lines().find(line), None, "{path} still has `{sugar}`\n{text}");
        }
    }
}

#[test]
fn the_program_prints_what_can_be_emitted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hermes-agent");
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let output = hermesc(&["expand", root.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(path("set.hermes"), &output.stdout).unwrap();
    for (from, to) in [(root.to_str().unwrap().to_owned(), path("one")), (path("set.hermes"), path("two"))] {
        let output = hermesc(&["emit", &from, "--rootfs", &to]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let (one, two) =
        (crate::import::on_disk(&directory.path().join("one")), crate::import::on_disk(&directory.path().join("two")));
    assert!(one.len() > 20, "only {} files", one.len());
    assert_eq!(one, two);
}

#[test]
fn a_set_with_errors_is_not_printed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.hermes");
    fs::write(&path, "longrun a { in user }\n").unwrap();
    let output = hermesc(&["expand", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing-run"));
}

/// A program of a random kind, its words and texts.
fn program() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => select(vec!["httpd", "-f", "a=b", "'it is'", "\"a $ b\"", "${PORT}", "${PORT:-80}", "x{{{{y", "'${no}'", "\"\\x01\""])
            .prop_map(str::to_owned),
        1 => "[a-z/:.=-]{1,8}".prop_map(|word| word),
    ];
    prop_oneof![
        3 => prop::collection::vec(word, 0..5).prop_map(|words| format!("exec x {}", words.join(" "))),
        2 => "[ -~\t]{0,20}".prop_map(|line| {
            let line = line.replace("{{", "{ {").replace('"', "'");
            format!("sh \"\"\"\n        set -e\n        {line}\n        \"\"\"")
        }),
        1 => "[a-z {}$\u{e9}]{0,10}".prop_map(|text| format!("text \"{}\"", text.replace("{{", "{ {"))),
    ]
}

fn statements() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            select(vec![
                "depends-on none",
                "depends-on other, base",
                "timeout-up 90s",
                "timeout-down never",
                "flag-essential",
                "user nobody",
                "env A = \"b c\"",
                "cwd /srv",
                "umask 0027",
                "raw \"notes\" mode 0600 text \"x\"",
                "in all",
                "raw \"l\" link \"../x\"",
                "raw \"d\" directory",
                "redirect stderr to stdout",
                "nice 5",
            ])
            .prop_map(str::to_owned),
        ],
        0..6,
    )
    .prop_map(|mut lines| {
        let mut seen = std::collections::HashSet::new();
        lines.retain(|line| {
            line.starts_with("raw") || seen.insert(line.split(' ').next().unwrap_or_default().to_owned())
        });
        lines.sort();
        lines.dedup();
        lines.concat_lines()
    })
}

trait Lines {
    fn concat_lines(&self) -> String;
}

impl Lines for Vec<String> {
    fn concat_lines(&self) -> String {
        self.iter().map(|line| format!("    {line}\n")).collect()
    }
}

pub fn set() -> impl Strategy<Value = String> {
    let definition = (any::<bool>(), program(), program(), statements());
    (
        prop::collection::vec(definition, 1..5),
        select(vec!["s6-overlay 3.2", "s6-rc", "s6-overlay 3.1.6"]),
        any::<bool>(),
    )
        .prop_map(|(definitions, target, piped)| {
            let mut text = format!("target {target}\noneshot other {{ up exec true }}\nbundle all {{ other }}\n");
            let mut longruns = Vec::new();
            for (number, (longrun, first, second, statements)) in definitions.iter().enumerate() {
                let (kind, up, down) = if *longrun { ("longrun", "run", "finish") } else { ("oneshot", "up", "down") };
                if *longrun {
                    longruns.push(format!("s{number}"));
                }
                text += &format!("{kind} s{number} {{\n{statements}    {up} {first}\n    {down} {second}\n}}\n");
            }
            if let (Some((last, first)), true) = (longruns.split_last(), piped)
                && !first.is_empty()
            {
                text += &format!("pipeline p = {} | {last}\n", first.join(", "));
            }
            text + "bundle user { all }\n"
        })
}

#[test]
fn random_sets_mean_the_same_when_printed() {
    let sound = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(crate::properties::config(300));
    let result = runner.run(&set(), |text| {
        let checked = check(&text);
        if checked.errors() == 0 {
            sound.set(sound.get() + 1);
            printed(&text, &checked);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(sound.get() > 100, "only {} sets had no errors", sound.get());
}
