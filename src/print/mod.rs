//! Model to text of the language, in one style: everything that the model says is written out in plain statements, and
//! reading the text again gives the same files.

mod definition;
mod pipelines;
mod program;
mod text;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Extends, Extra, ExtraFile, Kind, Model};
use crate::resolve::container::ContainerKind;
use crate::s6rc::image::{CONT_INIT, MAIN, STAGE2_HOOK};
use pipelines::Pipelines;
use program::Home;
use text::name;

pub(crate) use text::{content as written_content, name as written_name, quoted as written_quoted};

/// Scripts with more lines than this are long.
const LONG: usize = 40;

/// Where the content of files goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts<'p> {
    /// Into the text.
    Inline,
    /// Into the text where they are text, and else into files of this directory, by its path relative to the text.
    InlineText(&'p Utf8Path),
    /// As before, and long ones into files too.
    Files(&'p Utf8Path),
}

/// A text, and the files that it names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// The files, by their paths relative to the text.
    pub files: BTreeMap<Utf8PathBuf, Vec<u8>>,
}

/// A file that cannot stand in a text, since a line of it would be too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is too large to stand in a text")]
pub struct TooLarge(pub String);

/// The text of a model.
///
/// What is said of a model beside what it emits, such as loose ends of pipelines, is not printed: a model without errors
/// has none.
///
/// # Errors
///
/// [`TooLarge`] where a file cannot stand in the text, and must be a file beside it.
pub fn print(model: &Model, scripts: Scripts<'_>) -> Result<Printed, TooLarge> {
    let mut printer = Printer { model, pipelines: Pipelines::new(model), scripts, printed: Printed::default() };
    printer.printed.text = format!("target {}\n", model.target);
    if let Some(umask) = &model.umask {
        printer.printed.text.push_str(&format!("umask {:03o}\n", umask.value));
    }
    printer.externals();
    printer.container()?;
    for (number, definition) in model.definitions.iter().enumerate() {
        if definition.kind != Kind::Bundle {
            printer.service(number, definition)?;
        }
    }
    let pipelines = printer.pipelines.statements();
    if !pipelines.is_empty() {
        printer.paragraph(&pipelines.concat());
    }
    for definition in model.definitions.iter().filter(|definition| definition.kind == Kind::Bundle) {
        printer.bundle(definition)?;
    }
    printer.files()?;
    Ok(printer.printed)
}

struct Printer<'m> {
    model: &'m Model,
    pipelines: Pipelines<'m>,
    scripts: Scripts<'m>,
    printed: Printed,
}

impl Printer<'_> {
    /// Adds text behind an empty line.
    fn paragraph(&mut self, text: &str) {
        self.printed.text.push('\n');
        self.printed.text.push_str(text);
    }

    fn externals(&mut self) {
        let mut lines = String::new();
        for kind in [Some(Kind::Longrun), Some(Kind::Oneshot), Some(Kind::Bundle), None] {
            let names: Vec<String> = self
                .model
                .externals()
                .iter()
                .filter(|external| external.kind == kind)
                .map(|external| name(&external.name))
                .collect();
            if !names.is_empty() {
                let head = format!("extern {} ", kind.map_or("service", Kind::word));
                lines.push_str(&list(&head, &names, ""));
            }
        }
        if !lines.is_empty() {
            self.paragraph(&lines);
        }
    }

    fn container(&mut self) -> Result<(), TooLarge> {
        for file in &self.model.container {
            let (kind, head) = match file.path.as_str() {
                MAIN => (ContainerKind::Main, "main".to_owned()),
                STAGE2_HOOK => (ContainerKind::Stage2Hook, "stage2-hook".to_owned()),
                _ => {
                    let script = file.path.strip_prefix(CONT_INIT).map_or(file.path.as_str(), Utf8Path::as_str);
                    (ContainerKind::ContInit, format!("cont-init {}", name(script)))
                }
            };
            let program = self.program(Home::Container(kind), &file.program.bytes, file.program.mode, &file.path, 8)?;
            self.paragraph(&format!("{head} {{\n    run {program}\n}}\n"));
        }
        Ok(())
    }

    fn files(&mut self) -> Result<(), TooLarge> {
        let mut lines = String::new();
        for (path, extra) in &self.model.files {
            let content = self.content(extra, path, 4)?;
            lines.push_str(&format!("raw {} {content}\n", text::quoted(path.as_str().as_bytes())));
        }
        if !lines.is_empty() {
            self.paragraph(&lines);
        }
        Ok(())
    }

    /// The content of a carried file, as it stands behind its path; `path` is how people would find it.
    fn content(&mut self, file: &ExtraFile, path: &Utf8Path, indent: usize) -> Result<String, TooLarge> {
        match &file.content {
            Extra::Directory => Ok("directory".to_owned()),
            Extra::Link(target) => Ok(format!("link {}", text::quoted(target.as_str().as_bytes()))),
            Extra::File { bytes, mode } => self.program(Home::File, bytes, *mode, path, indent),
        }
    }

    /// A program, as it stands behind the statement's word; `indent` spaces are in front of its lines.
    fn program(
        &mut self,
        home: Home,
        bytes: &[u8],
        mode: u32,
        path: &Utf8Path,
        indent: usize,
    ) -> Result<String, TooLarge> {
        let target = &self.model.target;
        let (directory, limit) = match self.scripts {
            Scripts::Inline => (None, None),
            Scripts::InlineText(directory) => (Some(directory), None),
            Scripts::Files(directory) => (Some(directory), Some(LONG)),
        };
        let many_lines = |limit: usize| bytes.split(|byte| *byte == b'\n').nth(limit + 1).is_some();
        let long = limit.is_some_and(|limit| many_lines(limit) || bytes.len() > limit * 1024);
        let inline = if directory.is_some() && (long || std::str::from_utf8(bytes).is_err()) {
            None
        } else {
            program::program(target, home, bytes, mode, indent)
        };
        match (inline, directory) {
            (Some(text), _) => Ok(text),
            (None, None) => Err(TooLarge(path.to_string())),
            (None, Some(directory)) => {
                let path = self.beside(directory, path, bytes);
                Ok(program::file(&self.model.target, home, mode, &text::quoted(path.as_str().as_bytes())))
            }
        }
    }

    /// Puts bytes into a file of a readable name.
    fn beside(&mut self, directory: &Utf8Path, path: &Utf8Path, bytes: &[u8]) -> Utf8PathBuf {
        let plain = |char: char| if char.is_ascii_alphanumeric() || "_-.@+/".contains(char) { char } else { '_' };
        let readable: String = path.as_str().chars().map(plain).collect();
        let mut path = directory.join(&readable);
        let mut number = 1;
        while self.is_in_use(&path) {
            number += 1;
            path = directory.join(format!("{readable}.{number}"));
        }
        self.printed.files.insert(path.clone(), bytes.to_vec());
        path
    }

    /// Whether there is a file of that path, below it or above it.
    fn is_in_use(&self, path: &Utf8Path) -> bool {
        let files = &self.printed.files;
        let below = files.range(path.to_owned()..).next().is_some_and(|(known, _)| known.starts_with(path));
        below || path.ancestors().any(|above| files.contains_key(above))
    }
}

/// Names with commas, broken where the line would be too long.
fn list(head: &str, names: &[String], indent: &str) -> String {
    let line = format!("{indent}{head}{}", names.join(", "));
    if line.chars().count() <= pipelines::WIDTH {
        return format!("{line}\n");
    }
    format!("{indent}{head}{}\n", names.join(&format!(",\n{indent}    ")))
}

/// The word in front of a definition that only adds to another.
fn extends(extends: Extends) -> &'static str {
    if extends == Extends::Nothing { "" } else { "extend " }
}
