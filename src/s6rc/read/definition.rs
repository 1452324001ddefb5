//! One definition's directory as the model has it.

use std::collections::HashSet;

use smol_str::SmolStr;

use crate::model::{
    Definition, DirectoryFacts, Entry, Extra, ExtraFile, Flag, Found, Kind, Number, Placed, Program, Reference,
    ReferenceOrigin, Signal, Stain, StainKind, TextMap,
};
use crate::s6rc::read::formats;
use crate::source::{Location, Span};

/// What a definition's directory says, and whether its kind is only a guess.
///
/// `given` is the kind that the target itself gives a directory without `type`; `names` are all names of the set.
pub(super) fn build(
    name: SmolStr,
    mut facts: DirectoryFacts,
    given: Option<Kind>,
    names: &HashSet<SmolStr>,
) -> Definition {
    let (kind, certain) = kind_of(&mut facts, given);
    let place = facts.present("type").map_or(Location::start_of(facts.file), Entry::first_line);
    let mut definition = Definition::new(name, kind, place);
    definition.incomplete = !certain;
    let mut reader = Reader { facts: &facts, names, stains: Vec::new() };
    let flags: &[Flag] = if kind == Kind::Longrun { Flag::ALL } else { &[Flag::Essential, Flag::Recommended] };
    definition.flags = flags.iter().filter_map(|flag| Some((*flag, facts.present(flag.file())?.place()))).collect();
    match kind {
        Kind::Bundle => definition.contents = reader.names("contents.d", "contents"),
        Kind::Longrun | Kind::Oneshot => {
            definition.dependencies = reader.names("dependencies.d", "dependencies");
        }
    }
    match kind {
        Kind::Bundle => {}
        Kind::Oneshot => {
            definition.programs.up = reader.program("up");
            definition.programs.down = reader.program("down");
            definition.programs.reload = reader.program("reload");
            definition.numbers = reader.numbers(&[Number::TimeoutUp, Number::TimeoutDown]);
        }
        Kind::Longrun => {
            definition.programs.run = reader.program("run");
            definition.programs.finish = reader.program("finish");
            definition.numbers = reader.numbers(Number::ALL);
            definition.signals =
                [Signal::Down, Signal::Reload].into_iter().filter_map(|signal| reader.signal(signal)).collect();
            definition.consumer_for = reader.list("consumer-for");
            if let [only] = reader.list("producer-for").as_slice() {
                definition.producer_for = Some(only.clone());
            }
            let last = !definition.consumer_for.is_empty() && facts.present("producer-for").is_none();
            if last && let [only] = reader.list("pipeline-name").as_slice() {
                definition.pipeline_name = Some(Placed::new(only.name.clone(), only.place));
            }
        }
    }
    definition.files = extra_files(kind, &facts);
    facts.stains = reader.stains;
    definition.directory = Some(facts);
    definition
}

/// The kind, and whether it is more than a guess.
fn kind_of(facts: &mut DirectoryFacts, given: Option<Kind>) -> (Kind, bool) {
    if let Some(bytes) = facts.present("type").and_then(Entry::bytes) {
        if let Some(kind) = formats::kind(bytes) {
            facts.typed = true;
            return (kind, true);
        }
        if let Some(kind) = meant(bytes) {
            return (kind, true);
        }
    } else if let Some(kind) = given.filter(|_| facts.present("type").is_none()) {
        facts.typed = true;
        return (kind, true);
    }
    (guess(facts).unwrap_or(Kind::Oneshot), false)
}

/// The kind that a malformed `type` means: blanks, carriage returns, capitals and a byte order mark aside.
#[must_use]
pub fn meant(bytes: &[u8]) -> Option<Kind> {
    let text = bytes.strip_prefix(formats::BYTE_ORDER_MARK).unwrap_or(bytes);
    formats::word(text.trim_ascii().to_ascii_lowercase().as_slice())
}

/// The kind that the files of a directory without `type` speak for.
#[must_use]
pub fn guess(facts: &DirectoryFacts) -> Option<Kind> {
    let has = |name: &str| facts.present(name).is_some();
    match (has("run"), has("up"), has("contents.d") || has("contents")) {
        (_, true, false) => Some(Kind::Oneshot),
        (true, false, false) => Some(Kind::Longrun),
        (false, false, true) => Some(Kind::Bundle),
        _ => None,
    }
}

struct Reader<'f> {
    facts: &'f DirectoryFacts,
    names: &'f HashSet<SmolStr>,
    stains: Vec<Stain>,
}

impl Reader<'_> {
    /// The names in a directory, or in the flat list that is read where there is none.
    fn names(&mut self, directory: &str, flat: &str) -> Vec<Reference> {
        match self.facts.present(directory).map(|entry| &entry.found) {
            None => self.list(flat),
            Some(Found::Directory) => self
                .facts
                .listed(directory)
                .filter_map(|entry| {
                    let name = SmolStr::new(entry.path.file_name()?);
                    Some(Reference { name, place: entry.place(), origin: ReferenceOrigin::Written })
                })
                .collect(),
            Some(_) => Vec::new(),
        }
    }

    /// The names in a flat list.
    fn list(&mut self, file: &str) -> Vec<Reference> {
        let Some(entry) = self.facts.present(file) else { return Vec::new() };
        let bytes = entry.bytes().unwrap_or_default();
        let mut references = Vec::new();
        for range in formats::list(bytes) {
            let raw = bytes.get(range.clone()).unwrap_or_default();
            let whole = SmolStr::new(String::from_utf8_lossy(raw));
            let marked = range.start == 0 && raw.starts_with(formats::BYTE_ORDER_MARK);
            let start = range.start + if marked { formats::BYTE_ORDER_MARK.len() } else { 0 };
            let text = bytes.get(start..range.end).unwrap_or_default();
            let end = start + text.trim_ascii_end().len();
            let name = SmolStr::new(String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default()));
            if (start, end) == (range.start, range.end) || self.names.contains(&whole) {
                let place = entry.part(range.start, range.end);
                references.push(Reference { name: whole, place, origin: ReferenceOrigin::Written });
                continue;
            }
            if marked {
                let place = entry.part(range.start, start);
                self.stains.push(Stain { kind: StainKind::ByteOrderMark, name: name.clone(), place });
            }
            if end < range.end {
                let tail = bytes.get(end..range.end).unwrap_or_default();
                let kind = if tail.contains(&b'\r') { StainKind::CarriageReturn } else { StainKind::Blank };
                self.stains.push(Stain { kind, name: name.clone(), place: entry.part(end, range.end) });
            }
            // What is a comment or empty but for the stain names nobody.
            if !name.is_empty() && !name.starts_with('#') {
                let place = entry.part(start, end);
                references.push(Reference { name, place, origin: ReferenceOrigin::Written });
            }
        }
        references
    }

    fn program(&self, file: &str) -> Option<Program> {
        let entry = self.facts.present(file)?;
        let bytes = match &entry.found {
            Found::File(bytes) => bytes.to_vec(),
            // Another rule tells of what cannot be read; what only `finish` is missing is nothing to the compiler.
            _ if file == "finish" => return None,
            _ => Vec::new(),
        };
        let whole = Span::new(0, bytes.len());
        Some(Program {
            bytes,
            mode: entry.mode,
            map: TextMap::Pieces { file: entry.file, starts: vec![(0, 0)], whole },
        })
    }

    fn numbers(&self, numbers: &[Number]) -> Vec<(Number, Placed<u32>)> {
        let number = |number: &Number| {
            let entry = self.facts.present(number.file())?;
            let bytes = entry.bytes()?;
            let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
            Some((*number, Placed::new(value(*number, bytes)?, entry.part(0, line))))
        };
        numbers.iter().filter_map(number).collect()
    }

    fn signal(&self, signal: Signal) -> Option<(Signal, Placed<SmolStr>)> {
        let entry = self.facts.present(signal.file())?;
        let bytes = entry.bytes()?;
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let word = SmolStr::new(String::from_utf8_lossy(bytes.get(..end)?));
        Some((signal, Placed::new(word, entry.part(0, end))))
    }
}

/// The number that the bytes of its file say.
#[must_use]
pub fn value(number: Number, bytes: &[u8]) -> Option<u32> {
    match number {
        Number::TimeoutUp | Number::TimeoutDown => formats::timeout(bytes),
        _ => formats::uint(bytes),
    }
}

/// What a kind reads at the top of its directory, apart from `type`.
#[must_use]
pub fn read_by(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bundle => &["contents", "contents.d", "flag-essential", "flag-recommended"],
        Kind::Oneshot => &[
            "dependencies",
            "dependencies.d",
            "down",
            "flag-essential",
            "flag-recommended",
            "reload",
            "timeout-down",
            "timeout-up",
            "up",
        ],
        Kind::Longrun => &[
            "consumer-for",
            "data",
            "dependencies",
            "dependencies.d",
            "down-signal",
            "env",
            "finish",
            "flag-essential",
            "flag-newpidns",
            "flag-recommended",
            "flag-timeout-killpg",
            "lock-fd",
            "max-death-tally",
            "notification-fd",
            "pipeline-name",
            "producer-for",
            "reload-signal",
            "run",
            "template",
            "timeout-down",
            "timeout-finish",
            "timeout-kill",
            "timeout-up",
        ],
    }
}

/// Everything that no field says.
fn extra_files(kind: Kind, facts: &DirectoryFacts) -> Vec<(camino::Utf8PathBuf, ExtraFile)> {
    let carried = |entry: &&Entry| {
        let top = entry.path.as_str().split('/').next().unwrap_or_default();
        matches!(top, "data" | "env" | "template") || !(top == "type" || read_by(kind).contains(&top))
    };
    let extra = |entry: &Entry| {
        let content = match (&entry.link, &entry.found) {
            (Some(target), _) => Extra::Link(target.clone()),
            (None, Found::Directory) => Extra::Directory,
            (None, Found::File(bytes)) => Extra::File { bytes: bytes.to_vec(), mode: entry.mode },
            _ => return None,
        };
        Some((entry.path.clone(), ExtraFile { content, place: Location::start_of(entry.file) }))
    };
    facts.entries.iter().filter(carried).filter_map(extra).collect()
}
