//! The programs of definitions as texts that the rules read: whose they are, who interprets them, what stands where.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use crate::model::{Definition, Entry, Kind, Program, ReferenceOrigin, TextMap};
use crate::rules::Context;
use crate::rules::directories::{command_lines, directories};
use crate::rules::shell::{self, Shell};
use crate::s6rc::execline::{self, WordKind};
use crate::s6rc::read::{formats, named_program};
use crate::source::{Location, Span};

/// Who reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interpreter {
    /// A shell of the Bourne family.
    Shell,
    /// execlineb.
    Execline,
    /// Anything else, or nobody knows.
    Other,
}

/// A text that is run.
pub(super) struct Script<'m> {
    /// Whose it is.
    pub(super) definition: &'m Definition,
    /// The file: `run`, `finish`, `up`, `down`, `reload`.
    pub(super) part: &'static str,
    /// The text.
    pub(super) text: Cow<'m, [u8]>,
    /// Who reads it.
    pub(super) interpreter: Interpreter,
    /// Whether it runs with the container's environment.
    pub(super) contenv: bool,
    source: TextSource<'m>,
}

/// Where a text comes from.
enum TextSource<'m> {
    /// A program is the text.
    Program(&'m Program),
    /// A word of a command line, and where its text begins where it is spelled as it is.
    Word { program: &'m Program, span: Range<usize>, exact: Option<usize> },
    /// A script in the image.
    Entry(&'m Entry),
}

impl Script<'_> {
    /// The place of a part of the text.
    pub(super) fn locate(&self, context: &Context<'_>, range: Range<usize>) -> Location {
        let snippet = self.text.get(range.clone()).unwrap_or_default();
        let place = match &self.source {
            TextSource::Program(program) => program.locate(range),
            TextSource::Word { program, exact: Some(start), .. } => {
                program.locate(start + range.start..start + range.end)
            }
            TextSource::Word { program, span, .. } => program.locate(span.clone()),
            TextSource::Entry(entry) => return entry.part(range.start, range.end),
        };
        narrowed(context, place, snippet)
    }

    /// The same, if the source says exactly what the text says: only such a place can be edited.
    pub(super) fn editable(&self, context: &Context<'_>, range: Range<usize>) -> Option<Location> {
        let snippet = self.text.get(range.clone())?;
        let place = self.locate(context, range);
        (!snippet.is_empty() && context.sources.text(place).as_bytes() == snippet).then_some(place)
    }

    /// As a shell script; nothing where it is none, or none that is understood.
    pub(super) fn shell(&self) -> Option<Shell> {
        (self.interpreter == Interpreter::Shell).then(|| shell::parse(&self.text)).flatten()
    }

    /// The words of an execline script; nothing where it is none.
    pub(super) fn words(&self) -> Option<Vec<execline::Word>> {
        (self.interpreter == Interpreter::Execline).then(|| execline::lex(&self.text).ok()).flatten()
    }

    /// Whether the text holds one of these, comments included: enough to be unsure.
    pub(super) fn mentions(&self, words: &[&str]) -> bool {
        words.iter().any(|word| memmem::find(&self.text, word.as_bytes()).is_some())
    }
}

/// Where exactly a snippet stands in a place that is larger, if it stands there once.
fn narrowed(context: &Context<'_>, place: Location, snippet: &[u8]) -> Location {
    let Ok(snippet) = std::str::from_utf8(snippet) else { return place };
    let source = context.sources.text(place);
    if snippet.is_empty() || source == snippet {
        return place;
    }
    let mut found = source.match_indices(snippet).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => {
            let start = place.span.start as usize + at;
            Location::new(place.file, Span::new(start, start + snippet.len()))
        }
        _ => place,
    }
}

/// `run` and `finish` of the longruns.
pub(super) fn longrun_scripts<'c, 'm>(context: &'c Context<'m>) -> impl Iterator<Item = &'c Script<'m>> {
    scripts(context).iter().take_while(|script| script.definition.kind == Kind::Longrun)
}

/// `run` of the longruns.
pub(super) fn run_scripts<'c, 'm>(context: &'c Context<'m>) -> impl Iterator<Item = &'c Script<'m>> {
    longrun_scripts(context).filter(|script| script.part == "run")
}

/// `finish` of the longruns.
pub(super) fn finish_scripts<'c, 'm>(context: &'c Context<'m>) -> impl Iterator<Item = &'c Script<'m>> {
    longrun_scripts(context).filter(|script| script.part == "finish")
}

/// Every text that is run: those, the command lines of oneshots with the scripts in them, and the scripts that they name.
pub(super) fn scripts<'c, 'm>(context: &'c Context<'m>) -> &'c [Script<'m>] {
    context.scripts.get_or_init(|| find(context))
}

fn find<'m>(context: &Context<'m>) -> Vec<Script<'m>> {
    let mut scripts = Vec::with_capacity(context.model.definitions.len());
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Longrun) {
        let programs = &definition.programs;
        for (part, program) in [("run", &programs.run), ("finish", &programs.finish)] {
            let Some(program) = program else { continue };
            add(&mut scripts, definition, part, program, true);
        }
    }
    for definition in context.model.definitions.iter().filter(|definition| definition.kind == Kind::Oneshot) {
        for (part, program) in definition.programs.iter() {
            add(&mut scripts, definition, part, program, false);
        }
    }
    for (definition, _) in directories(context) {
        for (part, line) in command_lines(definition) {
            let Some((path, _)) = named_program(line) else { continue };
            let named = context.model.tree.as_ref().and_then(|tree| tree.program(&path));
            let Some(entry) = named.and_then(|named| named.entry.as_ref()) else { continue };
            let Some(bytes) = entry.bytes() else { continue };
            let (interpreter, contenv) = interpreter(bytes);
            let (text, source) = (Cow::Borrowed(bytes), TextSource::Entry(entry));
            scripts.push(Script { definition, part, text, interpreter, contenv, source });
        }
    }
    scripts
}

/// Adds a program, and the shell script that is a word of it.
fn add<'m>(
    scripts: &mut Vec<Script<'m>>,
    definition: &'m Definition,
    part: &'static str,
    program: &'m Program,
    executed: bool,
) {
    let (interpreter, contenv) = if executed { interpreter(&program.bytes) } else { (Interpreter::Execline, false) };
    let text = Cow::Borrowed(program.bytes.as_slice());
    // Only a text with one of these in it has to be taken apart.
    let may = |word: &[u8]| memmem::find(&program.bytes, word).is_some();
    // So begins what is made of an `exec` under s6-overlay.
    let mut lines = program.bytes.splitn(3, |byte| *byte == b'\n');
    let contenv =
        contenv || (interpreter == Interpreter::Execline && executed && lines.nth(1) == Some(b"with-contenv"));
    let worth = interpreter == Interpreter::Execline && (may(b"sh") || (!contenv && may(b"contenv")));
    let words = if worth { execline::lex(&program.bytes).ok() } else { None };
    let words = words.unwrap_or_default();
    let contenv = contenv || words.iter().any(|word| word.bytes.ends_with(b"with-contenv"));
    scripts.push(Script { definition, part, text, interpreter, contenv, source: TextSource::Program(program) });
    for window in words.windows(3) {
        let [shell, option, body] = window else { continue };
        let name = String::from_utf8_lossy(&shell.bytes);
        let takes_text = matches!(option.bytes.as_slice(), b"-c" | b"-ec" | b"-ce" | b"-euc" | b"-exc" | b"-lc");
        if !takes_text || !is_shell(&name) || matches!(body.kind, WordKind::BlockEnd { .. }) {
            continue;
        }
        let spelled = program.bytes.get(body.span.clone()).unwrap_or_default();
        let exact = (spelled.len() == body.bytes.len() + 2 && spelled.get(1..spelled.len() - 1) == Some(&body.bytes))
            .then_some(body.span.start + 1);
        let source = TextSource::Word { program, span: body.span.clone(), exact };
        let text = Cow::Owned(body.bytes.clone());
        scripts.push(Script { definition, part, text, interpreter: Interpreter::Shell, contenv, source });
    }
}

/// Who reads a file that is executed, and whether the container's environment is read first.
fn interpreter(bytes: &[u8]) -> (Interpreter, bool) {
    let line = formats::shebang(bytes).and_then(|range| bytes.get(range)).unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut contenv = false;
    for word in line.split_whitespace() {
        match word.rsplit('/').next().unwrap_or_default() {
            "with-contenv" => contenv = true,
            "env" | "busybox" => {}
            "execlineb" => return (Interpreter::Execline, contenv),
            _ if is_shell(word) => return (Interpreter::Shell, contenv),
            _ => return (Interpreter::Other, contenv),
        }
    }
    // with-contenv alone runs an execline script.
    (if contenv { Interpreter::Execline } else { Interpreter::Other }, contenv)
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next().unwrap_or_default(), "sh" | "bash" | "dash" | "ash" | "ksh")
}

/// Whether a definition is only there because a statement stands for it, as the logger of a `log` does.
pub(super) fn is_made(definition: &Definition) -> bool {
    let expanded = |origin: ReferenceOrigin| origin == ReferenceOrigin::Expanded;
    !definition.consumer_for.is_empty() && definition.consumer_for.iter().all(|producer| expanded(producer.origin))
}

/// Whether a program is what a person wrote, byte for byte, and not made of an `exec` or from statements around it.
pub(super) fn is_verbatim(program: &Program) -> bool {
    matches!(program.map, TextMap::Pieces { .. })
}

/// The last path component of a program's name.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Where the program itself begins among words that may set something up for it first, as `s6-setuidgid USER` does;
/// nothing where it is not plain to see.
pub(super) fn behind_prefixes(words: &[Option<&str>]) -> Option<usize> {
    let mut at = 0;
    loop {
        let word = base_name((*words.get(at)?)?);
        at += 1;
        match word {
            "exec" | "with-contenv" | "nohup" | "setsid" | "command" => {}
            "s6-setuidgid" | "setuidgid" | "s6-envuidgid" | "gosu" | "su-exec" | "s6-env" | "umask" => at += 1,
            "fdmove" => at += 2 + usize::from(words.get(at) == Some(&Some("-c"))),
            "nice" | "ionice" | "s6-softlimit" | "s6-notifyoncheck" | "stdbuf" => {
                at = behind_options(words, at, word)?;
            }
            "env" => {
                while (*words.get(at)?)?.contains('=') {
                    at += 1;
                }
            }
            _ => return Some(at - 1),
        }
        // An option of one of these: nobody knows whether it takes a value.
        if words.get(at).is_some_and(|word| word.is_some_and(|word| word.starts_with('-'))) {
            return None;
        }
    }
}

/// Behind the options of a program that takes a value with some of them.
fn behind_options(words: &[Option<&str>], mut at: usize, program: &str) -> Option<usize> {
    let valued: &[&str] = match program {
        "nice" => &["-n"],
        "ionice" => &["-c", "-n"],
        "stdbuf" => &["-i", "-o", "-e"],
        "s6-notifyoncheck" => &["-3", "-s", "-T", "-t", "-w", "-n", "-c"],
        _ => &["-H", "-a", "-c", "-d", "-f", "-l", "-m", "-o", "-p", "-r", "-s", "-t"],
    };
    while let Some(option) = (*words.get(at)?).filter(|word| word.starts_with('-')) {
        at += 1 + usize::from(valued.contains(&option));
    }
    Some(at)
}
