//! Source directories, read into the model: nothing is judged here, the rules do that.

mod definition;
mod disk;
pub mod formats;
mod image;
mod links;
mod open;
mod pending;
mod places;
mod planned;
mod recognise;
mod scan;
mod tree;

use std::collections::HashSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use glob::Pattern;
use smol_str::SmolStr;

pub use definition::{guess, meant, read_by, value};
pub use image::named_program;
pub use pending::Pending;
pub use places::Places;
pub use planned::of_tree;
pub use recognise::{
    Layout, Other, definition_of, found_below, group, has_language_files, holds_nothing, is_definition, is_recognised,
    looked_into, other, overlay_version, overlay_version_in, recognise, recognise_in, source, target, target_in,
};
pub use tree::{Refusal, Verbatim};

use crate::model::{DirectoryFacts, Entry, Found, Kind, Model, SourceTree};
use crate::s6rc::target::Target;
use crate::source::SourceMap;
use scan::Scanner;

/// What is read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is checked: compiled together, in this order.
    pub layouts: Vec<Layout>,
    /// What lies beneath it, as the layers of an image do, the lowest first; it defines names, and is not checked itself.
    pub against: Vec<Layout>,
    /// What to read it for; what fits, where nothing is said.
    pub target: Option<Target>,
    /// Names that may stay unknown.
    pub allowed: Vec<Pattern>,
    /// Files that are to be other than they are on the disk.
    pub pending: Pending,
}

/// The version of s6-overlay that neither ships `type` for a `user` among the services nor writes one (its CHANGELOG).
const NO_COMPATIBILITY: [u16; 4] = [3, 2, 3, 1];

/// Where a definition lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Services,
    Bundles,
}

/// A definition's directory.
struct Raw {
    name: SmolStr,
    slot: Slot,
    facts: DirectoryFacts,
}

/// Reads source directories.
///
/// # Errors
///
/// A directory that cannot be listed, or a path of which it cannot be told what is there, with the reason.
pub fn read(request: &Request) -> Result<(Model, SourceMap), (Utf8PathBuf, io::Error)> {
    let mut sources = SourceMap::default();
    let overlay = request.layouts.iter().find(|layout| layout.overlay);
    let target = match (request.target, overlay.or(request.layouts.first())) {
        (Some(target), _) => target,
        (None, Some(layout)) => recognise::target(layout)?,
        (None, None) => Target::default(),
    };
    let mut tree = SourceTree {
        image: request.layouts.iter().find_map(|layout| layout.image.clone()),
        assumed_target: request.target.is_none(),
        allowed: request.allowed.clone(),
        ..SourceTree::default()
    };
    if let Some(layout) = request.layouts.iter().find(|layout| layout.image.is_some()) {
        tree.whole_image = recognise::is_whole(layout)?;
    }
    for image in request.layouts.iter().chain(&request.against).filter_map(|layout| layout.image.as_deref()) {
        tree.early_scripts = tree.early_scripts || recognise::has_early_scripts(image)?;
    }
    let mut scanner = Scanner::new(&mut sources);
    scanner.disk.pending = request.pending.clone();
    for layout in request.layouts.iter().chain(request.against.iter().rev()) {
        for root in layout.sources.iter().chain(&layout.bundles) {
            scanner.disk.allow(root, layout.image.as_deref()).map_err(|error| (root.clone(), error))?;
        }
    }
    let mut raws = Vec::new();
    for layout in &request.layouts {
        read_layout(&mut scanner, layout, &mut raws, &mut tree)?;
    }
    scanner.disk.beneath = true;
    for layout in request.against.iter().rev() {
        let mut lower = Vec::new();
        read_layout(&mut scanner, layout, &mut lower, &mut tree)?;
        tree.unseen.extend(lay_beneath(&mut raws, lower, target.is_overlay()));
    }
    scanner.disk.beneath = false;
    let (mut model, hidden) = model(target, raws);
    tree.hidden = hidden;
    image::scripts(request, &mut tree, &mut scanner);
    tree.programs = image::programs(&model, &tree, &mut scanner);
    model.tree = Some(tree);
    Ok((model, sources))
}

/// The definitions of directories, and the directories that the target does not read.
fn model(target: Target, mut raws: Vec<Raw>) -> (Model, Vec<DirectoryFacts>) {
    let mut unread = Vec::new();
    if target.is_overlay() {
        let old = raws.iter().any(|raw| raw.slot == Slot::Services && raw.name == "user");
        if old || !target.has_user_bundles_directory() {
            let (read, hidden) = raws.into_iter().partition(|raw| raw.slot == Slot::Services);
            raws = read;
            unread = Vec::from_iter(hidden).into_iter().map(|raw: Raw| raw.facts).collect();
        }
    }
    let names: HashSet<SmolStr> = raws.iter().map(|raw| raw.name.clone()).collect();
    let mut model = Model::new(target, Vec::new());
    for raw in raws {
        let given = given_kind(&target, &raw);
        let definition = definition::build(raw.name, raw.facts, given, &names);
        if definition.incomplete {
            model.broken.push(definition.name.clone());
        }
        model.push(definition);
    }
    (model, unread)
}

/// The directories of which all that is in them is read. Single files elsewhere in an image are among the sources that
/// [`read`] gives.
#[must_use]
pub fn directories(request: &Request) -> Vec<Utf8PathBuf> {
    let layouts = || request.layouts.iter().chain(&request.against);
    let sources = layouts().flat_map(|layout| layout.sources.iter().chain(&layout.bundles).cloned());
    sources.chain(layouts().filter_map(|layout| layout.image.as_deref()).flat_map(image::directories)).collect()
}

/// The kind that the target gives a directory without `type`.
fn given_kind(target: &Target, raw: &Raw) -> Option<Kind> {
    let shipped = target.built_in(&raw.name).is_some_and(|built_in| built_in.open);
    let forgotten = raw.slot == Slot::Services && target.version == NO_COMPATIBILITY;
    (shipped && !forgotten).then_some(Kind::Bundle)
}

fn read_layout(
    scanner: &mut Scanner<'_>,
    layout: &Layout,
    raws: &mut Vec<Raw>,
    tree: &mut SourceTree,
) -> Result<(), (Utf8PathBuf, io::Error)> {
    for source in &layout.sources {
        read_source(scanner, source, Slot::Services, raws, tree).map_err(|error| (source.clone(), error))?;
    }
    if let Some(source) = &layout.bundles {
        read_source(scanner, source, Slot::Bundles, raws, tree).map_err(|error| (source.clone(), error))?;
    }
    Ok(())
}

fn read_source(
    scanner: &mut Scanner<'_>,
    source: &Utf8Path,
    slot: Slot,
    raws: &mut Vec<Raw>,
    tree: &mut SourceTree,
) -> io::Result<()> {
    for (entry, entries) in scanner.definitions(source)? {
        if !matches!(entry.found, Found::Directory) {
            tree.strays.push((source.to_owned(), entry));
            continue;
        }
        let name = SmolStr::new(&entry.path);
        let facts = DirectoryFacts {
            path: source.join(&entry.path),
            file: entry.file,
            entries,
            typed: false,
            beneath: scanner.disk.beneath,
            stains: Vec::new(),
        };
        raws.push(Raw { name, slot, facts });
    }
    Ok(())
}

/// Puts a layer beneath what is there: its files are seen where the upper one has none of the same path. Gives what could not be
/// read of directories of both.
fn lay_beneath(upper: &mut Vec<Raw>, lower: Vec<Raw>, merge: bool) -> Vec<Entry> {
    let mut unseen = Vec::new();
    for raw in lower {
        let over = upper.iter_mut().find(|over| merge && over.slot == raw.slot && over.name == raw.name);
        let Some(over) = over else {
            upper.push(raw);
            continue;
        };
        let known: HashSet<Utf8PathBuf> = over.facts.entries.iter().map(|entry| entry.path.clone()).collect();
        let (hidden, seen): (Vec<Entry>, Vec<Entry>) =
            raw.facts.entries.into_iter().partition(|entry| known.contains(&entry.path));
        unseen.extend(hidden.into_iter().filter(|entry| matches!(entry.found, Found::Unreadable { .. })));
        over.facts.entries.extend(seen);
        over.facts.entries.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    }
    unseen
}
