//! Live s6 service directories made from a template: registered in a scan directory, listed, and removed again.

mod directory;
mod live;
mod tools;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::model::{Definition, Flag, Kind, Model, Number};
use crate::s6rc::plan::{Entry, FileTree, plan_definition};

pub use live::{Error, Options, Registered, list, register, remove};

/// The file of a service directory that says that hermesc made it, and of what. s6-supervise does not look at it.
pub const MARKER: &str = ".hermesc-instance.json";

/// The longest name: s6-svscan refuses longer ones (251 bytes, s6 2.11.3).
const MAX_NAME: usize = 251;

/// What an instance was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The template.
    pub template: String,
    /// The parameters' values, as they were given.
    pub values: BTreeMap<String, String>,
}

/// A service directory that is to be.
#[derive(Debug)]
pub struct Instance {
    /// The service's name, and the directory's.
    pub name: String,
    /// Its files, `log/` included, the marker too.
    pub tree: FileTree,
    /// What of the template has no place in a scan directory, in sentences.
    pub notes: Vec<String>,
}

/// The service directory of what a template made.
///
/// # Errors
///
/// Why there is none, in a sentence.
pub fn instance(model: &Model, origin: &Origin) -> Result<Instance, String> {
    let longruns: Vec<&Definition> =
        model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun).collect();
    let logger = |producer: &Definition| {
        let name = &producer.producer_for.as_ref()?.name;
        longruns.iter().find(|definition| definition.name == *name).copied()
    };
    let first: Vec<&&Definition> = longruns.iter().filter(|longrun| longrun.consumer_for.is_empty()).collect();
    let service = match first.as_slice() {
        [one] => **one,
        [] => return Err(format!("the template `{}` makes no longrun", origin.template)),
        several => {
            let names: Vec<&str> = several.iter().map(|definition| definition.name.as_str()).collect();
            return Err(format!(
                "the template `{}` makes several longruns, {}, and an instance is one",
                origin.template,
                names.join(" and ")
            ));
        }
    };
    let log = logger(service);
    if let Some(next) = log.and_then(logger) {
        return Err(format!("the logger feeds `{}`, and a scan directory has one logger a service", next.name));
    }
    let name = service.name.to_string();
    check_name(&name)?;
    for longrun in std::iter::once(service).chain(log) {
        if longrun.programs.run.is_none() {
            return Err(format!("`{}` has no `run`", longrun.name));
        }
    }
    let mut tree = FileTree::default();
    add(&mut tree, Utf8Path::new(""), service);
    if let Some(log) = log {
        tree.directory("log".into());
        add(&mut tree, Utf8Path::new("log"), log);
    }
    let mut marker = serde_json::to_vec_pretty(origin).map_err(|error| error.to_string())?;
    marker.push(b'\n');
    tree.file(MARKER.into(), marker, 0o644);
    Ok(Instance { name, tree, notes: notes(model, service, log) })
}

/// Whether a directory of that name may lie in a scan directory.
fn check_name(name: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let why = if name.is_empty() {
        "is empty"
    } else if name.len() > MAX_NAME {
        "is longer than 251 characters, which s6-svscan refuses"
    } else if name.starts_with(['.', '-']) {
        "begins with `.` or `-`"
    } else if !name.bytes().all(allowed) {
        "may hold letters, digits, `_`, `-` and `.` only"
    } else {
        return Ok(());
    };
    Err(format!("the service's name, `{}`, {why}", name.escape_debug()))
}

/// Adds what s6-supervise reads of a definition.
fn add(tree: &mut FileTree, directory: &Utf8Path, definition: &Definition) {
    // s6-rc's own files.
    const ELSEWHERE: &[&str] = &[
        "type",
        "dependencies.d",
        "producer-for",
        "consumer-for",
        "pipeline-name",
        "timeout-up",
        "timeout-down",
        "flag-essential",
        "flag-recommended",
    ];
    let mut all = FileTree::default();
    plan_definition(&mut all, Utf8Path::new(""), definition);
    for (path, entry) in all.entries {
        let first = path.components().next().map(|component| component.as_str().to_owned()).unwrap_or_default();
        // `supervise`, `event` and `log` belong to s6 here, `down` and the marker to us.
        let taken = matches!(first.as_str(), "supervise" | "event" | "log" | "down") || first == MARKER;
        if taken || ELSEWHERE.contains(&first.as_str()) {
            continue;
        }
        let path: Utf8PathBuf = if directory.as_str().is_empty() { path.into() } else { directory.join(path) };
        if path.as_str().is_empty() {
            continue;
        }
        match entry {
            Entry::File { bytes, mode } => tree.file(path, bytes, mode),
            Entry::Directory => tree.directory(path),
            link @ Entry::Link(_) => {
                tree.entries.insert(path.into(), link);
            }
        }
    }
}

/// What has no place in a scan directory.
fn notes(model: &Model, service: &Definition, log: Option<&Definition>) -> Vec<String> {
    let mut notes = Vec::new();
    let written: Vec<&str> = std::iter::once(service)
        .chain(log)
        .flat_map(|definition| &definition.dependencies)
        .filter(|dependency| dependency.origin == crate::model::ReferenceOrigin::Written)
        .map(|dependency| dependency.name.as_str())
        .collect();
    if !written.is_empty() {
        notes.push(format!(
            "`depends-on {}` has no effect in a scan directory: see that it is up already",
            written.join(", ")
        ));
    }
    for definition in &model.definitions {
        if definition.kind == Kind::Oneshot {
            notes.push(format!("the oneshot `{}` is left out: a scan directory holds longruns only", definition.name));
        }
    }
    if let (Some(consumer), None) = (&service.producer_for, log) {
        notes.push(format!(
            "the output does not reach `{}`, which lies elsewhere: it goes where that of s6-svscan goes",
            consumer.name
        ));
    }
    for definition in std::iter::once(service).chain(log) {
        for number in [Number::TimeoutUp, Number::TimeoutDown] {
            if definition.number(number).is_some() {
                notes.push(format!("`{}` of `{}` is for s6-rc only", number.file(), definition.name));
            }
        }
        for flag in [Flag::Essential, Flag::Recommended] {
            if definition.flag(flag).is_some() {
                notes.push(format!("`{}` of `{}` is for s6-rc only", flag.file(), definition.name));
            }
        }
    }
    notes
}
