//! The resolved service set: each definition is what its source directory says, wherever it came from.
//!
//! Templates, loops, constants and sugar are gone. Every part knows its place in the source, be that text of the language or
//! a file of a source directory, so that rules are written once for both.

mod directory;
mod files;
mod program;

use foldhash::HashMap;

use camino::Utf8PathBuf;
use smol_str::SmolStr;

pub use directory::{DirectoryFacts, Entry, Found, ImageFile, SourceTree, Stain, StainKind};
pub use files::{Flag, Number, Signal};
pub use program::{Program, TextMap};

use crate::s6rc::target::Target;
use crate::source::Location;

/// A service set.
#[derive(Debug, Default)]
pub struct Model {
    /// What it is compiled for.
    pub target: Target,
    /// The definitions, in order of their places.
    pub definitions: Vec<Definition>,
    /// `umask`: the mask under which files are written, where it is not 022.
    pub umask: Option<Placed<u32>>,
    /// Names that somebody else defines.
    externals: Vec<External>,
    /// Them by name; the first one where there are several.
    external_index: HashMap<SmolStr, usize>,
    /// Names that are said outside of any definition that is known, such as both ends of a pipeline.
    pub loose: Vec<Reference>,
    /// The parts of an image beside its services.
    pub container: Vec<ContainerFile>,
    /// Files that belong to no definition, by their paths below the directory that is emitted into.
    pub files: Vec<(Utf8PathBuf, ExtraFile)>,
    /// Names whose definition could not be read: whoever refers to one is not to blame.
    pub broken: Vec<SmolStr>,
    /// The definitions by name; the first one where there are several.
    index: HashMap<SmolStr, usize>,
    /// Constants and templates that nothing uses, and the like: what only the language has.
    pub unused: Vec<Unused>,
    /// What lies around the definitions, where they were read from source directories.
    pub tree: Option<SourceTree>,
}

impl Model {
    /// A set of these definitions.
    #[must_use]
    pub fn new(target: Target, definitions: Vec<Definition>) -> Self {
        let mut model = Self { target, definitions, ..Self::default() };
        model.index.reserve(model.definitions.len());
        for (at, definition) in model.definitions.iter().enumerate() {
            model.index.entry(definition.name.clone()).or_insert(at);
        }
        model
    }

    /// Adds a definition.
    pub fn push(&mut self, definition: Definition) {
        self.index.entry(definition.name.clone()).or_insert(self.definitions.len());
        self.definitions.push(definition);
    }

    /// The number of the definition of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The definition of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.find(name).and_then(|at| self.definitions.get(at))
    }

    /// What is known of the name from elsewhere.
    #[must_use]
    pub fn external(&self, name: &str) -> Option<&External> {
        self.external_index.get(name).and_then(|at| self.externals.get(*at))
    }

    /// Names that somebody else defines.
    #[must_use]
    pub fn externals(&self) -> &[External] {
        &self.externals
    }

    /// Says which names somebody else defines.
    pub fn set_externals(&mut self, externals: Vec<External>) {
        self.external_index.clear();
        for (at, external) in externals.iter().enumerate() {
            self.external_index.entry(external.name.clone()).or_insert(at);
        }
        self.externals = externals;
    }
}

/// The kinds of definition that s6-rc knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A process that s6 supervises.
    Longrun,
    /// A change of state.
    Oneshot,
    /// A set of names.
    Bundle,
}

impl Kind {
    /// As `type` spells it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Longrun => "longrun",
            Self::Oneshot => "oneshot",
            Self::Bundle => "bundle",
        }
    }
}

/// A name that the set refers to and somebody else defines.
#[derive(Debug, Clone)]
pub struct External {
    /// The name.
    pub name: SmolStr,
    /// Its kind, where that is known.
    pub kind: Option<Kind>,
    /// Where it is said.
    pub place: Location,
}

/// Something that is defined and never used.
#[derive(Debug, Clone)]
pub struct Unused {
    /// What it is.
    pub what: UnusedKind,
    /// Its name.
    pub name: SmolStr,
    /// Where the name stands.
    pub place: Location,
    /// The whole definition.
    pub definition: Location,
}

/// What can be unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnusedKind {
    /// A `let`.
    Constant,
    /// A `template`.
    Template,
}

/// A file of an image beside its services: a cont-init script, the main program, the stage 2 hook.
#[derive(Debug, Clone)]
pub struct ContainerFile {
    /// Its path in the image, without the leading `/`.
    pub path: Utf8PathBuf,
    /// What it is.
    pub program: Program,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub place: Location,
}

impl<T> Placed<T> {
    /// A value at a place.
    #[must_use]
    pub fn new(value: T, place: Location) -> Self {
        Self { value, place }
    }
}

/// A name that one definition says of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name.
    pub name: SmolStr,
    /// Where it is said.
    pub place: Location,
    /// Who said it.
    pub origin: ReferenceOrigin,
}

/// Who said that one definition needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceOrigin {
    /// A person.
    Written,
    /// The target: s6-overlay services depend on `base` unless they say otherwise.
    Default,
    /// A statement that stands for several files, such as `log` or `prepare`.
    Expanded,
    /// A flat list, `dependencies` or `contents`, which is carried as it is.
    Flat,
}

/// Whether a definition only adds to what somebody else defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Extends {
    /// It does not: it has a `type`.
    #[default]
    Nothing,
    /// A definition of the same kind.
    Kind,
    /// A service; the kind that it is given here means nothing.
    Service,
}

/// One definition, as its source directory has it. Fields are named like the files.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name.
    pub name: SmolStr,
    /// Where the name is written.
    pub place: Location,
    /// The `use` and `for` that made it, the innermost last.
    pub uses: Vec<Location>,
    /// Whether a statement of it could not be read, so that what seems to be missing may not be.
    pub incomplete: bool,
    /// What people should know of it.
    pub documentation: Option<String>,
    /// Whether it only adds to what somebody else defines.
    pub extends: Extends,
    /// `type`
    pub kind: Kind,
    /// `dependencies.d`
    pub dependencies: Vec<Reference>,
    /// `contents.d`
    pub contents: Vec<Reference>,
    /// `producer-for`
    pub producer_for: Option<Reference>,
    /// `consumer-for`
    pub consumer_for: Vec<Reference>,
    /// `pipeline-name`
    pub pipeline_name: Option<Placed<SmolStr>>,
    /// `run`, `finish`, `up`, `down`, `reload`
    pub programs: Programs,
    /// `timeout-up` and the other numbers, in the unit of the file.
    pub numbers: Vec<(Number, Placed<u32>)>,
    /// `down-signal`, `reload-signal`
    pub signals: Vec<(Signal, Placed<SmolStr>)>,
    /// `flag-essential` and the others
    pub flags: Vec<(Flag, Location)>,
    /// Every other file, by its path below the definition's directory.
    pub files: Vec<(Utf8PathBuf, ExtraFile)>,
    /// The directory that it was read from, if it was.
    pub directory: Option<DirectoryFacts>,
}

/// The programs of a definition.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// `run` of a longrun
    pub run: Option<Program>,
    /// `finish` of a longrun
    pub finish: Option<Program>,
    /// `up` of a oneshot
    pub up: Option<Program>,
    /// `down` of a oneshot
    pub down: Option<Program>,
    /// `reload` of a oneshot
    pub reload: Option<Program>,
}

impl Programs {
    /// The programs that are there, with the names of their files.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Program)> {
        [("run", &self.run), ("finish", &self.finish), ("up", &self.up), ("down", &self.down), ("reload", &self.reload)]
            .into_iter()
            .filter_map(|(name, program)| program.as_ref().map(|program| (name, program)))
    }

    /// Sets the permission bits of these files.
    pub fn set_modes(&mut self, modes: &[(&str, u32)]) {
        let files = [
            ("run", &mut self.run),
            ("finish", &mut self.finish),
            ("up", &mut self.up),
            ("down", &mut self.down),
            ("reload", &mut self.reload),
        ];
        for (name, program) in files {
            if let (Some(program), Some((_, mode))) = (program, modes.iter().find(|(known, _)| *known == name)) {
                program.mode = *mode;
            }
        }
    }
}

/// A file that is only carried along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraFile {
    /// What it is.
    pub content: Extra,
    /// Where it was asked for.
    pub place: Location,
}

/// What a carried file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    /// Bytes and permission bits.
    File {
        /// The bytes.
        bytes: Vec<u8>,
        /// The permission bits.
        mode: u32,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Link(Utf8PathBuf),
}

impl Definition {
    /// A definition of which nothing but its name is known.
    #[must_use]
    pub fn new(name: SmolStr, kind: Kind, place: Location) -> Self {
        Self {
            name,
            place,
            uses: Vec::new(),
            incomplete: false,
            documentation: None,
            extends: Extends::Nothing,
            kind,
            dependencies: Vec::new(),
            contents: Vec::new(),
            producer_for: None,
            consumer_for: Vec::new(),
            pipeline_name: None,
            programs: Programs::default(),
            numbers: Vec::new(),
            signals: Vec::new(),
            flags: Vec::new(),
            files: Vec::new(),
            directory: None,
        }
    }

    /// The number in one of its files.
    #[must_use]
    pub fn number(&self, number: Number) -> Option<&Placed<u32>> {
        self.numbers.iter().find(|(which, _)| *which == number).map(|(_, value)| value)
    }

    /// The signal in one of its files.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> Option<&Placed<SmolStr>> {
        self.signals.iter().find(|(which, _)| *which == signal).map(|(_, value)| value)
    }

    /// Whether a file of that path is carried as it is, whatever else is said of it.
    #[must_use]
    pub fn carries(&self, path: &str) -> bool {
        self.files.iter().any(|(known, _)| known.as_str() == path)
    }

    /// Where a flag is set.
    #[must_use]
    pub fn flag(&self, flag: Flag) -> Option<Location> {
        self.flags.iter().find(|(which, _)| *which == flag).map(|(_, place)| *place)
    }
}
