//! The words of an `exec`, from the grammar's pairs.

use pest::iterators::Pair;
use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, Fix, Safety};
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{Exec, ExecWord, Otherwise, Parts, Piece, Text, TextForm, Variable};
use crate::syntax::definitions::inner;
use crate::syntax::parse::Lowering;

impl Lowering<'_> {
    pub(super) fn exec(&mut self, pair: Pair<'_, Rule>) -> Exec {
        let mut span = self.span(&pair);
        let mut words = Vec::with_capacity(pair.clone().into_inner().len());
        for word in inner(pair) {
            let span = self.span(&word);
            // Nearly all have one.
            let mut pieces = Vec::with_capacity(1);
            for piece in word.into_inner() {
                self.piece(piece, &mut pieces);
            }
            words.push(ExecWord { span, pieces });
        }
        span.end = words.last().map_or(span.end, |word: &ExecWord| word.span.end);
        Exec { span, words }
    }

    fn piece(&mut self, pair: Pair<'_, Rule>, pieces: &mut Vec<Piece>) {
        let span = self.span(&pair);
        let raw = pair.as_str();
        let start = span.start as usize;
        match pair.as_rule() {
            Rule::exec_double => {
                let before = pieces.len();
                for part in pair.into_inner() {
                    if part.as_rule() == Rule::exec_variable {
                        pieces.push(Piece::Variable(self.variable(&part)));
                    } else {
                        let inside = self.span(&part);
                        self.bare_variables(part.as_str(), inside.start as usize);
                        pieces.push(Piece::Text(self.quoted(inside, part.as_str(), inside.start as usize)));
                    }
                }
                if pieces.len() == before {
                    // `""` is a word too.
                    pieces.push(Piece::Text(Text {
                        span,
                        form: TextForm::Quoted,
                        parts: Parts::Plain(SmolStr::default(), span.start),
                    }));
                }
            }
            Rule::exec_single | Rule::unterminated_single => {
                let body = if pair.as_rule() == Rule::exec_single {
                    raw.get(1..raw.len() - 1).unwrap_or_default()
                } else {
                    self.unterminated(span, 1);
                    raw.get(1..).unwrap_or_default().trim_end()
                };
                let parts = Parts::Plain(SmolStr::new(body), Span::new(start + 1, start + 1).start);
                pieces.push(Piece::Text(Text { span, form: TextForm::Quoted, parts }));
            }
            Rule::exec_variable => pieces.push(Piece::Variable(self.variable(&pair))),
            Rule::exec_escape => {
                let parts = Parts::Plain(SmolStr::new(raw.get(1..).unwrap_or_default()), span.start);
                pieces.push(Piece::Text(Text { span, form: TextForm::Word, parts }));
            }
            Rule::exec_braces => {
                let quoted = if raw.starts_with('$') { "'${'".to_owned() } else { format!("'{raw}'") };
                let message = if raw.starts_with('$') {
                    "this `${` is never closed"
                } else {
                    "braces in an `exec` must be quoted"
                };
                self.report(
                    Diagnostic::new(&reading::SYNTAX, message)
                        .at(self.location(span), "unquoted, a `}` ends the service")
                        .help(format!("write {quoted}; a parameter is written {{{{name}}}}, a variable ${{NAME}}")),
                );
                pieces.push(Piece::Text(Text {
                    span,
                    form: TextForm::Word,
                    parts: Parts::Plain(SmolStr::new(raw), span.start),
                }));
            }
            Rule::exec_bare => {
                self.bare_variables(raw, start);
                pieces.push(Piece::Text(self.text(pair)));
            }
            _ => pieces.push(Piece::Text(self.text(pair))),
        }
    }

    /// `$NAME` without braces is what a shell would expand and hermes would not: nobody who writes it means the letters.
    fn bare_variables(&mut self, raw: &str, start: usize) {
        for (at, _) in raw.match_indices('$') {
            let name: String = raw
                .get(at + 1..)
                .unwrap_or_default()
                .chars()
                .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
                .collect();
            let escaped =
                raw.get(..at).unwrap_or_default().chars().rev().take_while(|char| *char == '\\').count() % 2 == 1;
            if escaped || name.is_empty() || name.starts_with(|char: char| char.is_ascii_digit()) {
                continue;
            }
            let location = self.location(Span::new(start + at, start + at + 1 + name.len()));
            self.report(
                Diagnostic::new(&reading::BARE_VARIABLE, format!("`${name}` is not expanded without braces"))
                    .at(location, "these are only letters")
                    .help(format!("write ${{{name}}} for the variable's value, or '${name}' for the letters"))
                    .fix(Fix::replace(format!("write ${{{name}}}"), location, format!("${{{name}}}"), Safety::Safe)),
            );
        }
    }

    fn variable(&mut self, pair: &Pair<'_, Rule>) -> Variable {
        let span = self.span(pair);
        let raw = pair.as_str();
        let body = raw.get(2..raw.len() - 1).unwrap_or_default();
        let name: String = body.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
        let rest = body.get(name.len()..).unwrap_or_default();
        let start = span.start as usize + 2 + name.len();
        let after = |sign: &str, lowering: &mut Self| {
            rest.strip_prefix(sign).map(|text| {
                let inside = Span::new(start + sign.len(), start + rest.len());
                lowering.quoted(inside, text, start + sign.len())
            })
        };
        let otherwise = if rest.is_empty() {
            Some(Otherwise::Empty)
        } else if let Some(text) = after(":-", self) {
            Some(Otherwise::Default(text))
        } else {
            after(":?", self).map(Otherwise::Refuse)
        };
        if name.is_empty() || name.starts_with(|char: char| char.is_ascii_digit()) || otherwise.is_none() {
            self.report(
                Diagnostic::new(&reading::SYNTAX, format!("`{raw}` is not a variable that `exec` knows"))
                    .at(self.location(span), "expected a name, and `:-` or `:?` behind it")
                    .help("there are ${NAME}, ${NAME:-default} and ${NAME:?message}; for anything else run a shell: sh \"\"\"…\"\"\""),
            );
        }
        Variable { span, name: SmolStr::new(name), otherwise: otherwise.unwrap_or(Otherwise::Empty) }
    }
}
