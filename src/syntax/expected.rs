//! What a malformed place should have held, in the language's words.

use pest::iterators::Pair;
use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::language;
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::definitions::inner;
use crate::syntax::parse::Lowering;

/// A token of a malformed place.
struct Token<'p> {
    rule: Rule,
    text: &'p str,
    span: Span,
}

/// One step of a definition's form.
#[derive(Clone, Copy)]
enum Step {
    Name,
    Identifier,
    Text,
    Kind,
    Sign(&'static str),
    Block,
    Rest,
}

fn form_of(keyword: &str) -> &'static [Step] {
    match keyword {
        "longrun" | "oneshot" | "bundle" | "cont-init" => &[Step::Name, Step::Block],
        "target" => &[Step::Name, Step::Rest],
        "let" => &[Step::Identifier, Step::Sign("="), Step::Text],
        "include" => &[Step::Text],
        "extern" => &[Step::Kind, Step::Name, Step::Rest],
        "extend" => &[Step::Kind, Step::Name, Step::Block],
        "raw" => &[Step::Text, Step::Rest],
        "pipeline" => &[Step::Name, Step::Rest],
        "template" | "use" => &[Step::Identifier, Step::Sign("("), Step::Rest],
        "for" => &[Step::Identifier, Step::Sign("in"), Step::Text, Step::Block],
        "main" | "stage2-hook" => &[Step::Block],
        _ => &[],
    }
}

impl Step {
    fn accepts(self, token: &Token<'_>) -> bool {
        match self {
            Self::Name | Self::Text => matches!(token.rule, Rule::word | Rule::string | Rule::fence),
            Self::Identifier => {
                token.rule == Rule::word
                    && token.text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
            }
            Self::Kind => matches!(token.text, "longrun" | "oneshot" | "bundle" | "service"),
            Self::Sign(sign) => token.text.trim() == sign,
            Self::Block => token.rule == Rule::malformed_braces,
            Self::Rest => false,
        }
    }

    fn what(self) -> String {
        match self {
            Self::Name => "a name".to_owned(),
            Self::Identifier => "a name of letters, digits, `-` and `_`".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Kind => "`longrun`, `oneshot`, `bundle` or `service`".to_owned(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Block => "`{`".to_owned(),
            Self::Rest => "the end of the line".to_owned(),
        }
    }
}

impl Lowering<'_> {
    /// Reports a definition that does not have its form.
    pub(super) fn malformed_definition(&mut self, pair: Pair<'_, Rule>) {
        let Some(tokens) = self.tokens(pair) else { return };
        let Some(first) = tokens.first() else { return };
        let Some((keyword, form)) =
            language::DEFINITIONS.iter().find(|(keyword, _)| first.rule == Rule::word && *keyword == first.text)
        else {
            self.not_a_definition(first);
            return;
        };
        if let (true, Some(name)) = (matches!(*keyword, "longrun" | "oneshot" | "bundle"), tokens.get(1)) {
            self.tree.broken_names.push(SmolStr::new(name.text.trim_matches('"')));
        }
        let rest = tokens.get(1..).unwrap_or_default();
        let steps = form_of(keyword);
        let good = steps.iter().zip(rest).take_while(|(step, token)| step.accepts(token)).count();
        let before = tokens.get(good).map_or(first, |token| token);
        let what = steps.get(good).map_or_else(|| "the end of the line".to_owned(), |step| step.what());
        let diagnostic = match rest.get(good) {
            Some(token) if !matches!(steps.get(good), Some(Step::Rest)) => Diagnostic::new(
                &reading::SYNTAX,
                format!("expected {what} after `{}`, found {}", shown(before.text), found(token)),
            )
            .at(self.location(token.span), format!("expected {what}")),
            Some(token) => Diagnostic::new(&reading::SYNTAX, format!("this `{keyword}` is not written as one"))
                .at(self.location(token.span), "not expected here"),
            None => Diagnostic::new(&reading::SYNTAX, format!("expected {what} after `{}`", shown(before.text)))
                .at(self.location(before.span.after()), format!("expected {what}")),
        };
        let help = match rest.get(good) {
            Some(token) if token.text.starts_with('\'') => "text stands between double quotes: \"…\"".to_owned(),
            _ => format!("write `{form}`"),
        };
        self.report(diagnostic.help(help));
    }

    fn not_a_definition(&mut self, first: &Token<'_>) {
        let location = self.location(first.span);
        if first.rule != Rule::word {
            let diagnostic =
                Diagnostic::new(&reading::SYNTAX, format!("expected a definition, found {}", found(first)));
            let is_fence = self.text.get(first.span.start as usize..).is_some_and(|rest| rest.starts_with("```"));
            let help = if is_fence {
                "Markdown has such fences: save what stands between them as a file of its own"
            } else {
                "a file holds definitions, such as `longrun NAME { … }` and `bundle user { NAME }`"
            };
            self.report(diagnostic.at(location, "nothing begins like this").help(help));
            return;
        }
        let known = language::DEFINITIONS.iter().map(|(keyword, _)| *keyword);
        let diagnostic =
            Diagnostic::new(&reading::UNKNOWN_DEFINITION, format!("`{}` is not a definition", shown(first.text)));
        let diagnostic = if let Some(statement) = language::find(first.text) {
            diagnostic.at(location, "outside of any definition").help(format!(
                "`{}` is a statement: it stands inside {}",
                statement.keyword,
                statement.homes()
            ))
        } else if first.text == "service" {
            diagnostic
                .at(location, "not a kind of service")
                .help("write `longrun` for a process that is supervised, `oneshot` for a command that runs once")
        } else if let Some(near) = did_you_mean(first.text, known) {
            diagnostic
                .at(location, format!("did you mean `{near}`?"))
                .help(format!("a `{near}` is written `{}`", form(near)))
        } else if first.text.starts_with("//") || first.text.starts_with("/*") {
            diagnostic.at(location, "nothing begins like this").help("a comment begins with `#`")
        } else {
            diagnostic.at(location, "unknown word").help(format!(
                "a file holds {}",
                language::DEFINITIONS.iter().map(|(keyword, _)| format!("`{keyword}`")).collect::<Vec<_>>().join(", ")
            ))
        };
        self.report(diagnostic);
    }

    /// Reports what stands where a statement should.
    pub(super) fn malformed_statement(&mut self, pair: Pair<'_, Rule>) {
        let Some(tokens) = self.tokens(pair) else { return };
        let Some(first) = tokens.first() else { return };
        // A keyword that is followed by something no argument can be: the fault is there, not at the keyword.
        let bad =
            tokens.iter().find(|token| matches!(token.rule, Rule::stray | Rule::malformed_braces)).unwrap_or(first);
        let known = first.rule == Rule::word && language::find(first.text).is_some();
        let diagnostic = if known && bad.span != first.span {
            let diagnostic = Diagnostic::new(
                &reading::SYNTAX,
                format!("`{}` cannot be followed by {}", shown(first.text), found(bad)),
            );
            diagnostic.at(self.location(bad.span), "not expected here")
        } else {
            let diagnostic = Diagnostic::new(&reading::SYNTAX, format!("expected a statement, found {}", found(first)));
            diagnostic.at(self.location(first.span), "no statement begins like this")
        };
        // As in YAML and INI files: `user: www-data`.
        let marked = first.text.trim_end_matches([':', '=']);
        let marked = language::find(marked).filter(|_| marked.len() < first.text.len());
        let help = if let Some(statement) = marked {
            format!("nothing stands between a keyword and its value but a blank: write `{}`", statement.form)
        } else if first.text.starts_with("//") || first.text.starts_with("/*") {
            "a comment begins with `#`".to_owned()
        } else if bad.text.starts_with('\'') {
            "text stands between double quotes: \"…\"".to_owned()
        } else {
            match language::find(first.text) {
                Some(statement) => format!("write `{}`", statement.form),
                None => "a statement begins with its keyword, such as `run exec …` or `depends-on NAME`".to_owned(),
            }
        };
        self.report(diagnostic.help(help));
    }

    /// Reports what stands where a bundle's member should.
    pub(super) fn malformed_member(&mut self, pair: Pair<'_, Rule>) {
        let Some(tokens) = self.tokens(pair) else { return };
        let Some(first) = tokens.first() else { return };
        self.report(
            Diagnostic::new(&reading::SYNTAX, format!("expected a member of the bundle, found {}", found(first)))
                .at(self.location(first.span), "not a name")
                .help("a bundle holds names: `bundle user { web, db }`"),
        );
    }

    /// A block is pointed at where it opens.
    fn token_span(&self, token: &Pair<'_, Rule>) -> Span {
        let span = self.span(token);
        if token.as_rule() == Rule::malformed_braces { Span { end: span.start + 1, ..span } } else { span }
    }

    /// The tokens of a malformed place; none where a text that is never closed says it all, which is then reported.
    fn tokens<'p>(&mut self, pair: Pair<'p, Rule>) -> Option<Vec<Token<'p>>> {
        let tokens: Vec<Token<'p>> = inner(pair)
            .map(|token| Token { rule: token.as_rule(), text: token.as_str(), span: self.token_span(&token) })
            .collect();
        let open =
            tokens.iter().find(|token| matches!(token.rule, Rule::unterminated_string | Rule::unterminated_fence));
        if let Some(token) = open {
            let quotes = token.text.len() - token.text.trim_start_matches('"').len();
            self.unterminated(token.span, quotes.max(1));
            return None;
        }
        Some(tokens)
    }
}

fn form(keyword: &str) -> &'static str {
    language::DEFINITIONS.iter().find(|(known, _)| *known == keyword).map_or("", |(_, form)| form)
}

/// What a token is called in a message.
fn found(token: &Token<'_>) -> String {
    match token.rule {
        Rule::malformed_braces => "`{`".to_owned(),
        Rule::string | Rule::fence => "a quoted text".to_owned(),
        _ => format!("`{}`", shown(token.text)),
    }
}

/// At most a line, and not a long one.
fn shown(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() > 40 { line.chars().take(39).chain(['…']).collect() } else { line.to_owned() }
}
