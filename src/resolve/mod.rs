//! Syntax to model: includes, constants, templates and statements are resolved here, and nothing is checked.

mod arguments;
mod bounds;
mod condition;
pub mod container;
mod definitions;
pub mod draft;
mod files;
mod finish;
pub mod foreign;
mod instantiate;
mod lifecycle;
mod limits;
mod log;
mod program;
mod raw;
mod scope;
mod service;
mod sugar;
pub mod values;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use smol_str::SmolStr;

pub use files::{Disk, Files, Loaded, load, may_be_read, normal};
pub use instantiate::instantiate;

use crate::diagnostic::Diagnostic;
use crate::model::{Definition, External, ExtraFile, Model, Reference};
use crate::policy::{self, Allow};
use crate::rules::reading;
use crate::s6rc::target::{Family, Target, UnknownTarget, show_version};
use crate::source::{FileId, Location, SourceMap};
use crate::syntax::ast::{self, DefinitionKind, Tree};
use bounds::Bounds;
use limits::MAX_REPEATED;
use scope::{Constant, Scope};

/// A run's service set, with the files that it came from and what was wrong so far.
#[derive(Debug)]
pub struct Resolved {
    /// The service set.
    pub model: Model,
    /// The files.
    pub sources: SourceMap,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The comments that allow problems.
    pub allows: Vec<Allow>,
}

/// Reads files of the language and resolves them to one service set.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn resolve(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    target: Option<Target>,
) -> Result<Resolved, (Utf8PathBuf, io::Error)> {
    resolve_with(files, roots, target, None, &[])
}

/// As [`resolve`], with a target for files that name none, and directories below which files may be read too.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn resolve_with(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    target: Option<Target>,
    fallback: Option<Target>,
    around: &[Utf8PathBuf],
) -> Result<Resolved, (Utf8PathBuf, io::Error)> {
    let loaded = load(files, roots, around)?;
    let Loaded { sources, trees, diagnostics, bounds } = loaded;
    let mut resolver = Resolver::new(files, &sources, &trees, diagnostics, bounds);
    resolver.collect_targets(target, fallback);
    resolver.collect_names();
    for (file, tree) in &trees {
        let scope = Scope::file(*file);
        resolver.definitions(&scope, &tree.definitions);
    }
    let (model, diagnostics) = resolver.finish();
    let allows = policy::collect(&sources, &trees);
    Ok(Resolved { model, sources, diagnostics, allows })
}

/// A template as it is defined.
#[derive(Debug)]
struct Template<'t> {
    file: FileId,
    name: &'t ast::Ident,
    parameters: &'t [ast::Parameter],
    definitions: &'t [ast::Definition],
    definition: Location,
    used: bool,
}

/// `pipeline` as it is defined, its names resolved.
#[derive(Debug)]
struct Pipeline {
    name: Option<(SmolStr, Location)>,
    stages: Vec<Vec<(SmolStr, Location)>>,
}

/// What is known while trees become a model.
struct Resolver<'t> {
    files: &'t dyn Files,
    bounds: Bounds,
    sources: &'t SourceMap,
    trees: &'t [(FileId, Arc<Tree>)],
    diagnostics: Vec<Diagnostic>,
    target: Target,
    constants: HashMap<SmolStr, Constant<'t>>,
    templates: HashMap<SmolStr, Template<'t>>,
    used_parameters: HashSet<(FileId, SmolStr)>,
    umask: Option<crate::model::Placed<u32>>,
    made_definitions: Vec<Definition>,
    /// `in`: the bundle, and who is in it.
    memberships: Vec<(Reference, SmolStr)>,
    /// The directories that loggers write.
    log_directories: HashMap<SmolStr, Location>,
    pipelines: Vec<Pipeline>,
    externals: Vec<External>,
    container: Vec<container::ContainerDraft>,
    raw: IndexMap<Utf8PathBuf, ExtraFile>,
    broken: Vec<SmolStr>,
    made: limits::Made,
    constant_depth: usize,
}

impl<'t> Resolver<'t> {
    fn new(
        files: &'t dyn Files,
        sources: &'t SourceMap,
        trees: &'t [(FileId, Arc<Tree>)],
        diagnostics: Vec<Diagnostic>,
        bounds: Bounds,
    ) -> Self {
        Self {
            files,
            bounds,
            sources,
            trees,
            diagnostics,
            target: Target::default(),
            constants: HashMap::new(),
            templates: HashMap::new(),
            used_parameters: HashSet::new(),
            umask: None,
            // Most of them make one.
            made_definitions: Vec::with_capacity(trees.iter().map(|(_, tree)| tree.definitions.len()).sum()),
            memberships: Vec::new(),
            log_directories: HashMap::new(),
            pipelines: Vec::new(),
            externals: Vec::new(),
            container: Vec::new(),
            raw: IndexMap::new(),
            broken: trees.iter().flat_map(|(_, tree)| tree.broken_names.iter().cloned()).collect(),
            made: limits::Made::default(),
            constant_depth: 0,
        }
    }

    /// Reports a problem; in a template or a loop, the places that led there are shown too.
    fn report(&mut self, scope: &Scope, diagnostic: Diagnostic) {
        if !scope.uses.is_empty() && self.diagnostics.len() > MAX_REPEATED {
            return;
        }
        let diagnostic =
            scope.uses.iter().rev().fold(diagnostic, |diagnostic, place| diagnostic.at(*place, "used here"));
        self.diagnostics.push(diagnostic);
    }

    /// The target that was given, or the one that the files name.
    fn collect_targets(&mut self, given: Option<Target>, fallback: Option<Target>) {
        let mut found: Option<(Target, Location)> = None;
        for (file, tree) in self.trees {
            for definition in &tree.definitions {
                let DefinitionKind::Target { name, version } = &definition.kind else { continue };
                let location = |text: &ast::Text| Location::new(*file, text.span);
                let plain = |text: &ast::Text| text.plain().cloned().unwrap_or_default();
                let place = Location::new(*file, definition.span);
                match Target::find(&plain(name), version.as_ref().map(plain).as_deref()) {
                    Ok(target) => match found {
                        Some((known, first)) if known != target => self.diagnostics.push(
                            Diagnostic::new(&reading::UNKNOWN_TARGET, format!("two targets: {known} and {target}"))
                                .at(place, "the second one")
                                .at(first, "the first one")
                                .help("all files of one run have the same target: delete one of the two"),
                        ),
                        Some(_) => {}
                        None => found = Some((target, place)),
                    },
                    Err(UnknownTarget::Name) => self.diagnostics.push(
                        Diagnostic::new(&reading::UNKNOWN_TARGET, format!("there is no target `{}`", plain(name)))
                            .at(location(name), "not a target")
                            .help(format!("targets are {}", Target::NAMES.join(" and "))),
                    ),
                    Err(UnknownTarget::Version(family)) => {
                        let at = version.as_ref().map_or(place, location);
                        let version = version.as_ref().map(plain).unwrap_or_default();
                        self.diagnostics.push(
                            Diagnostic::new(
                                &reading::UNKNOWN_TARGET,
                                format!("hermesc does not know {family} {version}"),
                            )
                            .at(at, "not a version that it knows")
                            .help(known_versions(family)),
                        );
                    }
                }
            }
        }
        self.target = given.or(found.map(|(target, _)| target)).or(fallback).unwrap_or_default();
    }

    /// Constants and templates, which may be used before they are defined.
    fn collect_names(&mut self) {
        for (file, tree) in self.trees {
            for definition in &tree.definitions {
                let place = Location::new(*file, definition.span);
                match &definition.kind {
                    DefinitionKind::Constant { name, value } => {
                        let constant = Constant {
                            file: *file,
                            name,
                            value,
                            definition: place,
                            meaning: None,
                            resolving: false,
                            used: false,
                        };
                        if let Some(first) = self.constants.get(&name.name) {
                            let first = Location::new(first.file, first.name.span);
                            self.diagnostics.push(twice("constant", name, Location::new(*file, name.span), first));
                        } else {
                            self.constants.insert(name.name.clone(), constant);
                        }
                    }
                    DefinitionKind::Template { name, parameters, definitions } => {
                        let template =
                            Template { file: *file, name, parameters, definitions, definition: place, used: false };
                        if let Some(first) = self.templates.get(&name.name) {
                            let first = Location::new(first.file, first.name.span);
                            self.diagnostics.push(twice("template", name, Location::new(*file, name.span), first));
                        } else {
                            self.templates.insert(name.name.clone(), template);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// A path as a file of this scope means it.
    fn beside(&self, scope: &Scope, path: &str) -> Utf8PathBuf {
        self.sources.path(scope.file).parent().unwrap_or(Utf8Path::new("")).join(path)
    }
}

fn twice(what: &str, name: &ast::Ident, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("the {what} `{}` is defined twice", name.name))
        .at(place, "the second one")
        .at(first, "the first one")
        .help("give one of them another name, or delete it")
}

fn known_versions(family: Family) -> String {
    let newest: Vec<String> = Target::versions(family).take(6).map(show_version).collect();
    format!("it knows {}, and older ones; write the newest of them if yours is newer", newest.join(", "))
}
