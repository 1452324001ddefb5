//! What is said of paths that are there and are not what a command takes.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::output;
use crate::compile::Checked;
use crate::report::{list, safe_text};
use crate::resolve::{Disk, Files, foreign};
use crate::s6rc::read::{self, Other};
use crate::source::is_member;

/// What to do about a file in which there is nothing yet.
pub(super) const BEGIN: &str = "add a `longrun NAME { run exec PROGRAM; in user }`, or begin with `hermesc init`";

/// Refuses what is part of a source directory, and what other directories of s6's look like one.
pub(super) fn other_than_source(path: &Utf8Path) -> Result<(), u8> {
    let above = |definition: &Utf8Path| {
        let above = match (definition.as_str(), definition.parent()) {
            (".", _) => Utf8Path::new(".."),
            (_, Some(above)) if !above.as_str().is_empty() => above,
            _ => Utf8Path::new("."),
        };
        format!("name `{above}`: a definition is read with the others of its set")
    };
    let refused =
        |what: &str, help: &str| Err(output::failure(&safe_text(&format!("{path} is {what}")), Some(&safe_text(help))));
    if let Some(definition) = read::definition_of(path) {
        let what = format!("the `{}` of the definition {definition}", path.file_name().unwrap_or_default());
        return refused(&what, &above(definition));
    }
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => {}
        // What is not there, or cannot be looked at, is told by whoever reads it.
        _ => return Ok(()),
    }
    path.read_dir().map_err(|error| output::unreadable(path, &error))?;
    let source = "name the source directory that it was made of, such as /etc/s6-overlay/s6-rc.d";
    match read::other(path) {
        Some(Other::Compiled) => refused("a compiled database of s6-rc", source),
        Some(Other::Live) => refused("the live directory of s6-rc", source),
        Some(Other::ScanDirectory) => refused("a scan directory of s6-svscan", source),
        None if read::is_definition(path) => refused("a single definition", &above(path)),
        None => Ok(()),
    }
}

/// What to name instead of a directory in which there is nothing that can be read.
pub(super) fn anywhere(path: &Utf8Path) -> String {
    let wanted = |path: &Utf8Path| read::has_language_files(path) || read::is_recognised(path);
    let found = read::found_below(path, wanted);
    let names: Vec<&str> = found.iter().map(|path| path.as_str()).collect();
    if names.is_empty() {
        "name a `.hermes` file, a source directory or an image's root; `hermesc init` writes a file to begin with"
            .to_owned()
    } else {
        format!("there are some in {}", list(&names))
    }
}

/// What to name instead of a directory in which there are no source directories.
pub(super) fn directories(path: &Utf8Path) -> String {
    let found = read::found_below(path, read::is_recognised);
    let names: Vec<&str> = found.iter().map(|path| path.as_str()).collect();
    if !names.is_empty() {
        format!("there are some in {}", list(&names))
    } else if read::has_language_files(path) {
        "it holds text of the language already".to_owned()
    } else {
        "name the directory of the definitions, or the image's root".to_owned()
    }
}

/// Refuses directories that hold no text of the language: to emit nothing would empty what was emitted before.
pub(super) fn language(paths: &[Utf8PathBuf]) -> Result<(), u8> {
    paths.iter().try_for_each(|path| {
        match Disk.list(path) {
            Ok(Some(names)) if !names.iter().any(|name| is_member(name)) => {
                return Err(no_language(path));
            }
            // What is not there is told by whoever reads it.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(output::unreadable(path, &error)),
            _ => {}
        }
        if read::definition_of(path).is_some() { other_than_source(path) } else { Ok(()) }
    })
}

/// Says that a directory holds no text of the language.
pub(super) fn no_language(path: &Utf8Path) -> u8 {
    let found = read::found_below(path, read::has_language_files);
    let names: Vec<&str> = found.iter().map(|path| path.as_str()).collect();
    let help = if !names.is_empty() {
        format!("there are some in {}", list(&names))
    } else if read::is_recognised(path) {
        format!("`hermesc import {path}` turns its source directories into text")
    } else {
        "name a `.hermes` file, or a directory that holds some; `hermesc init` writes one to begin with".to_owned()
    };
    output::failure(&safe_text(&format!("{path} holds no `.hermes` files")), Some(&safe_text(&help)))
}

/// Says that a file is no directory of definitions, and what can be done with it.
pub(super) fn not_a_directory(path: &Utf8Path) -> u8 {
    let text = Disk.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let help = match text.and_then(|text| foreign::of_text(path, &text)) {
        _ if path.extension() == Some("hermes") => {
            "it is text of the language; `hermesc emit` writes the directories".to_owned()
        }
        Some(foreign) => format!("it is {}: {}", foreign.what, foreign.help),
        None => "name the directory of the definitions, or the image's root".to_owned(),
    };
    output::failure(&safe_text(&format!("{path} is not a directory")), Some(&safe_text(&help)))
}

/// Says that files describe no services, where nothing else was said.
pub(super) fn nothing_described(checked: &Checked) {
    if checked.model.definitions.is_empty() && checked.errors() == 0 {
        let paths: Vec<&str> = checked.sources.iter().map(|(_, source)| source.path.as_str()).collect();
        output::note(&safe_text(&format!("no services in {}", list(&paths))), BEGIN);
    }
}
