//! Everything that s6-rc-compile 0.7.0.0 refuses or warns of, row by row: what hermesc says of it before it gets there, or why
//! no text of the language leads there.
//!
//! The rows are its ways to fail, with exit code 1, 100, 101 or 111, and its warnings.

use hermesc::diagnostic::Severity;
use hermesc::s6rc::plan::{Entry, plan};

use crate::memory::{check, found};

/// What becomes of a row.
enum Fate {
    /// Text that would lead there, and the code of what is said of it.
    Found(&'static str, &'static str),
    /// Text that tries, and the file that is right all the same: its path below the emitted directory and its content,
    /// `None` for a directory.
    Right(&'static str, &'static str, Option<&'static str>),
    /// Why no text leads there.
    Unsayable(&'static str),
}

use Fate::{Found, Right, Unsayable};

const ROWS: &[(&str, Fate)] = &[
    ("too few arguments, unknown option, bad -v", Unsayable("the command line is not a part of the tree")),
    ("SOURCE missing or not a directory", Unsayable("emit makes the directory")),
    (
        "entry that cannot be stat'ed",
        Unsayable("a directory of definitions holds directories only; links stand below them"),
    ),
    ("newline in an entry", Found("longrun \"a\\nb\" { run exec a }\nbundle user { \"a\\nb\" }\n", "bad-name")),
    ("newline in a dependency", Found("longrun a { depends-on \"b\\nc\"; run exec a; in user }\n", "bad-name")),
    ("NUL in an entry", Found("longrun \"a\\0b\" { run exec a }\nbundle user { \"a\\0b\" }\n", "bad-value")),
    ("reserved prefix: definition", Found("longrun s6rc-a { run exec a; in user }\n", "reserved-name")),
    ("reserved prefix: the other one", Found("longrun s6-rc-a { run exec a; in user }\n", "reserved-name")),
    ("reserved prefix: dependency", Found("longrun a { depends-on s6rc-b; run exec a; in user }\n", "reserved-name")),
    ("reserved prefix: member", Found("longrun a { run exec a }\nbundle user { a, s6rc-b }\n", "reserved-name")),
    (
        "reserved prefix: producer",
        Found("longrun a { run exec a; in user }\npipeline p = s6rc-b | a\n", "reserved-name"),
    ),
    (
        "reserved prefix: consumer",
        Found("longrun a { run exec a; in user }\npipeline p = a | s6rc-b\n", "reserved-name"),
    ),
    (
        "reserved prefix: pipeline name",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\npipeline s6rc-p = a | b\n",
            "reserved-name",
        ),
    ),
    ("type unreadable", Right("longrun a { run exec a; in user }\n", "a/type", Some("longrun\n"))),
    ("type wrong", Right("oneshot a { up exec a; in user }\n", "a/type", Some("oneshot\n"))),
    (
        "type wrong: of a bundle",
        Right("longrun a { run exec a; in user }\nbundle b { a }\n", "b/type", Some("bundle\n")),
    ),
    ("type wrong: raw", Found("longrun a { run exec a; raw \"type\" text \"tool\"; in user }\n", "raw-file")),
    (
        "name twice",
        Found("longrun a { run exec a; in user }\noneshot a { up exec a; in user }\n", "duplicate-definition"),
    ),
    (
        "name twice: also a pipeline name",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\nlongrun p { run exec p; in user }\npipeline p = a | b\n",
            "pipeline-name-taken",
        ),
    ),
    (
        "dependencies.d not a directory",
        Right("longrun a { depends-on b; run exec a; in user }\noneshot b { up exec b }\n", "a/dependencies.d", None),
    ),
    (
        "dependencies.d not a directory: raw",
        Found(
            "oneshot b { up exec b }\nlongrun a { depends-on b; run exec a; raw \"dependencies.d\" text \"b\"; in user }\n",
            "raw-file",
        ),
    ),
    (
        "contents.d not a directory",
        Found("longrun a { run exec a; in user }\nbundle b {\n a\n raw \"contents.d\" text \"a\"\n}\n", "raw-file"),
    ),
    (
        "flat list cannot be opened, is a directory",
        Found("longrun a { run exec a; raw \"consumer-for\" directory; in user }\n", "raw-file"),
    ),
    ("bundle without contents", Right("longrun a { run exec a; in user }\nbundle b { a }\n", "b/contents.d", None)),
    ("timeout-up malformed", Found("oneshot a { up exec a; timeout-up 5; in user }\n", "bare-number")),
    ("timeout-down malformed", Found("oneshot a { up exec a; timeout-down soon; in user }\n", "bad-value")),
    (
        "timeout-up malformed: raw",
        Found("oneshot a { up exec a; raw \"timeout-up\" text \"5s\"; in user }\n", "raw-file"),
    ),
    ("timeout-up a directory", Found("oneshot a { up exec a; raw \"timeout-up\" directory; in user }\n", "raw-file")),
    ("flag not accessible", Right("longrun a { run exec a; flag-essential; in user }\n", "a/flag-essential", Some(""))),
    ("up missing", Found("oneshot a { down exec a; in user }\n", "missing-up")),
    ("up a directory", Found("oneshot a { raw \"up\" directory; in user }\n", "missing-up")),
    (
        "execline syntax: unmatched {",
        Found("oneshot a { up text \"\"\"if { true\"\"\"; in user }\n", "execline-syntax"),
    ),
    ("execline syntax: unmatched }", Found("oneshot a { up text \"\"\"true }\"\"\"; in user }\n", "execline-syntax")),
    (
        "execline syntax: open quote",
        Found("oneshot a { up text \"\"\"echo \"x\n\"\"\"; in user }\n", "execline-syntax"),
    ),
    (
        "execline syntax: down",
        Found("oneshot a { up exec a; down text \"\"\"true }\"\"\"; in user }\n", "execline-syntax"),
    ),
    ("run missing or dangling", Found("longrun a { timeout-kill 5s; in user }\n", "missing-run")),
    ("run not regular", Found("longrun a { raw \"run\" directory; in user }\n", "missing-run")),
    (
        "producer-for not one name",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\nlongrun c { run exec c }\npipeline a | b\npipeline a | c\n",
            "overwritten-statement",
        ),
    ),
    (
        "producer-for not one name: raw",
        Found("longrun a { run exec a; raw \"producer-for\" text \"b\\nc\"; in user }\n", "raw-file"),
    ),
    (
        "pipeline-name not one name",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\npipeline p = a | b\npipeline q = c | b\nlongrun c { run exec c }\n",
            "overwritten-statement",
        ),
    ),
    (
        "named pipeline loops",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\npipeline p = a | b | a\n",
            "pipeline-cycle",
        ),
    ),
    (
        "named pipeline with unknown producer",
        Found("longrun b { run exec b; in user }\npipeline p = a | b\n", "unknown-name"),
    ),
    (
        "named pipeline with wrong producer",
        Found(
            "oneshot a { up exec a }\nlongrun b { run exec b; in user }\npipeline p = a | b\n",
            "oneshot-in-pipeline",
        ),
    ),
    ("bundle cycle", Found("longrun c { run exec c; in user }\nbundle a { b, c }\nbundle b { a }\n", "bundle-cycle")),
    ("bundle cycle: itself", Found("longrun c { run exec c; in user }\nbundle a { a, c }\n", "bundle-cycle")),
    ("unknown member", Found("longrun a { run exec a }\nbundle user { a, bee }\n", "unknown-name")),
    ("unknown dependency", Found("longrun a { depends-on bee; run exec a; in user }\n", "unknown-name")),
    (
        "pipeline end of wrong type",
        Found("oneshot b { up exec b }\nlongrun a { run exec a; in user }\npipeline a | b\n", "oneshot-in-pipeline"),
    ),
    (
        "pipeline end of wrong type: a bundle",
        Found("bundle b { a }\nlongrun a { run exec a; in user }\npipeline a | b\n", "oneshot-in-pipeline"),
    ),
    ("pipeline end of unknown type", Found("longrun a { run exec a; in user }\npipeline a | bee\n", "unknown-name")),
    (
        "one-sided pipeline",
        Right(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\npipeline a | b\n",
            "b/consumer-for",
            Some("a\n"),
        ),
    ),
    (
        "service cycle",
        Found(
            "longrun a { depends-on b; run exec a; in user }\nlongrun b { depends-on a; run exec b }\n",
            "dependency-cycle",
        ),
    ),
    ("service cycle: itself", Found("longrun a { depends-on a; run exec a; in user }\n", "dependency-cycle")),
    (
        "service cycle: through a bundle",
        Found("longrun a { depends-on b; run exec a; in user }\nbundle b { a }\n", "depends-on-own-bundle"),
    ),
    (
        "service cycle: pipeline edges too",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { depends-on a; run exec b }\npipeline a | b\n",
            "logger-depends-on-producer",
        ),
    ),
    (
        "cyclic longrun pipeline",
        Found("longrun a { run exec a; in user }\nlongrun b { run exec b }\npipeline a | b | a\n", "pipeline-cycle"),
    ),
    (
        "pipeline collision",
        Found(
            "longrun a { run exec a; in user }\nlongrun b { run exec b }\nlongrun c { run exec c }\npipeline p = a | b\npipeline q = a | c\n",
            "overwritten-statement",
        ),
    ),
    ("revdeps mismatch", Unsayable("the compiler's own inconsistency, which no tree leads to")),
    ("DB exists", Unsayable("the database is not a part of the tree")),
    ("other numbers malformed", Found("longrun a { run exec a; notification-fd three; in user }\n", "bad-value")),
    (
        "other numbers malformed: too large",
        Found("longrun a { run exec a; max-death-tally 4294967296; in user }\n", "bad-value"),
    ),
    (
        "other numbers malformed: raw",
        Found("longrun a { run exec a; raw \"notification-fd\" text \"three\"; in user }\n", "raw-file"),
    ),
    ("other numbers: a directory", Found("longrun a { run exec a; raw \"lock-fd\" directory; in user }\n", "raw-file")),
    (
        "equal fds",
        Found("longrun a { run exec a; notification-fd 3; lock-fd 3; timeout-up 9s; in user }\n", "same-fds"),
    ),
    ("data not a directory", Found("longrun a { run exec a; raw \"data\" text \"x\"; in user }\n", "raw-file")),
    ("env not a directory", Found("longrun a { run exec a; raw \"env\" text \"x\"; in user }\n", "raw-file")),
    ("template not a directory", Found("longrun a { run exec a; raw \"template\" text \"x\"; in user }\n", "raw-file")),
    ("data is a directory", Right("longrun a { run exec a; data x text \"y\"; in user }\n", "a/data", None)),
    ("finish not copyable", Found("longrun a { run exec a; raw \"finish\" directory; in user }\n", "raw-file")),
    ("mkdir, write, chmod, cdb, memory", Unsayable("the machine's own trouble, which no tree leads to")),
    ("warning: source is empty", Unsayable("emit writes at least one definition, or there is nothing to compile")),
    (
        "warning: notification-fd of 0 to 2",
        Found("longrun a { run exec a; notification-fd 1; timeout-up 9s; in user }\n", "standard-fd"),
    ),
    ("warning: lock-fd of 0 to 2", Found("longrun a { run exec a; lock-fd 2; in user }\n", "standard-fd")),
    (
        "warning: pipeline-name of another than the last consumer",
        Found("longrun a { run exec a; raw \"pipeline-name\" text \"p\"; in user }\n", "raw-file"),
    ),
    (
        "warning: name listed more than once",
        Found("oneshot b { up exec b }\nlongrun a { depends-on b, b; run exec a; in user }\n", "duplicate-entry"),
    ),
    (
        "death by signal: some 10,000 services under a stack of 8 MB",
        Unsayable("as many are sound, and more stack helps"),
    ),
];

#[test]
fn every_row_is_found_before_the_compiler_finds_it() {
    let mut wrong = Vec::new();
    for (row, fate) in ROWS {
        match fate {
            Found(text, code) => {
                let checked = check(text);
                let found = found(&checked);
                if !found.iter().any(|(id, _)| id == code) {
                    wrong.push(format!("{row}: expected {code}, found {found:?}"));
                }
                // What the compiler dies of is an error here; what it warns of is at least a warning.
                let least = if row.starts_with("warning") { Severity::Warning } else { Severity::Error };
                if !checked.diagnostics.iter().any(|diagnostic| diagnostic.severity >= least) {
                    wrong.push(format!("{row}: not as bad as it is: {found:?}"));
                }
            }
            Right(text, path, expected) => {
                let text = format!("target s6-rc 0.6\n{}", text.replace("; in user", ""));
                let checked = check(&text);
                if checked.errors() > 0 {
                    wrong.push(format!("{row}: {:?}", found(&checked)));
                }
                let tree = plan(&checked.model);
                let sound = match (tree.entries.iter().find(|(known, _)| known.as_str() == *path), expected) {
                    (Some((_, Entry::File { bytes, .. })), Some(content)) => bytes == content.as_bytes(),
                    (Some((_, Entry::Directory)), None) => true,
                    _ => false,
                };
                if !sound {
                    wrong.push(format!("{row}: {path} is not {expected:?} in {:?}", tree.entries.keys()));
                }
            }
            Unsayable(why) => assert!(why.len() > 20, "{row}: that is no reason"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_row_stands_twice() {
    let mut names: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(names.len() > 60, "only {} rows", names.len());
}
