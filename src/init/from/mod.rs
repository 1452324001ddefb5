//! Files of other tools as text of the language: supervisord's, compose's, and a Dockerfile.
//!
//! What they say is carried over where the language can say the same. Everything else is told, as a comment at the service
//! that it belongs to and as a [`Note`]. What comes out has been read and checked again, and has no errors.

mod compose;
mod dockerfile;
mod sheet;
mod shell;
mod supervisord;
mod values;
mod words;

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

pub use sheet::Note;

use crate::compile;
use crate::diagnostic::Severity;
use crate::format::format;
use crate::init::next_steps;
use crate::resolve::Files;
use crate::s6rc::target::Target;
use sheet::Sheet;

/// Files that are larger are refused, in bytes: nobody writes such by hand.
pub const MAX_BYTES: usize = 1 << 20;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// supervisord's programs.
    Supervisord,
    /// A compose file.
    Compose,
    /// A Dockerfile.
    Dockerfile,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Supervisord, Self::Compose, Self::Dockerfile];

    /// The kind of a file: by its name where that says it, and else by what is in it.
    #[must_use]
    pub fn of(path: &Utf8Path, text: &str) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_ascii_lowercase();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if name.starts_with("dockerfile") || name.starts_with("containerfile") || extension == "dockerfile" {
            return Some(Self::Dockerfile);
        }
        if matches!(extension.as_str(), "yml" | "yaml") {
            return Some(Self::Compose);
        }
        let lines = || text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
        let supervisord = |line: &str| line.starts_with("[program:") || line == "[supervisord]";
        if lines().any(supervisord) {
            return Some(Self::Supervisord);
        }
        if lines().any(|line| line == "services:") {
            return Some(Self::Compose);
        }
        let first = lines().next()?.split_whitespace().next()?.to_ascii_uppercase();
        matches!(first.as_str(), "FROM" | "ARG").then_some(Self::Dockerfile)
    }
}

/// Why a file was not turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from one.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into(), help: None }
    }

    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(message) }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A file as text of the language.
#[derive(Debug)]
pub struct Converted {
    /// The text, in the one style.
    pub text: String,
    /// How many services it has, and the main program.
    pub services: usize,
    /// What it does not hold, or holds only nearly, by line.
    pub notes: Vec<Note>,
    /// The number of warnings that `check` has for it.
    pub warnings: usize,
}

/// Where a file is, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Options<'p> {
    /// What it is.
    pub kind: Kind,
    /// Its path, for comments.
    pub path: &'p Utf8Path,
    /// What the text is to call itself.
    pub file: &'p str,
    /// What the text is for.
    pub target: Target,
}

/// Turns a file into text of the language.
///
/// # Errors
///
/// [`Fault`]: it cannot be read, or nothing in it can be carried over.
pub fn convert(bytes: &[u8], options: &Options<'_>) -> Result<Converted, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::new("it is larger than 1 MiB").help("name a file that a person wrote"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Fault::at(line, "it is no text in UTF-8")
            .help("name a file that is text, or turn it into UTF-8: `iconv -t UTF-8`")
    })?;
    if let Some(at) = text.find('\0') {
        let line = text.get(..at).unwrap_or_default().split('\n').count();
        return Err(Fault::at(line, "it holds a NUL byte").help("name a file that is text"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut sheet = head(options);
    match options.kind {
        Kind::Supervisord => supervisord::fill(&text, &options.target, &mut sheet)?,
        Kind::Compose => compose::fill(&text, &options.target, &mut sheet)?,
        Kind::Dockerfile => dockerfile::fill(&text, options, &mut sheet)?,
    }
    let services = sheet.services() + usize::from(sheet.has_main);
    let (text, notes) = sheet.finish(&options.target);
    let text = format(&text).text;
    let warnings = checked(&text)?;
    Ok(Converted { text, services, notes, warnings })
}

/// What stands at the top.
fn head(options: &Options<'_>) -> Sheet {
    let from = match options.kind {
        Kind::Supervisord => "programs",
        Kind::Compose => "services",
        Kind::Dockerfile => "program",
    };
    let path = sheet::shown(options.path.as_str());
    let about = format!(
        "The {from} of {path}, as far as the language can say the same. What it cannot say is told in comments, which can be \
         deleted once they are read."
    );
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./".contains(char);
    let file = if options.file.chars().all(plain) { options.file } else { super::FILE };
    Sheet::new(&about, &next_steps(&options.target, file))
}

/// One text in memory.
struct One<'t>(&'t str);

impl Files for One<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        if path == super::FILE { Ok(self.0.as_bytes().to_vec()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(crate::resolve::normal(path))
    }

    fn list(&self, _: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}

/// Checks the text: what has errors is not given.
fn checked(text: &str) -> Result<usize, Fault> {
    let checked = compile::check(&One(text), &[Utf8PathBuf::from(super::FILE)], None)
        .map_err(|(_, error)| Fault::new(error.to_string()))?;
    let error = checked.diagnostics.iter().find(|found| found.severity == Severity::Error);
    if let Some(error) = error {
        let fault = Fault::new(format!("what it says cannot be services as it is: {}", error.message));
        return Err(fault.help("mend that in a copy of the file, and read the copy"));
    }
    Ok(checked.diagnostics.iter().filter(|found| found.severity == Severity::Warning).count())
}
