//! Statements, their arguments and their options.

use crate::format::block::Item;
use crate::format::text::Group;
use crate::format::{Formatter, INDENT, WIDTH};
use crate::source::Span;
use crate::syntax::ast::{Argument, Exec, Statement};

impl Formatter<'_> {
    /// One statement, its first line without indentation.
    pub(super) fn statement(&self, statement: &Statement, indent: usize) -> String {
        let start = statement.span.start;
        let end = statement.arguments.last().map_or(statement.keyword.span.end, |argument| argument.span().end);
        let line = self.loose(Span { start, end }, indent).unwrap_or_else(|| self.line(statement, indent));
        let Some(options) = &statement.options else { return line + self.end(statement, end) };
        let header = self.comments_in(Span { start: end, end: options.span.start });
        let before = line.lines().last().unwrap_or_default().chars().count() + 1;
        let before = if line.contains('\n') { before } else { before + indent };
        let items = options.statements.iter().map(Item::Statement).collect();
        format!("{line} {}", self.braces(options.span, header, items, indent, (usize::MAX, before)))
    }

    /// The `;` without which a comma with nothing behind it would take what is on the next line.
    fn end(&self, statement: &Statement, end: u32) -> &'static str {
        let is_open = matches!(statement.arguments.last(), Some(Argument::Punctuation(',', _)));
        let behind = self.text.get(end as usize..).unwrap_or_default();
        if is_open && behind.trim_start_matches([' ', '\t']).starts_with(';') { ";" } else { "" }
    }

    /// The keyword and the arguments.
    fn line(&self, statement: &Statement, indent: usize) -> String {
        let line = self.arguments(statement, indent, Group::Joined, false);
        if line.contains('\n') || indent + line.chars().count() <= WIDTH {
            return line;
        }
        // Lists give way first, and then names at their commas.
        let lists = statement.arguments.iter().any(|argument| matches!(argument, Argument::List(_)));
        let names = statement.arguments.iter().any(|argument| matches!(argument, Argument::Punctuation(',', _)));
        match (lists, names) {
            (true, _) => self.arguments(statement, indent, Group::Broken, false),
            (false, true) => self.arguments(statement, indent, Group::Joined, true),
            (false, false) => line,
        }
    }

    fn arguments(&self, statement: &Statement, indent: usize, group: Group, at_commas: bool) -> String {
        let inner = indent + INDENT;
        let mut line = self.slice(statement.keyword.span).to_owned();
        let (mut at, mut sign, mut is_exec) = (statement.keyword.span.end, ' ', false);
        for argument in &statement.arguments {
            let span = argument.span();
            let here = if let Argument::Punctuation(sign, _) = argument { *sign } else { ' ' };
            if self.between(at, span.start).contains("\\\n") {
                line.push_str(&format!(" \\\n{:inner$}", ""));
            } else if at_commas && sign == ',' {
                line.push_str(&format!("\n{:inner$}", ""));
            } else if !matches!(here, ',' | ')') && sign != '(' && !(is_exec && at == span.start) {
                line.push(' ');
            }
            // With a blank behind it the word would begin a command.
            is_exec = matches!(argument, Argument::Text(text) if text.is_word("exec"));
            line.push_str(&match argument {
                Argument::Text(text) => self.written(text, indent),
                Argument::List(list) => self.list(list, indent, group),
                Argument::Exec(exec) => self.exec(exec, indent),
                Argument::Punctuation(sign, _) => sign.to_string(),
            });
            (at, sign) = (span.end, here);
        }
        line
    }

    /// A command and its words, whose lines stay as they were broken.
    fn exec(&self, exec: &Exec, indent: usize) -> String {
        let mut line = "exec".to_owned();
        let mut at = exec.span.start + 4;
        for word in &exec.words {
            if self.between(at, word.span.start).contains('\n') {
                line.push_str(&format!(" \\\n{:1$}", "", indent + INDENT));
            } else {
                line.push(' ');
            }
            line.push_str(&self.word(word, indent));
            at = word.span.end;
        }
        line
    }
}
