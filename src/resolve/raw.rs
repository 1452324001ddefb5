//! Files that are carried as they are, and that s6-rc reads: what they mean goes into the model, their bytes stay theirs.

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::model::{Extends, Extra, Flag, Kind, Number, Placed, Program, Reference, ReferenceOrigin, Signal, TextMap};
use crate::resolve::Resolver;
use crate::resolve::draft::{Bytes, Draft, ProgramDraft, ProgramKind};
use crate::resolve::scope::Scope;
use crate::rules::reading;
use crate::s6rc::read::{self, formats};
use crate::source::Location;

impl Resolver<'_> {
    /// Takes the meaning of a draft's carried files over. What a statement said already stays.
    pub(super) fn understand(&mut self, scope: &Scope, draft: &mut Draft) {
        let carried = std::mem::take(&mut draft.carried);
        for (path, bytes) in &carried {
            self.understand_file(scope, draft, path, bytes);
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

    fn understand_file(&mut self, scope: &Scope, draft: &mut Draft, path: &Utf8Path, bytes: &Bytes) {
        let definition = &mut draft.definition;
        let (kind, name) = (definition.kind, path.as_str());
        let place = whole(bytes);
        if name == "type" {
            let fits = formats::kind(&bytes.bytes).is_some_and(|found| found == kind);
            if definition.extends != Extends::Service && !fits {
                let word = kind.word();
                self.bad_file(scope, place, &format!("`type` does not say `{word}`"), &format!("expected `{word}`"));
            }
            return;
        }
        let directory = if kind == Kind::Bundle { "contents.d" } else { "dependencies.d" };
        if let Some(member) = name.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')) {
            let names = if kind == Kind::Bundle { &mut definition.contents } else { &mut definition.dependencies };
            let known = names.iter().any(|reference| reference.name == member);
            if !known && !member.contains('/') && !member.starts_with('.') {
                names.push(Reference { name: member.into(), place, origin: ReferenceOrigin::Expanded });
            }
            return;
        }
        if !read::read_by(kind).contains(&name) {
            return;
        }
        let is_file = |(known, file): &(camino::Utf8PathBuf, crate::model::ExtraFile)| {
            known == path && matches!(file.content, Extra::File { .. })
        };
        if !definition.files.iter().any(is_file) {
            // A link, whose other end is not known here.
            definition.incomplete = true;
            return;
        }
        if let Some(flag) = Flag::ALL.iter().find(|flag| flag.file() == name) {
            if definition.flag(*flag).is_none() {
                definition.flags.push((*flag, place));
            }
        } else if let Some(number) = Number::ALL.iter().find(|number| number.file() == name) {
            match read::value(*number, &bytes.bytes) {
                Some(value) if definition.number(*number).is_none() => {
                    definition.numbers.push((*number, Placed::new(value, place)));
                }
                Some(_) => {}
                None => self.bad_file(scope, place, &format!("`{name}` is not a number"), "expected decimal digits"),
            }
        } else if let Some(signal) = [Signal::Down, Signal::Reload].into_iter().find(|signal| signal.file() == name) {
            let line = bytes.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if definition.signal(signal).is_none() {
                let word = String::from_utf8_lossy(line).into();
                definition.signals.push((signal, Placed::new(word, place)));
            }
        } else {
            self.understand_link(scope, draft, name, bytes);
        }
    }

    /// Programs, and the files of pipelines.
    fn understand_link(&mut self, scope: &Scope, draft: &mut Draft, name: &str, bytes: &Bytes) {
        let program = match name {
            "run" => &mut draft.run,
            "finish" => &mut draft.finish,
            "up" => &mut draft.up,
            "down" => &mut draft.down,
            "reload" => &mut draft.reload,
            _ => return self.understand_pipeline(scope, draft, name, bytes),
        };
        if program.is_none() {
            *program = Some(ProgramDraft { place: whole(bytes), kind: ProgramKind::Verbatim(bytes.clone()) });
        }
    }

    fn understand_pipeline(&mut self, scope: &Scope, draft: &mut Draft, name: &str, bytes: &Bytes) {
        let names = references(bytes, ReferenceOrigin::Expanded);
        let definition = &mut draft.definition;
        match (name, names.as_slice()) {
            ("consumer-for", _) => definition.consumer_for = names,
            ("producer-for", [only]) => definition.producer_for = Some(only.clone()),
            ("pipeline-name", [only]) => {
                definition.pipeline_name = Some(Placed::new(only.name.clone(), only.place));
            }
            ("producer-for" | "pipeline-name", _) => {
                self.bad_file(scope, whole(bytes), &format!("`{name}` does not hold one name"), "expected one name");
            }
            _ => {}
        }
    }

    fn bad_file(&mut self, scope: &Scope, place: Location, message: &str, label: &str) {
        self.report(scope, Diagnostic::new(&reading::BAD_VALUE, message).at(place, label));
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
