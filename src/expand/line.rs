//! One line of an execline chain.

use crate::s6rc::execline;

/// A program with its arguments and blocks.
#[derive(Debug, Default, Clone)]
pub(super) struct Line {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone)]
enum Token {
    Word(Vec<u8>),
    Block(Vec<Line>),
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
        self.tokens.push(Token::Block(lines));
        self
    }

    /// Adds a word.
    pub(super) fn word(&mut self, word: impl AsRef<[u8]>) {
        self.tokens.push(Token::Word(word.as_ref().to_vec()));
    }

    /// How many programs it runs, blocks included.
    fn programs(&self) -> usize {
        let below = |token: &Token| match token {
            Token::Word(_) => 0,
            Token::Block(lines) => lines.iter().map(Self::programs).sum(),
        };
        1 + self.tokens.iter().map(below).sum::<usize>()
    }

    /// Writes the line without a newline; a block of several programs has a line for each, further in.
    fn write(&self, indent: usize, text: &mut Vec<u8>) -> Option<()> {
        for (at, token) in self.tokens.iter().enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            match token {
                Token::Word(word) => execline::quote(word, text).ok()?,
                Token::Block(lines) => {
                    let open = lines.iter().map(Self::programs).sum::<usize>() > 1;
                    text.push(b'{');
                    for line in lines {
                        if open {
                            text.push(b'\n');
                            text.extend(std::iter::repeat_n(b' ', indent + INDENT));
                        } else {
                            text.push(b' ');
                        }
                        line.write(if open { indent + INDENT } else { indent }, text)?;
                    }
                    if open {
                        text.push(b'\n');
                        text.extend(std::iter::repeat_n(b' ', indent));
                    } else {
                        text.push(b' ');
                    }
                    text.push(b'}');
                }
            }
        }
        Some(())
    }
}

/// How much further in a block is.
const INDENT: usize = 2;

/// Writes lines; nothing where a word holds NUL, which the resolver refuses.
pub(super) fn write(lines: &[Line], text: &mut Vec<u8>) -> Option<()> {
    for line in lines {
        line.write(0, text)?;
        text.push(b'\n');
    }
    Some(())
}
