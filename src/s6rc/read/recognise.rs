//! What a path of the command line is: text of the language, source directories, or an image that holds some.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use crate::s6rc::target::{Family, Target};

/// The directory of s6-overlay in an image.
const OVERLAY: &str = "etc/s6-overlay";
/// The services of s6-overlay.
const SERVICES: &str = "s6-rc.d";
/// The user bundles of s6-overlay.
const BUNDLES: &str = "user-bundles.d";
/// Directories of repositories that are copied onto an image's root.
const ROOTS: &[&str] = &["rootfs", "root"];
/// Where an image has scripts that s6-overlay runs before the services.
pub(super) const EARLY_SCRIPTS: &[&str] = &["etc/cont-init.d", "etc/fix-attrs.d"];
/// At most so many subdirectories are looked at before a directory is taken for none of definitions.
const MAX_LOOKED_AT: usize = 4096;

/// Source directories that are compiled together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Directories of definitions.
    pub sources: Vec<Utf8PathBuf>,
    /// `user-bundles.d`, where there is one.
    pub bundles: Option<Utf8PathBuf>,
    /// Where the image begins, if that is known.
    pub image: Option<Utf8PathBuf>,
    /// Whether it has s6-overlay's layout.
    pub overlay: bool,
}

/// Where paths lead, for whoever recognises them: on the disk, or in a revision of a repository.
pub trait Places {
    /// Whether a path is a directory, links followed.
    fn is_directory(&self, path: &Utf8Path) -> bool;

    /// Whether there is something at a path, be it a link that leads nowhere.
    fn is_there(&self, path: &Utf8Path) -> bool;

    /// The names in a directory; none where it cannot be listed.
    fn names(&self, path: &Utf8Path) -> Vec<String>;

    /// Whether a directory in a directory holds one of these files, or something that has one of the other names. Of those whose
    /// names begin with a dot, none counts.
    fn holds_below(&self, path: &Utf8Path, files: &[&str], others: &[&str]) -> bool {
        self.names(path).iter().take(MAX_LOOKED_AT).any(|name| {
            let path = path.join(name);
            !name.starts_with('.')
                && self.is_directory(&path)
                && (files.iter().any(|name| self.is_there(&path.join(name)) && !self.is_directory(&path.join(name)))
                    || others.iter().any(|name| self.is_there(&path.join(name))))
        })
    }

    /// The real path, from the beginning, of what is there.
    fn real(&self, path: &Utf8Path) -> Option<Utf8PathBuf>;
}

/// The disk.
struct OnDisk;

impl Places for OnDisk {
    fn is_directory(&self, path: &Utf8Path) -> bool {
        match path.metadata() {
            Ok(metadata) => metadata.is_dir(),
            // Where it cannot be told there may be one: whoever reads it says why it cannot be read. That nothing was found
            // there would be said of what nobody looked at.
            Err(error) => error
                .raw_os_error()
                .map(Errno::from_raw_os_error)
                .is_some_and(|error| !matches!(error, Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG)),
        }
    }

    fn is_there(&self, path: &Utf8Path) -> bool {
        path.symlink_metadata().is_ok()
    }

    fn names(&self, path: &Utf8Path) -> Vec<String> {
        let entries = path.read_dir_utf8().into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_owned()).collect()
    }

    fn holds_below(&self, path: &Utf8Path, files: &[&str], others: &[&str]) -> bool {
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        // Definitions are some too where their names are no text. Where it cannot be told there may be some, as above.
        let Ok(entries) = path.as_std_path().read_dir() else { return true };
        entries.flatten().take(MAX_LOOKED_AT).any(|entry| {
            let path = entry.path();
            !entry.file_name().to_string_lossy().starts_with('.')
                && path.is_dir()
                && (files.iter().any(|name| is_there(&path.join(name)) && !path.join(name).is_dir())
                    || others.iter().any(|name| is_there(&path.join(name))))
        })
    }

    fn real(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        path.canonicalize_utf8().ok()
    }
}

/// What a path is, unless it is input of the language.
///
/// A directory that holds `.hermes` files is input of the language, whatever else it holds.
#[must_use]
pub fn recognise(path: &Utf8Path) -> Option<Layout> {
    recognise_in(&OnDisk, path)
}

/// As [`recognise`], wherever the path leads.
#[must_use]
pub fn recognise_in(places: &dyn Places, path: &Utf8Path) -> Option<Layout> {
    if !places.is_directory(path) || holds_language(places, path) {
        return None;
    }
    if let Some(layout) = image(places, path) {
        return Some(layout);
    }
    if let Some(layout) = ROOTS.iter().find_map(|root| image(places, &path.join(root))) {
        return Some(layout);
    }
    let here = profile(places, path, image_above(places, path));
    if here.is_some() {
        return here;
    }
    let name = named(places, path);
    let above = path.parent().filter(|above| !above.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    if name.as_deref() == Some(SERVICES) {
        let sources = vec![path.to_owned()];
        let around = profile(places, above, image_above(places, above)).unwrap_or_default();
        return Some(Layout { sources, overlay: true, ..around });
    }
    if name.as_deref() == Some(BUNDLES) {
        return profile(places, above, image_above(places, above));
    }
    looks_like_a_source(places, path).then(|| source(path))
}

/// The directories that [`recognise`] looks into, whether they are there or not: what is in them decides what a path is.
/// None for input of the language.
#[must_use]
pub fn looked_into(path: &Utf8Path) -> Vec<Utf8PathBuf> {
    if has_language_files(path) {
        return Vec::new();
    }
    let mut found = vec![path.to_owned(), path.join(SERVICES), path.join(BUNDLES)];
    for root in ROOTS.iter().map(|root| path.join(root)).chain([path.to_owned()]) {
        found.extend(["etc", OVERLAY].map(|below| root.join(below)));
        found.push(root);
    }
    if matches!(named(&OnDisk, path).as_deref(), Some(SERVICES | BUNDLES)) {
        found.extend(path.parent().map(Utf8Path::to_owned));
    }
    let below = path.read_dir_utf8().into_iter().flatten().flatten().take(MAX_LOOKED_AT);
    found.extend(below.map(|entry| path.join(entry.file_name())).filter(|path| path.is_dir()));
    found
}

/// A path taken as a source directory, as s6-rc-compile takes it, without a look at what it holds.
#[must_use]
pub fn source(path: &Utf8Path) -> Layout {
    Layout { sources: vec![path.to_owned()], ..Layout::default() }
}

/// Layouts that are compiled together: plain source directories are, each image is by itself. For s6-rc without
/// s6-overlay all of them are.
#[must_use]
pub fn group(layouts: Vec<Layout>, target: Option<Target>) -> Vec<Vec<Layout>> {
    if target.is_some_and(|target| !target.is_overlay()) && !layouts.is_empty() {
        return vec![layouts];
    }
    let mut groups: Vec<Vec<Layout>> = Vec::new();
    let mut plain: Option<usize> = None;
    for layout in layouts {
        let together = plain.filter(|_| !layout.overlay).and_then(|at| groups.get_mut(at));
        if let Some(group) = together {
            group.push(layout);
            continue;
        }
        if groups.iter().any(|group| group.contains(&layout)) {
            continue;
        }
        if !layout.overlay {
            plain = Some(groups.len());
        }
        groups.push(vec![layout]);
    }
    groups
}

/// Whether a path is a single definition rather than a directory of some.
#[must_use]
pub fn is_definition(path: &Utf8Path) -> bool {
    path.join("type").is_file() && !looks_like_a_source(&OnDisk, path)
}

/// A directory of s6's that is no source directory, and is easily taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// What s6-rc-compile made.
    Compiled,
    /// What s6-rc-init made, such as `/run/s6-rc`.
    Live,
    /// What s6-svscan looks after, such as `/run/service`.
    ScanDirectory,
}

/// Which of these directories a path is.
#[must_use]
pub fn other(path: &Utf8Path) -> Option<Other> {
    let has = |names: &[&str]| names.iter().all(|name| path.join(name).symlink_metadata().is_ok());
    if has(&["db", "n", "resolve.cdb"]) {
        return Some(Other::Compiled);
    }
    if has(&["compiled", "scandir", "state"]) {
        return Some(Other::Live);
    }
    if path.file_name() == Some("servicedirs") {
        return path.parent().filter(|above| !above.as_str().is_empty()).and_then(other);
    }
    has(&[".s6-svscan"]).then_some(Other::ScanDirectory)
}

/// The directory of the definition that a file is part of, such as a `run`.
#[must_use]
pub fn definition_of(path: &Utf8Path) -> Option<&Utf8Path> {
    let is_part = path.is_file() && path.extension() != Some("hermes");
    let directory = path.parent().map(|above| if above.as_str().is_empty() { Utf8Path::new(".") } else { above });
    directory.filter(|directory| is_part && is_definition(directory))
}

/// The newest target that fits a layout; the version of s6-overlay that lies in the image, where one does.
#[must_use]
pub fn target(layout: &Layout) -> Target {
    target_in(&OnDisk, layout)
}

/// As [`target`], wherever the layout lies.
#[must_use]
pub fn target_in(places: &dyn Places, layout: &Layout) -> Target {
    if !layout.overlay {
        return Target::newest(Family::S6Rc);
    }
    let version = layout.image.as_deref().and_then(|image| overlay_version_in(places, image));
    version
        .and_then(|version| Target::find("s6-overlay", Some(&version)).ok())
        .unwrap_or_else(|| Target::newest(Family::S6Overlay))
}

/// The version of s6-overlay that is installed in an image.
#[must_use]
pub fn overlay_version(image: &Utf8Path) -> Option<String> {
    overlay_version_in(&OnDisk, image)
}

/// As [`overlay_version`], wherever the image lies.
#[must_use]
pub fn overlay_version_in(places: &dyn Places, image: &Utf8Path) -> Option<String> {
    let mut versions: Vec<String> = places
        .names(&image.join("package/admin"))
        .iter()
        .take(MAX_LOOKED_AT)
        .filter_map(|name| Some(name.strip_prefix("s6-overlay-")?.to_owned()))
        .filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    versions.sort_unstable();
    versions.pop()
}

/// Whether an image is whole, so that what is missing in it is missing: s6-overlay is in it, and a shell.
#[must_use]
pub fn is_whole(image: &Utf8Path) -> bool {
    let has = |path: &str| image.join(path).symlink_metadata().is_ok();
    overlay_version(image).is_some() && has("init") && has("bin/sh") && (has("command") || has("usr/bin/execlineb"))
}

/// Whether an image or a layer has scripts that s6-overlay runs before the services that wait for `base`.
#[must_use]
pub fn has_early_scripts(image: &Utf8Path) -> bool {
    EARLY_SCRIPTS.iter().any(|path| image.join(path).read_dir_utf8().is_ok_and(|mut entries| entries.next().is_some()))
}

/// Whether a path is a directory that holds nothing that can be checked.
#[must_use]
pub fn holds_nothing(path: &Utf8Path) -> bool {
    path.is_dir() && !has_language_files(path) && recognise(path).is_none()
}

/// Directories below a path that are wanted, the nearest first: what somebody meant who named one too far up. No more than a
/// few are looked for, and not deep.
#[must_use]
pub fn found_below(path: &Utf8Path, wanted: impl Fn(&Utf8Path) -> bool) -> Vec<Utf8PathBuf> {
    const DEPTH: usize = 4;
    const FOUND: usize = 3;
    const LOOKED_AT: usize = 512;
    // What is mounted, such as `/proc`, holds nothing that was meant, and much to look at.
    let device = |path: &Utf8Path| path.symlink_metadata().ok().map(|metadata| metadata.dev());
    let home = device(path);
    let mut found = Vec::new();
    let mut open = std::collections::VecDeque::from([(path.to_owned(), 0)]);
    let mut looked_at = 0;
    while let Some((directory, depth)) = open.pop_front() {
        let Ok(entries) = directory.read_dir_utf8() else { continue };
        let mut below: Vec<Utf8PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && !entry.file_name().starts_with('.'))
            .map(|entry| directory.join(entry.file_name()))
            .take(LOOKED_AT)
            .filter(|path| device(path) == home && other(path).is_none())
            .collect();
        below.sort_unstable();
        for path in below {
            looked_at += 1;
            if found.len() == FOUND || looked_at > LOOKED_AT {
                return found;
            }
            if wanted(&path) {
                found.push(path);
            } else if depth < DEPTH {
                open.push_back((path, depth + 1));
            }
        }
    }
    found
}

/// Whether a directory holds files of the language.
#[must_use]
pub fn has_language_files(path: &Utf8Path) -> bool {
    holds_language(&OnDisk, path)
}

fn holds_language(places: &dyn Places, path: &Utf8Path) -> bool {
    places.names(path).iter().any(|name| name.ends_with(".hermes") && !name.starts_with('.'))
}

fn image(places: &dyn Places, root: &Utf8Path) -> Option<Layout> {
    let directory = root.join(OVERLAY);
    profile(places, &directory, Some(root.to_owned()))
}

/// The layout below `…/s6-overlay`, if there is any of it.
fn profile(places: &dyn Places, directory: &Utf8Path, image: Option<Utf8PathBuf>) -> Option<Layout> {
    let existing = |name: &str| Some(directory.join(name)).filter(|path| places.is_directory(path));
    let (services, bundles) = (existing(SERVICES), existing(BUNDLES));
    let is_there = services.is_some() || bundles.is_some();
    is_there.then(|| Layout { sources: services.into_iter().collect(), bundles, image, overlay: true })
}

/// Where the image begins, for a path that ends with `etc/s6-overlay`.
fn image_above(places: &dyn Places, directory: &Utf8Path) -> Option<Utf8PathBuf> {
    let full = places.real(directory)?;
    if !full.ends_with(OVERLAY) {
        return None;
    }
    let root = full.parent()?.parent()?;
    // As it was written, where that is long enough.
    let written = directory.as_str().strip_suffix(OVERLAY).map(|root| root.trim_end_matches('/'));
    match written {
        Some("") if directory.is_absolute() => Some(Utf8PathBuf::from("/")),
        Some("") => Some(Utf8PathBuf::from(".")),
        Some(root) if !root.ends_with("..") => Some(Utf8PathBuf::from(root)),
        _ => Some(root.to_owned()),
    }
}

fn named(places: &dyn Places, path: &Utf8Path) -> Option<String> {
    match path.file_name() {
        Some(name) => Some(name.to_owned()),
        None => places.real(path)?.file_name().map(str::to_owned),
    }
}

/// Whether something below is a definition: a subdirectory that holds a file of one.
fn looks_like_a_source(places: &dyn Places, path: &Utf8Path) -> bool {
    // `/var` has a `run`, too, which is a directory.
    const FILES: &[&str] = &["type", "run", "up", "contents", "dependencies"];
    const DIRECTORIES: &[&str] = &["dependencies.d", "contents.d"];
    places.holds_below(path, FILES, DIRECTORIES)
}
