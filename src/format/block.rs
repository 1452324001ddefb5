//! What stands in a file or between braces: one below the other, with comments and empty lines between.

use crate::format::signs::signs;
use crate::format::{Formatter, INDENT, WIDTH};
use crate::source::Span;
use crate::syntax::ast::{Comment, Definition, Statement, Text};

/// Something that stands on lines of its own.
pub(super) enum Item<'i> {
    /// A definition.
    Definition(&'i Definition),
    /// A statement or an option.
    Statement(&'i Statement),
    /// A name in a bundle.
    Member(&'i Text),
    /// Something that stays as it is.
    Verbatim(Span),
}

impl Item<'_> {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Definition(definition) => definition.span,
            Self::Statement(statement) => statement.span,
            Self::Member(text) => text.span,
            Self::Verbatim(span) => *span,
        }
    }
}

/// One or more lines of the result.
pub(super) struct Entry {
    /// The lines, without the last line break.
    text: String,
    role: Role,
    /// Whether an empty line is in front.
    gap: bool,
    /// Whether it stands on the line of the one before.
    trailing: bool,
    /// Whether the source has it right below the line before.
    attached: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Comment,
    Documentation,
    Definition,
    Other,
}

impl Entry {
    /// A comment on the line of the one before, or below it.
    fn of_header(comment: &str, trailing: bool, indent: usize) -> Self {
        let indent = if trailing { 0 } else { indent };
        Self {
            text: format!("{:indent$}{comment}", ""),
            role: Role::Comment,
            gap: false,
            trailing,
            attached: !trailing,
        }
    }

    /// All lines, below the line `head`, or from the top where there is none.
    pub(super) fn join(head: &str, entries: &[Self]) -> String {
        let mut text = if head.is_empty() { String::new() } else { format!("{head}\n") };
        let start = text.len();
        for entry in entries {
            if entry.trailing && text.ends_with('\n') {
                text.pop();
                text.push(' ');
            } else if entry.gap && text.len() > start {
                text.push('\n');
            }
            text.push_str(&entry.text);
            text.push('\n');
        }
        text
    }

    fn is_tall(&self) -> bool {
        self.role == Role::Definition && self.text.contains('\n')
    }

    fn is_comment(&self) -> bool {
        matches!(self.role, Role::Comment | Role::Documentation)
    }
}

impl Formatter<'_> {
    /// The items and comments of a span, laid out one below the other. The span begins behind a brace, or is the file.
    pub(super) fn entries(&self, within: Span, items: Vec<Item<'_>>, indent: usize) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut at = within.start;
        for item in items {
            let span = item.span();
            let from = self.gap(at, span.start, indent, &mut entries);
            let text = self.item(&item, indent);
            let role = if matches!(item, Item::Definition(_)) { Role::Definition } else { Role::Other };
            let (gap, attached) = space(self.between(from, span.start), entries.last());
            entries.push(Entry { text: format!("{:indent$}{text}", ""), role, gap, trailing: false, attached });
            at = span.end;
        }
        self.gap(at, within.end, indent, &mut entries);
        part_definitions(&mut entries);
        entries
    }

    /// Comments between two items, and whatever else is there; where the last of it ends.
    fn gap(&self, from: u32, to: u32, indent: usize, entries: &mut Vec<Entry>) -> u32 {
        let mut at = from;
        for comment in self.comments_in(Span { start: from, end: to }) {
            at = self.remains(at, comment.span.start, indent, entries);
            entries.push(self.comment(at, comment, to, indent, entries.last()));
            at = comment.span.end;
        }
        self.remains(at, to, indent, entries)
    }

    /// What stands between items and is none: it could not be read, and stays. Where it ends.
    fn remains(&self, from: u32, to: u32, indent: usize, entries: &mut Vec<Entry>) -> u32 {
        let text = self.between(from, to);
        // Between names of a bundle there may be commas; elsewhere one is a mistake.
        let start = layout(text, indent > 0);
        let inside = without_end(text.get(start..).unwrap_or_default());
        if inside.is_empty() {
            return from;
        }
        let (gap, _) = space(text.get(..start).unwrap_or_default(), entries.last());
        let begin = from + Span::new(start, 0).start;
        self.leave(begin);
        entries.push(Entry {
            text: format!("{:indent$}{inside}", ""),
            role: Role::Other,
            gap,
            trailing: false,
            attached: false,
        });
        begin + Span::new(inside.len(), 0).start
    }

    fn comment(&self, from: u32, comment: &Comment, to: u32, indent: usize, last: Option<&Entry>) -> Entry {
        let between = self.between(from, comment.span.start);
        let (gap, attached) = space(between, last);
        let same_line = !between.contains('\n') && from > 0;
        // Documentation on the line of something else belongs to what is below all the same.
        let documents = comment.documentation && self.is_documentation(comment, to);
        let trailing = same_line && !documents;
        Entry {
            text: if trailing {
                self.slice(comment.span).to_owned()
            } else {
                format!("{:indent$}{}", "", self.slice(comment.span))
            },
            role: if comment.documentation { Role::Documentation } else { Role::Comment },
            gap: gap && !trailing,
            trailing,
            attached: attached || (same_line && documents),
        }
    }

    /// Whether only documentation is between a comment and what begins at `to`, line by line.
    fn is_documentation(&self, comment: &Comment, to: u32) -> bool {
        let rest = self.comments_in(Span { start: comment.span.end, end: to });
        let mut at = comment.span.end;
        for next in rest {
            if !next.documentation || !is_line_break(self.between(at, next.span.start)) {
                return false;
            }
            at = next.span.end;
        }
        (to as usize) < self.text.len() && is_line_break(self.between(at, to))
    }

    /// One item, its first line without indentation.
    fn item(&self, item: &Item<'_>, indent: usize) -> String {
        let text = match item {
            Item::Definition(definition) => self.definition(definition, indent),
            Item::Statement(statement) => self.statement(statement, indent),
            Item::Member(name) => self.slice(name.span).to_owned(),
            Item::Verbatim(span) => {
                self.leave(span.start);
                return self.slice(*span).to_owned();
            }
        };
        let source = self.slice(item.span());
        if signs(source) == signs(&text) {
            return text;
        }
        self.leave(item.span().start);
        source.to_owned()
    }

    /// What stands between braces, which it begins and ends with. On one line where it was written on one, at most `limit`
    /// items, behind `before` characters.
    pub(super) fn braces(
        &self,
        braces: Span,
        header: &[Comment],
        items: Vec<Item<'_>>,
        indent: usize,
        one_line: (usize, usize),
    ) -> String {
        let (limit, before) = one_line;
        let source = self.slice(braces);
        let is_open = source.contains('\n') || !header.is_empty() || !self.comments_in(braces).is_empty();
        if items.is_empty() && header.is_empty() && self.comments_in(braces).is_empty() {
            return "{}".to_owned();
        }
        if !is_open && items.len() <= limit {
            let separator = if matches!(items.first(), Some(Item::Member(_))) { ", " } else { "; " };
            let parts: Vec<String> = items.iter().map(|item| self.item(item, indent + INDENT)).collect();
            let line = format!("{{ {} }}", parts.join(separator));
            if !line.contains('\n') && before + line.chars().count() <= WIDTH {
                return line;
            }
        }
        let inside = Span { start: braces.start + 1, end: braces.end.saturating_sub(1) };
        // What was said between a name and its brace is said behind it.
        let mut entries: Vec<Entry> = Vec::new();
        for comment in header {
            entries.push(Entry::of_header(self.slice(comment.span), entries.is_empty(), indent + INDENT));
        }
        let mut inner = self.entries(inside, items, indent + INDENT);
        if let Some(first) = inner.first_mut().filter(|first| first.trailing && !header.is_empty()) {
            *first = Entry::of_header(&first.text, false, indent + INDENT);
        }
        entries.append(&mut inner);
        format!("{}{:indent$}}}", Entry::join("{", &entries), "")
    }
}

/// What parts items and means nothing.
const BLANK: [char; 5] = [' ', '\t', '\r', '\n', ';'];

/// How many bytes at the start of a text mean nothing.
fn layout(text: &str, commas: bool) -> usize {
    let mut rest = text;
    loop {
        let next = rest.trim_start_matches(BLANK);
        let next = if commas { next.trim_start_matches(',') } else { next };
        let next = next.strip_prefix("\\\n").or_else(|| next.strip_prefix("\\\r\n")).unwrap_or(next);
        if next.len() == rest.len() {
            return text.len() - rest.len();
        }
        rest = next;
    }
}

/// A text without the blanks at its end, but for one that keeps a `\` from the line's end.
pub(super) fn without_end(text: &str) -> &str {
    let trimmed = text.trim_end_matches(BLANK);
    if !trimmed.ends_with('\\') {
        return trimmed;
    }
    // The end of a line may have two characters.
    let behind = text.get(trimmed.len()..).unwrap_or_default();
    let kept = if behind.starts_with("\r\n") { 2 } else { 1 };
    text.get(..trimmed.len() + kept).unwrap_or(text)
}

/// Whether nothing but one line break is there.
fn is_line_break(between: &str) -> bool {
    between.trim_matches([' ', '\t', '\r']) == "\n"
}

/// Whether an empty line goes between, and whether the two stand on lines one below the other.
fn space(between: &str, last: Option<&Entry>) -> (bool, bool) {
    let breaks = between.matches('\n').count();
    // What stands below documentation, and is not documented by it, must not be from now on.
    let is_parted = last.is_some_and(|last| last.role == Role::Documentation) && !is_line_break(between);
    (breaks > 1 || is_parted, breaks == 1 && !is_parted)
}

/// Puts an empty line around every definition of more than one line, and the comments right above it.
fn part_definitions(entries: &mut [Entry]) {
    for number in 1..entries.len() {
        let Some((before, rest)) = entries.split_at_mut_checked(number) else { continue };
        let Some(entry) = rest.first().filter(|entry| entry.role == Role::Definition) else { continue };
        let mut top = number;
        let mut attached = entry.attached && !entry.gap;
        while attached && let Some(above) = before.get(top - 1).filter(|above| above.is_comment() && !above.trailing) {
            top -= 1;
            attached = above.attached && !above.gap && top > 0;
        }
        let neighbour = before.get(..top).and_then(|before| before.iter().rfind(|above| !above.trailing));
        if (entry.is_tall() || neighbour.is_some_and(Entry::is_tall))
            && let Some(first) = entries.get_mut(top)
        {
            first.gap = true;
        }
    }
}
