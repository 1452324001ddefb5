//! One line a problem: for editors (`short`) and for GitHub's annotations (`github`).

use crate::diagnostic::{Diagnostic, Severity};
use crate::report::snippet::{safe_line, safe_text};
use crate::source::SourceMap;

/// `path:line:column: severity[code] message`, lines and columns from one, columns in characters.
#[must_use]
pub fn short(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place = place(diagnostic, sources).map(|(path, line, column)| format!("{path}:{line}:{column}: "));
        let text = format!(
            "{}{}[{}] {}",
            place.unwrap_or_default(),
            diagnostic.severity,
            diagnostic.rule.id,
            diagnostic.message
        );
        format!("{}\n", safe_line(&text))
    };
    diagnostics.iter().map(line).collect()
}

/// Workflow commands, escaped as actions/toolkit's `command.ts` does it.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let line = |diagnostic: &Diagnostic| {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        let mut properties: Vec<String> = Vec::new();
        if let Some((path, line, column)) = place(diagnostic, sources) {
            properties.push(format!("file={}", property(&path)));
            properties.push(format!("line={line}"));
            properties.push(format!("col={column}"));
        }
        properties.push(format!("title={}", property(diagnostic.rule.id)));
        let mut text = diagnostic.message.clone();
        for more in diagnostic.help.iter().map(|help| format!("help: {help}")).chain(diagnostic.notes.iter().cloned()) {
            text.push('\n');
            text.push_str(&more);
        }
        format!("::{command} {}::{}\n", properties.join(","), data(&text))
    };
    diagnostics.iter().map(line).collect()
}

fn place(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<(String, usize, usize)> {
    let location = diagnostic.location()?;
    let source = sources.get(location.file)?;
    let (line, column) = source.line_column(location.span.start);
    Some((source.path.to_string(), line, column))
}

fn data(text: &str) -> String {
    safe_text(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
