//! Words, redirections and operators of a shell script.

use std::ops::Range;

use crate::rules::shell::Word;

/// A piece of a script.
#[derive(Debug)]
pub(super) enum Token {
    Word(Word),
    Redirect,
    Operator(Operator),
}

/// What stands between commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Newline,
    Semicolon,
    Background,
    And,
    Or,
    Pipe,
    /// `;;` and its like
    CaseEnd,
    Open,
    Close,
}

/// Operators, longer ones first.
const OPERATORS: &[(&str, Operator)] = &[
    (";;&", Operator::CaseEnd),
    (";;", Operator::CaseEnd),
    (";&", Operator::CaseEnd),
    (";", Operator::Semicolon),
    ("&&", Operator::And),
    ("&", Operator::Background),
    ("||", Operator::Or),
    ("|&", Operator::Pipe),
    ("|", Operator::Pipe),
    ("(", Operator::Open),
    (")", Operator::Close),
    ("\n", Operator::Newline),
];

/// Redirections, longer ones first.
const REDIRECTIONS: &[&str] = &["<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">&", ">|", ">", "&>>", "&>"];

/// How deep substitutions may nest.
const MAX_DEPTH: usize = 64;

/// A here-document whose text begins with the next line.
struct HereDocument {
    delimiter: String,
    tabs: bool,
}

/// Reads tokens from a script.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    pending: Vec<HereDocument>,
    /// The variables that are expanded, and where.
    pub(super) variables: Vec<(String, Range<usize>)>,
}

impl<'t> Lexer<'t> {
    /// A lexer of a script; nothing where it is not UTF-8.
    pub(super) fn new(text: &'t [u8]) -> Option<Self> {
        Some(Self { text: std::str::from_utf8(text).ok()?, at: 0, pending: Vec::new(), variables: Vec::new() })
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// The next token; `Some(None)` at the end, `None` where the script is not understood.
    #[expect(clippy::option_option, reason = "the end and a script that is not understood are two things")]
    pub(super) fn next(&mut self) -> Option<Option<Token>> {
        self.skip_blanks();
        let rest = self.rest();
        if rest.is_empty() {
            return Some(None);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = rest.get(digits..).unwrap_or_default();
        if (digits == 0 || behind.starts_with(['<', '>']))
            && !behind.starts_with("<(")
            && !behind.starts_with(">(")
            && let Some(operator) = REDIRECTIONS.iter().find(|operator| behind.starts_with(**operator))
        {
            self.at += digits + operator.len();
            return self.redirect(operator).map(Some);
        }
        if let Some((sign, operator)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            self.at += sign.len();
            if *operator == Operator::Newline {
                self.here_documents()?;
            }
            return Some(Some(Token::Operator(*operator)));
        }
        self.word().map(|word| Some(Token::Word(word)))
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t', '\r']) {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn redirect(&mut self, operator: &'static str) -> Option<Token> {
        while self.rest().starts_with([' ', '\t']) {
            self.at += 1;
        }
        let target = self.word()?;
        if matches!(operator, "<<" | "<<-") {
            let delimiter = target.literal.clone()?;
            self.pending.push(HereDocument { delimiter, tabs: operator == "<<-" });
        }
        Some(Token::Redirect)
    }

    /// Skips the here-documents that begin with this line.
    fn here_documents(&mut self) -> Option<()> {
        for document in std::mem::take(&mut self.pending) {
            loop {
                let rest = self.rest();
                if rest.is_empty() {
                    return None;
                }
                let line = rest.split('\n').next().unwrap_or_default();
                self.at += (line.len() + 1).min(rest.len());
                let line = if document.tabs { line.trim_start_matches('\t') } else { line };
                if line == document.delimiter {
                    break;
                }
            }
        }
        Some(())
    }

    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut literal = Some(String::new());
        let mut bare = true;
        while let Some(char) = self.peek() {
            let rest = self.rest();
            match char {
                '\'' => {
                    bare = false;
                    let inside = rest.get(1..)?.split_once('\'')?.0;
                    push(&mut literal, inside);
                    self.at += inside.len() + 2;
                }
                '"' => {
                    bare = false;
                    self.at += 1;
                    self.double_quoted(&mut literal, 0)?;
                }
                '\\' => {
                    bare = false;
                    self.at += 1;
                    match self.advance()? {
                        '\n' => {}
                        escaped => push(&mut literal, escaped.encode_utf8(&mut [0; 4])),
                    }
                }
                '$' | '`' => self.expansion(&mut literal, 0)?,
                '<' | '>' if rest.get(1..).is_some_and(|rest| rest.starts_with('(')) => {
                    literal = None;
                    self.at += 2;
                    self.balanced(0)?;
                }
                // `names=(…)`, an array.
                '(' if self.text.get(start..self.at).is_some_and(|word| word.ends_with('=')) => {
                    literal = None;
                    self.at += 1;
                    self.balanced(0)?;
                }
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                _ => {
                    push(&mut literal, char.encode_utf8(&mut [0; 4]));
                    self.at += char.len_utf8();
                }
            }
        }
        (self.at > start).then_some(Word { literal, bare, range: start..self.at })
    }

    /// Behind a `"`, up to its partner.
    fn double_quoted(&mut self, literal: &mut Option<String>, depth: usize) -> Option<()> {
        loop {
            match self.peek()? {
                '"' => {
                    self.at += 1;
                    return Some(());
                }
                '\\' => {
                    self.at += 1;
                    match self.advance()? {
                        '\n' => {}
                        escaped @ ('$' | '`' | '"' | '\\') => push(literal, escaped.encode_utf8(&mut [0; 4])),
                        other => push(literal, &format!("\\{other}")),
                    }
                }
                '$' | '`' => self.expansion(literal, depth)?,
                char => {
                    push(literal, char.encode_utf8(&mut [0; 4]));
                    self.at += char.len_utf8();
                }
            }
        }
    }

    /// At a `$` or a backtick.
    fn expansion(&mut self, literal: &mut Option<String>, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        if self.advance()? == '`' {
            *literal = None;
            let inside = self.rest().split_once('`')?.0;
            self.at += inside.len() + 1;
            return Some(());
        }
        match self.peek() {
            Some('(') => {
                *literal = None;
                self.at += 1;
                self.balanced(depth + 1)
            }
            Some('{') => {
                *literal = None;
                self.at += 1;
                let name = self.name();
                if !name.is_empty() {
                    self.variables.push((name.to_owned(), start..self.at));
                }
                self.braces(depth + 1)
            }
            Some(char) if char.is_ascii_alphabetic() || char == '_' => {
                *literal = None;
                let name = self.name();
                self.variables.push((name.to_owned(), start..self.at));
                Some(())
            }
            // `$1`, `$?`, `$$`, and `$'…'`, which is bash's.
            Some(char) if char.is_ascii_digit() || "@*#?-$!'".contains(char) => {
                *literal = None;
                self.at += usize::from(char != '\'');
                Some(())
            }
            _ => {
                push(literal, "$");
                Some(())
            }
        }
    }

    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Behind a `(`, up to its `)`.
    fn balanced(&mut self, depth: usize) -> Option<()> {
        let mut open = 1_usize;
        let mut ignored = None;
        loop {
            let rest = self.rest();
            // A `case` in a substitution has lone `)`.
            if rest.starts_with("esac") {
                return None;
            }
            match self.peek()? {
                '\'' => self.at += rest.get(1..)?.split_once('\'')?.0.len() + 2,
                '"' => {
                    self.at += 1;
                    self.double_quoted(&mut ignored, depth + 1)?;
                }
                '\\' => {
                    self.at += 1;
                    self.advance()?;
                }
                '$' | '`' => self.expansion(&mut ignored, depth + 1)?,
                '#' if self.text.get(..self.at).is_some_and(|before| before.ends_with([' ', '\t', '\n'])) => {
                    self.at += rest.find('\n')?;
                }
                '(' => {
                    open += 1;
                    self.at += 1;
                }
                ')' => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        return Some(());
                    }
                }
                char => self.at += char.len_utf8(),
            }
        }
    }

    /// Behind the name in a `${`, up to its `}`.
    fn braces(&mut self, depth: usize) -> Option<()> {
        let mut ignored = None;
        loop {
            match self.peek()? {
                '}' => {
                    self.at += 1;
                    return Some(());
                }
                '"' => {
                    self.at += 1;
                    self.double_quoted(&mut ignored, depth + 1)?;
                }
                '\\' => {
                    self.at += 1;
                    self.advance()?;
                }
                '$' | '`' => self.expansion(&mut ignored, depth + 1)?,
                char => self.at += char.len_utf8(),
            }
        }
    }

    /// Skips `((…))`, whose first `(` may have been read; whether there was one.
    pub(super) fn skip_arithmetic(&mut self) -> Option<bool> {
        self.skip_blanks();
        let before = self.text.get(..self.at).unwrap_or_default();
        let open = if self.rest().starts_with("((") {
            2
        } else if before.ends_with('(') && self.rest().starts_with('(') {
            1
        } else {
            return Some(false);
        };
        self.at += open;
        self.balanced(0)?;
        self.balanced(0)?;
        Some(true)
    }

    /// Skips `()`, if it comes next.
    pub(super) fn skip_parentheses(&mut self) -> Option<()> {
        self.skip_blanks();
        if self.rest().starts_with('(') {
            self.at += 1;
            self.balanced(0)?;
        }
        Some(())
    }
}

fn push(literal: &mut Option<String>, text: &str) {
    if let Some(literal) = literal {
        literal.push_str(text);
    }
}
