//! Where output goes and how it is drawn there.

use std::cmp::Reverse;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::cli::{ColorChoice, nearest};
use crate::compile::Checked;
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::human::{Style, render};
use crate::report::{count, safe_line, safe_text};
use crate::s6rc::write::WriteError;

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
        match self {
            Self::Out => remember(io::stdout().lock().write_all(bytes)),
            Self::Err => {
                let _ = io::stderr().lock().write_all(bytes);
            }
        }
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

/// Why standard output did not take what was written, where that is not because nobody reads it any more.
static REFUSED: OnceLock<io::Error> = OnceLock::new();

fn remember(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = REFUSED.set(error);
    }
}

/// The exit code of a run that would end with this one: whoever gets less than was asked for is told.
pub(super) fn finished(code: u8) -> u8 {
    remember(io::stdout().flush());
    match REFUSED.get() {
        Some(error) => failure(&format!("cannot write to standard output: {error}"), None),
        None => code,
    }
}

/// Prints what was asked for with `--help`, or what is wrong with a command line; the exit code.
pub(super) fn help(text: &clap::Error) -> u8 {
    let printed = text.print();
    if !text.use_stderr() {
        remember(printed);
    }
    finished(u8::try_from(text.exit_code()).unwrap_or(super::FAILED))
}

/// Draws what was found and counts it.
pub(super) fn diagnostics(checked: &Checked, stream: Stream, color: ColorChoice) {
    diagnostics_within(checked, stream, color, None);
}

/// As [`diagnostics`], but where all of it needs more lines than that, only the worst, and how many are left out.
pub(super) fn diagnostics_within(checked: &Checked, stream: Stream, color: ColorChoice, lines: Option<usize>) {
    if checked.diagnostics.is_empty() {
        return;
    }
    let style = stream.style(color);
    let text = match lines {
        Some(lines) => fitting(checked, style, lines),
        None => render(&checked.diagnostics, &checked.sources, style),
    };
    stream.write_drawn(&text);
    let files = checked.sources.iter().count();
    stream.write(&format!("{} in {}\n", tally(&checked.diagnostics), count(files, "file")));
}

/// The worst of what was found, as much as fits into so many lines; the first in any case.
fn fitting(checked: &Checked, style: Style, lines: usize) -> String {
    let draw = |diagnostics: &[Diagnostic], style| render(diagnostics, &checked.sources, style);
    let plain = Style { color: false, ..style };
    // None needs less than three lines.
    if checked.diagnostics.len() <= lines / 3 && height(&draw(&checked.diagnostics, plain), style.width) <= lines {
        return draw(&checked.diagnostics, style);
    }
    let mut worst: Vec<&Diagnostic> = checked.diagnostics.iter().collect();
    worst.sort_by_key(|diagnostic| Reverse(diagnostic.severity));
    let (mut text, mut used, mut shown) = (String::new(), 2, 0);
    for one in worst {
        let one = std::slice::from_ref(one);
        used += height(&draw(one, plain), style.width);
        if shown > 0 && used > lines {
            break;
        }
        text.push_str(&draw(one, style));
        shown += 1;
    }
    let left = checked.diagnostics.len() - shown;
    if left > 0 {
        let dots = if style.unicode { "…" } else { "..." };
        text.push_str(&format!("{dots} and {left} more, which `hermesc check` shows\n\n"));
    }
    text
}

/// The lines of a terminal that a text without colours needs.
fn height(text: &str, columns: usize) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(columns).max(1)).sum()
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

/// What stands in front of what to do next.
const HELP: &str = "  help: ";

/// Says something that stops nothing, and what to do about it.
pub(super) fn note(message: &str, help: &str) {
    Stream::Err.write(&told("note: ", &safe_line(message)));
    Stream::Err.write(&told(HELP, &safe_line(help)));
}

/// A sentence behind its mark: on a terminal in lines that it has room for, for programs on one.
fn told(mark: &str, text: &str) -> String {
    let columns = if io::stderr().is_terminal() { terminal_size::terminal_size() } else { None };
    let Some((width, _)) = columns else { return format!("{mark}{text}\n") };
    let indent = " ".repeat(HELP.len());
    let options = textwrap::Options::new(usize::from(width.0).max(40))
        .initial_indent(mark)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    format!("{}\n", textwrap::fill(text, options))
}

/// Says why nothing could be done.
pub(super) fn failure(message: &str, help: Option<&str>) -> u8 {
    // A name may hold an end of a line, and what it says behind that is nobody's word.
    Stream::Err.write(&told("hermesc: ", &safe_line(message)));
    if let Some(help) = help {
        Stream::Err.write(&told(HELP, &safe_line(help)));
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
    failure(&safe_text(&reason(path, error)), Some(&safe_text(&nearest::help(path, error))))
}

/// Why something could not be written, and what to do next.
pub(super) fn unwritten(error: &WriteError) -> u8 {
    let kind = if let WriteError::Io { source, .. } = error { Some(source.kind()) } else { None };
    let refused = matches!(kind, Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem));
    let help = refused.then_some("name a place that this user may write to");
    failure(&safe_text(&error.to_string()), help)
}
