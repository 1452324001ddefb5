//! Problems as the protocol has them.

use std::collections::{BTreeMap, HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};
use lsp_types::{
    CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location as Link, NumberOrString, Position, Range,
};

use serde_json::json;

use crate::compile::Checked;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lsp::documents::Documents;
use crate::lsp::position::Lines;
use crate::lsp::sets::Set;
use crate::resolve::normal;
use crate::source::{FileId, Location};

/// Problems by the path of their file; files without any are there too.
pub(super) type ByFile = BTreeMap<Utf8PathBuf, Vec<Shown>>;

/// Codes of what can be taken away.
const UNNECESSARY: &[&str] =
    &["unused-let", "unused-template", "unused-extern", "unused-allow", "redundant-dependency"];

/// Places of the files of one set.
pub(super) struct Places<'s> {
    checked: &'s Checked,
    documents: &'s Documents,
    lines: HashMap<FileId, Lines<'s>>,
}

impl<'s> Places<'s> {
    pub(super) fn new(checked: &'s Checked, documents: &'s Documents) -> Self {
        Self { checked, documents, lines: HashMap::new() }
    }

    /// The place in its file.
    pub(super) fn range(&mut self, location: Location) -> Range {
        let Some(source) = self.checked.sources.get(location.file) else { return Range::default() };
        let encoding = self.documents.encoding;
        self.lines.entry(location.file).or_insert_with(|| Lines::new(&source.bytes, encoding)).range(location.span)
    }

    /// The place with its file.
    pub(super) fn link(&mut self, location: Location) -> Option<Link> {
        let uri = self.documents.uri(self.checked.sources.path(location.file))?;
        Some(Link::new(uri, self.range(location)))
    }

    /// A problem.
    pub(super) fn show(&mut self, diagnostic: &Diagnostic) -> Shown {
        let mut message = diagnostic.message.clone();
        let own = diagnostic.labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
        let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
        let lines = own.map(str::to_owned).into_iter().chain(help);
        for line in lines.chain(diagnostic.notes.iter().map(|note| format!("note: {note}"))) {
            message.push('\n');
            message.push_str(&line);
        }
        let related: Vec<_> = diagnostic
            .labels
            .iter()
            .skip(1)
            .filter_map(|label| {
                let location = self.link(label.location)?;
                Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
            })
            .collect();
        let tags = if UNNECESSARY.contains(&diagnostic.rule.id) {
            Some(vec![DiagnosticTag::UNNECESSARY])
        } else {
            diagnostic.rule.id.starts_with("deprecated-").then(|| vec![DiagnosticTag::DEPRECATED])
        };
        Shown {
            range: diagnostic.location().map(|location| self.range(location)).unwrap_or_default(),
            severity: Some(match diagnostic.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Hint => DiagnosticSeverity::HINT,
            }),
            code: Some(NumberOrString::String(diagnostic.rule.id.to_owned())),
            code_description: explanation(diagnostic.rule.id),
            data: (!diagnostic.fixes.is_empty()).then(|| {
                let titles: Vec<&str> = diagnostic.fixes.iter().map(|fix| fix.title.as_str()).collect();
                json!({ "fixes": titles })
            }),
            source: Some("hermesc".to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            tags,
        }
    }
}

/// Where a rule is explained.
fn explanation(id: &str) -> Option<CodeDescription> {
    let href = format!("https://docs.rs/crate/hermesc/{}/source/docs/rules.md#{id}", env!("CARGO_PKG_VERSION"));
    href.parse().ok().map(|href| CodeDescription { href })
}

/// By what a problem is known: its place, its code and what it says.
type Key = (Range, Option<NumberOrString>, String);

fn key(shown: &Shown) -> Key {
    (shown.range, shown.code.clone(), shown.message.clone())
}

/// The problems of a set; what has no place is told at the start of its first file.
fn of_set(set: &Set, documents: &Documents, all: &mut ByFile) {
    // Files may be in several sets; within one, no problem is told twice.
    let others: HashMap<Utf8PathBuf, HashSet<Key>> =
        all.iter().map(|(path, shown)| (path.clone(), shown.iter().map(key).collect())).collect();
    let mut add = |path: &Utf8Path, shown: Option<Shown>| {
        let path = normal(path);
        let known = others.get(&path);
        let shown = shown.filter(|shown| known.is_none_or(|known| !known.contains(&key(shown))));
        all.entry(path).or_default().extend(shown);
    };
    let failed = |message: String, position: Position| Shown {
        range: Range::new(position, position),
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some("hermesc".to_owned()),
        message,
        ..Shown::default()
    };
    if let Some(error) = &set.config {
        let narrow = |number: usize| u32::try_from(number.saturating_sub(1)).unwrap_or_default();
        let position = error.place.map_or(Position::default(), |(line, column)| {
            // Columns count characters, which are UTF-16 units in all that hermesc.toml has a meaning for.
            Position::new(narrow(line), narrow(column))
        });
        add(&error.path, Some(failed(error.message.clone(), position)));
    }
    let checked = match &set.checked {
        Ok(checked) => checked,
        Err((path, error)) => return add(path, Some(failed(format!("cannot be read: {error}"), Position::default()))),
    };
    for (_, source) in checked.sources.iter() {
        add(&source.path, None);
    }
    let first = set.roots.first().map_or(Utf8Path::new(""), Utf8PathBuf::as_path);
    let first = checked.sources.iter().next().map_or(first, |(_, source)| &source.path);
    let mut places = Places::new(checked, documents);
    for diagnostic in &checked.diagnostics {
        let path = diagnostic.location().map_or(first, |location| checked.sources.path(location.file));
        add(path, Some(places.show(diagnostic)));
    }
}

/// The problems of all sets, and of every open text where there are none.
pub(super) fn by_file(sets: &[Set], documents: &Documents) -> ByFile {
    let mut all = ByFile::new();
    for set in sets {
        of_set(set, documents, &mut all);
    }
    for (path, _) in documents.iter() {
        all.entry(path.to_owned()).or_default();
    }
    all
}
