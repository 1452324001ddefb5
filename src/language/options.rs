//! The options between the braces of a statement.

/// An option between the braces of a statement.
#[derive(Debug)]
pub struct StatementOption {
    /// The keyword.
    pub keyword: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Whether it may stand more than once.
    pub repeats: bool,
}

const fn option(keyword: &'static str, form: &'static str, about: &'static str) -> StatementOption {
    StatementOption { keyword, form, about, repeats: false }
}

/// The options of `log to`.
pub const LOG_OPTIONS: &[StatementOption] = &[
    option("keep", "keep NUMBER", "How many old files are kept; 20 where nothing is said."),
    option("rotate-at", "rotate-at SIZE", "The size at which a file becomes an old one; 1MB where nothing is said."),
    option(
        "timestamp",
        "timestamp iso8601 | tai64n | none",
        "What stands before each line; iso8601 in files where nothing is said.",
    ),
    option("user", "user NAME | UID:GID", "Who writes the files, and makes the directory."),
    StatementOption {
        repeats: true,
        ..option("select", "select \"REGEX\"", "Lines that match are written; the first one leaves all others out.")
    },
    StatementOption { repeats: true, ..option("deselect", "deselect \"REGEX\"", "Lines that match are left out.") },
];

/// The options of `ready`.
pub const READY_OPTIONS: &[StatementOption] = &[
    option("check", "check PROGRAM", "What exits 0 when the service is ready."),
    option("interval", "interval DURATION", "The time between two checks; 1s where nothing is said."),
    option("check-timeout", "check-timeout DURATION", "How long one check may take; no limit where nothing is said."),
    option("timeout", "timeout DURATION", "How long the service is asked at all; no limit where nothing is said."),
    option("tries", "tries NUMBER", "How often it is asked; no limit where nothing is said."),
];

/// The options of the statement of that keyword.
#[must_use]
pub fn options(keyword: &str) -> &'static [StatementOption] {
    match keyword {
        "log" => LOG_OPTIONS,
        "ready" => READY_OPTIONS,
        _ => &[],
    }
}
