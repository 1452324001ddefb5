//! Where output goes and how it is drawn there.

use std::io::{self, IsTerminal, Write};

use crate::cli::ColorChoice;
use crate::compile::Checked;
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::human::{Style, render};
use crate::report::{count, safe_text};

/// The two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output: what was asked for.
    Out,
    /// Standard error: what is said beside it.
    Err,
}

impl Stream {
    /// Says something to people, with nothing in it that a terminal obeys; a reader that went away is no failure of ours.
    pub(super) fn write(self, text: &str) {
        self.write_exactly(safe_text(text).as_bytes());
    }

    /// Writes what was made safe where it was drawn, and may have colours.
    pub(super) fn write_drawn(self, text: &str) {
        self.write_exactly(text.as_bytes());
    }

    /// Writes what programs read too, such as a diff: as it is for them, and with nothing that a terminal obeys for people.
    pub(super) fn write_content(self, content: &[u8]) {
        let terminal = match self {
            Self::Out => io::stdout().is_terminal(),
            Self::Err => io::stderr().is_terminal(),
        };
        if terminal {
            return self.write(&String::from_utf8_lossy(content));
        }
        self.write_exactly(content);
    }

    fn write_exactly(self, bytes: &[u8]) {
        let _ = match self {
            Self::Out => io::stdout().lock().write_all(bytes),
            Self::Err => io::stderr().lock().write_all(bytes),
        };
    }

    /// How diagnostics are drawn on this stream.
    pub(super) fn style(self, color: ColorChoice) -> Style {
        let (terminal, stream) = match self {
            Self::Out => (io::stdout().is_terminal(), supports_color::Stream::Stdout),
            Self::Err => (io::stderr().is_terminal(), supports_color::Stream::Stderr),
        };
        let color = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => supports_color::on(stream).is_some(),
        };
        let columns =
            if terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
        Style {
            color,
            unicode: !terminal || supports_unicode::on(supports_unicode::Stream::Stdout),
            width: columns.unwrap_or(100).clamp(40, 120),
        }
    }
}

/// Draws what was found and counts it.
pub(super) fn diagnostics(checked: &Checked, stream: Stream, color: ColorChoice) {
    if checked.diagnostics.is_empty() {
        return;
    }
    stream.write_drawn(&render(&checked.diagnostics, &checked.sources, stream.style(color)));
    let files = checked.sources.iter().count();
    stream.write(&format!("{} in {}\n", tally(&checked.diagnostics), count(files, "file")));
}

/// `2 errors, 1 warning`
pub(super) fn tally<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> String {
    let severities: Vec<Severity> = diagnostics.into_iter().map(|diagnostic| diagnostic.severity).collect();
    let of = |severity: Severity| severities.iter().filter(|found| **found == severity).count();
    let parts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")]
        .into_iter()
        .map(|(severity, word)| (of(severity), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    parts.join(", ")
}

/// Says why nothing could be done.
pub(super) fn failure(message: &str, help: Option<&str>) -> u8 {
    Stream::Err.write(&format!("hermesc: {message}\n"));
    if let Some(help) = help {
        Stream::Err.write(&format!("  help: {help}\n"));
    }
    super::FAILED
}

/// Why a path could not be read.
pub(super) fn reason(path: &camino::Utf8Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no {path}"),
        _ => format!("cannot read {path}: {error}"),
    }
}

/// Why a path could not be read, and what to do next.
pub(super) fn unreadable(path: &camino::Utf8Path, error: &io::Error) -> u8 {
    let missing = error.kind() == io::ErrorKind::NotFound;
    failure(&reason(path, error), missing.then_some("name a `.hermes` file, or a directory that holds some"))
}
