//! The mode in `editor/emacs/`, in the real Emacs where there is one.

use std::path::Path;
use std::process::Command;

/// Runs Emacs without a screen in a copy of the mode's directory; nothing where there is none, which is said.
fn emacs(arguments: &[&str]) -> Option<(bool, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a directory");
    for path in [
        "editor/emacs/hermes-mode.el",
        "editor/emacs/hermes-mode-test.el",
        "tests/golden/format/input.formatted.hermes",
    ] {
        let to = folder.path().join(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("directories");
        std::fs::copy(root.join(path), to).expect("a copy");
    }
    let output = Command::new("emacs")
        .args(["-Q", "--batch"])
        .args(arguments)
        .current_dir(folder.path().join("editor/emacs"))
        .output();
    let Ok(output) = output else {
        eprintln!("emacs is not installed: what is tested with it was not run");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn the_mode_compiles_without_warnings() {
    if let Some((fine, said)) = emacs(&["-f", "batch-byte-compile", "hermes-mode.el"]) {
        assert!(fine && !said.contains("Warning"), "{said}");
    }
}

#[test]
fn the_mode_colours_and_indents() {
    if let Some((fine, said)) = emacs(&["-L", ".", "-l", "hermes-mode-test.el", "-f", "ert-run-tests-batch-and-exit"]) {
        assert!(fine && said.contains("Ran 6 tests, 6 results as expected"), "{said}");
    }
}
