//! `hermesc plan`, `why`, `what-if`, `list` and `show`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::golden::compare;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/inspect")
}

fn ask(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments).current_dir(directory).output().expect("hermesc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn answers_are_as_recorded() {
    let questions: &[(&str, &[&str])] = &[
        ("plan", &["plan"]),
        ("plan-wait", &["plan", "--wait", "90s"]),
        ("plan-machine", &["plan", "--target", "s6-rc"]),
        ("why", &["why", "web", "schema"]),
        ("why-not", &["why", "schema", "web"]),
        ("what-if", &["what-if", "--fails", "schema"]),
        ("what-if-nothing", &["what-if", "--fails", "idle"]),
        ("what-if-essential", &["what-if", "--fails", "database", "--fails", "cache"]),
        ("list", &["list"]),
        ("show", &["show", "web"]),
        ("show-broken", &["show", "chicken"]),
        ("show-built-in", &["show", "base"]),
    ];
    let mut differences = Vec::new();
    for (name, arguments) in questions {
        for (format, extension) in [("text", "txt"), ("json", "json")] {
            let arguments = [arguments, &["--format", format, "input.hermes"][..]].concat();
            let output = ask(&folder(), &arguments);
            assert_eq!(output.status.code(), Some(1), "the set has errors: {arguments:?}");
            let found = text(&output.stdout);
            if format == "text" {
                let longest = found.lines().map(|line| line.chars().count()).max();
                assert!(longest <= Some(80), "{arguments:?}: {longest:?} columns\n{found}");
            } else {
                let value: serde_json::Value = serde_json::from_str(&found).expect("JSON");
                assert_eq!(value["version"], 1, "{arguments:?}");
            }
            compare(&folder().join(format!("{name}.{extension}")), Some(&found), &mut differences);
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn exit_codes_say_what_the_answer_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let set = "longrun a { run exec a }\nlongrun b { depends-on a; run exec b; in user }\nlongrun other { run exec c; in user }\n";
    fs::write(directory.path().join("set.hermes"), set).expect("written");
    for (arguments, expected) in [
        (&["plan", "set.hermes"][..], 0),
        (&["list", "set.hermes"], 0),
        (&["why", "b", "a", "set.hermes"], 0),
        (&["why", "a", "b", "set.hermes"], 1),
        (&["why", "a", "x", "set.hermes"], 1),
        (&["what-if", "--fails", "a", "set.hermes"], 0),
        (&["what-if", "--fails", "oter", "set.hermes"], 1),
        (&["what-if", "set.hermes"], 2),
        (&["show", "b", "set.hermes"], 0),
        (&["show", "b"], 2),
        (&["show", "b", "not-there.hermes"], 2),
        (&["plan", "--wait", "30", "set.hermes"], 2),
    ] {
        let output = ask(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {output:?}");
    }
    let output = ask(directory.path(), &["why", "a", "othr", "set.hermes"]);
    assert!(text(&output.stderr).contains("did you mean `other`?"), "{output:?}");
    let output = ask(directory.path(), &["show", "x\u{1b}[31m", "set.hermes"]);
    assert!(!output.stderr.contains(&0x1b), "{output:?}");
}

#[test]
fn chains_of_every_way_are_found() {
    let directory = tempfile::tempdir().expect("a directory");
    // Two ways a level: 2^4 chains of 8 steps.
    let mut set = String::from("target s6-rc\nlongrun n0 { run exec a }\n");
    for level in 1..=4 {
        for side in ["l", "r"] {
            set.push_str(&format!("longrun {side}{level} {{ depends-on n{}; run exec a }}\n", level - 1));
        }
        set.push_str(&format!("longrun n{level} {{ depends-on l{level}, r{level}; run exec a }}\n"));
    }
    fs::write(directory.path().join("set.hermes"), set).expect("written");
    let output = ask(directory.path(), &["why", "n4", "n0", "--format", "json", "set.hermes"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["total"], 16);
    let mut chains: Vec<String> = value["chains"].as_array().expect("chains").iter().map(ToString::to_string).collect();
    chains.sort();
    chains.dedup();
    assert_eq!(chains.len(), 16);
}

#[test]
fn long_chains_end_no_stack_and_no_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut set = String::from("target s6-rc\noneshot s0 { up exec a; timeout-up 1s }\n");
    for at in 1..5000 {
        set.push_str(&format!("oneshot s{at} {{ depends-on s{}; up exec a; timeout-up 1s }}\n", at - 1));
    }
    fs::write(directory.path().join("set.hermes"), set).expect("written");
    for (arguments, part) in [
        (&["plan", "set.hermes"][..], "worst case: 1 h 23 min 20 s"),
        (&["why", "s4999", "s0", "set.hermes"], "one shortest chain of 4999 steps"),
        (&["what-if", "--fails", "s0", "set.hermes"], "4999 services never start"),
    ] {
        let output = ask(directory.path(), arguments);
        let found = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(found.contains(part), "{arguments:?}: {}", found.get(..400).unwrap_or(&found));
        assert!(found.lines().all(|line| line.chars().count() <= 80), "{arguments:?}");
    }
}
