//! The manual's pages as the programs show them that people read them with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::hermesc;

/// The pages, written into a directory.
fn pages(directory: &Path) -> Vec<PathBuf> {
    let output = hermesc(&["man", "--out", directory.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written: Vec<PathBuf> = String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect();
    assert!(written.len() > 10 && written.iter().all(|path| path.is_file()), "{written:?}");
    written
}

/// Whether a program is there; what is missing is said.
fn has(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    // A program that does not know the option is there too.
    if found.is_err() {
        eprintln!("manual: {program} is not here; it was not asked about the pages");
    }
    found.is_ok()
}

#[test]
fn groff_shows_the_pages_in_80_columns() {
    if !has("groff", "--version") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    for page in pages(directory.path()) {
        let output = Command::new("groff")
            .args(["-man", "-Tascii", "-ww", "-rLL=80n", "-P-cbou"])
            .arg(&page)
            .output()
            .expect("groff starts");
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && warnings.is_empty(), "{}: {warnings}", page.display());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("SEE ALSO"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", page.display());
        }
    }
}

#[test]
fn mandoc_finds_nothing_wrong_with_the_pages() {
    if !has("mandoc", "-T") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    for page in pages(directory.path()) {
        let output = Command::new("mandoc").args(["-T", "lint"]).arg(&page).output().expect("mandoc starts");
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        // A version that is not published yet has no date, and pages of other packages may not be installed.
        let wrong: Vec<&str> = found
            .lines()
            .filter(|line| !line.contains("missing date") && !line.contains("referenced manual not found"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn a_page_goes_by_the_name_of_its_command() {
    for (asked, title) in [
        ("", ".TH HERMESC 1"),
        ("check", ".TH HERMESC\\-CHECK 1"),
        ("hermesc-check", ".TH HERMESC\\-CHECK 1"),
        ("hermes", ".TH HERMES 5"),
    ] {
        let arguments: &[&str] = if asked.is_empty() { &["man"] } else { &["man", asked] };
        let output = hermesc(arguments);
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(title), "{asked}");
    }
    let output = hermesc(&["man", "chekc"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "hermesc: there is no page `chekc`\n  help: did you mean `check`?\n"
    );
}

#[test]
fn pages_that_cannot_be_written_are_said() {
    let output = hermesc(&["man", "--out", "/dev/null/man"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/dev/null"), "{output:?}");
}
