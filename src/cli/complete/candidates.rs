//! What may be offered, with a word on each for the shells that show one.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use camino::Utf8Path;
use clap_complete::engine::CompletionCandidate;

use crate::cli::command_line;
use crate::cli::complete::words;
use crate::cli::man::short;
use crate::diagnostic::Severity;
use crate::graph::{Graph, NodeKind};
use crate::init::TEMPLATES;
use crate::manual;
use crate::model::{Kind, Model};
use crate::policy::{self, Level};
use crate::report::safe_text;
use crate::revision;
use crate::rules;
use crate::s6rc::target::{Target, show_version};
use crate::syntax::ast::{Definition, DefinitionKind, Parameter};

/// Those of some candidates that go on with what is written.
fn matching<T: Into<String>>(current: &OsStr, all: impl IntoIterator<Item = (String, T)>) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    // The shell prints them: a name that a terminal obeys is nothing that anybody would type.
    let fits = all.into_iter().filter(|(value, _)| value.starts_with(current.as_ref()) && safe_text(value) == *value);
    fits.map(|(value, help)| {
        let help = safe_text(&help.into());
        CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.into()))
    })
    .collect()
}

/// The names of the service sets on the command line.
pub(super) fn names(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = BTreeMap::new();
    for model in words::models() {
        let graph = Graph::new(&model);
        for node in graph.nodes() {
            if let Some(help) = about(&model, graph.kind(node)) {
                all.insert(graph.name(node).to_owned(), help);
            }
        }
    }
    matching(current, all)
}

/// What a name stands for; nothing where it is no name for people.
fn about(model: &Model, kind: NodeKind) -> Option<String> {
    let word = |kind: Kind| match kind {
        Kind::Longrun => "longrun",
        Kind::Oneshot => "oneshot",
        Kind::Bundle => "bundle",
    };
    match kind {
        NodeKind::Definition(number) => {
            let definition = model.definitions.get(number)?;
            let first = definition.documentation.as_deref().and_then(|text| text.lines().next());
            Some(match first {
                Some(first) => format!("{}: {}", word(definition.kind), first.trim()),
                None => word(definition.kind).to_owned(),
            })
        }
        NodeKind::Internal => None,
        NodeKind::BuiltIn => Some(format!("of {}", model.target)),
        NodeKind::External => Some("defined elsewhere".to_owned()),
    }
}

/// The codes that an option takes, or `explain`, by the name of the option.
pub(super) fn codes(option: Option<&str>) -> impl Fn(&OsStr) -> Vec<CompletionCandidate> + Send + Sync + use<> {
    let level = match option {
        Some("deny") => Some(Level::Show(Severity::Error)),
        Some("warn") => Some(Level::Show(Severity::Warning)),
        Some("allow") => Some(Level::Allow),
        _ => None,
    };
    move |current: &OsStr| {
        let whole: &[(&str, &str)] = match level {
            Some(Level::Show(Severity::Error)) => &[("all", "every code"), ("warnings", "whatever is a warning")],
            Some(_) => &[("all", "every code")],
            None => &[],
        };
        let rules = rules::all();
        let mut codes: Vec<(String, String)> = rules
            .iter()
            .filter(|rule| level.is_none_or(|level| policy::settable(rule.id, level).is_ok()))
            .map(|rule| (rule.id.to_owned(), rule.summary.to_owned()))
            .collect();
        codes.sort();
        let whole = whole.iter().map(|(word, about)| ((*word).to_owned(), (*about).to_owned()));
        matching(current, whole.chain(codes))
    }
}

/// Targets; their versions once an `@` is there.
pub(super) fn targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let families = Target::NAMES.iter().filter_map(|name| Target::find(name, None).ok());
    let all: Vec<(String, String)> = families
        .flat_map(|newest| {
            let name = newest.family.to_string();
            if current.to_string_lossy().contains('@') {
                let versions = Target::versions(newest.family);
                return versions.map(|version| (format!("{name}@{}", show_version(version)), String::new())).collect();
            }
            let plain = (name.clone(), format!("the newest known, {}", show_version(newest.version)));
            vec![plain, (format!("{name}@"), "one version".to_owned())]
        })
        .collect();
    matching(current, all)
}

/// The templates of the files on the command line, with their parameters.
fn all_templates() -> BTreeMap<String, Vec<(String, String)>> {
    fn collect(definitions: &[Definition], found: &mut BTreeMap<String, Vec<(String, String)>>) {
        for definition in definitions {
            if let DefinitionKind::Template { name, parameters, .. } = &definition.kind {
                let about = |parameter: &Parameter| {
                    let about = if parameter.default.is_some() { "may be left out" } else { "" };
                    (parameter.name.name.to_string(), about.to_owned())
                };
                found.insert(name.name.to_string(), parameters.iter().map(about).collect());
            }
        }
    }
    let mut found = BTreeMap::new();
    for (_, tree) in words::texts().trees {
        collect(&tree.definitions, &mut found);
    }
    found
}

/// The templates of the files on the command line.
pub(super) fn templates(current: &OsStr) -> Vec<CompletionCandidate> {
    let about = |parameters: &[(String, String)]| {
        let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        format!("template({})", names.join(", "))
    };
    matching(current, all_templates().into_iter().map(|(name, parameters)| (name, about(&parameters))))
}

/// The parameters of the template on the command line that have no value yet.
pub(super) fn parameters(current: &OsStr) -> Vec<CompletionCandidate> {
    let words = words::positional();
    let mut templates = all_templates();
    let Some(parameters) = words.iter().find_map(|word| templates.remove(word)) else { return Vec::new() };
    let open = parameters
        .into_iter()
        .map(|(name, about)| (format!("{name}="), about))
        .filter(|(name, _)| !words.iter().any(|word| word.starts_with(name.as_str())));
    matching(current, open)
}

/// What `init` can begin with.
pub(super) fn beginnings(current: &OsStr) -> Vec<CompletionCandidate> {
    matching(current, TEMPLATES.iter().map(|template| (template.name.to_owned(), template.about)))
}

/// The users of this machine.
pub(super) fn users(current: &OsStr) -> Vec<CompletionCandidate> {
    let database = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let names = database.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| (name.to_owned(), ""));
    matching(current, names)
}

/// The branches and tags of the repository that the directory is in.
pub(super) fn revisions(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = revision::names(Utf8Path::new(".")).unwrap_or_default();
    matching(current, std::iter::once("HEAD".to_owned()).chain(names).map(|name| (name, "")))
}

/// The pages of the manual.
pub(super) fn pages(current: &OsStr) -> Vec<CompletionCandidate> {
    matching(current, manual::pages(command_line()).iter().map(|page| (short(page).to_owned(), "")))
}
