//! Where in a text somebody is writing: read from its words alone, since a text that is being written is seldom whole.

/// What stands before the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Context {
    /// The words before each `{` that is still open, the outermost first.
    pub(super) blocks: Vec<Vec<String>>,
    /// The words of the statement that is being written, without the last.
    pub(super) words: Vec<String>,
    /// The word that is being written.
    pub(super) prefix: String,
    /// Whether the word is in a text between quotes.
    pub(super) quoted: bool,
    /// Whether the word is in a comment.
    pub(super) comment: bool,
}

impl Context {
    /// What a text that ends at the cursor ends with.
    pub(super) fn new(before: &str) -> Self {
        let mut context = Self::default();
        let mut rest = before;
        while let Some(char) = rest.chars().next() {
            if context.prefix.is_empty() && char == '#' {
                let Some(end) = rest.find('\n') else {
                    context.comment = true;
                    return context;
                };
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            let skip = match char {
                '"' => context.text(rest),
                '{' if rest.starts_with("{{") || context.prefix.ends_with('$') => {
                    let end = rest.find(['}', '\n', ' ', '"']).unwrap_or(rest.len());
                    let closes = rest.get(end..).unwrap_or_default();
                    let end = end + closes.bytes().take(2).take_while(|byte| *byte == b'}').count();
                    context.prefix.push_str(rest.get(..end).unwrap_or_default());
                    Some(end.max(1))
                }
                '{' => {
                    context.word();
                    let words = std::mem::take(&mut context.words);
                    context.blocks.push(words);
                    Some(1)
                }
                '}' => {
                    context.end();
                    context.blocks.pop();
                    Some(1)
                }
                '\n' | ';' => {
                    // A comma or a pipe goes on in the next line.
                    context.word();
                    if char == ';' || !context.words.last().is_some_and(|last| matches!(last.as_str(), "," | "|")) {
                        context.end();
                    }
                    Some(1)
                }
                // In `exec` a sign behind it means nothing; at the end of a line it joins this one with the next.
                '\\' => {
                    let next = rest.chars().nth(1);
                    let plain = next.filter(|next| *next != '\n');
                    context.prefix.extend(plain);
                    Some(1 + next.map_or(0, char::len_utf8))
                }
                '\'' if context.words.iter().any(|word| word == "exec") => {
                    let inside = rest.get(1..).unwrap_or_default();
                    let end = inside.find(['\'', '\n']).unwrap_or(inside.len());
                    context.prefix.push_str(inside.get(..end).unwrap_or_default());
                    Some(end + if inside.get(end..).is_some_and(|rest| rest.starts_with('\'')) { 2 } else { 1 })
                }
                ',' | '|' | '=' | '(' | ')' | '[' | ']' => {
                    context.word();
                    context.words.push(char.to_string());
                    Some(1)
                }
                blank if blank.is_ascii_whitespace() => {
                    context.word();
                    Some(1)
                }
                other => {
                    context.prefix.push(other);
                    Some(other.len_utf8())
                }
            };
            let Some(skip) = skip else { return context };
            rest = rest.get(skip..).unwrap_or_default();
        }
        context
    }

    fn word(&mut self) {
        if !self.prefix.is_empty() {
            self.words.push(std::mem::take(&mut self.prefix));
        }
    }

    fn end(&mut self) {
        self.prefix.clear();
        self.words.clear();
    }

    /// A text between quotes, and its length; nothing where the cursor is in it.
    fn text(&mut self, rest: &str) -> Option<usize> {
        let quotes = rest.bytes().take_while(|byte| *byte == b'"').count();
        // Two quotes are an empty text.
        let opening = if quotes >= 3 { quotes } else { 1 };
        let inside = rest.get(opening..).unwrap_or_default();
        let end = if opening > 1 {
            inside.find(rest.get(..opening)?)
        } else {
            let mut escaped = false;
            inside.char_indices().find_map(|(at, char)| {
                let ends = char == '\n' || (char == '"' && !escaped);
                escaped = char == '\\' && !escaped;
                ends.then_some(at)
            })
        };
        let Some(end) = end else {
            self.quoted = true;
            self.prefix.push_str(inside);
            return None;
        };
        self.prefix.push_str(inside.get(..end)?);
        let unterminated = inside.get(end..)?.starts_with('\n');
        Some(opening + end + if unterminated { 0 } else { opening })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_is_told() {
        let at = |text: &str| {
            let context = Context::new(text);
            let blocks: Vec<String> = context.blocks.iter().map(|words| words.join(" ")).collect();
            (blocks.join("/"), context.words.join(" "), context.prefix)
        };
        let told = |blocks: &str, words: &str, prefix: &str| (blocks.to_owned(), words.to_owned(), prefix.to_owned());
        assert_eq!(at("longrun a {\n  run sh \"\"\"\n { x\n\"\"\"\n  de"), told("longrun a", "", "de"));
        assert_eq!(at("oneshot a { depends-on b, c"), told("oneshot a", "depends-on b ,", "c"));
        assert_eq!(
            at("for a in [\"x\"] { longrun g-{{a}} { log to \"/l\" { ke"),
            told("for a in [ x ]/longrun g-{{a}}/log to /l", "", "ke")
        );
        assert_eq!(at("bundle b { a\n} # {\nlong"), told("", "", "long"));
        assert_eq!(at("longrun a { run exec x ${HOME:-/} {{b"), told("longrun a", "run exec x ${HOME:-/}", "{{b"));
        assert_eq!(at("pipeline p = a |\n b"), told("", "pipeline p = a |", "b"));
    }
}
