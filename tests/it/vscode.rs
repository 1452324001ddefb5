//! The Visual Studio Code extension knows the language as it is: its words, and its snippets.
//!
//! How the words are highlighted is tested by the extension's own tests (`npm test` in `editor/vscode`), which this needs
//! nothing of.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hermesc::diagnostic::Severity;
use hermesc::language::{DEFINITIONS, LOG_OPTIONS, READY_OPTIONS, STATEMENTS};
use serde_json::Value;

use crate::memory::{check, found};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor/vscode").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words of one list in `scripts/keywords.mjs`.
fn words(source: &str, list: &str) -> BTreeSet<String> {
    let (_, rest) = source.split_once(&format!("export const {list} = [")).expect("the list");
    let (list, _) = rest.split_once("];").expect("the end of the list");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn set<'w>(words: impl IntoIterator<Item = &'w str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_grammar_has_the_words_of_the_language() {
    let source = read("scripts/keywords.mjs");
    assert_eq!(words(&source, "DEFINITIONS"), set(DEFINITIONS.iter().map(|(keyword, _)| *keyword)));
    assert_eq!(words(&source, "STATEMENTS"), set(STATEMENTS.iter().map(|statement| statement.keyword)));
    let options = LOG_OPTIONS.iter().chain(READY_OPTIONS).map(|option| option.keyword);
    assert_eq!(words(&source, "OPTIONS"), set(options));

    // The grammar is written from these lists by hand: `npm run grammar`.
    let grammar: Value = serde_json::from_str(&read("syntaxes/hermes.tmLanguage.json")).expect("JSON");
    let mut known = BTreeSet::new();
    alternatives(&grammar, &mut known);
    for list in ["DEFINITIONS", "STATEMENTS", "OPTIONS"] {
        let missing: Vec<String> = words(&source, list).difference(&known).cloned().collect();
        assert!(missing.is_empty(), "no rule of the grammar begins with {missing:?}: run `npm run grammar`");
    }
}

/// The words between which rules choose at the start of a statement or a definition.
fn alternatives(rule: &Value, known: &mut BTreeSet<String>) {
    match rule {
        Value::Object(members) => {
            if let Some(begin) =
                members.get("begin").and_then(Value::as_str).filter(|begin| begin.contains("(?<=[;{}])"))
            {
                known.extend(begin.split(['(', ')', '|']).map(str::to_owned));
            }
            members.values().for_each(|member| alternatives(member, known));
        }
        Value::Array(items) => items.iter().for_each(|item| alternatives(item, known)),
        _ => {}
    }
}

/// A snippet's text as it is inserted: `${1:web}` is `web`, `${1|a,b|}` is `a`, and `$0` is where one goes on.
fn inserted(snippet: &str) -> String {
    let mut text = String::new();
    let mut rest = snippet;
    while let Some((before, behind)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(behind) = behind.strip_prefix('{') {
            let (stop, behind) = behind.split_once('}').expect("the end of a place");
            let value = stop.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let value = match value.strip_prefix('|') {
                Some(choices) => choices.split(',').next().expect("a choice"),
                None => value.strip_prefix(':').expect("a place's text"),
            };
            text.push_str(value);
            rest = behind;
        } else {
            rest = behind.strip_prefix('0').expect("$0");
        }
    }
    text + rest
}

#[test]
fn snippets_are_text_of_the_language() {
    let snippets: Value = serde_json::from_str(&read("snippets/hermes.json")).expect("JSON");
    let snippets = snippets.as_object().expect("snippets by their titles");
    assert!(snippets.len() > 10, "few snippets: {}", snippets.len());
    for (title, snippet) in snippets {
        let lines: Vec<&str> = snippet["body"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
        let text = inserted(&lines.join("\n"));
        let first = text.split_whitespace().next().expect("a word");
        let text = if DEFINITIONS.iter().any(|(keyword, _)| *keyword == first) {
            text
        } else {
            format!("longrun web {{\n    run exec web\n{text}\n}}\n")
        };
        let checked = check(&text);
        // What a snippet names, and what starts it, is somewhere else.
        let wrong: Vec<_> = checked
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error && !matches!(one.rule.id, "unknown-name" | "empty-user"))
            .collect();
        assert!(wrong.is_empty(), "the snippet `{title}` has {:?}:\n{text}", found(&checked));
    }
}
