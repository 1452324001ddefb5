//! The rules: each has a stable id, a meaning, a bad and a good example, and, where it reads the model, a check.

mod bad_name;
mod bundle_cycle;
mod cycle;
mod dependency_cycle;
mod depends_on_own_bundle;
pub mod dockerfile;
mod document;
mod duplicate_definition;
mod duplicate_entry;
mod empty_user;
mod execline_syntax;
mod logger_depends_on_producer;
mod missing_run;
mod missing_up;
mod oneshot_in_pipeline;
mod overlay_order_cycle;
mod pipeline_cycle;
mod pipeline_name_taken;
pub mod reading;
mod reserved_name;
mod same_fds;
mod standard_fd;
mod tally_too_large;
mod unknown_name;
mod unknown_signal;
mod unreachable_service;
mod unused_let;
mod unused_template;

pub use document::document;

use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::model::Model;
use crate::source::SourceMap;

/// What a rule can be found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The language.
    Language,
    /// s6-rc source directories.
    Directories,
    /// Both.
    Both,
}

/// An example of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Example {
    /// Text of the language.
    Language(&'static str),
    /// A source directory: `== path` (with a mode behind it where it is not 644), then the content, for each file.
    Tree(&'static str),
    /// Too large, or of several files: told in the explanation.
    None,
}

/// A rule.
pub struct Rule {
    /// The stable code that people see, silence and search for.
    pub id: &'static str,
    /// How bad it is unless somebody says otherwise.
    pub severity: Severity,
    /// What it can be found in.
    pub scope: Scope,
    /// One line: what it finds.
    pub summary: &'static str,
    /// Why it matters and what to do.
    pub explanation: &'static str,
    /// What it finds.
    pub bad: Example,
    /// The same, mended.
    pub good: Example,
    /// Finds it in a model; nothing where it is found while a source is read.
    pub check: Option<fn(&Context<'_>, &mut Vec<Diagnostic>)>,
}

/// What a check reads.
pub struct Context<'a> {
    /// The service set.
    pub model: &'a Model,
    /// Its graph.
    pub graph: &'a Graph,
    /// The files it came from.
    pub sources: &'a SourceMap,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Every rule that reads the model, in order of ids.
pub static REGISTRY: &[&Rule] = &[
    &bad_name::RULE,
    &bundle_cycle::RULE,
    &dependency_cycle::RULE,
    &depends_on_own_bundle::RULE,
    &duplicate_definition::RULE,
    &duplicate_entry::RULE,
    &empty_user::RULE,
    &execline_syntax::RULE,
    &logger_depends_on_producer::RULE,
    &missing_run::RULE,
    &missing_up::RULE,
    &oneshot_in_pipeline::RULE,
    &overlay_order_cycle::RULE,
    &pipeline_cycle::RULE,
    &pipeline_name_taken::RULE,
    &reserved_name::RULE,
    &same_fds::RULE,
    &standard_fd::RULE,
    &tally_too_large::RULE,
    &unknown_name::RULE,
    &unknown_signal::RULE,
    &unreachable_service::RULE,
    &unused_let::RULE,
    &unused_template::RULE,
];

/// Every rule there is, in order of ids.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    let mut all: Vec<&Rule> = REGISTRY.iter().chain(reading::ALL).chain(dockerfile::ALL).copied().collect();
    all.sort_by_key(|rule| rule.id);
    all
}

/// Runs every rule that reads the model.
#[must_use]
pub fn check(model: &Model, sources: &SourceMap) -> Vec<Diagnostic> {
    let graph = Graph::new(model);
    let context = Context { model, graph: &graph, sources };
    let mut diagnostics = Vec::new();
    for check in REGISTRY.iter().filter_map(|rule| rule.check) {
        check(&context, &mut diagnostics);
    }
    diagnostics
}
