//! The whole way: what every front end calls.

use std::io;

use camino::Utf8PathBuf;

use crate::diagnostic::{self, Diagnostic};
use crate::model::Model;
use crate::resolve::{Files, resolve};
use crate::rules;
use crate::s6rc::read;
use crate::s6rc::target::Target;
use crate::source::SourceMap;

/// A checked service set.
#[derive(Debug)]
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
    let resolved = resolve(files, roots, target)?;
    let mut diagnostics = resolved.diagnostics;
    diagnostics.extend(rules::check(&resolved.model, &resolved.sources));
    diagnostic::sort(&mut diagnostics);
    Ok(Checked { model: resolved.model, sources: resolved.sources, diagnostics })
}

/// Reads and checks source directories as one service set.
///
/// # Errors
///
/// A directory that cannot be listed, with the reason.
pub fn check_directories(request: &read::Request) -> Result<Checked, (Utf8PathBuf, io::Error)> {
    let (model, sources) = read::read(request)?;
    let mut diagnostics = rules::check(&model, &sources);
    diagnostic::sort(&mut diagnostics);
    Ok(Checked { model, sources, diagnostics })
}
