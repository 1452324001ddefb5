//! Files that are carried as they are. Where s6-rc reads one, what it means goes into the model, and its bytes stay its own.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::model::{
    Definition, Extra, ExtraFile, Flag, Kind, Number, Placed, Program, Reference, ReferenceOrigin, Signal, TextMap,
};
use crate::resolve::Resolver;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::{Bytes, Draft, ProgramDraft, ProgramKind};
use crate::resolve::scope::Scope;
use crate::resolve::values;
use crate::rules::reading;
use crate::s6rc::read::{self, formats};
use crate::s6rc::write::MANIFEST;
use crate::source::Location;
use crate::syntax::ast::{self, Text};

impl Resolver<'_> {
    /// A file that belongs to no definition.
    pub(super) fn raw_file(&mut self, scope: &Scope, statement: &ast::Statement) {
        let mut arguments = Arguments::new(statement);
        let Some((name, place)) = self.file_path(scope, &mut arguments, "the directory that is emitted into") else {
            return;
        };
        let path = Utf8PathBuf::from(name.as_str());
        if path == MANIFEST {
            return self.report(
                scope,
                Diagnostic::new(&reading::BAD_VALUE, format!("`{MANIFEST}` is hermesc's own"))
                    .at(place, "hermesc remembers in this file what it wrote")
                    .help("choose another name"),
            );
        }
        let Some((content, _)) = self.content(scope, &mut arguments) else { return };
        if let Some(first) = self.raw.get(&path) {
            let first = first.place;
            self.written_twice::<()>(scope, &path, place, first);
        } else {
            self.raw.insert(path, ExtraFile { content, place });
        }
        self.nothing_left(scope, &arguments);
    }

    /// The mask under which files are written.
    pub(super) fn mask(&mut self, scope: &Scope, definition: &ast::Definition, mask: &Text) {
        if !scope.uses.is_empty() {
            return self.only_outermost(scope, definition);
        }
        let Some(word) = self.string(scope, mask) else { return };
        let place = scope.at(mask.span);
        let Some(value) = super::values::mode(&word).ok().filter(|mask| mask & !0o077 == 0) else {
            return self.report(
                scope,
                Diagnostic::new(&reading::BAD_VALUE, format!("`{word}` is not a mask for files"))
                    .at(place, "expected octal digits, at most 077")
                    .help("write `umask 002`; what a program runs with is `umask` inside the service"),
            );
        };
        if let Some(first) = self.umask.as_ref().filter(|first| first.value != value) {
            let diagnostic = Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, "files are written under two masks")
                .at(place, "the second one")
                .at(first.place, "the first one")
                .help("all files of one run have the same mask: delete one of the two");
            return self.report(scope, diagnostic);
        }
        self.umask = Some(crate::model::Placed::new(value, place));
    }

    /// `mode OCTAL`, where it stands; nothing at all where it is malformed.
    #[allow(clippy::option_option)]
    pub(super) fn mode(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<Option<u32>> {
        if !arguments.word("mode") {
            return Some(None);
        }
        let Some(text) = arguments.text() else {
            return self.expected(scope, arguments, "permission bits, such as 0755");
        };
        let word = self.string(scope, text)?;
        let Ok(bits) = values::mode(&word) else {
            let diagnostic = Diagnostic::new(&reading::BAD_VALUE, format!("`{word}` is not a file mode"))
                .at(scope.at(text.span), "expected octal digits, at most 7777")
                .help("write `mode 0755`");
            self.report(scope, diagnostic);
            return None;
        };
        Some(Some(bits))
    }

    /// The content of a carried file: `directory`, `link "…"`, or a program, with `mode` before it; and its bytes with
    /// their places.
    pub(super) fn content(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<(Extra, Bytes)> {
        let start = scope.at(arguments.here());
        let nothing = Bytes { bytes: Vec::new(), map: TextMap::Whole(start) };
        if arguments.word("directory") {
            return Some((Extra::Directory, nothing));
        }
        if arguments.word("link") {
            let Some(text) = arguments.text() else {
                return self.expected(scope, arguments, "the path that the link points at");
            };
            return Some((Extra::Link(Utf8PathBuf::from(self.string(scope, text)?.as_str())), nothing));
        }
        let mode = self.mode(scope, arguments)?;
        let program = self.program(scope, arguments)?;
        let executable = !matches!(program.kind, ProgramKind::Verbatim(_));
        let bytes = crate::expand::script(&program, &self.target, &mut self.diagnostics)?;
        let mode = mode.unwrap_or(if executable { 0o755 } else { 0o644 });
        Some((Extra::File { bytes: bytes.bytes.clone(), mode }, bytes))
    }
}

/// Takes the meaning of a draft's carried files over. What a statement said already stays.
pub(super) fn understand(draft: &mut Draft) {
    let carried = std::mem::take(&mut draft.carried);
    for (path, bytes) in &carried {
        understand_file(draft, path, bytes);
    }
    let kind = draft.definition.kind;
    let (flat, directory) =
        if kind == Kind::Bundle { ("contents", "contents.d") } else { ("dependencies", "dependencies.d") };
    let listed = draft.definition.files.iter().any(|(path, _)| path.starts_with(directory));
    let names = if kind == Kind::Bundle { &draft.definition.contents } else { &draft.definition.dependencies };
    // Where there is a directory, s6-rc-compile never opens the list.
    if let Some((_, bytes)) = carried.iter().find(|(path, _)| path == flat && names.is_empty() && !listed) {
        let names = references(bytes, ReferenceOrigin::Flat);
        if kind == Kind::Bundle {
            draft.definition.contents = names;
        } else {
            draft.definition.dependencies = names;
        }
    }
}

fn understand_file(draft: &mut Draft, path: &Utf8Path, bytes: &Bytes) {
    let definition = &mut draft.definition;
    let (kind, name) = (definition.kind, path.as_str());
    let place = whole(bytes);
    let directory = if kind == Kind::Bundle { "contents.d" } else { "dependencies.d" };
    if let Some(member) = name.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')) {
        // Whatever the entry is, its name is all that s6-rc-compile takes of it.
        let member = member.split('/').next().unwrap_or_default();
        let names = if kind == Kind::Bundle { &mut definition.contents } else { &mut definition.dependencies };
        let known = names.iter().any(|reference| reference.name == member);
        if !known && !member.starts_with('.') {
            names.push(Reference { name: member.into(), place, origin: ReferenceOrigin::Expanded });
        }
        return;
    }
    if !read::read_by(kind).contains(&name) {
        return;
    }
    match definition.files.iter().find(|(known, _)| known == path).map(|(_, file)| &file.content) {
        Some(Extra::File { .. }) => {}
        // Whose other end is not known here.
        Some(Extra::Link(_)) => {
            definition.incomplete = true;
            return;
        }
        _ => return,
    }
    if let Some(flag) = Flag::ALL.iter().find(|flag| flag.file() == name) {
        if definition.flag(*flag).is_none() {
            definition.flags.push((*flag, place));
        }
    } else if let Some(number) = Number::ALL.iter().find(|number| number.file() == name) {
        let value = read::value(*number, &bytes.bytes).filter(|_| definition.number(*number).is_none());
        definition.numbers.extend(value.map(|value| (*number, Placed::new(value, place))));
    } else if let Some(signal) = [Signal::Down, Signal::Reload].into_iter().find(|signal| signal.file() == name) {
        let line = bytes.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if definition.signal(signal).is_none() {
            let word = String::from_utf8_lossy(line).into();
            definition.signals.push((signal, Placed::new(word, place)));
        }
    } else {
        understand_link(draft, name, bytes);
    }
}

/// Programs, and the files of pipelines.
fn understand_link(draft: &mut Draft, name: &str, bytes: &Bytes) {
    let program = match name {
        "run" => &mut draft.run,
        "finish" => &mut draft.finish,
        "up" => &mut draft.up,
        "down" => &mut draft.down,
        "reload" => &mut draft.reload,
        _ => return understand_pipeline(&mut draft.definition, name, bytes),
    };
    if program.is_none() {
        *program = Some(ProgramDraft { place: whole(bytes), kind: ProgramKind::Verbatim(bytes.clone()) });
    }
}

fn understand_pipeline(definition: &mut Definition, name: &str, bytes: &Bytes) {
    let names = references(bytes, ReferenceOrigin::Expanded);
    match (name, names.as_slice()) {
        ("consumer-for", _) => definition.consumer_for = names,
        ("producer-for", [only]) => definition.producer_for = Some(only.clone()),
        ("pipeline-name", [only]) => {
            definition.pipeline_name = Some(Placed::new(only.name.clone(), only.place));
        }
        // The rule `raw-file` says what is wrong with it.
        _ => {}
    }
}

/// The place of all of it.
fn whole(bytes: &Bytes) -> Location {
    match &bytes.map {
        TextMap::Whole(location) => *location,
        TextMap::Pieces { file, whole, .. } => Location::new(*file, *whole),
    }
}

/// The names of a flat list.
fn references(bytes: &Bytes, origin: ReferenceOrigin) -> Vec<Reference> {
    let program = Program { bytes: bytes.bytes.clone(), mode: 0, map: bytes.map.clone() };
    let name = |range: std::ops::Range<usize>| {
        let name = String::from_utf8_lossy(bytes.bytes.get(range.clone()).unwrap_or_default()).into();
        Reference { name, place: program.locate(range), origin }
    };
    formats::list(&bytes.bytes).into_iter().map(name).collect()
}
