//! `hermesc init --from`: files of other tools as text of the language.
//!
//! `HERMESC_BLESS=1 cargo test --test it init_from` writes what is below `tests/golden/init-from` anew.

mod command;
mod recorded;
mod refusals;
mod settings;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use camino::Utf8Path;
use hermesc::format::format;
use hermesc::init::from::{Converted, Fault, Kind, Options, convert};
use hermesc::model::Model;
use hermesc::report::human::{Style, render};
use hermesc::s6rc::target::Target;

use crate::memory::check;

fn hermesc(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments).current_dir(directory).env("NO_COLOR", "1").output().expect("hermesc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The files that are read, below `tests/golden/init-from/KIND/CASE/`.
fn inputs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/init-from");
    let mut found = Vec::new();
    for kind in fs::read_dir(root).expect("kinds") {
        for case in fs::read_dir(kind.expect("a kind").path()).expect("cases") {
            let files = fs::read_dir(case.expect("a case").path()).expect("files");
            found.extend(
                files
                    .map(|file| file.expect("a file").path())
                    .filter(|path| !path.ends_with("expected.hermes") && !path.ends_with("told.txt")),
            );
        }
    }
    found.sort();
    found
}

fn kind_of(path: &Path, text: &str) -> Kind {
    Kind::of(Utf8Path::from_path(path).expect("UTF-8"), text).expect("a kind")
}

fn converted(kind: Kind, text: &str, target: Target) -> Result<Converted, Fault> {
    convert(text.as_bytes(), &Options { kind, path: Utf8Path::new("file"), file: "services.hermes", target })
}

/// What the text is, checked as it would be on the disk: in its one style, and without anything to complain of.
fn sound(converted: &Converted, about: &str) -> Model {
    assert_eq!(format(&converted.text).text, converted.text, "{about}");
    let checked = check(&converted.text);
    let told = render(&checked.diagnostics, &checked.sources, Style::default());
    assert!(checked.diagnostics.is_empty(), "{about}\n{told}\n{}", converted.text);
    checked.model
}
