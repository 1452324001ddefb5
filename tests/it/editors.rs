//! Every editor's files know every word of the language, and every query is one of the grammar.

use std::fs;
use std::path::Path;

use hermesc::language::{DEFINITIONS, STATEMENTS, options};
use tree_sitter::{Language, Query};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// Whether a text has a word, and not only as a part of another.
fn has(text: &str, word: &str) -> bool {
    let in_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(in_word) && !after.is_some_and(in_word)
    })
}

#[test]
fn keywords_are_known() {
    for path in ["editor/vim/syntax/hermes.vim", "editor/emacs/hermes-mode.el"] {
        let text = read(path);
        let mut words: Vec<&str> = DEFINITIONS.iter().map(|(word, _)| *word).collect();
        words.extend(STATEMENTS.iter().map(|statement| statement.keyword));
        words.extend(STATEMENTS.iter().flat_map(|statement| options(statement.keyword)).map(|option| option.keyword));
        let missing: Vec<&str> = words.into_iter().filter(|word| !has(&text, word)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{path}");
    }
}

#[test]
fn queries_are_sound() {
    let language = Language::new(tree_sitter_hermes::LANGUAGE);
    let zed = ["highlights", "injections", "brackets", "outline"].map(|name| format!("zed/languages/hermes/{name}"));
    for name in zed.into_iter().chain(["helix/indents".to_owned()]) {
        let path = format!("editor/{name}.scm");
        let query = Query::new(&language, &read(&path));
        assert!(query.is_ok_and(|query| query.pattern_count() > 0), "{path}");
    }
}

#[test]
fn settings_are_sound() {
    for path in ["editor/helix/languages.toml", "editor/zed/extension.toml", "editor/zed/languages/hermes/config.toml"]
    {
        let parsed: Result<toml::Table, _> = toml::from_str(&read(path));
        assert!(parsed.is_ok(), "{path}: {parsed:?}");
    }
}
