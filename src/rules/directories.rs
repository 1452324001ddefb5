//! What the rules of source directories share.

use std::cell::OnceCell;

use camino::Utf8Path;
use foldhash::HashMap;

use crate::diagnostic::{Edit, Fix, Safety};
use crate::model::{Definition, DirectoryFacts, Entry, Kind, Model, Program};
use crate::rules::Context;
use crate::s6rc::read::{formats, named_program};
use crate::source::{FileId, Location};

/// The definitions that were read from directories, without those that are only there to define names.
pub(super) fn directories<'m>(
    context: &Context<'m>,
) -> impl Iterator<Item = (&'m Definition, &'m DirectoryFacts)> + use<'m> {
    let model: &'m Model = context.model;
    model
        .definitions
        .iter()
        .filter_map(|definition| Some((definition, definition.directory.as_ref().filter(|facts| !facts.beneath)?)))
}

/// A file that is executed.
pub(super) struct Script<'m> {
    /// Who runs it.
    pub(super) definition: &'m Definition,
    /// Which part of it: `run`, `finish`, or the command line that names the script.
    pub(super) part: &'static str,
    /// Where the command line names it, if it does.
    pub(super) named: Option<Location>,
    /// Its path as people should see it.
    pub(super) path: String,
    /// The file.
    pub(super) entry: &'m Entry,
    /// Its bytes.
    pub(super) bytes: &'m [u8],
}

impl Script<'_> {
    /// Whether a service cannot start without it: a `finish` that fails only leaves its work undone.
    pub(super) fn is_needed(&self) -> bool {
        !matches!(self.part, "finish" | "down" | "reload")
    }
}

/// `run` and `finish`, and the scripts in the image that `up`, `down` and `reload` name.
pub(super) fn scripts<'c, 'm>(context: &'c Context<'m>) -> &'c [Script<'m>] {
    context.executed.get_or_init(|| find(context))
}

fn find<'m>(context: &Context<'m>) -> Vec<Script<'m>> {
    let mut scripts = Vec::with_capacity(context.model.definitions.len());
    for (definition, facts) in directories(context) {
        if definition.kind == Kind::Longrun {
            for part in ["run", "finish"] {
                let Some(entry) = facts.present(part).filter(|entry| !entry.beneath) else { continue };
                let Some(bytes) = entry.bytes() else { continue };
                let path = facts.path_of(entry).to_string();
                scripts.push(Script { definition, part, named: None, path, entry, bytes });
            }
        }
        for (part, line) in command_lines(definition) {
            let Some((path, range)) = named_program(line) else { continue };
            let Some(program) = context.model.tree.as_ref().and_then(|tree| tree.program(&path)) else { continue };
            let Some(entry) = program.entry.as_ref() else { continue };
            let Some(bytes) = entry.bytes() else { continue };
            let path = context.sources.path(entry.file).to_string();
            scripts.push(Script { definition, part, named: Some(line.locate(range)), path, entry, bytes });
        }
    }
    scripts
}

/// `up`, `down` and `reload` of a oneshot.
pub(super) fn command_lines(definition: &Definition) -> impl Iterator<Item = (&'static str, &Program)> {
    definition.programs.iter().filter(|(name, _)| matches!(*name, "up" | "down" | "reload"))
}

/// The fix that takes every carriage return out of a file that ends a line.
pub(super) fn without_carriage_returns(entry: &Entry, bytes: &[u8]) -> Fix {
    let mut clean = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1).is_some_and(|next| *next != b'\n') {
            clean.push(*byte);
        }
    }
    Fix::replace("end the lines with a newline alone", entry.place(), clean, Safety::Safe)
}

/// Where a byte order mark begins a file.
pub(super) fn byte_order_mark(entry: &Entry) -> Option<Location> {
    let mark = formats::BYTE_ORDER_MARK;
    entry.bytes().filter(|bytes| bytes.starts_with(mark)).map(|_| entry.part(0, mark.len()))
}

/// Whether a file is one that the kernel runs without an interpreter line.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF") || bytes.iter().take(256).any(|byte| *byte == 0)
}

/// The entries of directories of names, such as `dependencies.d`, by their files.
pub(super) fn listed_entries(model: &Model) -> HashMap<FileId, &Entry> {
    let facts = model.definitions.iter().filter_map(|definition| definition.directory.as_ref());
    let is_listed = |entry: &&Entry| {
        entry.path.parent().is_some_and(|around| matches!(around.as_str(), "dependencies.d" | "contents.d"))
    };
    facts.flat_map(|facts| &facts.entries).filter(is_listed).map(|entry| (entry.file, entry)).collect()
}

/// The fix that gives an entry of a directory another name.
pub(super) fn rename(path: &Utf8Path, entry: &Entry, to: &str, safety: Safety) -> Option<Fix> {
    let bytes = entry.bytes().filter(|_| entry.link.is_none())?.to_vec();
    let new = path.with_file_name(to);
    Some(Fix {
        title: format!("rename it to `{to}`"),
        edits: vec![Edit::Create { path: new, bytes, mode: entry.mode }, Edit::Remove { path: path.to_owned() }],
        safety,
    })
}

/// The files beside it that programs of a definition and scripts beside it name.
pub(super) struct Mentions<'m> {
    definition: &'m Definition,
    /// Names behind a slash, and the files that say them; a program says them for itself.
    said: OnceCell<HashMap<String, Vec<Option<&'m Utf8Path>>>>,
}

impl<'m> Mentions<'m> {
    pub(super) fn of(definition: &'m Definition) -> Self {
        Self { definition, said: OnceCell::new() }
    }

    /// Whether a file is named, by others than itself.
    pub(super) fn name(&self, name: &str) -> bool {
        if !name.bytes().all(is_part) {
            return self.texts().any(|(file, text)| {
                file.is_none_or(|file| file != name) && names_file(&String::from_utf8_lossy(text), name)
            });
        }
        let said = self.said.get_or_init(|| self.collect());
        said.get(name).is_some_and(|by| by.iter().any(|file| file.is_none_or(|file| file != name)))
    }

    fn texts(&self) -> impl Iterator<Item = (Option<&'m Utf8Path>, &'m [u8])> + use<'m> {
        let programs = self.definition.programs.iter().map(|(_, program)| (None, program.bytes.as_slice()));
        let beside = self.definition.directory.iter().flat_map(DirectoryFacts::top);
        programs.chain(beside.filter_map(|entry| Some((Some(entry.path.as_path()), entry.bytes()?))))
    }

    fn collect(&self) -> HashMap<String, Vec<Option<&'m Utf8Path>>> {
        let mut said: HashMap<String, Vec<Option<&'m Utf8Path>>> = HashMap::default();
        for (file, text) in self.texts() {
            for name in names_behind_slashes(&String::from_utf8_lossy(text)) {
                let by = said.entry(name.to_owned()).or_default();
                if by.last() != Some(&file) {
                    by.push(file);
                }
            }
        }
        said
    }
}

/// What can stand in a word of most paths.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// The words in a text that end a path, or are a part of one.
fn names_behind_slashes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('/').filter_map(|(at, _)| {
        let behind = text.get(at + 1..)?;
        let length = behind.bytes().take_while(|byte| is_part(*byte)).count();
        behind.get(..length).filter(|name| !name.is_empty())
    })
}

/// Whether a path in a text ends with a name, whatever that is made of.
fn names_file(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        let after = text.as_bytes().get(at + name.len());
        before == Some(&b'/') && after.is_none_or(|byte| !is_part(*byte))
    })
}
