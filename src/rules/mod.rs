//! The rules: each has a stable id, a meaning, a bad and a good example, and, where it reads the model, a check.

pub mod reading;

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
