//! Programs: of the ways to write one, the most readable that gives the same bytes again.

use crate::expand;
use crate::model::{Definition, Kind, Program, TextMap};
use crate::print::text::{content, is_bare};
use crate::resolve::container::{ContainerDraft, ContainerKind};
use crate::resolve::draft::{Bytes, Draft, ProgramDraft, ProgramKind, Word, WordPiece};
use crate::s6rc::execline;
use crate::s6rc::target::Target;
use crate::source::{FileId, Location};

/// Where a program stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Home {
    /// In that file of a definition of that kind.
    Service(Kind, &'static str),
    /// In a part of the container.
    Container(ContainerKind),
    /// In a file that is carried.
    File,
}

/// One way to write a program.
struct Form {
    kind: ProgramKind,
    /// What stands in front of the text.
    head: String,
    /// The text, where there is one.
    body: Option<Vec<u8>>,
}

/// What is written behind the statement's word; nothing where the program cannot stand in a text.
pub(super) fn program(target: &Target, home: Home, wanted: &[u8], mode: u32, indent: usize) -> Option<String> {
    // A script that nobody may execute is read by something else.
    let is_script = !matches!(home, Home::File) || mode & 0o111 != 0;
    let forms = if is_script { forms(target, home, wanted) } else { Vec::new() };
    for form in forms {
        let Some(made) = emitted(target, home, form.kind) else { continue };
        if made.bytes != wanted {
            continue;
        }
        let head = format!("{}{}", mode_prefix(mode, made.mode), form.head);
        return match form.body {
            None => Some(head),
            Some(body) => Some(format!("{head} {}", content(&body, indent, true)?)),
        };
    }
    let text = content(wanted, indent, is_script)?;
    Some(format!("{}text {text}", mode_prefix(mode, verbatim_mode(target, home))))
}

/// The same program in a file beside the text.
pub(super) fn file(target: &Target, home: Home, mode: u32, path: &str) -> String {
    format!("{}file {path}", mode_prefix(mode, verbatim_mode(target, home)))
}

fn mode_prefix(mode: u32, default: u32) -> String {
    if mode == default { String::new() } else { format!("mode {mode:04o} ") }
}

fn nowhere() -> Location {
    Location::start_of(FileId(0))
}

fn bytes(bytes: &[u8]) -> Bytes {
    Bytes { bytes: bytes.to_vec(), map: TextMap::Whole(nowhere()) }
}

/// The permission bits of content that is given as it is.
fn verbatim_mode(target: &Target, home: Home) -> u32 {
    emitted(target, home, ProgramKind::Verbatim(bytes(b""))).map_or(0o644, |program| program.mode)
}

/// What a way to write a program becomes.
fn emitted(target: &Target, home: Home, kind: ProgramKind) -> Option<Program> {
    let verbatim = matches!(kind, ProgramKind::Verbatim(_));
    let program = ProgramDraft { place: nowhere(), kind };
    let mut diagnostics = Vec::new();
    let made = match home {
        Home::File => {
            let Bytes { bytes, map } = expand::script(&program, target, &mut diagnostics)?;
            Some(Program { bytes, mode: if verbatim { 0o644 } else { 0o755 }, map })
        }
        Home::Service(kind, file) => {
            let mut draft = Draft::new(Definition::new("x".into(), kind, nowhere()));
            *match file {
                "finish" => &mut draft.finish,
                "up" => &mut draft.up,
                "down" => &mut draft.down,
                "reload" => &mut draft.reload,
                _ => &mut draft.run,
            } = Some(program);
            let mut definitions = Vec::new();
            expand::service(draft, target, &mut definitions, &mut diagnostics);
            let [definition] = definitions.as_slice() else { return None };
            definition.programs.iter().find(|(name, _)| *name == file).map(|(_, program)| program.clone())
        }
        Home::Container(kind) => {
            let mut draft = Draft::new(Definition::new("x".into(), Kind::Oneshot, nowhere()));
            draft.run = Some(program);
            let parts = expand::container(vec![ContainerDraft { kind, draft }], target, &mut diagnostics);
            parts.into_iter().next().map(|file| file.program)
        }
    };
    made.filter(|_| diagnostics.is_empty())
}

/// The ways to write a program that may give these bytes, the most readable first.
fn forms(target: &Target, home: Home, wanted: &[u8]) -> Vec<Form> {
    if wanted.contains(&0) {
        return Vec::new();
    }
    let line = matches!(home, Home::Service(_, "up" | "down" | "reload"));
    let execline = if line {
        Some(wanted)
    } else {
        let head = format!("{}\n", target.execline_shebang());
        wanted.strip_prefix(head.as_bytes())
    };
    let mut forms = Vec::new();
    if let Some(words) = execline.and_then(|text| words(target, text)) {
        forms.extend(if line { handed_over(&words) } else { None });
        forms.extend(exec(&words));
    }
    if line {
        forms.push(script("execlineb", &[], wanted));
    } else {
        forms.extend(shebangs(wanted));
    }
    forms
}

fn script(interpreter: &str, arguments: &[&str], body: &[u8]) -> Form {
    let mut head = interpreter.to_owned();
    for argument in arguments {
        head.push(' ');
        head.push_str(argument);
    }
    let kind = ProgramKind::Script {
        interpreter: interpreter.to_owned(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        body: bytes(body),
    };
    Form { kind, head, body: Some(body.to_vec()) }
}

/// The interpreters that the first line may stand for.
fn shebangs(wanted: &[u8]) -> Vec<Form> {
    let Some(at) = wanted.iter().position(|byte| *byte == b'\n') else { return Vec::new() };
    let (line, body) = wanted.split_at(at);
    let body = body.get(1..).unwrap_or_default();
    let Some(line) = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("#!")) else {
        return Vec::new();
    };
    let tokens: Vec<&str> = line.split(' ').collect();
    if !tokens.iter().all(|token| is_bare(token)) {
        return Vec::new();
    }
    let mut forms = vec![script("execlineb", &[], body)];
    let Some((first, rest)) = tokens.split_first() else { return forms };
    for (before, interpreter) in rest.iter().enumerate().filter(|(_, token)| !token.contains('/')) {
        forms.push(script(interpreter, rest.get(before + 1..).unwrap_or_default(), body));
    }
    let base = first.rsplit('/').next().unwrap_or_default();
    if is_bare(base) {
        forms.push(script(base, rest, body));
    }
    forms.push(script(first, rest, body));
    forms
}

/// The words of a command, without what the target puts in front.
fn words(target: &Target, text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let words = execline::lex(text).ok()?;
    if words.iter().any(|word| word.depth > 0 || matches!(word.kind, execline::WordKind::BlockEnd { .. })) {
        return None;
    }
    let mut words: Vec<Vec<u8>> = words.into_iter().map(|word| word.bytes).collect();
    if target.is_overlay() && words.first().is_some_and(|word| word == b"with-contenv") {
        words.remove(0);
    }
    words.first().is_some_and(|word| !word.is_empty()).then_some(words)
}

/// A command as `exec`, where its words can be seen on one line.
fn exec(words: &[Vec<u8>]) -> Option<Form> {
    let mut head = "exec".to_owned();
    for word in words {
        let word = std::str::from_utf8(word).ok()?;
        head.push(' ');
        if is_bare(word) || word == "exec" {
            head.push_str(word);
        } else if word
            .chars()
            .any(|char| char.is_control() || matches!(char, '\'' | '\u{200e}'..='\u{206f}' | '\u{61c}'))
        {
            return None;
        } else {
            head.push_str(&format!("'{word}'"));
        }
    }
    let piece = |word: &Vec<u8>| Word { place: nowhere(), pieces: vec![WordPiece::Bytes(word.clone())] };
    Some(Form { kind: ProgramKind::Exec(words.iter().map(piece).collect()), head, body: None })
}

/// A script that is handed to its interpreter as an argument.
fn handed_over(words: &[Vec<u8>]) -> Option<Form> {
    let (body, before) = words.split_last()?;
    let (_, command) = before.split_last()?;
    let command: Vec<&str> = command
        .iter()
        .map(|word| std::str::from_utf8(word).ok().filter(|word| is_bare(word)))
        .collect::<Option<_>>()?;
    let (interpreter, arguments) = command.split_first()?;
    body.contains(&b'\n').then(|| script(interpreter, arguments, body))
}
