//! What a path of the command line is: text of the language, source directories, or an image that holds some.

use std::io;
use std::os::unix::fs::MetadataExt;

use camino::{Utf8Path, Utf8PathBuf};

use crate::s6rc::read::Refusal;
use crate::s6rc::read::links;
use crate::s6rc::read::places::{OnDisk, Places};
use crate::s6rc::target::{Family, Target};
use crate::source::is_member;

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
pub(super) const MAX_LOOKED_AT: usize = 4096;

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

/// What a path is, unless it is input of the language.
///
/// A directory that holds `.hermes` files is input of the language, whatever else it holds.
///
/// # Errors
///
/// A path of which it cannot be told what is there, and the reason; a link that leads out of what was named.
pub fn recognise(path: &Utf8Path) -> Result<Option<Layout>, Refusal> {
    recognise_in(&OnDisk, path)
}

/// Whether a path is one of source directories, as far as can be told.
#[must_use]
pub fn is_recognised(path: &Utf8Path) -> bool {
    matches!(recognise(path), Ok(Some(_)))
}

/// As [`recognise`], wherever the path leads.
///
/// # Errors
///
/// See [`recognise`].
pub fn recognise_in(places: &dyn Places, path: &Utf8Path) -> Result<Option<Layout>, Refusal> {
    if !places.is_directory(path.as_std_path())? || holds_language(places, path)? {
        return Ok(None);
    }
    for root in [path.to_owned()].into_iter().chain(ROOTS.iter().map(|root| path.join(root))) {
        if let Some(layout) = image(places, &root)? {
            return within(places, path, None, layout).map(Some);
        }
    }
    let around = |path: &Utf8Path| {
        let image = image_above(places, path)?;
        let found = profile(places, path, image.clone())?;
        found.map(|found| within(places, path, image.as_deref(), found)).transpose()
    };
    if let Some(here) = around(path)? {
        return Ok(Some(here));
    }
    let name = named(places, path)?;
    let above = path.parent().filter(|above| !above.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    if matches!(name.as_deref(), Some(SERVICES | BUNDLES)) {
        let around = around(above)?;
        if name.as_deref() == Some(BUNDLES) {
            return Ok(around);
        }
        let sources = vec![path.to_owned()];
        return Ok(Some(Layout { sources, overlay: true, ..around.unwrap_or_default() }));
    }
    Ok(looks_like_a_source(places, path)?.then(|| source(path)))
}

/// A layout of which nothing lies outside of what was named, or of the image around that.
fn within(places: &dyn Places, named: &Utf8Path, around: Option<&Utf8Path>, layout: Layout) -> Result<Layout, Refusal> {
    let bounds = [Some(named), around].into_iter().flatten().map(|bound| places.real(bound));
    let bounds: Vec<Utf8PathBuf> = bounds.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let found = layout.image.iter().filter(|image| Some(image.as_path()) != around);
    for directory in layout.sources.iter().chain(&layout.bundles).chain(found) {
        let lies = places.real(directory)?;
        if !lies.is_some_and(|lies| bounds.iter().any(|bound| lies.starts_with(bound))) {
            return Err((directory.clone(), io::Error::other(format!("links lead out of {named}"))));
        }
    }
    Ok(layout)
}

/// The directories that [`recognise`] looks into, whether they are there or not: what is in them decides what a path is.
/// None for input of the language.
#[must_use]
pub fn looked_into(path: &Utf8Path) -> Vec<Utf8PathBuf> {
    if has_language_files(path) {
        return Vec::new();
    }
    let real = |path: &Utf8Path| named(&OnDisk, path).ok().flatten();
    let mut found = vec![path.to_owned(), path.join(SERVICES), path.join(BUNDLES)];
    for root in ROOTS.iter().map(|root| path.join(root)).chain([path.to_owned()]) {
        found.extend(["etc", OVERLAY].map(|below| root.join(below)));
        found.push(root);
    }
    let mut bounds = vec![path];
    if let (Some(SERVICES | BUNDLES), Some(above)) = (real(path).as_deref(), path.parent()) {
        found.push(above.to_owned());
        bounds.push(if above.as_str().is_empty() { Utf8Path::new(".") } else { above });
    }
    let below = path.read_dir_utf8().into_iter().flatten().flatten().take(MAX_LOOKED_AT);
    found.extend(below.map(|entry| path.join(entry.file_name())).filter(|path| path.is_dir()));
    // What is behind a link out of there is not read.
    let bounds: Vec<Utf8PathBuf> = bounds.into_iter().filter_map(|path| path.canonicalize_utf8().ok()).collect();
    found.retain(|path| {
        path.canonicalize_utf8().map_or_else(
            |_| path.symlink_metadata().is_err(),
            |real| bounds.iter().any(|bound| real.starts_with(bound)),
        )
    });
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
    path.join("type").is_file() && matches!(looks_like_a_source(&OnDisk, path), Ok(false))
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
///
/// # Errors
///
/// A path of which it cannot be told what is there, and the reason.
pub fn target(layout: &Layout) -> Result<Target, Refusal> {
    target_in(&OnDisk, layout)
}

/// As [`target`], wherever the layout lies.
///
/// # Errors
///
/// See [`target`].
pub fn target_in(places: &dyn Places, layout: &Layout) -> Result<Target, Refusal> {
    if !layout.overlay {
        return Ok(Target::newest(Family::S6Rc));
    }
    let version = overlay_version_in(places, layout)?;
    Ok(version
        .and_then(|version| Target::find("s6-overlay", Some(&version)).ok())
        .unwrap_or_else(|| Target::newest(Family::S6Overlay)))
}

/// The version of s6-overlay that is installed in a layout's image.
///
/// # Errors
///
/// See [`target`].
pub fn overlay_version(layout: &Layout) -> Result<Option<String>, Refusal> {
    overlay_version_in(&OnDisk, layout)
}

/// As [`overlay_version`], wherever the image lies.
///
/// # Errors
///
/// See [`target`].
pub fn overlay_version_in(places: &dyn Places, layout: &Layout) -> Result<Option<String>, Refusal> {
    let Some(image) = layout.image.as_deref() else { return Ok(None) };
    let mut versions: Vec<String> = places
        .names_in(image, "package/admin")?
        .iter()
        .take(MAX_LOOKED_AT)
        .filter_map(|name| Some(name.strip_prefix("s6-overlay-")?.to_owned()))
        .filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    versions.sort_unstable();
    Ok(versions.pop())
}

/// Whether an image is whole, so that what is missing in it is missing: s6-overlay is in it, and a shell.
///
/// # Errors
///
/// See [`target`].
pub fn is_whole(layout: &Layout) -> Result<bool, Refusal> {
    let Some(image) = &layout.image else { return Ok(false) };
    let has = |path: &str| {
        let found = links::of_image(image, path);
        found.map(|found| found.is_some()).map_err(|error| (image.join(path), error))
    };
    Ok(overlay_version(layout)?.is_some()
        && has("init")?
        && has("bin/sh")?
        && (has("command")? || has("usr/bin/execlineb")?))
}

/// Whether an image or a layer has scripts that s6-overlay runs before the services that wait for `base`.
///
/// # Errors
///
/// See [`target`].
pub fn has_early_scripts(image: &Utf8Path) -> Result<bool, Refusal> {
    for path in EARLY_SCRIPTS {
        if !OnDisk.names_in(image, path)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a path is a directory that holds nothing that can be checked.
#[must_use]
pub fn holds_nothing(path: &Utf8Path) -> bool {
    path.is_dir() && matches!(holds_language(&OnDisk, path), Ok(false)) && matches!(recognise(path), Ok(None))
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

/// Whether a directory holds files of the language, as far as can be told.
#[must_use]
pub fn has_language_files(path: &Utf8Path) -> bool {
    holds_language(&OnDisk, path).unwrap_or_default()
}

fn holds_language(places: &dyn Places, path: &Utf8Path) -> Result<bool, Refusal> {
    Ok(places.names(path)?.iter().any(|name| is_member(name)))
}

fn image(places: &dyn Places, root: &Utf8Path) -> Result<Option<Layout>, Refusal> {
    let directory = root.join(OVERLAY);
    profile(places, &directory, Some(root.to_owned()))
}

/// The layout below `…/s6-overlay`, if there is any of it.
fn profile(places: &dyn Places, directory: &Utf8Path, image: Option<Utf8PathBuf>) -> Result<Option<Layout>, Refusal> {
    let existing = |name: &str| {
        let path = directory.join(name);
        Ok(places.is_directory(path.as_std_path())?.then_some(path))
    };
    let (services, bundles) = (existing(SERVICES)?, existing(BUNDLES)?);
    let is_there = services.is_some() || bundles.is_some();
    Ok(is_there.then(|| Layout { sources: services.into_iter().collect(), bundles, image, overlay: true }))
}

/// Where the image begins, for a path that ends with `etc/s6-overlay`.
fn image_above(places: &dyn Places, directory: &Utf8Path) -> Result<Option<Utf8PathBuf>, Refusal> {
    let full = places.real(directory)?.filter(|full| full.ends_with(OVERLAY));
    let Some(root) = full.as_deref().and_then(Utf8Path::parent).and_then(Utf8Path::parent) else { return Ok(None) };
    // As it was written, where that is long enough.
    let written = directory.ends_with(OVERLAY).then(|| directory.parent().and_then(Utf8Path::parent)).flatten();
    Ok(Some(match written {
        Some(written) if written.as_str().is_empty() => Utf8PathBuf::from("."),
        Some(written) if !written.ends_with("..") => written.to_owned(),
        _ => root.to_owned(),
    }))
}

fn named(places: &dyn Places, path: &Utf8Path) -> Result<Option<String>, Refusal> {
    let real = if path.file_name().is_none() { places.real(path)? } else { None };
    Ok(real.as_deref().unwrap_or(path).file_name().map(str::to_owned))
}

/// Whether something below is a definition: a subdirectory that holds a file of one.
fn looks_like_a_source(places: &dyn Places, path: &Utf8Path) -> Result<bool, Refusal> {
    // `/var` has a `run`, too, which is a directory.
    const FILES: &[&str] = &["type", "run", "up", "contents", "dependencies"];
    const DIRECTORIES: &[&str] = &["dependencies.d", "contents.d"];
    places.holds_below(path, FILES, DIRECTORIES)
}
