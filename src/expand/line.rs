//! One line of an execline chain.

use crate::s6rc::execline;

/// A program with its arguments and blocks.
#[derive(Debug, Default)]
pub(super) struct Line {
    tokens: Vec<Token>,
}

#[derive(Debug)]
enum Token {
    Word(Vec<u8>),
    Open,
    Close,
}

impl Line {
    /// These words.
    pub(super) fn of(words: &[&str]) -> Self {
        words.iter().fold(Self::default(), Self::and)
    }

    /// With one more word.
    pub(super) fn and(mut self, word: impl AsRef<[u8]>) -> Self {
        self.word(word);
        self
    }

    /// With a block that holds these lines.
    pub(super) fn block(mut self, lines: Vec<Line>) -> Self {
        self.tokens.push(Token::Open);
        self.tokens.extend(lines.into_iter().flat_map(|line| line.tokens));
        self.tokens.push(Token::Close);
        self
    }

    /// Adds a word.
    pub(super) fn word(&mut self, word: impl AsRef<[u8]>) {
        self.tokens.push(Token::Word(word.as_ref().to_vec()));
    }

    /// Writes the line, with its newline; nothing where a word holds NUL, which the resolver refuses.
    pub(super) fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        for (at, token) in self.tokens.iter().enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            match token {
                Token::Word(word) => execline::quote(word, text).ok()?,
                Token::Open => text.push(b'{'),
                Token::Close => text.push(b'}'),
            }
        }
        text.push(b'\n');
        Some(())
    }
}
