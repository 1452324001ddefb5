//! A service as a person describes it: the definition so far, and the sugar that is still to be written out.

use std::collections::HashMap;

use camino::Utf8PathBuf;
use smol_str::SmolStr;

use crate::model::{Definition, Placed, Reference, TextMap};
use crate::source::Location;

/// A service before its sugar is expanded.
#[derive(Debug)]
pub struct Draft {
    /// What is said of it in s6-rc's own words.
    pub definition: Definition,
    /// `run`
    pub run: Option<ProgramDraft>,
    /// `finish`
    pub finish: Option<ProgramDraft>,
    /// `up`
    pub up: Option<ProgramDraft>,
    /// `down`
    pub down: Option<ProgramDraft>,
    /// `reload`
    pub reload: Option<ProgramDraft>,
    /// `depends-on none`: no dependency that the target adds.
    pub stands_alone: bool,
    /// `in`: the bundles that hold it.
    pub bundles: Vec<Reference>,
    /// What is set up around its programs.
    pub around: Around,
    /// `when`
    pub when: Option<Placed<Condition>>,
    /// `stop-on`
    pub stop_on: Vec<Placed<Death>>,
    /// `ready check`
    pub ready: Option<Placed<Ready>>,
    /// `log to`, one a destination
    pub logs: Vec<Placed<Log>>,
    /// `log through`
    pub logged: Option<Location>,
    /// `on-exit stop-container`
    pub stop_container: Option<Location>,
    /// `prepare`
    pub prepare: Option<ProgramDraft>,
    /// `cleanup`
    pub cleanup: Option<ProgramDraft>,
    /// `control-user`
    pub control_user: Option<Placed<SmolStr>>,
    /// `mode` in front of a program: the program's file, and its permission bits.
    pub modes: Vec<(&'static str, u32)>,
    /// What files that are carried as they are hold, by their paths.
    pub carried: Vec<(Utf8PathBuf, Bytes)>,
    /// The paths of files that were named, and where.
    pub taken: HashMap<Utf8PathBuf, Location>,
}

impl Draft {
    /// A draft of which nothing but the definition is known; boxed, as it is large and handed on.
    #[must_use]
    pub fn new(definition: Definition) -> Box<Self> {
        Box::new(Self {
            definition,
            run: None,
            finish: None,
            up: None,
            down: None,
            reload: None,
            stands_alone: false,
            bundles: Vec::new(),
            around: Around::default(),
            when: None,
            stop_on: Vec::new(),
            ready: None,
            logs: Vec::new(),
            logged: None,
            stop_container: None,
            prepare: None,
            cleanup: None,
            control_user: None,
            modes: Vec::new(),
            carried: Vec::new(),
            taken: HashMap::new(),
        })
    }
}

/// A program as it was written.
#[derive(Debug, Clone)]
pub struct ProgramDraft {
    /// The whole of it in the source.
    pub place: Location,
    /// What it is.
    pub kind: ProgramKind,
}

/// The ways to write a program.
#[derive(Debug, Clone)]
pub enum ProgramKind {
    /// `exec WORDS…`
    Exec(Vec<Word>),
    /// `INTERPRETER ARGUMENTS… """…"""`
    Script {
        /// The interpreter: a bare name for the target's idiom, a path for itself.
        interpreter: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// The text.
        body: Bytes,
    },
    /// `text """…"""` or `file "path"`: the content of the file as it is.
    Verbatim(Bytes),
}

/// Bytes and where they come from.
#[derive(Debug, Clone)]
pub struct Bytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their places.
    pub map: TextMap,
}

/// One word of an `exec`; it stays one argument.
#[derive(Debug, Clone)]
pub struct Word {
    /// Where it stands.
    pub place: Location,
    /// What it is made of.
    pub pieces: Vec<WordPiece>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordPiece {
    /// These bytes; no NUL is among them.
    Bytes(Vec<u8>),
    /// The value of an environment variable.
    Variable {
        /// Its name.
        name: SmolStr,
        /// What it becomes where it is unset or empty.
        otherwise: Otherwise,
    },
}

/// What an unset or empty variable becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// The empty string.
    Empty,
    /// This.
    Default(Vec<u8>),
    /// The program does not start, and this is said on stderr.
    Refuse(Vec<u8>),
}

/// What is set up around a program, in the order of the fields.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// `env-file`
    pub env_files: Vec<Placed<Word>>,
    /// `env`
    pub env: Vec<(SmolStr, Placed<Word>)>,
    /// `cwd`
    pub cwd: Option<Placed<Word>>,
    /// `umask`, in octal
    pub umask: Option<Placed<u32>>,
    /// `limit`: the resource and its value
    pub limits: Vec<(Placed<SmolStr>, Placed<SmolStr>)>,
    /// `nice`
    pub nice: Option<Placed<i32>>,
    /// `redirect`
    pub redirects: Vec<Placed<Redirect>>,
    /// `user`
    pub user: Option<Placed<User>>,
}

impl Around {
    /// Whether nothing is set up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.env_files.is_empty()
            && self.env.is_empty()
            && self.cwd.is_none()
            && self.umask.is_none()
            && self.limits.is_empty()
            && self.nice.is_none()
            && self.redirects.is_empty()
            && self.user.is_none()
    }
}

/// `redirect`
#[derive(Debug, Clone)]
pub struct Redirect {
    /// The descriptor: 1 or 2.
    pub fd: u32,
    /// Where it goes.
    pub to: RedirectTarget,
}

/// Where a descriptor goes.
#[derive(Debug, Clone)]
pub enum RedirectTarget {
    /// To a file, at its end.
    File(Word),
    /// To another descriptor.
    Fd(u32),
}

/// `user`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// A name; HOME, USER and LOGNAME are its own, supplementary groups too.
    Name(SmolStr),
    /// Numbers, as `1000:1000`, with supplementary groups behind.
    Ids {
        /// The user.
        uid: u32,
        /// The group.
        gid: u32,
        /// The supplementary groups.
        groups: Vec<u32>,
    },
}

/// `when`
#[derive(Debug, Clone)]
pub enum Condition {
    /// `env NAME`: one of 1, true, yes, on, in any case.
    Truthy(SmolStr),
    /// `env NAME = VALUE`
    Equals(SmolStr, Vec<u8>),
    /// `path PATH`: it exists.
    Path(Word),
    /// `command PROGRAM`: it exits 0.
    Command(Box<ProgramDraft>),
    /// Both.
    And(Vec<Condition>),
    /// One of them.
    Or(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
}

/// A death after which a service stays down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// This exit code.
    Exit(u8),
    /// This signal.
    Signal(u8),
}

/// `ready check`
#[derive(Debug, Clone)]
pub struct Ready {
    /// What answers 0 when the service is ready.
    pub check: ProgramDraft,
    /// Milliseconds between two tries.
    pub interval: Option<u32>,
    /// Milliseconds for one try.
    pub check_timeout: Option<u32>,
    /// Milliseconds for all.
    pub timeout: Option<u32>,
    /// The number of tries.
    pub tries: Option<u32>,
}

/// `log to`: one destination, and how lines get there.
#[derive(Debug, Clone)]
pub struct Log {
    /// Where lines go.
    pub to: LogTarget,
    /// Old files that are kept.
    pub keep: Option<u32>,
    /// Bytes after which a file is rotated.
    pub rotate_at: Option<u32>,
    /// How lines are stamped.
    pub timestamp: Option<Timestamp>,
    /// `select` and `deselect`, in order: whether lines that match are kept, and the expression.
    pub filters: Vec<(bool, SmolStr)>,
    /// Who the logger runs as.
    pub user: Option<Placed<User>>,
}

/// Where lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogTarget {
    /// A directory that s6-log writes, by its absolute path.
    Directory(SmolStr),
    /// The logger's standard output, which is the container's.
    Stdout,
}

/// How log lines are stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// TAI64N, s6-log's `t`.
    Tai64n,
    /// ISO 8601 in local time, s6-log's `T`.
    Iso8601,
    /// None.
    None,
}
