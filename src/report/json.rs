//! `--format json`: one document, described by `docs/diagnostics.schema.json`.
//!
//! [`VERSION`] grows when a member goes or changes its meaning; members may be added without that.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Edit, Fix, Label, Safety, Severity};
use crate::report::encode::Content;
use crate::report::position::Position;
use crate::report::snippet::is_unsafe;
use crate::report::{Found, Set, of_severity};
use crate::source::{Location, SourceMap};

/// The version of the document's form.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    hermesc: &'static str,
    sets: Vec<SetPart<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct SetPart<'a> {
    roots: &'a [Utf8PathBuf],
    target: Option<&'a str>,
    failure: Option<&'a str>,
    summary: Counts,
    diagnostics: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Summary {
    sets: usize,
    failures: usize,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize, Default, Clone, Copy)]
struct Counts {
    files: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    notes: &'a [String],
    explain: String,
    labels: Vec<LabelPart<'a>>,
    related: Vec<LabelPart<'a>>,
    fixes: Vec<FixPart<'a>>,
}

#[derive(Serialize)]
struct LabelPart<'a> {
    text: &'a str,
    place: Place,
}

#[derive(Serialize)]
struct Place {
    path: Utf8PathBuf,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct FixPart<'a> {
    title: &'a str,
    safety: Safety,
    edits: Vec<EditPart<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum EditPart<'a> {
    Replace { place: Place, with: Content },
    SetMode { path: &'a Utf8PathBuf, mode: String },
    Create { path: &'a Utf8PathBuf, content: Content, mode: String },
    Remove { path: &'a Utf8PathBuf },
}

/// The document for some service sets, with a newline at its end.
#[must_use]
pub fn json(sets: &[Set<'_>]) -> String {
    let parts: Vec<SetPart<'_>> = sets.iter().map(part).collect();
    let mut counts = Counts::default();
    for part in &parts {
        counts.files += part.summary.files;
        counts.errors += part.summary.errors;
        counts.warnings += part.summary.warnings;
        counts.hints += part.summary.hints;
    }
    let failures = parts.iter().filter(|part| part.failure.is_some()).count();
    let document = Document {
        format: "hermesc-diagnostics",
        version: VERSION,
        hermesc: env!("CARGO_PKG_VERSION"),
        summary: Summary { sets: parts.len(), failures, counts },
        sets: parts,
    };
    text(&document)
}

/// A document, indented, with a newline at its end.
pub(crate) fn text(document: &impl Serialize) -> String {
    // Strings, numbers and lists of them: nothing here that JSON cannot say.
    escaped(serde_json::to_string_pretty(document).unwrap_or_default()) + "\n"
}

/// The same document, with escapes for what JSON does not need to escape, but a terminal may obey, or what changes the order of
/// text. It stands in strings only.
pub(crate) fn escaped(json: String) -> String {
    let escaped = |char: char| if is_unsafe(char) { format!("\\u{:04x}", u32::from(char)) } else { char.to_string() };
    if json.contains(is_unsafe) { json.chars().map(escaped).collect() } else { json }
}

fn part<'a>(set: &'a Set<'_>) -> SetPart<'a> {
    match &set.found {
        Ok(Found { target, diagnostics, sources }) => SetPart {
            roots: set.roots,
            target: Some(target),
            failure: None,
            summary: Counts {
                files: sources.iter().count(),
                errors: of_severity(diagnostics, Severity::Error),
                warnings: of_severity(diagnostics, Severity::Warning),
                hints: of_severity(diagnostics, Severity::Hint),
            },
            diagnostics: diagnostics.iter().map(|diagnostic| problem(diagnostic, sources)).collect(),
        },
        Err(failure) => SetPart {
            roots: set.roots,
            target: None,
            failure: Some(failure),
            summary: Counts::default(),
            diagnostics: Vec::new(),
        },
    }
}

fn problem<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Problem<'a> {
    let home = diagnostic.location().map(|location| location.file);
    let part = |label: &'a Label| Some(LabelPart { text: &label.text, place: place(label.location, sources)? });
    let (labels, related): (Vec<&Label>, Vec<&Label>) =
        diagnostic.labels.iter().partition(|label| Some(label.location.file) == home);
    Problem {
        code: diagnostic.rule.id,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        notes: &diagnostic.notes,
        explain: format!("hermesc explain {}", diagnostic.rule.id),
        labels: labels.into_iter().filter_map(part).collect(),
        related: related.into_iter().filter_map(part).collect(),
        fixes: diagnostic.fixes.iter().map(|fix| fix_part(fix, sources)).collect(),
    }
}

fn place(location: Location, sources: &SourceMap) -> Option<Place> {
    let source = sources.get(location.file)?;
    let at = |offset| Position::new(source, offset);
    Some(Place { path: source.path.clone(), start: at(location.span.start), end: at(location.span.end) })
}

fn fix_part<'a>(fix: &'a Fix, sources: &SourceMap) -> FixPart<'a> {
    let edit = |edit: &'a Edit| {
        Some(match edit {
            Edit::Replace { location, with } => {
                EditPart::Replace { place: place(*location, sources)?, with: Content::new(with) }
            }
            Edit::SetMode { path, mode } => EditPart::SetMode { path, mode: octal(*mode) },
            Edit::Create { path, bytes, mode } => {
                EditPart::Create { path, content: Content::new(bytes), mode: octal(*mode) }
            }
            Edit::Remove { path } => EditPart::Remove { path },
        })
    };
    FixPart { title: &fix.title, safety: fix.safety, edits: fix.edits.iter().filter_map(edit).collect() }
}

/// Permission bits as chmod(1) takes them.
fn octal(mode: u32) -> String {
    format!("{mode:04o}")
}
