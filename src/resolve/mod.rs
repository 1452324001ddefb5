//! Syntax to model: includes, constants, templates and statements are resolved here, and nothing is checked.

mod arguments;
mod condition;
pub mod container;
mod definitions;
pub mod draft;
mod files;
mod instantiate;
mod lifecycle;
mod log;
mod program;
mod raw;
mod scope;
mod service;
mod sugar;
pub mod values;

use std::collections::{HashMap, HashSet};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

pub use files::{Disk, Files, Loaded, load};
pub use instantiate::instantiate;

use crate::diagnostic::Diagnostic;
use crate::expand;
use crate::model::{Definition, External, ExtraFile, Model, Reference, Unused, UnusedKind};
use crate::policy::{self, Allow};
use crate::rules::reading;
use crate::s6rc::target::{Family, Target, UnknownTarget, show_version};
use crate::source::{FileId, Location, SourceMap};
use crate::syntax::ast::{self, DefinitionKind, Tree};
use draft::Draft;
use scope::{Constant, Scope};

/// Definitions that `use` and `for` may make in one run: more are refused, so that a few lines cannot fill the memory.
const MAX_MADE: usize = 200_000;

/// Bytes and list items that constants and parameters may put into texts and lists in one run, for the same reason (64 MiB).
const MAX_PUT_IN: usize = 64 << 20;

/// Constants that need other constants, below this depth, are refused.
const MAX_CONSTANT_DEPTH: usize = 64;

/// Problems in templates and loops above this many are not told: they repeat themselves.
const MAX_REPEATED: usize = 10_000;

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
    resolve_with(files, roots, target, None)
}

/// As [`resolve`], with a target for files that name none.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn resolve_with(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    target: Option<Target>,
    fallback: Option<Target>,
) -> Result<Resolved, (Utf8PathBuf, io::Error)> {
    let loaded = load(files, roots)?;
    let Loaded { sources, trees, diagnostics } = loaded;
    let mut resolver = Resolver::new(files, &sources, &trees, diagnostics);
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
    sources: &'t SourceMap,
    trees: &'t [(FileId, Tree)],
    diagnostics: Vec<Diagnostic>,
    target: Target,
    constants: HashMap<SmolStr, Constant<'t>>,
    templates: HashMap<SmolStr, Template<'t>>,
    used_parameters: HashSet<(FileId, SmolStr)>,
    drafts: Vec<Draft>,
    pipelines: Vec<Pipeline>,
    externals: Vec<External>,
    container: Vec<container::ContainerDraft>,
    raw: Vec<(Utf8PathBuf, ExtraFile)>,
    broken: Vec<SmolStr>,
    made: usize,
    put_in: usize,
    constant_depth: usize,
}

impl<'t> Resolver<'t> {
    fn new(
        files: &'t dyn Files,
        sources: &'t SourceMap,
        trees: &'t [(FileId, Tree)],
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            files,
            sources,
            trees,
            diagnostics,
            target: Target::default(),
            constants: HashMap::new(),
            templates: HashMap::new(),
            used_parameters: HashSet::new(),
            drafts: Vec::new(),
            pipelines: Vec::new(),
            externals: Vec::new(),
            container: Vec::new(),
            raw: Vec::new(),
            broken: trees.iter().flat_map(|(_, tree)| tree.broken_names.iter().cloned()).collect(),
            made: 0,
            put_in: 0,
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

    /// The model of what was collected.
    fn finish(mut self) -> (Model, Vec<Diagnostic>) {
        let drafts = std::mem::take(&mut self.drafts);
        let mut members: Vec<Reference> = Vec::new();
        let mut definitions: Vec<Definition> = Vec::with_capacity(drafts.len());
        let mut memberships: Vec<(Reference, SmolStr, Location)> = Vec::new();
        let mut logs: HashMap<SmolStr, Location> = HashMap::new();
        for mut draft in drafts {
            for bundle in std::mem::take(&mut draft.bundles) {
                memberships.push((bundle, draft.definition.name.clone(), draft.definition.place));
            }
            let directories = draft.logs.iter().filter_map(|log| match &log.value.to {
                draft::LogTarget::Directory(directory) => Some((directory.clone(), log.place)),
                draft::LogTarget::Stdout => None,
            });
            for (directory, place) in directories {
                if let Some(first) = logs.get(&directory) {
                    self.diagnostics.push(log::written_twice(&directory, place, *first));
                } else {
                    logs.insert(directory, place);
                }
            }
            let (modes, from) = (std::mem::take(&mut draft.modes), definitions.len());
            let name = draft.definition.name.clone();
            expand::service(draft, &self.target, &mut definitions, &mut self.diagnostics);
            let made = definitions.iter_mut().skip(from).find(|definition| definition.name == name);
            if let Some(definition) = made {
                definition.programs.set_modes(&modes);
            }
        }
        let mut model = Model::new(self.target, definitions);
        for (bundle, member, _) in memberships {
            let reference = Reference { name: member, place: bundle.place, origin: bundle.origin };
            if let Some(definition) = model.find(&bundle.name).and_then(|at| model.definitions.get_mut(at)) {
                definition.contents.push(reference);
            } else if self.target.built_in(&bundle.name).is_some_and(|built_in| built_in.open) {
                let mut definition = Definition::new(bundle.name.clone(), crate::model::Kind::Bundle, bundle.place);
                definition.contents.push(reference);
                model.push(definition);
            } else {
                members.push(bundle);
            }
        }
        model.loose = members;
        for pipeline in std::mem::take(&mut self.pipelines) {
            self.connect(&mut model, &pipeline);
        }
        model.unused = self.unused();
        model.externals = self.externals;
        model.files = self.raw;
        model.broken = self.broken;
        model.container = expand::container(self.container, &self.target, &mut self.diagnostics);
        (model, self.diagnostics)
    }

    fn unused(&self) -> Vec<Unused> {
        let constants = self.constants.values().filter(|constant| !constant.used).map(|constant| Unused {
            what: UnusedKind::Constant,
            name: constant.name.name.clone(),
            place: Location::new(constant.file, constant.name.span),
            definition: constant.definition,
        });
        let templates = self.templates.values().filter(|template| !template.used).map(|template| Unused {
            what: UnusedKind::Template,
            name: template.name.name.clone(),
            place: Location::new(template.file, template.name.span),
            definition: template.definition,
        });
        let mut unused: Vec<Unused> = constants.chain(templates).collect();
        unused.sort_by_key(|unused| unused.place);
        unused
    }

    /// Writes a pipeline into the definitions that it names.
    fn connect(&mut self, model: &mut Model, pipeline: &Pipeline) {
        for pair in pipeline.stages.windows(2) {
            let [producers, consumers] = pair else { continue };
            let Some((consumer, consumer_place)) = consumers.first() else { continue };
            if let Some((_, extra)) = consumers.get(1) {
                self.diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, "a pipeline has one consumer behind each `|`")
                        .at(*extra, "a second one")
                        .help("several producers may feed one consumer, but a producer has one consumer only"),
                );
            }
            for (producer, producer_place) in producers {
                let link = |name: &SmolStr, place: Location| Reference {
                    name: name.clone(),
                    place,
                    origin: crate::model::ReferenceOrigin::Written,
                };
                match model.find(producer).and_then(|at| model.definitions.get_mut(at)) {
                    Some(definition) => {
                        if let Some(first) = &definition.producer_for {
                            self.diagnostics.push(
                                Diagnostic::new(
                                    &reading::OVERWRITTEN_STATEMENT,
                                    format!("`{producer}` feeds two consumers"),
                                )
                                .at(*producer_place, format!("feeds `{consumer}` here"))
                                .at(first.place, format!("feeds `{}` already", first.name))
                                .help("a producer has one standard output, and `producer-for` holds one name"),
                            );
                            continue;
                        }
                        definition.producer_for = Some(link(consumer, *consumer_place));
                    }
                    None => model.loose.push(link(producer, *producer_place)),
                }
                match model.find(consumer).and_then(|at| model.definitions.get_mut(at)) {
                    Some(definition) => definition.consumer_for.push(link(producer, *producer_place)),
                    None => model.loose.push(link(consumer, *consumer_place)),
                }
            }
        }
        let last = pipeline.stages.last().and_then(|stage| stage.first());
        if let (Some((name, place)), Some((last, _))) = (&pipeline.name, last)
            && let Some(definition) = model.find(last).and_then(|at| model.definitions.get_mut(at))
        {
            if let Some(first) = &definition.pipeline_name {
                self.diagnostics.push(
                    Diagnostic::new(
                        &reading::OVERWRITTEN_STATEMENT,
                        format!("the pipeline that ends in `{last}` has two names"),
                    )
                    .at(*place, "the second name")
                    .at(first.place, "the first name")
                    .help("write one `pipeline` with all producers: `pipeline NAME = A, B | C`"),
                );
            } else {
                definition.pipeline_name = Some(crate::model::Placed::new(name.clone(), *place));
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
