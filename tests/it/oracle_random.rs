//! Random trees, sound and broken: hermesc refuses exactly those that the real compiler refuses.

use std::cell::Cell;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

use crate::oracle::{check, error_codes};
use crate::oracle_live::Compiler;

/// What these rules refuse compiles, and fails at run time.
const AT_RUN_TIME: &[&str] = &["missing-shebang", "unspawnable-shebang", "unknown-signal"];

/// A file and its content; no content is a directory.
type File = (String, Option<String>);

const NAMES: &[&str] = &["a", "b", "c", "d"];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        60 => prop::sample::select(NAMES).prop_map(str::to_owned),
        1 => Just("pl".to_owned()),
        1 => Just("missing".to_owned()),
        1 => Just("s6rc-x".to_owned()),
    ]
}

fn kind() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        20 => Just("longrun\n"),
        20 => Just("oneshot\n"),
        10 => Just("bundle\n"),
        2 => Just("bundle"),
        1 => Just("longrun\r\n"),
        1 => Just("oneshot \n"),
        1 => Just("bundle\n\n"),
        1 => Just("longrun\nmore\n"),
        1 => Just("\u{feff}longrun\n"),
        1 => Just(""),
    ]
}

fn number() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => Just("3\n"),
        4 => Just("5000"),
        2 => Just("007\n\n"),
        1 => Just("4\nfoo\n"),
        1 => Just("5s\n"),
        1 => Just("3 \n"),
        1 => Just("4294967296\n"),
        1 => Just(""),
        1 => Just("000000000000003\n"),
        1 => Just("\u{feff}3\n"),
    ]
}

fn command_line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("echo hello\n".to_owned()),
        1 => Just(String::new()),
        1 => Just("if { true } echo\n".to_owned()),
        1 => Just("echo \"open\n".to_owned()),
        1 => Just("#!/bin/sh\nset -e && ls\n".to_owned()),
        2 => "[a{}\" \\\\#0x1\n]{0,12}".prop_map(|text| text),
    ]
}

fn list() -> impl Strategy<Value = String> {
    let line = (name(), prop_oneof![30 => Just("\n"), 1 => Just(" \n"), 1 => Just("\r\n"), 1 => Just("\n# c\n\n")]);
    prop::collection::vec(line.prop_map(|(name, end)| format!("{name}{end}")), 0..3).prop_map(|lines| lines.concat())
}

/// One file of a definition.
fn file(of: &'static str) -> BoxedStrategy<File> {
    let text = |path: &'static str, content: BoxedStrategy<String>| {
        content.prop_map(move |content| (format!("{of}/{path}"), Some(content))).boxed()
    };
    let numbered = |path: &'static str| text(path, number().prop_map(str::to_owned).boxed());
    prop_oneof![
        6 => name().prop_map(move |name| (format!("{of}/dependencies.d/{name}"), Some(String::new()))),
        4 => name().prop_map(move |name| (format!("{of}/contents.d/{name}"), Some(String::new()))),
        2 => Just((format!("{of}/contents.d"), None)),
        1 => text("dependencies", list().boxed()),
        1 => text("contents", list().boxed()),
        1 => numbered("timeout-up"),
        1 => numbered("timeout-kill"),
        1 => numbered("notification-fd"),
        1 => numbered("lock-fd"),
        1 => text("producer-for", list().boxed()),
        1 => text("consumer-for", list().boxed()),
        1 => text("pipeline-name", Just("pl\n".to_owned()).boxed()),
        1 => text("down", command_line().boxed()),
        1 => text("down-signal", Just("SIGFOO\n".to_owned()).boxed()),
        1 => prop::sample::select(&["env", "data", "template", "finish", "timeout-up", "flag-essential"][..])
            .prop_map(move |path| (format!("{of}/{path}"), None)),
        1 => prop::sample::select(&["env", "data", "dependencies.d", "unknown"][..])
            .prop_map(move |path| (format!("{of}/{path}"), Some("x\n".to_owned()))),
    ]
    .boxed()
}

fn definition(of: &'static str) -> impl Strategy<Value = Vec<File>> {
    let parts = (kind(), command_line(), 0..30_u8, 0..30_u8, prop::collection::vec(file(of), 0..4));
    parts.prop_map(move |(kind, up, without_run, without_type, mut files)| {
        if without_type > 0 {
            files.push((format!("{of}/type"), Some(kind.to_owned())));
        }
        if without_run > 0 {
            files.push((format!("{of}/run"), Some("#!/bin/sh\nexec sleep 1\n".to_owned())));
            files.push((format!("{of}/up"), Some(up)));
        }
        if kind.starts_with("bundle") && without_run > 2 {
            files.push((format!("{of}/contents.d"), None));
        }
        files
    })
}

/// Two longruns, connected as they should be, so that sound pipelines are common.
fn pipeline() -> impl Strategy<Value = Vec<File>> {
    let longrun = |of: &str, file: &str, other: &str| {
        vec![
            (format!("{of}/type"), Some("longrun\n".to_owned())),
            (format!("{of}/run"), Some("#!/bin/sh\n".to_owned())),
            (format!("{of}/{file}"), Some(format!("{other}\n"))),
        ]
    };
    any::<bool>().prop_map(move |named| {
        let mut files = longrun("p", "producer-for", "l");
        files.extend(longrun("l", "consumer-for", "p"));
        if named {
            files.push(("l/pipeline-name".to_owned(), Some("pl\n".to_owned())));
        }
        files
    })
}

fn tree() -> impl Strategy<Value = Vec<File>> {
    let definitions = (definition("a"), definition("b"), definition("c"), definition("d"));
    (definitions, 1..5_usize, prop::option::of(pipeline())).prop_map(|((a, b, c, d), count, pipeline)| {
        [a, b, c, d].into_iter().take(count).flatten().chain(pipeline.into_iter().flatten()).collect()
    })
}

fn write(root: &Path, files: &[File]) {
    for (path, content) in files {
        let path = root.join("src").join(path);
        // The first of two that cannot both be there wins.
        if std::fs::create_dir_all(path.parent().expect("has a parent")).is_err() || path.exists() {
            continue;
        }
        match content {
            None => std::fs::create_dir(&path).expect("made"),
            Some(content) => std::fs::write(&path, content).expect("written"),
        }
    }
}

#[test]
fn agrees_with_the_compiler_on_random_trees() {
    let Some(compiler) = Compiler::find() else {
        eprintln!("oracle: s6-rc-compile is not on PATH: random trees were checked for crashes only");
        return run(None);
    };
    run(Some(&compiler));
}

fn run(compiler: Option<&Compiler>) {
    const CASES: u32 = 400;
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(crate::properties::config(CASES));
    let result = runner.run(&tree(), |files| {
        let directory = TempDir::new().expect("made");
        std::fs::create_dir(directory.path().join("src")).expect("made");
        write(directory.path(), &files);
        let sources = vec!["src".to_owned()];
        let checked = check(directory.path(), &sources).expect("the source can be listed");
        let Some(compiler) = compiler else { return Ok(()) };
        let mut codes = error_codes(&checked);
        codes.retain(|code| !AT_RUN_TIME.contains(code));
        let accepts = compiler.accepts(directory.path(), &sources);
        let count = if accepts { &accepted } else { &refused };
        count.set(count.get() + 1);
        prop_assert_eq!(accepts, codes.is_empty(), "accepted is {}, and hermesc says {:?}", accepts, codes);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    if compiler.is_some() {
        eprintln!("oracle: random trees: {} accepted and {} refused by both", accepted.get(), refused.get());
        assert!(accepted.get() > 30 && refused.get() > 30, "the trees are not mixed enough to tell anything");
    }
}
