//! Texts and lists. What a text says is never touched; the indentation of one over several lines follows its statement's.

use crate::format::{Formatter, INDENT, WIDTH};
use crate::source::Span;
use crate::syntax::ast::{ExecWord, List, Piece, Text, TextForm, Value};

/// How what stands between brackets is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// On one line.
    Joined,
    /// One below the other.
    Broken,
}

impl Group {
    /// The indentation of what is in it.
    pub(super) fn inner(self, indent: usize) -> usize {
        if self == Self::Broken { indent + INDENT } else { indent }
    }

    /// Parts between two signs.
    pub(super) fn join(self, open: char, parts: &[String], close: char, indent: usize) -> String {
        if self == Self::Joined || parts.is_empty() {
            return format!("{open}{}{close}", parts.join(", "));
        }
        let inner = self.inner(indent);
        let lines: String = parts.iter().map(|part| format!("{:inner$}{part},\n", "")).collect();
        format!("{open}\n{lines}{:indent$}{close}", "")
    }
}

impl Formatter<'_> {
    pub(super) fn value(&self, value: &Value, indent: usize, group: Group) -> String {
        match value {
            Value::Text(text) => self.written(text, indent),
            Value::List(list) => self.list(list, indent, group),
        }
    }

    pub(super) fn list(&self, list: &List, indent: usize, group: Group) -> String {
        let inner = group.inner(indent);
        let parts: Vec<String> = list.values.iter().map(|value| self.value(value, inner, Group::Joined)).collect();
        group.join('[', &parts, ']', indent)
    }

    /// A text as it was written.
    pub(super) fn written(&self, text: &Text, indent: usize) -> String {
        let source = self.slice(text.span);
        if text.form == TextForm::Fence { indented(source, indent + INDENT) } else { source.to_owned() }
    }

    /// A word of a command as it was written.
    pub(super) fn word(&self, word: &ExecWord, indent: usize) -> String {
        match word.pieces.as_slice() {
            [Piece::Text(text)] if text.form == TextForm::Fence && text.span == word.span => self.written(text, indent),
            _ => self.slice(word.span).to_owned(),
        }
    }

    /// Lines that hold comments where there is no place for any stay as they are broken; nothing where there are none.
    pub(super) fn loose(&self, span: Span, indent: usize) -> Option<String> {
        if self.comments_in(span).is_empty() {
            return None;
        }
        let source = self.slice(span);
        if source.contains("\"\"\"") {
            return Some(source.to_owned());
        }
        let mut lines = source.lines().map(str::trim);
        let mut text = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            let indent = if line.starts_with([']', ')']) { indent } else { indent + INDENT };
            text.push('\n');
            if !line.is_empty() {
                text.push_str(&format!("{:indent$}{line}", ""));
            }
        }
        Some(text)
    }
}

/// What `line` gives, on one line or, where that is too long, broken.
pub(super) fn broken_if_wide(indent: usize, line: impl Fn(Group) -> String) -> String {
    let joined = line(Group::Joined);
    let is_wide = indent + joined.chars().count() > WIDTH && !joined.contains('\n');
    if is_wide { line(Group::Broken) } else { joined }
}

/// A text between fences, its lines moved so that the closing quotes have this indentation. One whose lines are taken as they
/// are, since the quotes do not stand alone, is not touched.
fn indented(source: &str, indent: usize) -> String {
    let fence = source.len() - source.trim_start_matches('"').len();
    let quotes = source.get(..fence).unwrap_or_default();
    let inside = source.get(fence..source.len().saturating_sub(fence)).unwrap_or_default();
    let Some((first, body)) = inside.split_once('\n') else { return source.to_owned() };
    let last = body.rsplit('\n').next().unwrap_or_default();
    if !first.trim().is_empty() || !last.chars().all(|char| char == ' ' || char == '\t') {
        return source.to_owned();
    }
    let lines = body.strip_suffix(last).unwrap_or(body);
    let mut text = format!("{quotes}\n");
    for line in lines.split_inclusive('\n') {
        let content = line.strip_prefix(last).unwrap_or_else(|| line.trim_start_matches([' ', '\t']));
        if content.trim_end_matches(['\r', '\n']).is_empty() {
            text.push_str(content);
        } else {
            text.push_str(&format!("{:indent$}{content}", ""));
        }
    }
    format!("{text}{:indent$}{quotes}", "")
}
