//! A problem as data: what is wrong, where, why it matters, how to mend it. Rendering is [`crate::report`]'s.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::rules::Rule;
use crate::source::Location;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A matter of style.
    Hint,
    /// It works, and will surprise.
    Warning,
    /// It cannot compile or cannot start.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub location: Location,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// A change that mends a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "rename to `db`".
    pub title: String,
    /// The changes, to be applied together.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without being asked for one by one.
    pub safety: Safety,
}

/// Whether a fix keeps the meaning that its author had in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Sure: `--fix` applies it.
    Safe,
    /// A guess that a person should look at.
    Suggested,
}

/// One change to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Puts bytes in the place of a span.
    Replace {
        /// What goes.
        location: Location,
        /// What comes.
        with: Vec<u8>,
    },
    /// Sets a file's permission bits.
    SetMode {
        /// The file.
        path: Utf8PathBuf,
        /// The bits.
        mode: u32,
    },
    /// Makes a file that is not there yet, and the directories above it.
    Create {
        /// The file.
        path: Utf8PathBuf,
        /// Its content.
        bytes: Vec<u8>,
        /// Its permission bits.
        mode: u32,
    },
    /// Removes a file.
    Remove {
        /// The file.
        path: Utf8PathBuf,
    },
}

/// One problem.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The rule that found it: its id is the stable code.
    pub rule: &'static Rule,
    /// How bad it is; the rule's own severity unless somebody set another.
    pub severity: Severity,
    /// One sentence that says what is wrong, enough if only one line can be shown.
    pub message: String,
    /// The places; the first is the problem's own.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Changes that mend it.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A problem found by `rule`, with no place yet.
    #[must_use]
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Adds a place; the first one added is the problem's own.
    #[must_use]
    pub fn at(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label { location, text: text.into() });
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says something more.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Carries a change that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The problem's own place.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        self.labels.first().map(|label| label.location)
    }
}

impl Fix {
    /// A fix that puts `with` in the place of `location`.
    #[must_use]
    pub fn replace(title: impl Into<String>, location: Location, with: impl Into<Vec<u8>>, safety: Safety) -> Self {
        Self { title: title.into(), edits: vec![Edit::Replace { location, with: with.into() }], safety }
    }
}

/// Puts diagnostics into the order in which they are shown: by file, by place, then by code; the same one twice is dropped.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| (diagnostic.location(), diagnostic.rule.id);
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
    diagnostics.dedup_by(|a, b| key(a) == key(b) && a.message == b.message);
}

/// The number of errors among them.
#[must_use]
pub fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// For names above this many bytes no other one is proposed: to compare two takes the product of their lengths.
const MAX_GUESSED_NAME: usize = 128;

/// Unknown names are compared with others about so often in one run: each is compared with all that there are.
const MAX_COMPARISONS: usize = 500_000;

/// How often names were compared.
#[derive(Debug, Default)]
pub struct Guesses(usize);

impl Guesses {
    /// Whether one more name may be compared with so many; the first one may.
    pub fn may(&mut self, candidates: usize) -> bool {
        let may = self.0 < MAX_COMPARISONS;
        self.0 = self.0.saturating_add(candidates);
        may
    }
}

/// The name in `candidates` that a person most likely meant by `name`, if exactly one is near enough
/// (at most a third of the characters differ).
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_GUESSED_NAME {
        return None;
    }
    let limit = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > limit * 4 {
            continue;
        }
        let distance = strsim::damerau_levenshtein(name, candidate);
        if distance == 0 || distance > limit {
            continue;
        }
        match best {
            Some((least, known)) if distance == least => tie |= known != candidate,
            Some((least, _)) if distance > least => {}
            _ => (best, tie) = (Some((distance, candidate)), false),
        }
    }
    best.filter(|_| !tie).map(|(_, candidate)| candidate)
}
