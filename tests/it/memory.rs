//! Sources that are in no file.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile::{self, Checked};
use hermesc::resolve::Files;

/// Files by their paths.
#[derive(Default)]
pub struct Memory(pub BTreeMap<Utf8PathBuf, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(hermesc::resolve::normal(path))
    }

    fn list(&self, _: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}

/// What is found in one text.
pub fn check(text: &str) -> Checked {
    check_files([("set.hermes", text)])
}

/// What is found in files of which the first is the one that is asked for.
pub fn check_files<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Checked {
    let mut memory = Memory::default();
    let mut roots = Vec::new();
    for (path, text) in files {
        if roots.is_empty() {
            roots.push(Utf8PathBuf::from(path));
        }
        memory.0.insert(Utf8PathBuf::from(path), text.as_bytes().to_vec());
    }
    compile::check(&memory, &roots, None).expect("a file in memory is readable")
}

/// The codes of what was found, and the sentences.
pub fn found(checked: &Checked) -> Vec<(&'static str, &str)> {
    checked.diagnostics.iter().map(|diagnostic| (diagnostic.rule.id, diagnostic.message.as_str())).collect()
}
