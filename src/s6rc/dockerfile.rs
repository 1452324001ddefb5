//! What a Dockerfile says of its ENTRYPOINT, its environment and its copies, checked against a model.
//!
//! Only the last stage is read, and what cannot be seen in the text (variables, what RUN does) is taken to be right.

use std::collections::VecDeque;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Model;
use crate::rules::dockerfile as rules;
use crate::s6rc::image;
use crate::source::{FileId, Location, Span};

/// One instruction: its keyword in upper case, the rest of it without line continuations, and its place.
pub(crate) struct Instruction {
    pub(crate) keyword: String,
    pub(crate) rest: String,
    pub(crate) span: Span,
}

/// Problems of a Dockerfile that is meant to build the model's image.
#[must_use]
pub fn check(model: &Model, file: FileId, text: &str) -> Vec<Diagnostic> {
    let Some(tree) = image::image(model) else { return Vec::new() };
    let all = instructions(text);
    let from = all.iter().rposition(|instruction| instruction.keyword == "FROM").unwrap_or(0);
    let stage = all.get(from..).unwrap_or_default();
    let start = stage.first().map_or(Span::default(), |first| first.span);
    let mut diagnostics = Vec::new();
    diagnostics.extend(entrypoint(model, file, stage, start));
    diagnostics.extend(hook(model, file, stage, start));
    for (place, example) in image::places(&tree) {
        let example = Utf8Path::new("/").join(example);
        if !arrives(stage, &example) {
            diagnostics.push(
                Diagnostic::new(&rules::COPY, format!("nothing is copied to /{place}"))
                    .at(Location::new(file, start), format!("no COPY of this stage writes {example}"))
                    .help("write the files with `hermesc emit --rootfs rootfs`, and `COPY rootfs/etc/ /etc/`"),
            );
        }
    }
    diagnostics
}

fn entrypoint(model: &Model, file: FileId, stage: &[Instruction], start: Span) -> Option<Diagnostic> {
    let wanted = image::entrypoint(model);
    let line = format!("ENTRYPOINT {}", image::json(&wanted));
    let help = format!("write `{line}`");
    let Some(found) = stage.iter().rfind(|instruction| instruction.keyword == "ENTRYPOINT") else {
        // An image below this one may have said /init already, but it cannot know the wrapper.
        return (wanted.len() > 1).then(|| {
            Diagnostic::new(&rules::ENTRYPOINT, "no ENTRYPOINT starts the main program")
                .at(Location::new(file, start), "this stage has none")
                .help(help)
        });
    };
    let at = Location::new(file, found.span);
    let Ok(words) = serde_json::from_str::<Vec<String>>(&found.rest) else {
        return Some(
            Diagnostic::new(&rules::ENTRYPOINT, "the ENTRYPOINT is run by a shell, and /init must be process 1")
                .at(at, "not in the form of a list")
                .help(help),
        );
    };
    if words == wanted {
        return None;
    }
    let diagnostic = Diagnostic::new(&rules::ENTRYPOINT, format!("the ENTRYPOINT is not {}", image::json(&wanted)));
    if words.first().is_some_and(|first| first == "/init") {
        return Some(diagnostic.at(at, "differs behind /init").help(help));
    }
    let mut diagnostic = diagnostic.at(at, "does not begin with /init").help(help);
    diagnostic.severity = Severity::Warning;
    Some(diagnostic.note("a program that becomes /init with these arguments is fine; hermesc cannot see that"))
}

fn hook(model: &Model, file: FileId, stage: &[Instruction], start: Span) -> Option<Diagnostic> {
    if !image::has(model, image::STAGE2_HOOK) {
        return None;
    }
    let wanted = format!("/{}", image::STAGE2_HOOK);
    let found =
        stage.iter().rfind(|instruction| instruction.keyword == "ENV" && instruction.rest.contains("S6_STAGE2_HOOK"));
    let help = format!("write `ENV S6_STAGE2_HOOK={wanted}`");
    match found {
        Some(instruction) if instruction.rest.contains(&wanted) || instruction.rest.contains('$') => None,
        Some(instruction) => Some(
            Diagnostic::new(&rules::ENTRYPOINT, "S6_STAGE2_HOOK names another program than the `stage2-hook`")
                .at(Location::new(file, instruction.span), format!("not {wanted}"))
                .help(help),
        ),
        None => Some(
            Diagnostic::new(&rules::ENTRYPOINT, "nothing runs the `stage2-hook`: S6_STAGE2_HOOK is not set")
                .at(Location::new(file, start), "this stage does not set it")
                .help(help),
        ),
    }
}

/// Whether an instruction may write that file of the image.
fn arrives(stage: &[Instruction], path: &Utf8Path) -> bool {
    let mut directory = Utf8PathBuf::from("/");
    for instruction in stage {
        match instruction.keyword.as_str() {
            "WORKDIR" => directory.push(instruction.rest.trim_matches('"')),
            "COPY" | "ADD" => {
                let to = destination(&instruction.rest);
                if to.is_none_or(|to| to.contains('$') || path.starts_with(normal(&directory.join(to)))) {
                    return true;
                }
            }
            "RUN" => {
                let names = |ancestor: &Utf8Path| {
                    ancestor.components().count() > 2 && instruction.rest.contains(ancestor.as_str())
                };
                if instruction.rest.contains("hermesc") || path.ancestors().any(names) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Where a COPY writes to; nothing where that cannot be told.
fn destination(rest: &str) -> Option<String> {
    let mut rest = rest;
    while let Some(flag) = rest.strip_prefix("--") {
        rest = flag.split_once(char::is_whitespace)?.1.trim_start();
    }
    if rest.starts_with('[') {
        return serde_json::from_str::<Vec<String>>(rest).ok()?.pop();
    }
    rest.split_whitespace().next_back().map(|word| word.trim_matches('"').to_owned())
}

/// Without `.` and `..`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::from("/");
    for component in path.components() {
        match component.as_str() {
            "." | "/" => {}
            ".." => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The instructions of a Dockerfile, comments and here-documents left out.
pub(crate) fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    let mut here: VecDeque<String> = VecDeque::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if let Some(end) = here.front() {
            if trimmed == end {
                here.pop_front();
            }
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let start = start + line.find(trimmed).unwrap_or(0);
        let (mut words, first, _) = open.take().unwrap_or((String::new(), start, start));
        let end = start + trimmed.len();
        if let Some(more) = trimmed.strip_suffix('\\') {
            words.push_str(more);
            open = Some((words, first, end));
            continue;
        }
        words.push_str(trimmed);
        here = here_documents(&words).into();
        found.push(instruction(&words, first, end));
    }
    if let Some((words, first, end)) = open {
        found.push(instruction(&words, first, end));
    }
    found
}

fn instruction(words: &str, start: usize, end: usize) -> Instruction {
    let (keyword, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    Instruction { keyword: keyword.to_ascii_uppercase(), rest: rest.trim().to_owned(), span: Span::new(start, end) }
}

/// The words that end the here-documents of an instruction.
fn here_documents(words: &str) -> Vec<String> {
    let keyword = words.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    if !matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return Vec::new();
    }
    words
        .split("<<")
        .skip(1)
        .filter_map(|rest| {
            let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
            let word: String = rest.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
            (!word.is_empty()).then_some(word)
        })
        .collect()
}
