//! Every example is a model to copy: nothing at all is reported of it, and it can be written.

use std::fs;
use std::path::Path;

use crate::cli::hermesc;

#[test]
fn examples_are_sound_and_can_be_emitted() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in fs::read_dir(examples).expect("examples/ is there") {
        let path = entry.expect("an entry").path();
        let path = path.to_str().expect("a path in UTF-8");
        let output = hermesc(&["check", path]);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{path}\n{stdout}");
        assert!(stdout.starts_with("no problems in "), "{path}\n{stdout}");

        let directory = tempfile::tempdir().expect("a directory");
        let target = directory.path().join("tree");
        let output = hermesc(&["emit", path, "-o", target.to_str().expect("a path in UTF-8")]);
        assert_eq!(output.status.code(), Some(0), "{path}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(target.is_dir(), "{path}");
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} examples were found");
}
