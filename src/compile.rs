//! The whole way: what every front end calls.

use std::io;

use camino::Utf8PathBuf;

use crate::diagnostic::{self, Diagnostic};
use crate::model::Model;
use crate::policy::Policy;
use crate::resolve::{Files, resolve_with};
use crate::rules;
use crate::s6rc::read;
use crate::s6rc::target::Target;
use crate::source::SourceMap;

/// A checked service set.
#[derive(Debug, Default)]
pub struct Checked {
    /// The service set.
    pub model: Model,
    /// The files that it came from.
    pub sources: SourceMap,
    /// Everything that is wrong, in the order in which it is shown.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// The number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        diagnostic::errors(&self.diagnostics)
    }
}

/// What is said beside the files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What to compile for, instead of what the files say.
    pub target: Option<Target>,
    /// What to compile for where the files do not say.
    pub fallback: Option<Target>,
    /// Directories below which files may be included, beside those of the files that are named.
    pub around: Vec<Utf8PathBuf>,
    /// How bad each problem is taken to be.
    pub policy: Policy,
}

/// Reads, resolves and checks files of the language as one service set.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn check(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    target: Option<Target>,
) -> Result<Checked, (Utf8PathBuf, io::Error)> {
    check_with(files, roots, &Options { target, ..Options::default() })
}

/// As [`check`], with everything that can be said beside the files.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn check_with(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    options: &Options,
) -> Result<Checked, (Utf8PathBuf, io::Error)> {
    let resolved = resolve_with(files, roots, options.target, options.fallback, &options.around)?;
    let mut diagnostics = resolved.diagnostics;
    diagnostics.extend(rules::check(&resolved.model, &resolved.sources));
    let mut diagnostics = options.policy.apply(diagnostics, &resolved.allows, &resolved.sources);
    diagnostic::sort(&mut diagnostics);
    Ok(Checked { model: resolved.model, sources: resolved.sources, diagnostics })
}

/// Reads and checks source directories as one service set.
///
/// # Errors
///
/// A directory that cannot be listed, with the reason.
pub fn check_directories(request: &read::Request, policy: &Policy) -> Result<Checked, (Utf8PathBuf, io::Error)> {
    let (model, sources) = read::read(request)?;
    let mut diagnostics = policy.apply(rules::check(&model, &sources), &[], &sources);
    diagnostic::sort(&mut diagnostics);
    Ok(Checked { model, sources, diagnostics })
}
