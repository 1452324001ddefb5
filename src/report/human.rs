//! Diagnostics for people, through miette.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::report::count;
use crate::report::snippet::{MAX_MARKED_LINE, Shown, safe_line, safe_text};
use crate::source::{FileId, SourceMap};

/// How diagnostics are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// With characters outside ASCII.
    pub unicode: bool,
    /// In so many columns.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// Hints of one rule above this many are only counted: nobody reads the fiftieth.
const HINTS: usize = 3;

/// Draws diagnostics, one after the other.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme { characters: miette::ThemeCharacters::ascii(), ..GraphicalTheme::unicode() },
        (false, false) => GraphicalTheme::none(),
    };
    if !style.unicode {
        theme.characters = miette::ThemeCharacters::ascii();
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1)
        // Names with a hyphen, and paths, stay whole.
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut shown: HashMap<FileId, Arc<Shown>> = HashMap::new();
    let mut out = String::new();
    let mut hints: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        if diagnostic.severity == Severity::Hint {
            let number = hints.entry(diagnostic.rule.id).or_default();
            *number += 1;
            if *number > HINTS {
                continue;
            }
        }
        let view = View::new(diagnostic, sources, &mut shown, style.unicode);
        // Writing to a string cannot fail; a source that cannot be shown leaves the message.
        if handler.render_report(&mut out, &view).is_err() {
            out.push_str(&view.message);
        }
        out.push('\n');
    }
    for (id, number) in hints.into_iter().filter(|(_, number)| *number > HINTS) {
        let more = count(number - HINTS, "more hint");
        out.push_str(&format!("{more} of `{id}`: `--format short` shows all, `--allow {id}` none\n\n"));
    }
    out
}

/// A diagnostic, or what it says of another file, as miette wants it: one source each.
#[derive(Debug)]
struct View {
    code: Option<&'static str>,
    severity: Severity,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<Arc<Shown>>,
    related: Vec<View>,
}

impl View {
    fn new(
        diagnostic: &Diagnostic,
        sources: &SourceMap,
        shown: &mut HashMap<FileId, Arc<Shown>>,
        unicode: bool,
    ) -> Self {
        let home = diagnostic.location().map(|location| location.file);
        let mut files: Vec<FileId> = Vec::new();
        for label in &diagnostic.labels {
            if !files.contains(&label.location.file) {
                files.push(label.location.file);
            }
        }
        let mut shown_file = |file: FileId| {
            let source = sources.get(file).filter(|source| !source.bytes.is_empty())?;
            Some(Arc::clone(shown.entry(file).or_insert_with(|| Arc::new(Shown::new(source)))))
        };
        let labels_in = |file: FileId| -> Vec<LabeledSpan> {
            let labels = diagnostic.labels.iter().filter(|label| label.location.file == file);
            let source = sources.get(file).map_or(&[][..], |source| &source.bytes);
            labels.enumerate().map(|(at, label)| spanned(label, source, at == 0 && Some(file) == home)).collect()
        };
        let related = files
            .iter()
            .filter(|file| Some(**file) != home)
            .map(|file| {
                let text = diagnostic
                    .labels
                    .iter()
                    .find(|label| label.location.file == *file)
                    .map_or("", |label| label.text.as_str());
                View {
                    code: None,
                    severity: Severity::Hint,
                    message: safe_line(&format!("{}: {text}", sources.path(*file))),
                    help: None,
                    labels: labels_in(*file),
                    source: shown_file(*file),
                    related: Vec::new(),
                }
            })
            .collect();
        let mut message = safe_line(&diagnostic.message);
        let source = home.and_then(&mut shown_file);
        if source.is_none()
            && let Some(file) = home
        {
            message = format!("{}: {message}", safe_line(sources.path(file).as_str()));
        }
        // What hermesc says itself, where a terminal has no more than ASCII.
        let said = |text: &str| {
            let text = safe_text(text);
            if unicode { text } else { text.replace('→', "->").replace('…', "...") }
        };
        let mut help: Vec<String> = diagnostic.help.iter().map(|text| said(text)).collect();
        help.extend(diagnostic.notes.iter().map(|note| format!("note: {}", said(note))));
        View {
            code: Some(diagnostic.rule.id),
            severity: diagnostic.severity,
            message,
            help: (!help.is_empty()).then(|| help.join("\n")),
            labels: if source.is_some() { home.map(labels_in).unwrap_or_default() } else { Vec::new() },
            source,
            related,
        }
    }
}

fn spanned(label: &Label, source: &[u8], primary: bool) -> LabeledSpan {
    let (start, mut end) = (label.location.span.start as usize, label.location.span.end as usize);
    if end - start > MAX_MARKED_LINE {
        end = start + MAX_MARKED_LINE;
        // Not within a character.
        while end > start && source.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end -= 1;
        }
    }
    let span = (start, end - start);
    let text = (!label.text.is_empty()).then(|| safe_line(&label.text));
    if primary { LabeledSpan::new_primary_with_span(text, span) } else { LabeledSpan::new_with_span(text, span) }
}

impl fmt::Display for View {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for View {}

impl miette::Diagnostic for View {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Hint => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source.as_ref() as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty()).then(|| {
            Box::new(self.related.iter().map(|view| view as &dyn miette::Diagnostic))
                as Box<dyn Iterator<Item = &dyn miette::Diagnostic>>
        })
    }
}
