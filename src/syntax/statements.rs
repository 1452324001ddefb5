//! Statements and values, from the grammar's pairs.

use pest::iterators::Pair;
use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{Argument, Body, Ident, List, Statement, Value};
use crate::syntax::definitions::inner;
use crate::syntax::parse::{Lowering, MAX_DEPTH};

impl Lowering<'_> {
    /// What stands between braces.
    pub(super) fn body(&mut self, pair: Pair<'_, Rule>) -> Body {
        let span = self.span(&pair);
        let mut body = Body { span, ..Body::default() };
        for part in inner(pair) {
            match part.as_rule() {
                Rule::statement | Rule::option => body.statements.extend(self.statement(part)),
                Rule::malformed_statement => {
                    body.malformed = true;
                    self.malformed_statement(part);
                }
                Rule::missing_close => self.missing_close(span),
                _ => {}
            }
        }
        body
    }

    /// One statement.
    pub(super) fn statement(&mut self, pair: Pair<'_, Rule>) -> Option<Statement> {
        let start = self.span(&pair).start;
        let mut parts = inner(pair);
        let word = parts.next()?;
        let keyword = Ident { name: SmolStr::new(word.as_str()), span: self.span(&word) };
        // Nearly all have one argument.
        let arguments = Vec::with_capacity(1);
        let mut statement = Statement { span: keyword.span, keyword, arguments, options: None };
        for part in parts {
            if part.as_rule() == Rule::options {
                let options = self.body(part);
                statement.span.end = options.span.end;
                statement.options = Some(options);
            } else {
                let argument = self.argument(part);
                statement.span.end = argument.span().end;
                statement.arguments.push(argument);
            }
        }
        statement.span.start = start;
        Some(statement)
    }

    fn argument(&mut self, pair: Pair<'_, Rule>) -> Argument {
        match pair.as_rule() {
            Rule::exec => Argument::Exec(self.exec(pair)),
            Rule::comma | Rule::punctuation => {
                let span = self.span(&pair);
                let sign = pair.as_str().chars().next().unwrap_or(',');
                Argument::Punctuation(sign, Span { end: span.start + 1, ..span })
            }
            _ => match self.value(pair) {
                Value::Text(text) => Argument::Text(text),
                Value::List(list) => Argument::List(list),
            },
        }
    }

    /// A text or a list.
    pub(super) fn value(&mut self, pair: Pair<'_, Rule>) -> Value {
        if pair.as_rule() != Rule::list {
            return Value::Text(self.text(pair));
        }
        let span = self.span(&pair);
        if self.depth >= MAX_DEPTH {
            self.too_deep(Span { end: span.start + 1, ..span });
            return Value::List(List { span, values: Vec::new() });
        }
        self.depth += 1;
        let values = inner(pair).map(|value| self.value(value)).collect();
        self.depth -= 1;
        Value::List(List { span, values })
    }

    /// Reports a text that its line or the file ends before its quotes are closed.
    pub(super) fn unterminated(&mut self, span: Span, quotes: usize) {
        let quote = self.text.get(span.start as usize..span.start as usize + quotes).unwrap_or("\"").to_owned();
        let help = if quotes > 1 {
            format!("close it with {quote} on a line of its own")
        } else {
            format!(
                "close it with {quote} on the same line; a text over several lines stands between \"\"\" and \"\"\""
            )
        };
        let open = Span::new(span.start as usize, span.start as usize + quotes);
        self.report(
            Diagnostic::new(&reading::UNCLOSED, "this text is never closed")
                .at(self.location(open), "opened here")
                .help(help),
        );
    }
}
