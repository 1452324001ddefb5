//! Shell scripts, taken apart far enough for the rules: commands with their words, operators and what they stand in.
//!
//! This is no shell. Comments and here-documents are skipped, nothing is expanded, and where the text is anything that this
//! does not understand for sure, the answer is nothing at all: a rule then says nothing.

use std::ops::Range;

mod lexer;

use lexer::{Lexer, Operator, Token};

/// A script.
#[derive(Debug, Default)]
pub(super) struct Shell {
    /// Its simple commands and the ends of its compound ones, in order.
    pub(super) commands: Vec<Command>,
    /// The variables that it expands, and where.
    pub(super) variables: Vec<(String, Range<usize>)>,
    /// The functions that it defines.
    pub(super) functions: Vec<String>,
}

/// A simple command, or the end of a compound one, which has no words.
#[derive(Debug)]
pub(super) struct Command {
    /// Its words, assignments included.
    pub(super) words: Vec<Word>,
    /// How many redirections it has.
    pub(super) redirects: usize,
    /// The compound commands around it, the outermost first.
    pub(super) inside: Vec<Frame>,
    /// What joins it to the command before.
    pub(super) before: Join,
    /// What joins it to the command behind.
    pub(super) after: Join,
}

/// One word.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// What it says, if nothing in it is expanded.
    pub(super) literal: Option<String>,
    /// Whether it has neither quotes nor backslashes.
    pub(super) bare: bool,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

/// How a command is joined to its neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Not at all: a newline, a `;`, the beginning or the end.
    None,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// `&`
    Background,
}

/// A compound command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// `if`
    If,
    /// `while`, `until`, `for`
    Loop,
    /// `case`
    Case,
    /// `{ … }`
    Group,
    /// `( … )`
    Subshell,
    /// The body of a function.
    Function,
}

impl Word {
    /// Whether it says exactly this.
    pub(super) fn is(&self, text: &str) -> bool {
        self.literal.as_deref() == Some(text)
    }

    /// Name and value, where the word is an assignment; no value where it is expanded.
    pub(super) fn assignment<'t>(&self, text: &'t [u8]) -> Option<(&'t str, Option<&str>)> {
        let raw = std::str::from_utf8(text.get(self.range.clone())?).ok()?;
        let (name, _) = raw.split_once('=')?;
        let name = name.strip_suffix('+').unwrap_or(name);
        let value = self.literal.as_deref().and_then(|literal| literal.split_once('=')).map(|(_, value)| value);
        is_name(name).then_some((name, value))
    }
}

impl Command {
    /// Whether it is part of the script itself: in no compound command but groups.
    pub(super) fn is_outermost(&self) -> bool {
        self.inside.iter().all(|frame| *frame == Frame::Group)
    }

    /// Whether it stands by itself: joined to nothing before or behind it.
    pub(super) fn stands_alone(&self) -> bool {
        self.before == Join::None && self.after == Join::None
    }

    /// Its words behind the assignments.
    pub(super) fn command<'c>(&'c self, text: &[u8]) -> &'c [Word] {
        let assignments = self.words.iter().take_while(|word| word.assignment(text).is_some()).count();
        self.words.get(assignments..).unwrap_or_default()
    }

    /// What it runs, if that is plain to see: its first word behind the assignments.
    pub(super) fn program<'c>(&'c self, text: &[u8]) -> Option<&'c str> {
        self.command(text).first()?.literal.as_deref()
    }
}

impl Shell {
    /// Whether some command runs a program of one of these names.
    pub(super) fn runs(&self, text: &[u8], names: &[&str]) -> bool {
        self.commands.iter().filter_map(|command| command.program(text)).any(|name| names.contains(&name))
    }
}

/// Whether a text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|char: char| char.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Nobody nests commands so deep: what does is not understood.
const MAX_FRAMES: usize = 64;

/// Takes a script apart; nothing where it is not understood.
pub(super) fn parse(text: &[u8]) -> Option<Shell> {
    let mut parser = Parser {
        lexer: Lexer::new(text)?,
        shell: Shell::default(),
        frames: Vec::new(),
        current: None,
        before: Join::None,
        function: false,
    };
    while let Some(token) = parser.lexer.next()? {
        parser.token(token)?;
    }
    parser.finish(Join::None);
    if !parser.frames.is_empty() {
        return None;
    }
    parser.shell.variables = parser.lexer.variables;
    Some(parser.shell)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    shell: Shell,
    frames: Vec<Frame>,
    current: Option<Command>,
    before: Join,
    /// Whether the next compound command is the body of a function.
    function: bool,
}

impl Parser<'_> {
    fn token(&mut self, token: Token) -> Option<()> {
        if self.frames.len() > MAX_FRAMES {
            return None;
        }
        match token {
            Token::Word(word) => match &self.current {
                None => self.first_word(word)?,
                // Behind the end of a compound command only redirections and operators make sense.
                Some(current) if current.words.is_empty() && current.redirects == 0 => return None,
                Some(_) => self.current()?.words.push(word),
            },
            Token::Redirect => self.current()?.redirects += 1,
            Token::Operator(operator) => self.operator(operator)?,
        }
        Some(())
    }

    /// The command being read.
    fn current(&mut self) -> Option<&mut Command> {
        if self.current.is_none() {
            self.current = Some(Command {
                words: Vec::new(),
                redirects: 0,
                inside: self.frames.clone(),
                before: self.before,
                after: Join::None,
            });
        }
        self.current.as_mut()
    }

    fn finish(&mut self, after: Join) {
        if let Some(mut command) = self.current.take() {
            command.after = after;
            self.shell.commands.push(command);
            self.before = if after == Join::Background { Join::None } else { after };
        }
    }

    fn operator(&mut self, operator: Operator) -> Option<()> {
        match operator {
            // A newline behind `&&` or `|` joins all the same.
            Operator::Newline => {
                if self.current.is_some() {
                    self.finish(Join::None);
                }
            }
            Operator::Semicolon => self.finish(Join::None),
            Operator::Background => self.finish(Join::Background),
            Operator::And => self.finish(Join::And),
            Operator::Or => self.finish(Join::Or),
            Operator::Pipe => self.finish(Join::Pipe),
            Operator::CaseEnd => {
                self.finish(Join::None);
                if self.frames.last() != Some(&Frame::Case) {
                    return None;
                }
                self.before = Join::None;
                self.pattern()?;
            }
            Operator::Open if self.current.is_none() => {
                if self.lexer.skip_arithmetic()? {
                    self.current()?;
                } else {
                    self.open(Frame::Subshell);
                }
            }
            Operator::Open => self.function_name()?,
            Operator::Close => {
                self.finish(Join::None);
                self.close(&[Frame::Subshell, Frame::Function])?;
            }
        }
        Some(())
    }

    /// `name ( )`
    fn function_name(&mut self) -> Option<()> {
        let command = self.current.take()?;
        let [name] = command.words.as_slice() else { return None };
        let closed = matches!(self.lexer.next()?, Some(Token::Operator(Operator::Close)));
        if !closed || command.redirects > 0 {
            return None;
        }
        self.shell.functions.push(name.literal.clone()?);
        self.function = true;
        Some(())
    }

    fn open(&mut self, frame: Frame) {
        self.frames.push(if std::mem::take(&mut self.function) { Frame::Function } else { frame });
        self.before = Join::None;
    }

    /// The end of a compound command: a command without words, which redirections and operators may follow.
    fn close(&mut self, frames: &[Frame]) -> Option<()> {
        self.finish(Join::None);
        self.before = Join::None;
        self.frames.pop().filter(|frame| frames.contains(frame))?;
        self.current().map(|_| ())
    }

    fn first_word(&mut self, word: Word) -> Option<()> {
        let keyword = word.literal.as_deref().filter(|_| word.bare).unwrap_or_default();
        match keyword {
            "if" => self.open(Frame::If),
            "while" | "until" => self.open(Frame::Loop),
            "for" | "select" => self.for_head()?,
            "case" => self.case_head()?,
            "{" => self.open(Frame::Group),
            "then" | "else" | "elif" | "do" => self.before = Join::None,
            "!" | "time" => {}
            "fi" => self.close(&[Frame::If])?,
            "done" => self.close(&[Frame::Loop])?,
            "esac" => self.close(&[Frame::Case])?,
            "}" => self.close(&[Frame::Group, Frame::Function])?,
            "function" => {
                let Some(Token::Word(name)) = self.lexer.next()? else { return None };
                self.shell.functions.push(name.literal?);
                self.lexer.skip_parentheses()?;
                self.function = true;
            }
            "[[" => self.condition(word)?,
            _ => self.current()?.words.push(word),
        }
        Some(())
    }

    /// `for NAME in WORDS…`, up to its end or `do`.
    fn for_head(&mut self) -> Option<()> {
        self.open(Frame::Loop);
        self.lexer.skip_arithmetic()?;
        loop {
            match self.lexer.next()?? {
                Token::Word(word) if word.bare && word.is("do") => return Some(()),
                Token::Word(_) => {}
                Token::Operator(Operator::Newline | Operator::Semicolon) => return Some(()),
                _ => return None,
            }
        }
    }

    fn case_head(&mut self) -> Option<()> {
        let Some(Token::Word(_)) = self.lexer.next()? else { return None };
        loop {
            match self.lexer.next()?? {
                Token::Word(word) if word.is("in") => break,
                Token::Operator(Operator::Newline) => {}
                _ => return None,
            }
        }
        self.open(Frame::Case);
        self.pattern()
    }

    /// The patterns of a branch, up to their `)`, or the end of the whole `case`.
    fn pattern(&mut self) -> Option<()> {
        let mut first = true;
        loop {
            match self.lexer.next()?? {
                Token::Operator(Operator::Newline) if first => {}
                Token::Word(word) if first && word.bare && word.is("esac") => return self.close(&[Frame::Case]),
                Token::Operator(Operator::Open) if first => first = false,
                Token::Word(_) | Token::Operator(Operator::Pipe) => first = false,
                Token::Operator(Operator::Close) => return Some(()),
                _ => return None,
            }
        }
    }

    /// `[[ … ]]`, as one command.
    fn condition(&mut self, open: Word) -> Option<()> {
        self.current()?.words.push(open);
        loop {
            if let Token::Word(word) = self.lexer.next()?? {
                let end = word.bare && word.is("]]");
                self.current()?.words.push(word);
                if end {
                    return Some(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(text: &str) -> Vec<String> {
        let shell = parse(text.as_bytes()).unwrap();
        let name = |command: &Command| command.program(text.as_bytes()).unwrap_or("-").to_owned();
        shell.commands.iter().map(name).collect()
    }

    #[test]
    fn commands_are_found_in_compound_ones() {
        assert_eq!(programs("if a; then b; else c; fi\nd && e || f | g &\n"), ["a", "b", "c", "-", "d", "e", "f", "g"]);
        assert_eq!(programs("for x in 1 2; do y; done > log"), ["y", "-"]);
        assert_eq!(programs("case $x in a|b) c ;; (*) d; e ;; esac\nf"), ["c", "d", "e", "-", "f"]);
        assert_eq!(programs("f() {\n a\n}\ng() ( b )\nf"), ["a", "-", "b", "-", "f"]);
        assert_eq!(programs("[[ $a == b || -f c ]] && d; ((x++)); e"), ["[[", "d", "-", "e"]);
        assert_eq!(programs("A=1 B=\"$x\" c 'd' 2>&1"), ["c"]);
        assert_eq!(programs("while :; do sleep 1; done &\nwait"), [":", "sleep", "-", "wait"]);
    }

    #[test]
    fn comments_and_here_documents_are_no_commands() {
        assert_eq!(programs("# a\nb # c\ncat <<-'EOF' | d\n\tx &\n\tEOF\ne <<< f"), ["b", "cat", "d", "e"]);
        assert_eq!(programs("a \\\n  # b\nc#d $(e \")\" '(') `f`"), ["a", "c#d"]);
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for text in ["if a; then b", "a 'b", "case x in a) b", "a )", "fi", "x=$(a", "a > ", "cat <<", "} ; {"] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn joins_frames_and_variables_are_kept() {
        let text = b"if a; then\n  b || exit 0\nfi\nexec \"$X\" ${Y:-z} '$Z' 2>&1 &";
        let shell = parse(text).unwrap();
        let exit = shell.commands.iter().find(|command| command.program(text) == Some("exit")).unwrap();
        assert_eq!((exit.before, exit.inside.as_slice()), (Join::Or, [Frame::If].as_slice()));
        let last = shell.commands.last().unwrap();
        assert_eq!((last.after, last.is_outermost()), (Join::Background, true));
        assert_eq!(last.redirects, 1);
        let names: Vec<&str> = shell.variables.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["X", "Y"]);
    }
}
