//! Files of each tool, and what becomes of them for every target.

use std::fs;
use std::process::Command;

use camino::Utf8Path;
use hermesc::model::Model;
use hermesc::s6rc::plan::plan;
use hermesc::s6rc::target::{Family, Target};
use hermesc::s6rc::write::{How, write};

use crate::golden::compare;

use super::{converted, hermesc, inputs, kind_of, sound, text};

#[test]
fn files_become_what_was_recorded() {
    let mut differences = Vec::new();
    assert!(inputs().len() >= 8, "{:?}", inputs());
    for path in inputs() {
        let folder = path.parent().expect("a folder");
        let output =
            hermesc(folder, &["init", "--from", path.file_name().expect("a name").to_str().expect("UTF-8"), "-"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        compare(&folder.join("expected.hermes"), Some(&text(&output.stdout)), &mut differences);
        compare(&folder.join("told.txt"), Some(&text(&output.stderr)), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_is_written_is_sound_for_every_target() {
    let mut compiled = 0;
    for path in inputs() {
        let input = fs::read_to_string(&path).expect("text");
        for name in ["s6-overlay", "s6-overlay@3.0.0.0", "s6-rc", "s6-rc@0.5.3.0"] {
            let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
            let target = Target::find(name, version).expect("a target");
            let about = format!("{} for {target}", path.display());
            let converted = converted(kind_of(&path, &input), &input, target).expect("text");
            let model = sound(&converted, &about);
            assert!(!plan(&model).entries.is_empty() || !model.container.is_empty(), "{about}");
            compiled += usize::from(target.family == Family::S6Rc && compiles(&model, &about));
        }
    }
    eprintln!("init-from: s6-rc-compile accepts {compiled} of what was written");
}

/// Whether the real compiler is there, and then accepts what is emitted.
fn compiles(model: &Model, about: &str) -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("source");
    let root = Utf8Path::from_path(&source).expect("UTF-8");
    write(&plan(model), root, How::default()).expect("written");
    let compile = Command::new("s6-rc-compile").arg(directory.path().join("compiled")).arg(&source).output();
    let Ok(output) = compile else { return false };
    assert!(output.status.success(), "{about}: {output:?}");
    true
}
