//! Texts: quotes, escapes, indentation and `{{…}}` taken apart.

use pest::iterators::Pair;
use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{Ident, Part, Parts, Text, TextForm};
use crate::syntax::parse::Lowering;

impl Lowering<'_> {
    /// A word, string or fence; one that is never closed is reported and taken as far as it goes.
    pub(super) fn text(&mut self, pair: Pair<'_, Rule>) -> Text {
        let span = self.span(&pair);
        let raw = pair.as_str();
        let start = span.start as usize;
        match pair.as_rule() {
            Rule::string => self.quoted(span, raw.get(1..raw.len() - 1).unwrap_or_default(), start + 1),
            Rule::unterminated_string => {
                self.unterminated(span, 1);
                self.quoted(span, raw.get(1..).unwrap_or_default().trim_end(), start + 1)
            }
            Rule::fence | Rule::unterminated_fence => {
                let quotes = raw.len() - raw.trim_start_matches('"').len();
                let closed = pair.as_rule() == Rule::fence;
                if !closed {
                    self.unterminated(span, quotes.min(raw.len()));
                }
                // An empty text is nothing but quotes: the inner pair knows where it is.
                let body = pair.into_inner().find(|part| part.as_rule() == Rule::fence_text);
                match body {
                    Some(body) => {
                        let start = self.span(&body).start as usize;
                        Text { span, form: TextForm::Fence, parts: self.fence_parts(body.as_str(), start) }
                    }
                    None => Text { span, form: TextForm::Fence, parts: Parts::Plain(SmolStr::default(), span.end) },
                }
            }
            _ => Text { span, form: TextForm::Word, parts: self.parts(raw, start, false) },
        }
    }

    /// The text between double quotes, which begins at byte `start`.
    pub(super) fn quoted(&mut self, span: Span, raw: &str, start: usize) -> Text {
        Text { span, form: TextForm::Quoted, parts: self.parts(raw, start, true) }
    }

    /// The parts of a text in one piece, which begins at byte `start`.
    fn parts(&mut self, raw: &str, start: usize, escapes: bool) -> Parts {
        // Most texts say what they are.
        if !raw.bytes().any(|byte| byte == b'{' || (escapes && byte == b'\\')) {
            return Parts::Plain(SmolStr::new(raw), Span::new(start, start).start);
        }
        let mut parts = Collector::default();
        self.literal(&mut parts, raw, start, escapes);
        parts.finish(start)
    }

    /// Takes `raw` apart: `{{name}}`, `{{{{`, and escapes where they count.
    fn literal(&mut self, parts: &mut Collector, raw: &str, start: usize, escapes: bool) {
        let mut at = 0;
        while let Some(rest) = raw.get(at..) {
            let special = rest.find(|char| char == '{' || (escapes && char == '\\')).unwrap_or(rest.len());
            parts.push(rest.get(..special).unwrap_or_default(), start + at);
            at += special;
            let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) else { break };
            at += if rest.starts_with('\\') {
                self.escape(parts, rest, start + at)
            } else if rest.starts_with("{{{{") {
                parts.push("{{", start + at);
                4
            } else if let Some(name) = interpolated(rest) {
                let span = Span::new(start + at + 2, start + at + 2 + name.len());
                parts.interpolate(Ident { name: SmolStr::new(name), span });
                name.len() + 4
            } else {
                parts.push("{", start + at);
                1
            };
        }
    }

    /// Reads one escape at the start of `rest`, and gives its length.
    fn escape(&mut self, parts: &mut Collector, rest: &str, start: usize) -> usize {
        let mut chars = rest.chars();
        chars.next();
        let Some(letter) = chars.next() else {
            return 1;
        };
        let simple = match letter {
            'n' => Some("\n"),
            't' => Some("\t"),
            'r' => Some("\r"),
            'e' => Some("\x1b"),
            '0' => Some("\0"),
            '"' => Some("\""),
            '\'' => Some("'"),
            '\\' => Some("\\"),
            '$' => Some("$"),
            '{' => Some("{"),
            '}' => Some("}"),
            ' ' => Some(" "),
            _ => None,
        };
        if let Some(text) = simple {
            parts.push(text, start);
            return 2;
        }
        if letter == 'x' {
            if let Some(byte) = rest.get(2..4).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                match char::from(byte) {
                    char if char.is_ascii() => parts.push(char.encode_utf8(&mut [0; 4]), start),
                    _ => parts.byte(byte),
                }
                return 4;
            }
        } else if letter == 'u' {
            // No character has a longer number; to look for the brace behind each escape takes too long.
            let end = rest.bytes().take("u{0010ffff}".len() + 1).position(|byte| byte == b'}');
            let digits = end.and_then(|end| rest.get(2..end)).and_then(|rest| rest.strip_prefix('{'));
            if let Some((digits, char)) =
                digits.and_then(|digits| Some((digits, u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?)))
            {
                parts.push(char.encode_utf8(&mut [0; 4]), start);
                return digits.len() + 4;
            }
        }
        let length = 1 + letter.len_utf8();
        let location = self.location(Span::new(start, start + length));
        self.report(
            Diagnostic::new(&reading::BAD_ESCAPE, format!("`\\{letter}` is not an escape"))
                .at(location, "no such escape")
                .help("there are \\n \\t \\r \\e \\0 \\\" \\\\ \\$ \\xHH and \\u{HEX}; a backslash itself is written \\\\"),
        );
        parts.push(rest.get(..length).unwrap_or_default(), start);
        length
    }

    /// The text between two fences, which begins at byte `start`.
    fn fence_parts(&mut self, raw: &str, start: usize) -> Parts {
        let Some((_, body)) = raw.split_once('\n').filter(|(first, _)| first.trim().is_empty()) else {
            return self.parts(raw, start, false);
        };
        let mut parts = Collector::default();
        let mut at = start + raw.len() - body.len();
        let last_line = body.rsplit('\n').next().unwrap_or_default();
        // The closing quotes stand alone: their indentation is that of the text.
        let indentation = Some(last_line).filter(|line| line.chars().all(|char| char == ' ' || char == '\t'));
        let lines = if indentation.is_some() { body.strip_suffix(last_line).unwrap_or(body) } else { body };
        for line in lines.split_inclusive('\n') {
            let content = line.strip_suffix('\n').map_or(line, |content| content.strip_suffix('\r').unwrap_or(content));
            let newline = line.ends_with('\n');
            let (skip, content) = self.without_indentation(content, indentation.unwrap_or_default(), at);
            self.literal(&mut parts, content, at + skip, false);
            if newline {
                parts.push("\n", at + line.len() - 1);
            }
            at += line.len();
        }
        parts.finish(start)
    }

    fn without_indentation<'l>(&mut self, line: &'l str, indentation: &str, at: usize) -> (usize, &'l str) {
        if let Some(content) = line.strip_prefix(indentation) {
            return (indentation.len(), content);
        }
        let content = line.trim_start_matches([' ', '\t']);
        let blanks = line.len() - content.len();
        if !content.is_empty() {
            let location = self.location(Span::new(at, at + blanks + content.chars().next().map_or(0, char::len_utf8)));
            self.report(
                Diagnostic::new(&reading::SYNTAX, "this line is indented less than the closing quotes, or with other characters")
                    .at(location, "the text begins here")
                    .help("the indentation of the closing quotes is taken off every line: give this line the same blanks, or move the quotes to the left"),
            );
        }
        (blanks, content)
    }
}

/// The name in a `{{name}}` at the start of `text`.
pub(crate) fn interpolated(text: &str) -> Option<&str> {
    let name = text.strip_prefix("{{")?.split_once("}}")?.0;
    let mut chars = name.chars();
    let begins = chars.next().is_some_and(|char| char.is_ascii_alphabetic() || char == '_');
    (begins && chars.all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')).then_some(name)
}

/// Puts parts together, joining literals that are neighbours in the source too.
#[derive(Default)]
struct Collector {
    parts: Vec<Part>,
    literal: String,
    literal_start: usize,
}

impl Collector {
    fn push(&mut self, text: &str, start: usize) {
        if text.is_empty() {
            return;
        }
        if self.literal.is_empty() {
            self.literal_start = start;
        } else if start != self.literal_start + self.literal.len() {
            self.flush();
            self.literal_start = start;
        }
        self.literal.push_str(text);
    }

    fn byte(&mut self, byte: u8) {
        self.flush();
        self.parts.push(Part::Byte(byte));
    }

    fn interpolate(&mut self, name: Ident) {
        self.flush();
        self.parts.push(Part::Interpolation(name));
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            let start = Span::new(self.literal_start, self.literal_start).start;
            self.parts.push(Part::Literal(SmolStr::new(&self.literal), start));
            self.literal.clear();
        }
    }

    fn finish(mut self, start: usize) -> Parts {
        self.flush();
        match self.parts.as_slice() {
            [] => Parts::Plain(SmolStr::default(), Span::new(start, start).start),
            [Part::Literal(text, start)] => Parts::Plain(text.clone(), *start),
            _ => Parts::Mixed(self.parts),
        }
    }
}
