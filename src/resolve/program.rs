//! Programs: `exec WORDS…`, `INTERPRETER """…"""`, `text """…"""`, `file "path"`.

use crate::diagnostic::Diagnostic;
use crate::model::TextMap;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::{Bytes, Otherwise, ProgramDraft, ProgramKind, Word, WordPiece};
use crate::resolve::scope::Scope;
use crate::resolve::{Resolver, files};
use crate::rules::reading;
use crate::syntax::ast;

impl Resolver<'_> {
    /// The program that the next arguments describe.
    pub(super) fn program(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<ProgramDraft> {
        let start = arguments.here();
        if let Some(exec) = arguments.exec() {
            return self.exec(scope, exec);
        }
        if arguments.word("file") {
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, "the path of a file") };
            return self.read_program(scope, text);
        }
        if arguments.next_is_word("exec") {
            arguments.take();
            return self.expected(scope, arguments, "a command after `exec`");
        }
        if !arguments.script_follows() {
            return self.no_program(scope, arguments);
        }
        let mut words = Vec::new();
        let mut interpreter_span = start;
        let body = loop {
            let text = arguments.text()?;
            if text.form != ast::TextForm::Word {
                break text;
            }
            interpreter_span = interpreter_span.to(text.span);
            words.push(self.string(scope, text)?.to_string());
        };
        let bytes = self.bytes(scope, body)?;
        let place = scope.at(start.to(body.span));
        let (interpreter, given) = words.split_first()?;
        if interpreter == "text" && given.is_empty() {
            return Some(ProgramDraft { place, kind: ProgramKind::Verbatim(bytes) });
        }
        if bytes.bytes.contains(&0) {
            let diagnostic =
                Diagnostic::new(&reading::BAD_VALUE, "a script cannot hold a NUL byte").at(place, "holds one");
            self.report(scope, diagnostic);
            return None;
        }
        // With more words than a first line carries, that is an error of its own.
        let is_refused = !given.is_empty() && self.target.script_shebang(interpreter).contains(' ');
        if body.form == ast::TextForm::Quoted && !is_refused && !reads_scripts(interpreter) {
            let diagnostic = Diagnostic::new(
                &reading::UNKNOWN_INTERPRETER,
                format!("`{interpreter}` would be given this text as a script to read"),
            )
            .at(place, "a script, as no `exec` stands before it")
            .help(format!(
                "write `exec {interpreter} …` to start a program with arguments; if it reads scripts, \
                 say so with three quotes: `\"\"\"…\"\"\"`"
            ));
            self.report(scope, diagnostic);
        }
        let kind = ProgramKind::Script { interpreter: interpreter.clone(), arguments: given.to_vec(), body: bytes };
        Some(ProgramDraft { place, kind })
    }

    /// Reports that what stands there is no program, most often as `exec` was forgotten.
    fn no_program<T>(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<T> {
        let what = "a program: `exec WORDS…`, `sh \"\"\"…\"\"\"` or `file \"PATH\"`";
        let at = scope.at(arguments.here());
        let keyword = arguments.statement.keyword.name.clone();
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, what) };
        let first = text.plain().filter(|_| text.form == ast::TextForm::Word).map_or("COMMAND", |word| word.as_str());
        let diagnostic = Diagnostic::new(&reading::SYNTAX, format!("`{keyword}` wants {what}"))
            .at(at, "no program without one of these words before it")
            .help(format!("write `exec {first}` to start a program, or `sh \"\"\"…\"\"\"` for a script"));
        self.report(scope, diagnostic);
        None
    }

    fn read_program(&mut self, scope: &Scope, text: &ast::Text) -> Option<ProgramDraft> {
        let path = self.string(scope, text)?;
        let path = self.beside(scope, &path);
        let place = scope.at(text.span);
        match self.bounds.read(self.files, &path) {
            Ok(bytes) => {
                if !self.may_carry(scope, place, bytes.len()) {
                    return None;
                }
                Some(ProgramDraft { place, kind: ProgramKind::Verbatim(Bytes { bytes, map: TextMap::Whole(place) }) })
            }
            Err(error) => {
                self.report(scope, files::missing_file(&path, place, &error));
                None
            }
        }
    }

    pub(super) fn exec(&mut self, scope: &Scope, exec: &ast::Exec) -> Option<ProgramDraft> {
        let words: Vec<Option<Word>> = exec.words.iter().map(|word| self.word(scope, word)).collect();
        let words: Vec<Word> = words.into_iter().collect::<Option<_>>()?;
        let fixed =
            words.first().is_some_and(|word| word.pieces.iter().any(|piece| *piece != WordPiece::Bytes(Vec::new())));
        if !fixed {
            let place = words.first().map_or(scope.at(exec.span), |word| word.place);
            self.report(
                scope,
                Diagnostic::new(&reading::BAD_VALUE, "the command is empty")
                    .at(place, "expected the name of a program"),
            );
            return None;
        }
        Some(ProgramDraft { place: scope.at(exec.span), kind: ProgramKind::Exec(words) })
    }

    /// One word of an `exec`.
    fn word(&mut self, scope: &Scope, word: &ast::ExecWord) -> Option<Word> {
        let mut pieces = Vec::with_capacity(word.pieces.len());
        for piece in &word.pieces {
            match piece {
                ast::Piece::Text(text) => {
                    let bytes = self.argument_bytes(scope, text)?;
                    if let Some(WordPiece::Bytes(before)) = pieces.last_mut() {
                        before.extend(bytes);
                    } else {
                        pieces.push(WordPiece::Bytes(bytes));
                    }
                }
                ast::Piece::Variable(variable) => {
                    let otherwise = match &variable.otherwise {
                        ast::Otherwise::Empty => Otherwise::Empty,
                        ast::Otherwise::Default(text) => Otherwise::Default(self.argument_bytes(scope, text)?),
                        ast::Otherwise::Refuse(text) => Otherwise::Refuse(self.argument_bytes(scope, text)?),
                    };
                    pieces.push(WordPiece::Variable { name: variable.name.clone(), otherwise });
                }
            }
        }
        Some(Word { place: scope.at(word.span), pieces })
    }

    /// A value as one word: bare or quoted text, or an `exec` word's `${…}` where a statement takes it.
    pub(super) fn text_word(&mut self, scope: &Scope, text: &ast::Text) -> Option<Word> {
        let bytes = self.argument_bytes(scope, text)?;
        Some(Word { place: scope.at(text.span), pieces: vec![WordPiece::Bytes(bytes)] })
    }

    /// Bytes that can be an argument of a program.
    pub(super) fn argument_bytes(&mut self, scope: &Scope, text: &ast::Text) -> Option<Vec<u8>> {
        let bytes = self.bytes(scope, text)?.bytes;
        if bytes.contains(&0) {
            let diagnostic = Diagnostic::new(&reading::BAD_VALUE, "an argument cannot hold a NUL byte")
                .at(scope.at(text.span), "holds one");
            self.report(scope, diagnostic);
            return None;
        }
        Some(bytes)
    }
}

/// Whether a program is known to read a script from the file that it is given first.
fn reads_scripts(interpreter: &str) -> bool {
    const KNOWN: &[&str] = &[
        "ash",
        "awk",
        "bash",
        "bun",
        "dash",
        "deno",
        "elvish",
        "env",
        "execlineb",
        "fish",
        "gawk",
        "groovy",
        "ksh",
        "lua",
        "luajit",
        "mawk",
        "node",
        "nodejs",
        "nu",
        "osh",
        "perl",
        "php",
        "pwsh",
        "python",
        "rc",
        "ruby",
        "sed",
        "sh",
        "tclsh",
        "text",
        "xonsh",
        "zsh",
    ];
    // Those with a path are meant as a first line, and those with a version are `python3`, `lua5.4`.
    let name = interpreter.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    interpreter.starts_with('/') || KNOWN.contains(&name)
}
