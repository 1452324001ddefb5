//! The statement table: every keyword of the language, where it stands, what it takes, and the file that it writes.
//!
//! What the resolver accepts, the reference documents and an editor completes is this table.

mod elsewhere;
mod options;

pub use elsewhere::elsewhere;
pub use options::{LOG_OPTIONS, READY_OPTIONS, StatementOption, options};

use crate::s6rc::target::Tool;

/// Where a statement may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In a `longrun`.
    Longrun,
    /// In a `oneshot`.
    Oneshot,
    /// In a `bundle`.
    Bundle,
    /// In `main`.
    Main,
    /// In a `cont-init` or a `stage2-hook`.
    Script,
}

impl Place {
    /// With its article, as people say it.
    #[must_use]
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Longrun => "a longrun",
            Self::Oneshot => "a oneshot",
            Self::Bundle => "a bundle",
            Self::Main => "the main program",
            Self::Script => "a container script",
        }
    }
}

/// One statement of the language.
#[derive(Debug)]
pub struct Statement {
    /// The keyword.
    pub keyword: &'static str,
    /// Where it may stand.
    pub places: &'static [Place],
    /// How it is written.
    pub form: &'static str,
    /// What it writes into the service's directory.
    pub writes: &'static str,
    /// What it means.
    pub about: &'static str,
    /// The tool and version that first knew it, where that is recorded.
    pub since: Option<(Tool, [u16; 4])>,
    /// Whether it may stand more than once in one definition.
    pub repeats: bool,
}

/// The keywords that begin a definition, and how each is written.
pub const DEFINITIONS: &[(&str, &str)] = &[
    ("target", "target s6-overlay 3.2.3.2"),
    ("umask", "umask 002"),
    ("let", "let NAME = \"VALUE\""),
    ("include", "include \"PATH\""),
    ("extern", "extern oneshot NAME, …"),
    ("longrun", "longrun NAME { … }"),
    ("oneshot", "oneshot NAME { … }"),
    ("bundle", "bundle NAME { MEMBER, … }"),
    ("extend", "extend bundle NAME { … }"),
    ("pipeline", "pipeline NAME = PRODUCER, … | CONSUMER"),
    ("template", "template NAME(PARAMETER, …) { … }"),
    ("use", "use TEMPLATE(\"VALUE\", …)"),
    ("for", "for NAME in [\"VALUE\", …] { … }"),
    ("main", "main { run exec … }"),
    ("cont-init", "cont-init NAME { run sh \"\"\"…\"\"\" }"),
    ("stage2-hook", "stage2-hook { run sh \"\"\"…\"\"\" }"),
    ("raw", "raw \"PATH\" CONTENT"),
];

const LONGRUN: &[Place] = &[Place::Longrun];
const ONESHOT: &[Place] = &[Place::Oneshot];
const SERVICE: &[Place] = &[Place::Longrun, Place::Oneshot];
const FLAGGED: &[Place] = &[Place::Longrun, Place::Oneshot, Place::Bundle];
const STARTED: &[Place] = &[Place::Longrun, Place::Main, Place::Script];
const AROUND: &[Place] = &[Place::Longrun, Place::Oneshot, Place::Main, Place::Script];

const fn statement(
    keyword: &'static str,
    places: &'static [Place],
    form: &'static str,
    writes: &'static str,
    about: &'static str,
) -> Statement {
    Statement { keyword, places, form, writes, about, since: None, repeats: false }
}

const fn since(mut statement: Statement, tool: Tool, version: [u16; 4]) -> Statement {
    statement.since = Some((tool, version));
    statement
}

const fn repeats(mut statement: Statement) -> Statement {
    statement.repeats = true;
    statement
}

/// Every statement.
pub const STATEMENTS: &[Statement] = &[
    // Programs
    statement("run", STARTED, "run PROGRAM", "run", "The program that is supervised; it must stay in the foreground."),
    statement(
        "finish",
        LONGRUN,
        "finish PROGRAM",
        "finish",
        "Runs after each death of `run`; exit code 125 means: do not start it again.",
    ),
    statement(
        "up",
        ONESHOT,
        "up PROGRAM",
        "up",
        "Brings the service up. With `exec` it is one command line, with a shell a script.",
    ),
    statement("down", ONESHOT, "down PROGRAM", "down", "Brings the service down; nothing happens where it is missing."),
    since(
        statement("reload", ONESHOT, "reload PROGRAM", "reload", "Runs on `s6-rc reload`."),
        Tool::S6Rc,
        [0, 7, 0, 0],
    ),
    // Order
    repeats(statement(
        "depends-on",
        SERVICE,
        "depends-on NAME, … | none",
        "dependencies.d/NAME",
        "What must be up before this one starts. `none` drops the dependency on `base` that s6-overlay services have.",
    )),
    repeats(statement(
        "in",
        SERVICE,
        "in BUNDLE, …",
        "contents.d/NAME of the bundle",
        "Puts the service into bundles; the same as naming it there.",
    )),
    // Numbers
    statement(
        "timeout-up",
        SERVICE,
        "timeout-up DURATION | never",
        "timeout-up",
        "How long the start may take before it has failed. Without it: for ever.",
    ),
    statement(
        "timeout-down",
        SERVICE,
        "timeout-down DURATION | never",
        "timeout-down",
        "How long the stop may take before it has failed. Without it: for ever.",
    ),
    statement(
        "timeout-kill",
        LONGRUN,
        "timeout-kill DURATION | never",
        "timeout-kill",
        "How long after the down signal SIGKILL follows. Without it: never.",
    ),
    statement(
        "timeout-finish",
        LONGRUN,
        "timeout-finish DURATION | never",
        "timeout-finish",
        "How long `finish` may run before it is killed. Without it: 5s.",
    ),
    statement(
        "notification-fd",
        LONGRUN,
        "notification-fd NUMBER",
        "notification-fd",
        "The descriptor on which the program writes a newline when it is ready.",
    ),
    since(
        statement(
            "lock-fd",
            LONGRUN,
            "lock-fd NUMBER",
            "lock-fd",
            "The descriptor of a lock that is held while the process lives.",
        ),
        Tool::S6,
        [2, 11, 0, 0],
    ),
    statement(
        "max-death-tally",
        LONGRUN,
        "max-death-tally NUMBER",
        "max-death-tally",
        "How many deaths s6-supervise remembers, at most 4096. Without it: 100.",
    ),
    statement(
        "down-signal",
        LONGRUN,
        "down-signal SIGNAL",
        "down-signal",
        "The signal that stops the process. Without it: SIGTERM.",
    ),
    since(
        statement(
            "reload-signal",
            LONGRUN,
            "reload-signal SIGNAL",
            "reload-signal",
            "The signal that reloads the process. Without it: SIGHUP.",
        ),
        Tool::S6,
        [2, 15, 1, 0],
    ),
    // Flags
    statement(
        "flag-essential",
        FLAGGED,
        "flag-essential",
        "flag-essential",
        "`s6-rc -d change` leaves the service up; only -D stops it.",
    ),
    since(
        statement(
            "flag-recommended",
            FLAGGED,
            "flag-recommended",
            "flag-recommended",
            "A newly made set starts with the service enabled.",
        ),
        Tool::S6Rc,
        [0, 6, 0, 0],
    ),
    statement(
        "flag-timeout-killpg",
        LONGRUN,
        "flag-timeout-killpg",
        "flag-timeout-killpg",
        "The SIGKILL of `timeout-kill` goes to the whole process group.",
    ),
    since(
        statement(
            "flag-newpidns",
            LONGRUN,
            "flag-newpidns",
            "flag-newpidns",
            "The process starts in a PID namespace of its own (Linux).",
        ),
        Tool::S6,
        [2, 13, 1, 0],
    ),
    // Files
    repeats(statement(
        "data",
        LONGRUN,
        "data PATH CONTENT",
        "data/PATH",
        "A file below `data/`, which s6 never touches.",
    )),
    repeats(statement(
        "envdir",
        LONGRUN,
        "envdir PATH CONTENT",
        "env/PATH",
        "A file below `env/`, as s6-envdir reads it.",
    )),
    repeats(statement(
        "instance-template",
        LONGRUN,
        "instance-template PATH CONTENT",
        "template/PATH",
        "A file below `template/`, from which s6-instance-create makes instances.",
    )),
    repeats(statement(
        "raw",
        FLAGGED,
        "raw PATH CONTENT",
        "PATH",
        "Any file, as it is: what the language has no word for.",
    )),
    // Around a program
    statement(
        "user",
        AROUND,
        "user NAME | UID:GID",
        "run",
        "Drops to that user, with HOME, USER and LOGNAME set; skipped where the process is not root.",
    ),
    repeats(statement("env", AROUND, "env NAME = VALUE", "run", "Sets a variable.")),
    repeats(statement("env-file", AROUND, "env-file PATH", "run", "Reads variables from a file.")),
    statement("cwd", AROUND, "cwd PATH", "run", "The working directory."),
    statement("umask", AROUND, "umask OCTAL", "run", "The file creation mask."),
    repeats(statement("limit", AROUND, "limit RESOURCE VALUE", "run", "A resource limit.")),
    statement("nice", AROUND, "nice NUMBER", "run", "The scheduling priority."),
    repeats(statement("redirect", AROUND, "redirect stdout|stderr to PATH", "run", "Where output goes.")),
    // Sugar
    statement(
        "when",
        SERVICE,
        "when CONDITION",
        "run, finish | up, down",
        "Runs only where the condition holds; a longrun then stays down, a oneshot is skipped.",
    ),
    repeats(statement(
        "stop-on",
        LONGRUN,
        "stop-on exit CODE, … | signal SIGNAL, …",
        "finish",
        "Deaths after which the service stays down.",
    )),
    statement(
        "ready",
        LONGRUN,
        "ready fd NUMBER | check PROGRAM | { check PROGRAM; … }",
        "notification-fd, data/check",
        "When the service counts as ready.",
    ),
    repeats(statement(
        "log",
        LONGRUN,
        "log to DIRECTORY | stdout { … } | through LOGGER",
        "a logger and its pipeline",
        "Where the output goes, with rotation.",
    )),
    statement(
        "on-exit",
        LONGRUN,
        "on-exit stop-container",
        "finish",
        "The death of this service stops the container, with its exit code.",
    ),
    statement("prepare", LONGRUN, "prepare PROGRAM", "a oneshot before it", "Runs once, as root, before the service."),
    statement(
        "cleanup",
        LONGRUN,
        "cleanup PROGRAM",
        "down of that oneshot",
        "Runs once, as root, when the service was brought down and its oneshot is.",
    ),
    statement(
        "control-user",
        LONGRUN,
        "control-user NAME",
        "run",
        "The user whose group may look at the service and control it, from its first start on.",
    ),
];

impl Statement {
    /// Where it may stand, as people say it: "a longrun or a oneshot".
    #[must_use]
    pub fn homes(&self) -> String {
        let places: Vec<&str> = self.places.iter().map(|place| place.with_article()).collect();
        match places.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            places => places.concat(),
        }
    }
}

/// How a statement or an option is written; empty where there is none of that keyword.
#[must_use]
pub fn form(keyword: &str) -> &'static str {
    let option = || LOG_OPTIONS.iter().chain(READY_OPTIONS).find(|option| option.keyword == keyword);
    find(keyword).map(|known| known.form).or_else(|| option().map(|option| option.form)).unwrap_or_default()
}

/// The statement of that keyword.
#[must_use]
pub fn find(keyword: &str) -> Option<&'static Statement> {
    STATEMENTS.iter().find(|statement| statement.keyword == keyword)
}
