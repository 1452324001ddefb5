//! Golden files: what each input below `tests/golden/` and each example is told, and what it is written as.
//!
//! `HERMESC_BLESS=1 cargo test --test it golden` writes them anew: read the difference before it goes in.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile::{self, Checked};
use hermesc::report::human::{Style, render};
use hermesc::resolve::{Disk, Files};
use hermesc::s6rc::plan::{Entry, FileTree, plan};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The disk below a directory, so that paths are shown relative to it.
struct Below(Utf8PathBuf);

impl Files for Below {
    fn read(&self, path: &Utf8Path) -> std::io::Result<Vec<u8>> {
        Disk.read(&self.0.join(path))
    }

    fn real(&self, path: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
        Ok(hermesc::resolve::normal(path))
    }

    fn list(&self, path: &Utf8Path) -> std::io::Result<Option<Vec<String>>> {
        Disk.list(&self.0.join(path))
    }
}

/// The folders in a folder, by name.
fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(path)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), entry.path()))
        .collect();
    found.sort();
    found
}

fn check(folder: &Path, input: &str) -> Checked {
    let files = Below(Utf8PathBuf::from_path_buf(folder.to_owned()).expect("UTF-8"));
    compile::check(&files, &[Utf8PathBuf::from(input)], None).expect("read")
}

/// A tree as people read it: path and mode, then the content, indented.
fn show(tree: &FileTree) -> String {
    let mut out = String::new();
    for (path, entry) in &tree.entries {
        match entry {
            Entry::Directory => writeln!(out, "{path}/").expect("text"),
            Entry::Link(target) => writeln!(out, "{path} -> {target}").expect("text"),
            Entry::File { bytes, mode } => {
                writeln!(out, "{path} {mode:o}").expect("text");
                for line in String::from_utf8_lossy(bytes).split_inclusive('\n') {
                    let end = if line.ends_with('\n') { "" } else { "⏎\n" };
                    write!(out, "    | {line}{end}").expect("text");
                }
            }
        }
    }
    out
}

/// Compares a file with what it should hold, or writes it; nothing means that it should not be there.
pub fn compare(path: &Path, found: Option<&str>, differences: &mut Vec<String>) {
    let expected = fs::read_to_string(path).ok();
    if expected.as_deref() == found {
        return;
    }
    if std::env::var_os("HERMESC_BLESS").is_some() {
        match found {
            Some(text) => {
                fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                fs::write(path, text).expect("written");
            }
            None => fs::remove_file(path).expect("removed"),
        }
        return;
    }
    differences.push(format!("{}\n--- found\n{}", path.display(), found.unwrap_or("nothing")));
}

#[test]
fn inputs_are_told_and_written_as_recorded() {
    let mut differences = Vec::new();
    let cases = folders(&root().join("tests/golden/inputs"));
    assert!(cases.len() >= 20, "only {} inputs were found", cases.len());
    for (_, folder) in cases {
        let checked = check(&folder, "input.hermes");
        let told = render(&checked.diagnostics, &checked.sources, Style::default());
        compare(&folder.join("diagnostics.txt"), (!told.is_empty()).then_some(told.as_str()), &mut differences);
        let tree = show(&plan(&checked.model));
        compare(&folder.join("tree.txt"), (checked.errors() == 0).then_some(tree.as_str()), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn examples_are_written_as_recorded() {
    let mut differences = Vec::new();
    for (name, folder) in folders(&root().join("examples")) {
        let tree = show(&plan(&check(&folder, ".").model));
        compare(&root().join(format!("tests/golden/examples/{name}.txt")), Some(&tree), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let checked = check(&root().join("tests/golden/inputs/ten-mistakes"), "input.hermes");
    let found: Vec<(&str, &str)> = checked
        .diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.rule.id, checked.sources.text(diagnostic.location().expect("a place"))))
        .collect();
    let expected = [
        ("syntax", "{"),
        ("unknown-statement", "notificationfd"),
        ("bare-number", "30"),
        ("unknown-name", "databse"),
        ("overwritten-statement", "timeout-kill"),
        ("statement-of-other-type", "run"),
        ("bare-variable", "$PORT"),
        ("unclosed", "\""),
        ("unknown-signal", "SIGQIT"),
        ("duplicate-definition", "cache"),
    ];
    assert_eq!(found, expected);
}
