//! What hermesc says of a tree, and what s6-rc-compile 0.7.0.0 answered.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use camino::Utf8PathBuf;
use hermesc::compile::{Checked, check_directories};
use hermesc::diagnostic::Severity;
use hermesc::policy::Policy;
use hermesc::s6rc::read::{Request, source};
use hermesc::s6rc::target::{Family, Target};
use serde_json::Value;
use tempfile::TempDir;

use crate::oracle_db::compare;
use crate::oracle_live::Compiler;

/// Accepted by the compiler, and refused by a rule that says that it cannot work at run time.
const AT_RUN_TIME: &[(&str, &str)] = &[
    ("ok-run-empty", "missing-shebang"),
    ("ok-run-no-shebang", "missing-shebang"),
    ("ok-run-crlf", "unspawnable-shebang"),
    ("ok-run-bom", "byte-order-mark"),
    ("ok-up-bom", "byte-order-mark"),
    ("ok-down-signal-garbage", "unknown-signal"),
    ("ok-down-signal-empty", "unknown-signal"),
];

/// About the call, not about a tree.
const NOT_OF_A_TREE: &[(&str, &str)] = &[
    ("err-dest-exists", "the database that is to be made exists"),
    ("err-usage", "no source is named: the command line refuses that before anything is read"),
    ("err-bad-verbosity", "an argument of s6-rc-compile that hermesc does not have"),
];

pub fn cases() -> Vec<Value> {
    let text = include_str!("../oracle/cases.json");
    serde_json::from_str::<Vec<Value>>(text).expect("the cases are JSON")
}

/// Writes the tree of a case.
pub fn build(case: &Value, into: &Path) {
    let src = into.join("src");
    std::fs::create_dir_all(&src).expect("made");
    let object = |key: &str| case.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    for (path, content) in object("tree") {
        let path = src.join(path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
        let bytes = match &content {
            Value::Null => {
                std::fs::create_dir_all(&path).expect("made");
                continue;
            }
            Value::String(text) => text.clone().into_bytes(),
            other => hex(other["hex"].as_str().expect("text or hex")),
        };
        std::fs::write(&path, bytes).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
    }
    for (path, target) in object("symlinks") {
        let path = src.join(path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
        std::os::unix::fs::symlink(target.as_str().expect("a path"), path).expect("linked");
    }
    for path in case.get("fifos").and_then(Value::as_array).into_iter().flatten() {
        let path = src.join(path.as_str().expect("a path"));
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo starts");
        assert!(made.success());
    }
    for (path, mode) in object("modes") {
        let mode = u32::from_str_radix(mode.as_str().expect("octal"), 8).expect("octal");
        std::fs::set_permissions(src.join(path), std::fs::Permissions::from_mode(mode)).expect("set");
    }
}

fn hex(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
    (0..digits.len()).step_by(2).map(digit).collect()
}

/// The source directories of a case.
pub fn sources(case: &Value) -> Vec<String> {
    match case.get("sources").and_then(Value::as_array) {
        Some(sources) => sources.iter().map(|source| source.as_str().expect("a path").to_owned()).collect(),
        None => vec!["src".to_owned()],
    }
}

/// What hermesc says of source directories; nothing where one cannot be listed.
pub fn check(root: &Path, sources: &[String]) -> Option<Checked> {
    let root = Utf8PathBuf::from_path_buf(root.to_owned()).expect("UTF-8");
    let layouts = sources.iter().map(|path| source(&root.join(path))).collect();
    let target = Some(Target::newest(Family::S6Rc));
    check_directories(&Request { layouts, target, ..Request::default() }, &Policy::default()).ok()
}

/// The codes of the errors.
pub fn error_codes(checked: &Checked) -> Vec<&'static str> {
    let errors = checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let mut codes: Vec<&str> = errors.map(|diagnostic| diagnostic.rule.id).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn agrees_with_the_recorded_answers_of_the_compiler() {
    let mut agree = 0;
    let mut live = 0;
    let mut wrong: Vec<String> = Vec::new();
    let mut left_out: BTreeMap<String, &str> = BTreeMap::new();
    let compiler = Compiler::find();
    let cases = cases();
    // Root reads everything: what depends on a missing permission cannot be tried.
    let root =
        std::fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        if let Some((_, reason)) = NOT_OF_A_TREE.iter().find(|(known, _)| *known == name) {
            left_out.insert(name.to_owned(), reason);
            continue;
        }
        if root && case.get("nonroot").is_some() {
            left_out.insert(name.to_owned(), "about permissions, which do not bind root");
            continue;
        }
        let directory = TempDir::new().expect("made");
        build(case, directory.path());
        let sources = sources(case);
        let refused = case["exit"].as_i64() != Some(0);
        let checked = check(directory.path(), &sources);
        let codes = checked.as_ref().map(error_codes);
        let expected =
            AT_RUN_TIME.iter().filter(|(known, _)| *known == name).map(|(_, rule)| *rule).collect::<Vec<_>>();
        let fine = match &codes {
            None => refused,
            Some(codes) if refused => !codes.is_empty(),
            Some(codes) => *codes == expected,
        };
        if !fine {
            wrong.push(format!("{name}: exit {} ({}), and hermesc says {codes:?}", case["exit"], case["stderr"]));
            continue;
        }
        if let (Some(checked), Some(db)) = (&checked, case.get("db"))
            && let Err(difference) = compare(&checked.model, db)
        {
            wrong.push(format!("{name}: {difference}"));
            continue;
        }
        if let Some(compiler) = &compiler {
            let plain = case.get("args").is_none() && case.get("nonroot").is_none();
            if plain {
                let accepted = compiler.accepts(directory.path(), &sources);
                if accepted == refused {
                    wrong.push(format!("{name}: recorded exit {}, and now accepted is {accepted}", case["exit"]));
                    continue;
                }
                live += 1;
            }
        }
        agree += 1;
    }
    for (name, reason) in &left_out {
        eprintln!("oracle: {name} is left out: {reason}");
    }
    match &compiler {
        Some(_) => eprintln!("oracle: {live} cases were compiled again by s6-rc-compile"),
        None => eprintln!("oracle: s6-rc-compile is not on PATH: no live comparison"),
    }
    eprintln!("oracle: {agree} of {} cases agree, {} left out", cases.len(), left_out.len());
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
