//! The files of an image under s6-overlay, and the lines of a Dockerfile that use them.

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::Model;
use crate::s6rc::plan::{Entry, FileTree, plan};

/// The wrapper around the main program, below the image's root.
pub const MAIN: &str = "etc/s6-overlay/scripts/main";
/// The stage 2 hook, below the image's root.
pub const STAGE2_HOOK: &str = "etc/s6-overlay/scripts/stage2-hook";
/// Where s6-overlay looks for cont-init scripts, below the image's root.
pub const CONT_INIT: &str = "etc/cont-init.d";

/// The files of a model as they stand in the image, below its root: services, and the container's parts. Nothing where the
/// target is not one for images.
#[must_use]
pub fn image(model: &Model) -> Option<FileTree> {
    let services = Utf8Path::new(model.target.image_directory()?);
    let planned = plan(model);
    let mut tree = FileTree { directory_mode: planned.directory_mode, ..FileTree::default() };
    tree.directory(services.to_owned());
    let mut below = planned.entries.into_iter().map(|(path, entry)| (services.join(path).into(), entry)).collect();
    tree.entries.append(&mut below);
    for file in &model.container {
        tree.file(file.path.clone(), file.program.bytes.clone(), file.program.mode);
    }
    Some(tree)
}

/// Whether the model has that part of a container.
#[must_use]
pub fn has(model: &Model, path: &str) -> bool {
    model.container.iter().any(|file| file.path.as_str() == path)
}

/// The ENTRYPOINT that runs the model's image.
#[must_use]
pub fn entrypoint(model: &Model) -> Vec<String> {
    let mut words = vec!["/init".to_owned()];
    if has(model, MAIN) {
        words.push(format!("/{MAIN}"));
    }
    words
}

/// The lines of a Dockerfile that use the files, which were written below `source`, a path as the Dockerfile sees it; without
/// one, they were written into the image.
#[must_use]
pub fn dockerfile(model: &Model, source: Option<&Utf8Path>) -> Vec<String> {
    // Only `etc`: what else lies in the directory, such as the list of files that hermesc wrote, is not for the image.
    let copy = |source: &Utf8Path| format!("COPY {}", json(&[source.join("etc/").into_string(), "/etc/".to_owned()]));
    let mut lines: Vec<String> = source.map(copy).into_iter().collect();
    if has(model, STAGE2_HOOK) {
        lines.push(format!("ENV S6_STAGE2_HOOK=/{STAGE2_HOOK}"));
    }
    lines.push(format!("ENTRYPOINT {}", json(&entrypoint(model))));
    if has(model, MAIN) {
        lines.push("CMD []".to_owned());
    }
    lines
}

/// A list of words as Dockerfiles write it.
pub(crate) fn json(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

/// The directories of the image that hold the model's files, each with one file of it.
#[must_use]
pub fn places(tree: &FileTree) -> Vec<(Utf8PathBuf, Utf8PathBuf)> {
    let mut places: Vec<(Utf8PathBuf, Utf8PathBuf)> = Vec::new();
    for (path, entry) in &tree.entries {
        if *entry == Entry::Directory {
            continue;
        }
        let depth = if path.starts_with(CONT_INIT) { 2 } else { 3 };
        let place: Utf8PathBuf = path.components().take(depth).collect();
        if places.last().is_none_or(|(known, _)| *known != place) {
            places.push((place, path.clone().into()));
        }
    }
    places
}
