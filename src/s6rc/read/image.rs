//! The programs that definitions name, looked up in the image.

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{ImageFile, Model, Program, SourceTree};
use crate::s6rc::execline;
use crate::s6rc::read::recognise::EARLY_SCRIPTS;
use crate::s6rc::read::scan::Scanner;
use crate::s6rc::read::{Request, formats, links};

/// Looks up what `up`, `down` and `reload` name, and, where the image is whole, the interpreters of scripts.
pub(super) fn programs(model: &Model, tree: &SourceTree, scanner: &mut Scanner<'_>) -> Vec<ImageFile> {
    if tree.image.is_none() {
        return Vec::new();
    }
    let mut files: Vec<ImageFile> = Vec::new();
    let mut look = |path: &str, scanner: &mut Scanner<'_>| -> Option<Vec<u8>> {
        if let Some(known) = files.iter().find(|file| file.path.as_str() == path) {
            return known.entry.as_ref().and_then(|entry| entry.bytes().map(<[u8]>::to_vec));
        }
        let entry = scanner.in_image(path);
        let bytes = entry.as_ref().and_then(|entry| entry.bytes().map(<[u8]>::to_vec));
        files.push(ImageFile { path: Utf8PathBuf::from(path), entry });
        bytes
    };
    for definition in &model.definitions {
        if definition.directory.as_ref().is_some_and(|facts| facts.beneath) {
            continue;
        }
        let programs = &definition.programs;
        let mut scripts: Vec<Vec<u8>> = Vec::new();
        for line in [&programs.up, &programs.down, &programs.reload].into_iter().flatten() {
            if let Some((path, _)) = named_program(line) {
                scripts.extend(look(&path, scanner));
            }
        }
        scripts.extend([&programs.run, &programs.finish].into_iter().flatten().map(|program| program.bytes.clone()));
        if !tree.whole_image {
            continue;
        }
        for script in scripts {
            let interpreter = formats::interpreter(&script).and_then(|range| script.get(range));
            if let Some(path) = interpreter.and_then(|path| std::str::from_utf8(path).ok())
                && path.starts_with('/')
            {
                look(path, scanner);
            }
        }
    }
    files
}

/// Where s6-overlay and the images built on it keep scripts that run before the services.
const SCRIPTS: &[&str] = &["/etc/s6-overlay/scripts", "/etc/cont-init.d"];

/// The directories of an image of which all that is in them is read, beside its source directories; where links lead to one,
/// what they lead to.
pub(super) fn directories(image: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    let scripts = SCRIPTS.iter().map(|path| path.trim_start_matches('/'));
    scripts.chain(EARLY_SCRIPTS.iter().copied()).filter_map(|path| match links::of_image(image, path) {
        Ok(Some(real)) => links::spelled(image, path, real),
        // It may come.
        _ => Some(image.join(path)).filter(|path| path.symlink_metadata().is_err()),
    })
}

/// The scripts in these directories of what is checked.
pub(super) fn scripts(request: &Request, tree: &mut SourceTree, scanner: &mut Scanner<'_>) {
    for image in request.layouts.iter().filter_map(|layout| layout.image.as_ref()) {
        for directory in SCRIPTS {
            match links::names(image, directory) {
                Ok(names) => {
                    let scripts = names.iter().filter_map(|name| scanner.in_image(&format!("{directory}/{name}")));
                    tree.scripts.extend(scripts);
                }
                Err(error) => tree.unseen.push(scanner.unlisted(image, directory, &error)),
            }
        }
    }
}

/// The absolute path that a command line runs, and where it stands.
#[must_use]
pub fn named_program(line: &Program) -> Option<(String, std::ops::Range<usize>)> {
    let words = execline::lex(&line.bytes).ok()?;
    let first = words.first()?;
    let path = String::from_utf8(first.bytes.clone()).ok().filter(|path| path.starts_with('/'))?;
    Some((path, first.span.clone()))
}
