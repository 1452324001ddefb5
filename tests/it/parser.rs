//! The parser and the resolver under text that nobody should have written: always an answer, soon, and never a crash.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use hermesc::compile::Checked;
use hermesc::source::{FileId, MAX_SOURCE_BYTES, Span};
use hermesc::syntax::ast::{Body, Definition, DefinitionKind};
use hermesc::syntax::parse;
use proptest::prelude::*;

use crate::memory::{check, check_files, found};

/// Far above what anything here takes, on a machine that is busy with other things too, and far below what a hang takes.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs in a thread with the small stack that threads have by default, and in bounded time.
fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let begin = Instant::now();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    let result = thread.join().expect("no panic");
    assert!(begin.elapsed() < PATIENCE, "took {:?}", begin.elapsed());
    result
}

fn in_bounds(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} is not in the text of {} bytes", text.len());
}

fn body_in_bounds(text: &str, body: &Body) {
    in_bounds(text, body.span);
    for statement in &body.statements {
        in_bounds(text, statement.span);
        in_bounds(text, statement.keyword.span);
        statement.arguments.iter().for_each(|argument| in_bounds(text, argument.span()));
        statement.options.iter().for_each(|options| body_in_bounds(text, options));
    }
}

fn definition_in_bounds(text: &str, definition: &Definition) {
    in_bounds(text, definition.span);
    match &definition.kind {
        DefinitionKind::Service { name, body, .. } | DefinitionKind::ContInit { name, body } => {
            in_bounds(text, name.span);
            body_in_bounds(text, body);
        }
        DefinitionKind::Main { body } | DefinitionKind::Stage2Hook { body } => body_in_bounds(text, body),
        DefinitionKind::Bundle { name, members, span, .. } => {
            in_bounds(text, *span);
            in_bounds(text, name.span);
            for member in members {
                in_bounds(text, member.span);
            }
        }
        DefinitionKind::Template { definitions, .. } | DefinitionKind::For { definitions, .. } => {
            for definition in definitions {
                definition_in_bounds(text, definition);
            }
        }
        _ => {}
    }
}

/// Parses, and looks at every span.
fn sound(text: &str) {
    let parsed = parse(FileId(0), text);
    parsed.tree.definitions.iter().for_each(|definition| definition_in_bounds(text, definition));
    parsed.tree.comments.iter().for_each(|comment| in_bounds(text, comment.span));
    for label in parsed.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        in_bounds(text, label.location.span);
    }
    let checked = check(text);
    for diagnostic in &checked.diagnostics {
        assert!(!diagnostic.labels.is_empty(), "no place: {}", diagnostic.message);
        diagnostic.labels.iter().for_each(|label| in_bounds(text, label.location.span));
    }
}

pub fn examples() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let directories = std::fs::read_dir(root).expect("examples/ is there");
    let files = directories.flat_map(|entry| std::fs::read_dir(entry.expect("an entry").path()).expect("a directory"));
    let mut texts: Vec<String> = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hermes"))
        .map(|path| std::fs::read_to_string(path).expect("an example"))
        .collect();
    texts.sort();
    texts
}

/// Pieces that mean something to the language.
pub const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "'",
    "\\",
    "\n",
    ";",
    "#",
    "##",
    "${",
    "{{",
    "}}",
    "=",
    "|",
    ",",
    " ",
    "longrun a {",
    "oneshot",
    "bundle user { a }",
    "run exec",
    "use t(",
    "for x in",
    "include \"",
    "\u{feff}",
    "é",
    "\0",
    "\u{202e}",
    "\r\n",
    "let x = ",
    "template t(a: name) {",
    "{{x}}",
    "5s",
];

pub fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

proptest! {
    #![proptest_config(crate::properties::config(96))]

    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        sound(&text);
    }

    #[test]
    fn any_row_of_pieces_is_parsed(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        sound(&pieces.concat());
    }

    #[test]
    fn mutated_examples_are_parsed(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..200,
        piece in prop::sample::select(PIECES),
    ) {
        let examples = examples();
        let text = which.get(&examples);
        let start = floor(text, at.index(text.len()));
        let end = floor(text, start + length).max(start);
        sound(&format!("{}{piece}{}", &text[..start], &text[end..]));
    }

    #[test]
    fn each_mistake_has_one_diagnostic_at_its_service(
        mistakes in prop::collection::vec(prop::sample::select(MISTAKES), 1..30),
    ) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (number, mistake) in mistakes.iter().enumerate() {
            writeln!(text, "longrun sound-{number} {{\n    run exec sleep 1\n    in user\n}}").expect("a string");
            let start = text.len();
            writeln!(text, "longrun wrong-{number} {{\n    {mistake}\n    run exec sleep 1\n    in user\n}}").expect("a string");
            expected.push(start..text.len());
        }
        let checked = check(&text);
        prop_assert_eq!(checked.diagnostics.len(), expected.len(), "{}\n{:?}", text, found(&checked));
        for (diagnostic, range) in checked.diagnostics.iter().zip(expected) {
            let at = diagnostic.location().expect("a place").span;
            prop_assert!(range.contains(&(at.start as usize)), "{} at {:?}\n{}", diagnostic.message, at, text);
        }
    }
}

/// Lines that are each wrong once.
const MISTAKES: &[&str] = &[
    "notificationfd 3",
    "timeout-kill 5",
    "timeout-kill soon",
    "lock-fd three",
    "up exec true",
    "depends-on nobody-of-this-name",
    "down-signal SIGNONE",
    "data x text \"\\q\"",
    "timeout-kill",
    "finish exec printf \"never closed",
    "finish exec echo $HOME",
    "finish exec echo {{nothing}}",
    "lock-fd 1",
    "= what",
];

/// Whether something was refused as too large or malformed, and what is shown of it is short.
fn refused(checked: &Checked) {
    assert!(checked.errors() > 0);
    assert!(checked.diagnostics.len() <= 200_000, "{} diagnostics", checked.diagnostics.len());
    let first = checked.diagnostics.iter().find(|diagnostic| diagnostic.message.len() > 1000);
    assert!(first.is_none(), "a message of {} bytes", first.map_or(0, |diagnostic| diagnostic.message.len()));
}

fn refused_text(text: String) {
    bounded(move || refused(&check(&text)));
}

#[test]
fn nested_braces() {
    refused_text("{".repeat(10_000));
    refused_text(format!("longrun a {}", "{\n".repeat(10_000)));
    refused_text(format!("longrun a {{ run exec a; log {}", "{ x ".repeat(10_000)));
    refused_text(format!("longrun a {{ ! {}{} }}", "{".repeat(10_000), "}".repeat(10_000)));
}

#[test]
fn nested_lists() {
    refused_text(format!("let a = {}{}", "[".repeat(10_000), "]".repeat(10_000)));
    refused_text(format!("let a = {}", "[".repeat(10_000)));
    refused_text(format!("use a({}", "[\n".repeat(10_000)));
}

#[test]
fn nested_definitions() {
    refused_text("for a in [\"b\"] {\n".repeat(10_000));
    refused_text("template a(b) {\n".repeat(10_000));
    refused_text(format!("{}{}", "for a in [\"b\"] { ".repeat(10_000), "}".repeat(10_000)));
}

#[test]
fn a_long_line() {
    refused_text(format!("longrun a {{ run exec {} }}\n", "x".repeat(50_000_000)));
}

#[test]
fn a_file_that_is_too_large() {
    let text = "# nothing but lines that say nothing at all, over and over and over and over\n";
    refused_text(text.repeat(MAX_SOURCE_BYTES / text.len() + 2));
}

#[test]
fn unclosed_quotes() {
    refused_text("\"\n".repeat(100_000));
    refused_text("\" ".repeat(100_000));
    refused_text(format!("longrun a {{\n{}}}\n", "run exec \"\n".repeat(20_000)));
    refused_text("longrun a { run sh \"\"\"\n".repeat(5_000));
}

#[test]
fn a_bomb_of_loops() {
    let ten = "[\"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\"]";
    let mut text = String::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        writeln!(text, "for {name} in {ten} {{").expect("a string");
    }
    let close = "}\n".repeat(8);
    // With nothing inside, nothing is made that could be counted but the turns.
    refused_text(format!("{text}{close}longrun {{\n"));
    refused_text(format!("{text}longrun \"{{{{nothing}}}}\" {{ run exec a }}\n{close}"));
}

#[test]
fn a_bomb_of_templates() {
    let mut text = String::from("template t0() { longrun \"{{nothing}}\" { run exec a } }\n");
    for number in 1..30 {
        let below = format!("use t{}()\n", number - 1);
        writeln!(text, "template t{number}() {{\n{below}{below}}}").expect("a string");
    }
    refused_text(format!("{text}use t29()\n"));
}

#[test]
fn a_bomb_of_constants() {
    let mut text = format!("let c0 = \"{}\"\n", "x".repeat(64));
    for number in 1..40 {
        let below = format!("{{{{c{}}}}}", number - 1);
        writeln!(text, "let c{number} = \"{below}{below}\"").expect("a string");
    }
    refused_text(format!("{text}longrun a {{ run exec {{{{c39}}}}; in user }}\n"));
}

#[test]
fn chains_of_includes() {
    let files: Vec<(String, String)> = (0..10_000)
        .map(|number| (format!("{number}.hermes"), format!("include \"{}.hermes\"\n", number + 1)))
        .collect();
    bounded(move || refused(&check_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))));
}

#[test]
fn a_bomb_of_includes() {
    let files: Vec<(String, String)> = (0..60)
        .map(|number| {
            let all: String = (0..60).map(|other| format!("include \"{other}.hermes\"\n")).collect();
            (format!("{number}.hermes"), all)
        })
        .collect();
    bounded(move || refused(&check_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))));
}

#[test]
fn a_text_that_an_exec_never_closes_is_one_mistake() {
    for quotes in ["\"\"\"", "\"\"\"\"\""] {
        let text = format!(
            "longrun a {{\n    run exec sh -c {quotes}\n        x \"y\"\n}}\nlongrun b {{\n    run exec c\n}}\n"
        );
        let parsed = parse(FileId(0), &text);
        let found: Vec<_> = parsed.diagnostics.iter().map(|found| (found.rule.id, found.message.as_str())).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "unclosed", "{found:?}");
        // What stands behind it is read.
        assert_eq!(parsed.tree.definitions.len(), 2);
    }
}

#[test]
fn a_variable_in_a_variable_is_told_where_it_begins() {
    let text = "longrun a {\n    run exec x ${A:-${B}\n}\n";
    let found = parse(FileId(0), text).diagnostics;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "this `${` is never closed");
    assert_eq!(found[0].location().unwrap().span.start as usize, text.find("${A").unwrap());
    // An escaped one is text.
    assert_eq!(check("longrun a {\n    run exec x ${A:-\\${B}\n    in user\n}\n").errors(), 0);
}
