//! What one definition says, in the one form in which it is compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use camino::Utf8Path;
use smol_str::SmolStr;

use crate::compare::sides::Container;
use crate::compare::{Change, Modes, Side};
use crate::model::{Definition, Kind, Number, Signal};
use crate::resolve::values;
use crate::s6rc::execline;
use crate::s6rc::plan::Entry;
use crate::s6rc::read::read_by;

/// What a file of one line says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Milliseconds.
    Duration(u32),
    /// Another number.
    Number(u32),
    /// A word.
    Word(SmolStr),
    /// A flag that is there.
    Set,
}

/// What a file holds.
#[derive(Debug, Clone)]
pub struct Content {
    /// The entry as it is.
    pub entry: Entry,
    /// The permission bits, where they matter.
    pub mode: Option<u32>,
    /// The words, where s6-rc-compile reads nothing else of it.
    words: Option<Vec<Vec<u8>>>,
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.words, &other.words, &self.entry, &other.entry) {
            (Some(words), Some(others), _, _) => words == others,
            (_, _, Entry::File { bytes, .. }, Entry::File { bytes: others, .. }) => bytes == others,
            (_, _, entry, other) => entry == other,
        };
        same && self.mode == other.mode
    }
}

impl Eq for Content {}

impl Hash for Content {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (&self.words, &self.entry) {
            (Some(words), _) => words.hash(state),
            (None, Entry::File { bytes, .. }) => bytes.hash(state),
            (None, Entry::Link(target)) => target.hash(state),
            (None, Entry::Directory) => {}
        }
        self.mode.hash(state);
    }
}

/// What one definition says. Its default says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    names: BTreeMap<&'static str, BTreeSet<SmolStr>>,
    values: BTreeMap<&'static str, Value>,
    files: BTreeMap<String, Content>,
    kind: Option<Kind>,
}

/// What other definitions are called, where they have other names in the new set.
pub(super) type Names = HashMap<SmolStr, SmolStr>;

/// `type`, as it is told.
const TYPE: &str = "type";

/// The order in which names are told.
const NAMES: &[&str] = &["depends-on", "contents", "producer-for", "consumer-for", "pipeline-name"];

/// The facts of every definition, and the files that belong to none: those of the container behind a `/`.
pub(super) fn all(
    side: &Side,
    container: &Container,
    modes: Modes,
) -> (BTreeMap<SmolStr, Facts>, BTreeMap<String, Content>) {
    let content = |entry: &Entry| Content::new(entry, modes);
    let mut facts: BTreeMap<SmolStr, Facts> = BTreeMap::new();
    for definition in &side.model.definitions {
        facts.entry(definition.name.clone()).or_insert_with(|| Facts::new(side, definition));
    }
    let mut others: BTreeMap<String, Content> =
        container.iter().map(|(path, entry)| (format!("/{path}"), content(entry))).collect();
    let mut entries = side.tree.entries.iter().peekable();
    while let Some((path, entry)) = entries.next() {
        let name = side.definition_of(path);
        if matches!(entry, Entry::Directory) {
            // One that holds something is there with it.
            let holds = entries.peek().is_some_and(|(next, _)| next.starts_with(path));
            if holds || name.is_some() || side.roots().contains(&path.as_str()) {
                continue;
            }
        }
        let Some(name) = name else {
            others.insert(path.to_string(), content(entry));
            continue;
        };
        let definition =
            side.model.get(&name).and_then(|definition| Some((definition, definition.directory.as_ref()?)));
        let below = definition.and_then(|(known, directory)| Some((known, path.strip_prefix(&directory.path).ok()?)));
        if let Some((known, below)) = below
            && !is_read(known, below)
            && let Some(facts) = facts.get_mut(&name)
        {
            let program = matches!(below.as_str(), "up" | "down" | "reload") && known.kind == Kind::Oneshot;
            let content = if program { Content::line(entry) } else { content(entry) };
            facts.files.insert(below.to_string(), content);
        }
    }
    (facts, others)
}

/// Whether a file is no more than what the model says.
fn is_read(definition: &Definition, path: &Utf8Path) -> bool {
    let top = path.components().next().map(|part| part.as_str()).unwrap_or_default();
    match top {
        "type" => true,
        _ if !read_by(definition.kind).contains(&top) => false,
        "dependencies" | "dependencies.d" | "contents" | "contents.d" => true,
        "producer-for" => definition.producer_for.is_some(),
        "consumer-for" => !definition.consumer_for.is_empty(),
        "pipeline-name" => definition.pipeline_name.is_some(),
        _ => {
            Number::ALL.iter().any(|number| number.file() == top && definition.number(*number).is_some())
                || [Signal::Down, Signal::Reload]
                    .iter()
                    .any(|signal| signal.file() == top && definition.signal(*signal).is_some())
                || definition.flags.iter().any(|(flag, _)| flag.file() == top)
        }
    }
}

impl Content {
    fn new(entry: &Entry, modes: Modes) -> Self {
        let mode = if let Entry::File { mode, .. } = entry { Some(modes.of(*mode)) } else { None };
        Self { entry: entry.clone(), mode, words: None }
    }

    /// A file of which s6-rc-compile reads the words.
    fn line(entry: &Entry) -> Self {
        let words = match entry {
            Entry::File { bytes, .. } => execline::lex(bytes).ok().map(|words| execline::argv(&words)),
            _ => None,
        };
        Self { entry: entry.clone(), mode: None, words }
    }
}

impl Facts {
    /// What the model says of a definition, without its programs and other files.
    fn new(side: &Side, definition: &Definition) -> Self {
        let mut facts = Self { kind: Some(definition.kind), ..Self::default() };
        let set = |names: &mut dyn Iterator<Item = &SmolStr>| names.cloned().collect::<BTreeSet<SmolStr>>();
        let lists = [
            ("depends-on", set(&mut definition.dependencies.iter().map(|reference| &reference.name))),
            ("contents", set(&mut definition.contents.iter().map(|reference| &reference.name))),
            ("producer-for", set(&mut definition.producer_for.iter().map(|reference| &reference.name))),
            ("consumer-for", set(&mut definition.consumer_for.iter().map(|reference| &reference.name))),
            ("pipeline-name", set(&mut definition.pipeline_name.iter().map(|name| &name.value))),
        ];
        facts.names = lists.into_iter().filter(|(_, names)| !names.is_empty()).collect();
        let says_type = definition.directory.as_ref().is_some_and(|directory| directory.present(TYPE).is_some());
        let shipped = side.model.target.built_in(&definition.name).is_some_and(|built_in| built_in.open);
        // Without `type`, it adds to what another layer defines; the target gives its own bundles theirs.
        let word = if says_type || shipped { definition.kind.word() } else { "none" };
        facts.values.insert(TYPE, Value::Word(SmolStr::new(word)));
        for (number, value) in &definition.numbers {
            if value.value != default(*number) {
                let value =
                    if number.is_duration() { Value::Duration(value.value) } else { Value::Number(value.value) };
                facts.values.insert(number.file(), value);
            }
        }
        for (signal, word) in &definition.signals {
            let number = values::signal(&word.value);
            if number.is_none() || number != Some(default_signal(*signal)) {
                facts.values.insert(signal.file(), Value::Word(signal_word(&word.value)));
            }
        }
        facts.values.extend(definition.flags.iter().map(|(flag, _)| (flag.file(), Value::Set)));
        facts
    }

    /// The kind; a oneshot where nothing is said.
    pub(super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Oneshot)
    }

    /// The same with the new names of others.
    pub(super) fn renamed(self, names: &Names) -> Self {
        if names.is_empty() {
            return self;
        }
        let rename = |name: SmolStr| names.get(&name).cloned().unwrap_or(name);
        let lists = self.names.into_iter().map(|(what, list)| (what, list.into_iter().map(rename).collect()));
        Self { names: lists.collect(), ..self }
    }

    /// What differs, in the order in which it is told: type, names, values, programs and other files.
    pub(super) fn changes(&self, new: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let value = |what: &'static str| {
            let (old, new) = (self.values.get(what).cloned(), new.values.get(what).cloned());
            (old != new).then_some(Change::Value { what, old, new })
        };
        changes.extend(value(TYPE));
        for what in NAMES {
            let empty = BTreeSet::new();
            let (old, new) = (self.names.get(what).unwrap_or(&empty), new.names.get(what).unwrap_or(&empty));
            if old != new {
                let added = new.difference(old).cloned().collect();
                changes.push(Change::Names { what, added, removed: old.difference(new).cloned().collect() });
            }
        }
        let words: BTreeSet<&'static str> = self.values.keys().chain(new.values.keys()).copied().collect();
        changes.extend(words.into_iter().filter(|what| *what != TYPE).filter_map(value));
        changes.extend(files(&self.files, &new.files));
        changes
    }
}

/// Files that differ: programs first, then the others by path.
pub(super) fn files(old: &BTreeMap<String, Content>, new: &BTreeMap<String, Content>) -> Vec<Change> {
    const FIRST: &[&str] = &["run", "finish", "up", "down", "reload"];
    let mut paths: Vec<&String> = old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))).collect();
    let rank = |path: &str| FIRST.iter().position(|first| *first == path).unwrap_or(FIRST.len());
    paths.sort_by_key(|path| (rank(path), path.as_str()));
    let change = |path: &String| {
        let (old, new) = (old.get(path).cloned(), new.get(path).cloned());
        (old != new).then(|| Change::File { path: path.clone(), old, new })
    };
    paths.into_iter().filter_map(change).collect()
}

/// What s6-rc and s6 take where nothing is said (s6-rc-compile and s6-supervise, s6-rc 0.7.0.0 and s6 2.15.1.0). A number
/// that is none of these is never left out.
fn default(number: Number) -> u32 {
    match number {
        Number::TimeoutUp | Number::TimeoutDown | Number::TimeoutKill => 0,
        Number::TimeoutFinish => 5000,
        Number::MaxDeathTally => 100,
        Number::NotificationFd | Number::LockFd => u32::MAX,
    }
}

fn default_signal(signal: Signal) -> u8 {
    match signal {
        Signal::Down => 15,
        Signal::Reload => 1,
    }
}

/// A signal as it is told, however it is spelled.
fn signal_word(word: &str) -> SmolStr {
    let number = values::signal(word);
    let known = values::SIGNALS.iter().find(|(_, known)| Some(*known) == number);
    match (known, number) {
        (Some((name, _)), _) => SmolStr::new(format!("SIG{name}")),
        (None, Some(number)) => SmolStr::new(number.to_string()),
        (None, None) => SmolStr::new(word),
    }
}
