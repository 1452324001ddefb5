//! The way through a file: one definition at a time, so that memory and damage stay bounded by the largest one.

use pest::Parser;
use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::rules::reading;
use crate::source::{FileId, Location, MAX_SOURCE_BYTES, Span};
use crate::syntax::ast::{Comment, Tree};
use crate::syntax::pieces::{self, Piece};
use crate::syntax::{Grammar, Rule};

/// Lines above this many bytes are refused (1 MiB): nobody wrote them.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Definitions inside definitions, and lists inside lists, below this depth are refused.
pub(super) const MAX_DEPTH: usize = 32;

/// What a file turned out to be.
#[derive(Debug)]
pub struct Parsed {
    /// The tree, always.
    pub tree: Tree,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the text of one file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut lowering = Lowering::new(file, text);
    if lowering.refuses() {
        return lowering.finish();
    }
    lowering.report_bidirectional_controls();
    let start = Lowering::start(text);
    lowering.all(start, pieces::parse(file, text, &pieces::starts(text, start)));
    lowering.finish()
}

/// Makes the tree from the grammar's pairs.
pub(super) struct Lowering<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    /// Where the text that the current pairs count from begins in the file.
    pub(super) base: usize,
    pub(super) depth: usize,
    pub(super) tree: Tree,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'t> Lowering<'t> {
    /// Of a text of which nothing was read yet.
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        Self { file, text, base: 0, depth: 0, tree: Tree::default(), diagnostics: Vec::new() }
    }

    /// Where the first step begins. A byte order mark in front is what some editors write; it carries no meaning here.
    pub(super) fn start(text: &str) -> usize {
        if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }

    pub(super) fn finish(self) -> Parsed {
        Parsed { tree: self.tree, diagnostics: self.diagnostics }
    }

    /// One step through the text, from there; where the next one begins, or nothing at the end.
    pub(super) fn step(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        self.base = at;
        let Ok(mut pairs) = Grammar::parse(Rule::entry, rest) else {
            // The grammar accepts every text, so this is its depth limit.
            return self.skip_too_deep(at);
        };
        let entry = pairs.next()?;
        let end = entry.as_span().end();
        let done = self.entry(entry);
        (!done && end > 0).then_some(at + end)
    }

    /// All steps, of which some are done already.
    pub(super) fn all(&mut self, start: usize, mut pieces: Vec<Piece>) {
        let mut at = Some(start);
        while let Some(here) = at {
            // A step is the same wherever it was done, so that a piece which begins where this step would is this and the
            // next ones. A definition looks back for its documentation, which cannot lie before a `}`.
            let looks_back = here > start && !self.text.get(..here).is_some_and(|before| before.ends_with('}'));
            at = match pieces.iter().position(|piece| piece.start == here && !looks_back) {
                Some(found) => self.append(pieces.swap_remove(found)),
                None => self.step(here),
            };
        }
    }

    /// Adds what other steps made; where the next one begins.
    fn append(&mut self, piece: Piece) -> Option<usize> {
        let Parsed { tree, diagnostics } = piece.parsed;
        if self.tree.definitions.is_empty() {
            self.tree.definitions = tree.definitions;
        } else {
            self.tree.definitions.extend(tree.definitions);
        }
        self.tree.comments.extend(tree.comments);
        self.tree.broken_names.extend(tree.broken_names);
        self.diagnostics.extend(diagnostics);
        piece.end
    }

    /// Texts that are too large to be meant.
    pub(super) fn refuses(&mut self) -> bool {
        if self.text.len() > MAX_SOURCE_BYTES {
            let message = format!("the file is larger than {} MiB", MAX_SOURCE_BYTES >> 20);
            self.report(
                Diagnostic::new(&reading::UNREADABLE_SOURCE, message)
                    .at(self.location(Span::default()), "not read")
                    .help("put long texts into files of their own and name them with `file \"path\"`"),
            );
            return true;
        }
        if self.text.len() <= MAX_LINE_BYTES {
            return false;
        }
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            if line.len() > MAX_LINE_BYTES {
                let message =
                    format!("this line has {} bytes, more than the {MAX_LINE_BYTES} that a line may have", line.len());
                let span = Span::new(start, start + line.chars().take(1).map(char::len_utf8).sum::<usize>());
                self.report(
                    Diagnostic::new(&reading::UNREADABLE_SOURCE, message)
                        .at(self.location(span), "begins here")
                        .help("put a long text into a file of its own and name it with `file \"path\"`"),
                );
                return true;
            }
            start += line.len();
        }
        false
    }

    /// Characters that make text read in another order than it is compiled in (Unicode's UAX 9; known as trojan source).
    pub(super) fn report_bidirectional_controls(&mut self) {
        // All of them begin with the byte E2, or D8 in the case of U+061C; most files have neither.
        if memchr::memchr2(0xe2, 0xd8, self.text.as_bytes()).is_none() {
            return;
        }
        let found: Vec<(usize, char)> = self
            .text
            .char_indices()
            .filter(|(_, char)| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'))
            .collect();
        for (at, char) in found {
            let span = Span::new(at, at + char.len_utf8());
            self.report(
                Diagnostic::new(
                    &reading::BIDIRECTIONAL_CONTROL,
                    format!("U+{:04X} changes the order in which this text is read", u32::from(char)),
                )
                .at(self.location(span), "invisible here")
                .help(format!("delete it; in a quoted text, write `\\u{{{:x}}}` where it is meant", u32::from(char))),
            );
        }
    }

    /// One step; true at the end of the file.
    fn entry(&mut self, entry: Pair<'_, Rule>) -> bool {
        if entry.as_str().contains('#') {
            self.collect_comments(entry.clone());
        }
        for pair in entry.into_inner() {
            match pair.as_rule() {
                Rule::comment => {}
                Rule::end_of_file => return true,
                Rule::stray_close => {
                    let location = self.location(self.span(&pair));
                    self.report(
                        Diagnostic::new(&reading::UNCLOSED, "this `}` closes nothing")
                            .at(location, "no `{` is open here")
                            .help("delete it, or look above for a definition that was closed too early"),
                    );
                }
                _ => {
                    if let Some(definition) = self.definition(pair) {
                        self.tree.definitions.push(definition);
                    }
                }
            }
        }
        false
    }

    fn collect_comments(&mut self, entry: Pair<'_, Rule>) {
        for pair in entry.into_inner().flatten() {
            if pair.as_rule() == Rule::comment {
                let trimmed = pair.as_str().trim_end().len();
                let start = self.base + pair.as_span().start();
                let documentation = pair.as_str().starts_with("##");
                self.tree.comments.push(Comment { span: Span::new(start, start + trimmed), documentation });
            }
        }
    }

    /// Reports what is nested too deeply, and gives the next line after it that starts a definition.
    fn skip_too_deep(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..).unwrap_or_default();
        let mut depth = 0_usize;
        let place = rest.bytes().position(|byte| {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > MAX_DEPTH
        });
        let start = at + place.unwrap_or_default();
        self.too_deep(Span::new(start, start + 1));
        let behind = self.text.get(start..).unwrap_or_default();
        behind.match_indices('\n').map(|(newline, _)| start + newline + 1).find(|at| {
            // One line is enough to tell, and the parser takes time for all that it is given.
            let line = self.text.get(*at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            Grammar::parse(Rule::definition_start, line).is_ok()
        })
    }

    pub(super) fn too_deep(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&reading::UNREADABLE_SOURCE, format!("nested more than {MAX_DEPTH} deep"))
                .at(self.location(span), "this opens one too many")
                .help("what stands inside is not read; definitions go at most into a `template` or a `for`"),
        );
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn location(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.base + span.start(), self.base + span.end())
    }
}
