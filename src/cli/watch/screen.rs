//! What is around the report of a run: a head, and what comes next.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use terminal_size::{Height, Width, terminal_size};

use crate::cli::output::Stream;
use crate::cli::{ColorChoice, FINE, PROBLEMS};
use crate::report::{safe_line, safe_text};

/// Lines that are not of the problems: the head, their number, what ends the report, and where the cursor stands.
const OTHERS: usize = 6;

/// Where runs are reported.
pub(super) struct Screen {
    clears: bool,
    color: bool,
    used: bool,
}

impl Screen {
    pub(super) fn new(keep: bool, color: ColorChoice) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        Self {
            clears: !keep && !dumb && io::stdout().is_terminal(),
            color: Stream::Out.style(color).color,
            used: false,
        }
    }

    /// The lines that a report may have so that all of it is seen.
    pub(super) fn lines(&self) -> Option<usize> {
        let (_, Height(rows)) = terminal_size()?;
        self.clears.then(|| usize::from(rows).saturating_sub(OTHERS).max(1))
    }

    /// Begins the report of a run, with why it was begun; false where nobody reads it any more.
    pub(super) fn begin(&mut self, head: &str, why: &str) -> bool {
        let mut text = String::new();
        if self.clears {
            let rows = terminal_size().map_or(24, |(Width(_), Height(rows))| usize::from(rows));
            if !self.used {
                // What was there before stays above.
                text.push_str(&"\n".repeat(rows));
            }
            text.push_str("\u{1b}[H\u{1b}[2J");
        } else if self.used {
            text.push('\n');
        }
        self.used = true;
        let head = safe_text(head);
        let _ = if self.color { writeln!(text, "\u{1b}[1m{head}\u{1b}[0m") } else { writeln!(text, "{head}") };
        if !why.is_empty() {
            text.push_str(&format!("{}\n", safe_line(why)));
        }
        if self.clears {
            text.push('\n');
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
    }

    /// Ends the report of a run.
    pub(super) fn end(&self, code: u8) {
        let (word, color) = match code {
            FINE => ("fine", "32"),
            PROBLEMS => ("problems", "31"),
            _ => ("failed", "31"),
        };
        let state = if self.color { format!("\u{1b}[1;{color}m{word}\u{1b}[0m") } else { word.to_owned() };
        Stream::Out.write_drawn(&format!("{state}; waiting for changes, Ctrl-C ends\n"));
    }
}
