//! The rules: each has a stable id, a meaning, a bad and a good example, and, where it reads the model, a check.

mod awkward_name;
mod background_process;
mod bad_name;
mod both_user_layouts;
mod broken_symlink;
mod bundle_cycle;
mod byte_order_mark;
mod carriage_return;
mod case_twins;
mod contenv_missing;
mod cycle;
mod daemons;
mod dependency_cycle;
mod dependency_in_bundle;
mod depends_on_own_bundle;
mod deprecated_flat_list;
mod deprecated_user_layout;
mod directories;
pub mod dockerfile;
mod document;
mod duplicate_definition;
mod duplicate_entry;
mod empty_bundle;
pub(crate) mod empty_user;
mod essential_on_plain;
mod example;
mod execline_syntax;
mod exit_loop;
mod finish_too_long;
mod flat_list_ignored;
mod home_after_drop;
mod ignored_file;
mod killpg_without_timeout;
mod logger_depends_on_producer;
mod malformed_number;
mod malformed_type;
mod missing_base;
mod missing_contents;
mod missing_run;
mod missing_shebang;
mod missing_type;
mod missing_up;
mod never_restarted;
mod newline_in_name;
mod no_exec;
mod not_a_directory;
mod not_one_name;
mod old_with_contenv_path;
mod one_sided_pipeline;
mod oneshot_in_pipeline;
mod overlay_order_cycle;
mod pipeline_cycle;
mod pipeline_name_ignored;
mod pipeline_name_taken;
mod raw_file;
mod raw_overlap;
mod readiness_without_timeout;
pub mod reading;
mod redundant_dependency;
mod reserved_name;
mod same_fds;
mod script;
mod script_missing;
mod script_not_executable;
mod shebang_in_up;
mod shell;
mod shell_in_exec;
mod shell_in_up;
mod shell_words;
mod standard_fd;
mod tally_too_large;
mod timeout_without_readiness;
mod tiny_timeout;
mod trailing_blank_in_list;
mod unfed_logger;
mod unknown_file;
mod unknown_name;
mod unknown_signal;
mod unreachable_service;
mod unreadable_file;
mod unspawnable_shebang;
pub(crate) mod unused_allow;
mod unused_extern;
mod unused_let;
mod unused_template;
mod zero_timeout;

pub use document::{document, explanation};
pub use example::{TreeContent, TreeEntry, tree_entries};

use foldhash::HashSet;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::graph::Graph;
use crate::model::Model;
use crate::parallel;
use crate::source::{FileId, SourceMap};

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
    /// A source directory, or an image's root: `== path` (with a mode behind it where it is not 644), then the content, for
    /// each file; `== path/` is a directory, `== path -> target` a symbolic link, and `%0A` in a path a newline.
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
    /// What is run, found when it is first asked for.
    scripts: OnceLock<Vec<script::Script<'a>>>,
    /// What is executed of source directories, found when it is first asked for.
    executed: OnceLock<Vec<directories::Script<'a>>>,
}

impl Context<'_> {
    /// The words that fit where the model came from: the language, or source directories.
    #[must_use]
    pub fn say(&self, language: &str, directories: &str) -> String {
        if self.model.tree.is_some() { directories } else { language }.to_owned()
    }
}

impl Rule {
    /// Whether it says that a text of the language could not be read as it is meant.
    #[must_use]
    pub fn is_reading_error(&self) -> bool {
        self.severity == Severity::Error && reading::ALL.contains(&self)
    }
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
    &awkward_name::RULE,
    &background_process::RULE,
    &bad_name::RULE,
    &both_user_layouts::RULE,
    &broken_symlink::RULE,
    &bundle_cycle::RULE,
    &byte_order_mark::RULE,
    &carriage_return::RULE,
    &case_twins::RULE,
    &contenv_missing::RULE,
    &dependency_cycle::RULE,
    &dependency_in_bundle::RULE,
    &depends_on_own_bundle::RULE,
    &deprecated_flat_list::RULE,
    &deprecated_user_layout::RULE,
    &duplicate_definition::RULE,
    &duplicate_entry::RULE,
    &empty_bundle::RULE,
    &empty_user::RULE,
    &essential_on_plain::RULE,
    &execline_syntax::RULE,
    &exit_loop::RULE,
    &finish_too_long::RULE,
    &flat_list_ignored::RULE,
    &home_after_drop::RULE,
    &ignored_file::RULE,
    &killpg_without_timeout::RULE,
    &logger_depends_on_producer::RULE,
    &malformed_number::RULE,
    &malformed_type::RULE,
    &missing_base::RULE,
    &missing_contents::RULE,
    &missing_run::RULE,
    &missing_shebang::RULE,
    &missing_type::RULE,
    &missing_up::RULE,
    &never_restarted::RULE,
    &newline_in_name::RULE,
    &no_exec::RULE,
    &not_a_directory::RULE,
    &not_one_name::RULE,
    &old_with_contenv_path::RULE,
    &one_sided_pipeline::RULE,
    &oneshot_in_pipeline::RULE,
    &overlay_order_cycle::RULE,
    &pipeline_cycle::RULE,
    &pipeline_name_ignored::RULE,
    &pipeline_name_taken::RULE,
    &raw_file::RULE,
    &readiness_without_timeout::RULE,
    &redundant_dependency::RULE,
    &reserved_name::RULE,
    &same_fds::RULE,
    &script_missing::RULE,
    &script_not_executable::RULE,
    &shebang_in_up::RULE,
    &shell_in_exec::RULE,
    &shell_in_up::RULE,
    &standard_fd::RULE,
    &tally_too_large::RULE,
    &timeout_without_readiness::RULE,
    &tiny_timeout::RULE,
    &trailing_blank_in_list::RULE,
    &unfed_logger::RULE,
    &unknown_file::RULE,
    &unknown_name::RULE,
    &unknown_signal::RULE,
    &unreachable_service::RULE,
    &unreadable_file::RULE,
    &unspawnable_shebang::RULE,
    &unused_allow::RULE,
    &unused_extern::RULE,
    &unused_let::RULE,
    &unused_template::RULE,
    &zero_timeout::RULE,
];

/// Every rule there is, in order of ids.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    let mut all: Vec<&Rule> = REGISTRY.iter().chain(reading::ALL).chain(dockerfile::ALL).copied().collect();
    all.sort_by_key(|rule| rule.id);
    all
}

/// The files that are only there to define names.
fn beneath(model: &Model) -> HashSet<FileId> {
    let facts = model.definitions.iter().filter_map(|definition| definition.directory.as_ref());
    facts
        .flat_map(|facts| {
            let lower = facts.entries.iter().filter(|entry| entry.beneath).map(|entry| entry.file);
            lower.chain(facts.beneath.then_some(facts.file))
        })
        .collect()
}

/// With fewer definitions than this the rules are run one after the other.
const MANY: usize = 500;

type Check = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// What the checks find, in their order. Each reads the same and writes its own: where there is much to read, several run at
/// the same time.
fn run(checks: &[Check], context: &Context<'_>) -> Vec<Diagnostic> {
    let many = if context.model.definitions.len() < MANY { usize::MAX } else { 0 };
    let found = parallel::each(checks, many, |check| {
        let mut diagnostics = Vec::new();
        check(context, &mut diagnostics);
        diagnostics
    });
    found.into_iter().flatten().collect()
}

/// Runs every rule that reads the model.
#[must_use]
pub fn check(model: &Model, sources: &SourceMap) -> Vec<Diagnostic> {
    let graph = Graph::new(model);
    let context = Context { model, graph: &graph, sources, scripts: OnceLock::new(), executed: OnceLock::new() };
    let other = if model.tree.is_some() { Scope::Language } else { Scope::Directories };
    let checks: Vec<Check> = REGISTRY.iter().filter(|rule| rule.scope != other).filter_map(|rule| rule.check).collect();
    let mut diagnostics = run(&checks, &context);
    let beneath = beneath(model);
    let is_beneath = |label: &Label| beneath.contains(&label.location.file);
    // What could not be read beneath is told, as it may define names.
    let is_told = |diagnostic: &Diagnostic| std::ptr::eq(diagnostic.rule, &raw const unreadable_file::RULE);
    diagnostics.retain(|diagnostic| {
        diagnostic.labels.is_empty() || !diagnostic.labels.iter().all(is_beneath) || is_told(diagnostic)
    });
    diagnostics
}
