//! The grammar of `editor/tree-sitter-hermes/` reads every text that the compiler's own grammar accepts.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use hermesc::format::format;
use hermesc::language::{DEFINITIONS, STATEMENTS};
use hermesc::print::{Scripts, print};
use hermesc::source::FileId;
use hermesc::syntax::parse;
use proptest::prelude::*;
use tree_sitter::{Language, Parser, Query, QueryCursor, StreamingIterator, Tree};
use tree_sitter_hermes::{FOLDS_QUERY, HIGHLIGHTS_QUERY, INDENTS_QUERY, INJECTIONS_QUERY, LANGUAGE, LOCALS_QUERY};

use crate::memory::check;
use crate::parser::{PIECES, examples, floor};

fn tree(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&Language::new(LANGUAGE)).expect("a grammar of this version");
    parser.parse(text, None).expect("a tree")
}

/// Whether the compiler's grammar accepts a text.
fn accepted(text: &str) -> bool {
    parse(FileId(0), text).diagnostics.iter().all(|found| found.rule.id == "bad-escape")
}

/// The line of the first thing that could not be read, and those around it.
fn damaged(tree: &Tree, text: &str) -> String {
    let mut node = tree.root_node();
    while !node.is_error() && !node.is_missing() {
        let mut cursor = node.walk();
        let Some(next) = node.children(&mut cursor).find(|child| child.has_error() || child.is_missing()) else {
            break;
        };
        node = next;
    }
    let line = node.start_position().row;
    let lines: Vec<&str> = text.lines().skip(line.saturating_sub(2)).take(5).collect();
    format!("{}\n{}", lines.join("\n"), node.to_sexp())
}

/// Finds that both grammars accept a text; where the first does not, nothing is found. A NUL is the end of the text for
/// tree-sitter's lexers.
fn both(text: &str) -> bool {
    if !accepted(text) || text.contains('\0') {
        return false;
    }
    let tree = tree(text);
    assert!(!tree.root_node().has_error(), "in\n{}", damaged(&tree, text));
    true
}

fn texts_below(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "hermes") {
            found.extend(fs::read_to_string(path));
        }
    }
}

#[test]
fn every_text_of_the_repository_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in ["examples", "tests/golden", "editor"] {
        texts_below(&root.join(folder), &mut texts);
    }
    let read = texts.iter().filter(|text| both(text)).count();
    assert!(read > 25, "only {read} texts are accepted");
    for text in examples() {
        if let Ok(printed) = print(&check(&text).model, Scripts::Inline) {
            assert!(both(&printed.text));
        }
    }
}

#[test]
fn every_word_of_the_language_is_read() {
    for (keyword, form) in DEFINITIONS {
        let known = form.split(' ').next().unwrap_or_default();
        assert_eq!(known, *keyword);
        let grammar = include_str!("../../editor/tree-sitter-hermes/grammar.js");
        assert!(grammar.contains(&format!("\"{keyword}\"")), "{keyword}");
    }
    for statement in STATEMENTS {
        assert!(both(&format!("longrun a {{\n    {} x\n}}\n", statement.keyword)), "{}", statement.keyword);
    }
}

#[test]
fn what_is_no_text_of_the_language_is_told() {
    for text in ["longrun a { run exec b", "}", "longrun { run exec b }", "bundle a { = }", "use a(", "let = 1\n"] {
        assert!(!accepted(text) && tree(text).root_node().has_error(), "{text}");
    }
}

#[test]
fn the_queries_are_of_this_grammar() {
    let language = Language::new(LANGUAGE);
    for query in [HIGHLIGHTS_QUERY, INJECTIONS_QUERY, LOCALS_QUERY, FOLDS_QUERY, INDENTS_QUERY] {
        let query = Query::new(&language, query).expect("a sound query");
        assert!(query.pattern_count() > 0);
    }
}

#[test]
fn scripts_are_in_their_own_languages() {
    let text = "longrun a {\n    run sh -e \"\"\"1\"\"\"\n    data x mode 0755 /usr/bin/python3 \"\"\"2\"\"\"\n    \
                finish execlineb \"\"\"3\"\"\"\n    data y text \"\"\"4\"\"\"\n    env A = \"\"\"5\"\"\"\n}\n";
    assert!(both(text));
    let tree = tree(text);
    let query = Query::new(&Language::new(LANGUAGE), INJECTIONS_QUERY).expect("a sound query");
    let content = query.capture_index_for_name("injection.content").expect("a capture");
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut found = Vec::new();
    while let Some(one) = matches.next() {
        let language = query.property_settings(one.pattern_index).iter().find_map(|setting| setting.value.as_deref());
        for node in one.nodes_for_capture_index(content) {
            found.push((node.utf8_text(text.as_bytes()).expect("text").to_owned(), language.unwrap_or_default()));
        }
    }
    let expected = [("1", "bash"), ("2", "python"), ("3", "execline")].map(|(text, name)| (text.to_owned(), name));
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(crate::properties::config(192))]

    #[test]
    fn any_row_of_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        both(&pieces.concat());
    }

    #[test]
    fn mutated_examples(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..60,
        piece in prop::sample::select(PIECES),
    ) {
        let examples = examples();
        let text: &String = which.get(&examples);
        let start = floor(text, at.index(text.len()));
        let end = floor(text, start + length).max(start);
        let mutated = format!("{}{piece}{}", &text[..start], &text[end..]);
        both(&mutated);
        both(&format(&mutated).text);
    }
}

#[test]
fn enough_mutations_are_accepted() {
    // Else the test above would find nothing.
    let (tried, found) = (Cell::new(0), Cell::new(0));
    for text in examples() {
        for at in (0..text.len()).step_by(41) {
            let at = floor(&text, at);
            tried.set(tried.get() + 1);
            found.set(found.get() + usize::from(both(&format!("{} {}", &text[..at], &text[at..]))));
        }
    }
    assert!(found.get() * 2 > tried.get(), "{} of {}", found.get(), tried.get());
}
