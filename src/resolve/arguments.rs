//! A way through the arguments of a statement that says, where it fails, what it expected.

use crate::source::Span;
use crate::syntax::ast::{Argument, Exec, Statement, Text, TextForm};

/// The arguments of a statement, from the first one that was not taken yet.
#[derive(Debug)]
pub struct Arguments<'s> {
    /// The statement.
    pub statement: &'s Statement,
    rest: &'s [Argument],
    last: Span,
}

impl<'s> Arguments<'s> {
    /// The arguments of a statement.
    #[must_use]
    pub fn new(statement: &'s Statement) -> Self {
        Self { statement, rest: &statement.arguments, last: statement.keyword.span }
    }

    /// The next one, without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&'s Argument> {
        self.rest.first()
    }

    /// Takes the next one.
    pub fn take(&mut self) -> Option<&'s Argument> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.last = first.span();
        Some(first)
    }

    /// Takes the next one if it is a text.
    pub fn text(&mut self) -> Option<&'s Text> {
        let Some(Argument::Text(text)) = self.peek() else { return None };
        self.take();
        Some(text)
    }

    /// Takes the next one if it is an `exec`.
    pub fn exec(&mut self) -> Option<&'s Exec> {
        let Some(Argument::Exec(exec)) = self.peek() else { return None };
        self.take();
        Some(exec)
    }

    /// Takes the next one if it is this bare word.
    pub fn word(&mut self, word: &str) -> bool {
        let found = self.next_is_word(word);
        if found {
            self.take();
        }
        found
    }

    /// Whether the next one is this bare word.
    #[must_use]
    pub fn next_is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Argument::Text(text)) if text.is_word(word))
    }

    /// Takes the next one if it is this sign.
    pub fn sign(&mut self, sign: char) -> bool {
        let found = matches!(self.peek(), Some(Argument::Punctuation(found, _)) if *found == sign);
        if found {
            self.take();
        }
        found
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the text that closes a script follows, with only words before it.
    #[must_use]
    pub fn script_follows(&self) -> bool {
        let words = self
            .rest
            .iter()
            .take_while(|argument| matches!(argument, Argument::Text(text) if text.form == TextForm::Word))
            .count();
        words > 0 && matches!(self.rest.get(words), Some(Argument::Text(_)))
    }

    /// The last one that was taken, or the keyword.
    #[must_use]
    pub fn last(&self) -> Span {
        self.last
    }

    /// Where the next argument stands, or would stand.
    #[must_use]
    pub fn here(&self) -> Span {
        self.peek().map_or_else(|| self.last.after(), Argument::span)
    }
}
