//! What somebody meant who named a path that is not there.

use std::collections::VecDeque;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::did_you_mean;
use crate::report::list;

/// What files of the language end with.
const ENDING: &str = ".hermes";
/// At most so many entries are looked at, and so deep.
const LOOKED_AT: usize = 2000;
const DEPTH: usize = 3;

/// What to do about a path that could not be read.
pub(super) fn help(path: &Utf8Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => not_found(path),
        io::ErrorKind::PermissionDenied => {
            "its owner or mode, or a directory above, keeps this user from it: `ls -ld` shows them".to_owned()
        }
        _ => "name a `.hermes` file, or a directory that holds some".to_owned(),
    }
}

fn not_found(path: &Utf8Path) -> String {
    if let Some(found) = path.file_name().and_then(|name| below(directory(path), name)) {
        return format!("there is a {found}");
    }
    if let Some(near) = misspelt(path) {
        return format!("did you mean {near}?");
    }
    let here = language_files(Utf8Path::new("."));
    let names: Vec<&str> = here.iter().map(|path| path.as_str()).collect();
    match (names.as_slice(), path.extension()) {
        ([], Some("hermes")) => "`hermesc init` writes a file to begin with".to_owned(),
        ([], _) => "name a `.hermes` file, or a directory that holds some".to_owned(),
        (names, _) => format!("this directory holds {}", list(names)),
    }
}

/// The files of the language in a directory, by name.
pub(super) fn language_files(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found: Vec<Utf8PathBuf> = names(directory)
        .into_iter()
        .filter(|name| name.ends_with(ENDING) && !name.starts_with('.'))
        .map(|name| if directory == "." { name.into() } else { directory.join(name) })
        .collect();
    found.sort_unstable();
    found
}

fn directory(path: &Utf8Path) -> &Utf8Path {
    path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

fn names(directory: &Utf8Path) -> Vec<String> {
    let entries = directory.read_dir_utf8().into_iter().flatten().flatten();
    entries.take(LOOKED_AT).map(|entry| entry.file_name().to_owned()).collect()
}

/// The path with the first part that is not there spelled as what is there, where all of it is there then.
fn misspelt(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let missing =
        path.ancestors().filter(|above| !above.as_str().is_empty()).take_while(|above| !above.exists()).last()?;
    let name = missing.file_name()?;
    let names = names(directory(missing));
    // The ending that all of them have says nothing.
    let stem = |name: &str| name.strip_suffix(ENDING).unwrap_or(name).to_owned();
    let language = name.ends_with(ENDING);
    let stems: Vec<String> =
        names.iter().filter(|known| !language || known.ends_with(ENDING)).map(|known| stem(known)).collect();
    let near = match stems.iter().find(|known| **known == stem(name)) {
        Some(same) => same.clone(),
        None => did_you_mean(&stem(name), stems.iter().map(String::as_str))?.to_owned(),
    };
    let near = names.into_iter().find(|known| stem(known) == near)?;
    let rest = path.strip_prefix(missing).ok()?;
    let meant = missing.with_file_name(near);
    let meant = if rest.as_str().is_empty() { meant } else { meant.join(rest) };
    meant.exists().then_some(meant)
}

/// A file of that name below a directory, the nearest first.
fn below(directory: &Utf8Path, name: &str) -> Option<Utf8PathBuf> {
    let mut open = VecDeque::from([(directory.to_owned(), 0)]);
    let mut looked_at = 0;
    while let Some((directory, depth)) = open.pop_front() {
        let mut found: Vec<(String, bool)> = directory
            .read_dir_utf8()
            .into_iter()
            .flatten()
            .flatten()
            .take(LOOKED_AT - looked_at)
            .map(|entry| (entry.file_name().to_owned(), entry.file_type().is_ok_and(|kind| kind.is_dir())))
            .collect();
        looked_at += found.len();
        found.sort_unstable();
        let join = |name: &str| if directory == "." { name.into() } else { directory.join(name) };
        if found.iter().any(|(known, is_directory)| known == name && !is_directory) {
            return Some(join(name));
        }
        if depth < DEPTH {
            let below = found.iter().filter(|(name, is_directory)| *is_directory && !name.starts_with('.'));
            open.extend(below.map(|(name, _)| (join(name), depth + 1)));
        }
    }
    None
}
