//! The formats for programs: golden files of each, and what holds for any input.
//!
//! `HERMESC_BLESS=1 cargo test --test it formats` writes the golden files anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use camino::Utf8PathBuf;
use hermesc::compile::{self, check_directories};
use hermesc::policy::Policy;
use hermesc::report::human::{Style, render};
use hermesc::resolve::Disk;
use hermesc::s6rc::read::{Request, recognise};
use hermesc::source::SourceMap;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::hermesc;
use crate::golden::compare;
use crate::schema;
use crate::trees::write;

const TEXT: &str = r#"let unused = "é"
longrun web {
    depends-on databse
    run exec serve -p $PORT -d "😀" $DIR
}
longrun database { run exec postgres }
bundle user { web }
"#;

const TREE: &str = "== type-less/run\n#!/bin/sh\nexec sleep 1\n== web/type\nlongrun\n== web/run\n\
#!/bin/sh\r\nexec httpd -f\r\n== web/dependencies.d/databse\n== log/type\nlongrun\n== log/run\n\u{feff}#!/bin/sh\nexec cat\n\
== log/down-signal\nSIGQIT\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A directory with a text `a.hermes` and a source directory `tree`.
fn inputs() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("a.hermes"), TEXT).expect("written");
    write(&directory.path().join("tree"), TREE);
    directory
}

/// What `check` prints in a directory, and its exit code.
fn check(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .arg("check")
        .args(arguments)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .output()
        .expect("hermesc starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

/// What people see in 80 columns, without colours.
fn human(directory: &Path, input: &str) -> String {
    let path = Utf8PathBuf::from_path_buf(directory.join(input)).expect("UTF-8");
    let mut checked = match recognise(&path).expect("looked at") {
        Some(layout) => check_directories(&Request { layouts: vec![layout], ..Request::default() }, &Policy::default()),
        None => compile::check(&Disk, &[path], None),
    }
    .expect("read");
    // The same files, by their paths from that directory.
    let mut sources = SourceMap::default();
    for (_, source) in checked.sources.iter() {
        sources.add(source.path.strip_prefix(directory).expect("below"), Arc::clone(&source.bytes));
    }
    for diagnostic in &mut checked.diagnostics {
        diagnostic.message = diagnostic.message.replace(&format!("{}/", directory.display()), "");
    }
    render(&checked.diagnostics, &sources, Style { width: 80, ..Style::default() })
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn validate(document: &Value) {
    let schema = fs::read_to_string(root().join("docs/diagnostics.schema.json")).expect("a schema");
    schema::validate(document, &parsed(&schema)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn every_format_is_as_recorded() {
    let mut differences = Vec::new();
    let directory = inputs();
    for input in ["a.hermes", "tree"] {
        for format in ["human", "short", "github", "json", "sarif"] {
            let (code, text) = match format {
                "human" => (Some(1), human(directory.path(), input)),
                _ => check(directory.path(), &["--format", format, input]),
            };
            assert_eq!(code, Some(1), "{text}");
            let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
            let text = text.replace(&version, "\"VERSION\"");
            let name = format!("tests/golden/formats/{}.{format}.txt", input.trim_end_matches(".hermes"));
            compare(&root().join(name), Some(&text), &mut differences);
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn json_is_what_its_schema_says() {
    let directory = inputs();
    for input in [&["a.hermes"][..], &["tree"], &["a.hermes", "tree"]] {
        let document = parsed(&check(directory.path(), &[&["--format", "json"], input].concat()).1);
        validate(&document);
        assert_eq!(document["sets"].as_array().map(Vec::len), Some(input.len()));
        assert!(document["summary"]["errors"].as_u64().is_some_and(|errors| errors > 0), "{document}");
    }
}

#[test]
fn the_check_of_the_schema_finds_what_is_wrong() {
    let directory = inputs();
    let schema = parsed(&fs::read_to_string(root().join("docs/diagnostics.schema.json")).expect("a schema"));
    let document = parsed(&check(directory.path(), &["--format", "json", "a.hermes"]).1);
    for (at, wrong) in [
        ("/sets/0/diagnostics/0/severity", Value::from("fatal")),
        ("/sets/0/diagnostics/0/labels/0/place/start/line", Value::from(0)),
        ("/sets/0/diagnostics/0/help", Value::from(1)),
        ("/version", Value::from(2)),
        ("/sets/0/summary", Value::from("none")),
        ("/summary", serde_json::json!({})),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(at).expect("there") = wrong;
        assert!(schema::validate(&document, &schema).is_err(), "{at}");
    }
    let mut more = document;
    more["surprise"] = Value::from(1);
    assert!(schema::validate(&more, &schema).is_err());
}

/// What of SARIF 2.1.0 readers rely on: the schema itself is not part of this repository.
fn is_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        for member in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
            assert!(rule.pointer(member).and_then(Value::as_str).is_some_and(|text| !text.is_empty()), "{member}");
        }
    }
    let results = run["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(matches!(result["level"].as_str(), Some("error" | "warning" | "note")));
        assert!(result["message"]["text"].is_string());
        let places = ["locations", "relatedLocations"].iter().filter_map(|name| result[*name].as_array()).flatten();
        for place in places {
            let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a reference");
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'), "{uri}");
            if let Some(region) = place["physicalLocation"].get("region") {
                let number = |name: &str| region[name].as_u64().expect("a number");
                assert!(number("startLine") >= 1 && number("startColumn") >= 1 && number("endColumn") >= 1);
                assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
            }
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            assert!(!fix["artifactChanges"][0]["replacements"].as_array().expect("some").is_empty());
        }
    }
}

#[test]
fn sarif_has_what_readers_need() {
    let directory = inputs();
    for input in [&["a.hermes"][..], &["tree"], &["a.hermes", "tree"]] {
        is_sarif(&parsed(&check(directory.path(), &[&["--format", "sarif"], input].concat()).1));
    }
    let (code, text) = check(directory.path(), &["--format", "sarif", "a.hermes", "nowhere.hermes", "--each"]);
    assert_eq!(code, Some(2));
    let log = parsed(&text);
    is_sarif(&log);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn what_is_no_text_does_not_break_a_format() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().expect("a directory");
    let web = directory.path().join("tree").join(std::ffi::OsStr::from_bytes(b"w\xffb \x1b[1m"));
    fs::create_dir_all(&web).expect("made");
    fs::write(web.join("type"), "longrun\n").expect("written");
    fs::write(web.join("run"), b"#!/bin/sh\xfe\r\nexec \xff\r\n").expect("written");
    let (code, text) = check(directory.path(), &["--format", "json", "tree"]);
    assert_eq!(code, Some(1), "{text}");
    let document = parsed(&text);
    validate(&document);
    let found = document["sets"][0]["diagnostics"].as_array().expect("problems");
    let contents = found.iter().flat_map(|one| one["fixes"].as_array().expect("fixes"));
    assert!(contents.clone().any(|fix| fix["edits"][0]["with"]["base64"].is_string()), "{text}");
    let (_, text) = check(directory.path(), &["--format", "sarif", "tree"]);
    is_sarif(&parsed(&text));
    assert!(text.contains("\"binary\"") && text.contains("w%EF%BF%BDb%20%1B"), "{text}");
}

#[test]
fn several_sets_are_shown_in_the_order_of_the_arguments() {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, service) in [("c", "web"), ("a", "databse"), ("b", "web")] {
        let text = format!("longrun web {{ run exec serve }}\nbundle user {{ {service} }}\n");
        fs::write(directory.path().join(format!("{name}.hermes")), text).expect("written");
        let layer = format!(
            "== rootfs/etc/s6-overlay/s6-rc.d/web/type\nlongrun\n== rootfs/etc/s6-overlay/s6-rc.d/web/dependencies.d/base\n\
             == rootfs/etc/s6-overlay/s6-rc.d/web/run 755\n#!/bin/sh\nexec httpd -f\n\
             == rootfs/etc/s6-overlay/user-bundles.d/user/contents.d/{service}\n"
        );
        write(&directory.path().join(name), &layer);
    }
    for paths in [["c", "a", "b"], ["c.hermes", "a.hermes", "b.hermes"]] {
        let (code, text) = check(directory.path(), &[&paths[..], &["--each"]].concat());
        assert_eq!(code, Some(1), "{text}");
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("== ")).collect();
        assert_eq!(headings, paths, "{text}");
        let last = text.lines().last().expect("a summary");
        assert!(last.starts_with("3 service sets: 1 error"), "{text}");
        let (_, again) = check(directory.path(), &[&paths[..], &["--each"]].concat());
        assert_eq!(text, again);
        let (_, quiet) = check(directory.path(), &["--each", "--quiet", paths[0], paths[2], "--allow", "all"]);
        assert_eq!(quiet, "");
    }
    // Without the option, text is one set, and images are not.
    assert!(!check(directory.path(), &["a.hermes", "b.hermes"]).1.contains("== "));
    assert!(check(directory.path(), &["a", "b"]).1.contains("== b\n"));
    let (code, text) = check(directory.path(), &["c.hermes", "nowhere.hermes", "a.hermes", "--each"]);
    assert_eq!(code, Some(2));
    assert!(
        text.ends_with("3 service sets, 1 could not be read: 1 error, 1 warning\n")
            || text.contains("1 could not be read: 1 error"),
        "{text}"
    );
    assert_eq!(hermesc(&["check", "--format", "yaml", "x"]).status.code(), Some(2));
}
