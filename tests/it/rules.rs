//! Every rule finds its bad example and is content with its good one.

use std::fs;
use std::path::Path;

use hermesc::compile::Checked;
use hermesc::diagnostic::Severity;
use hermesc::rules::{self, Example};

use crate::memory::{check, found};

/// What is found in an example that is text.
fn diagnostics_of(example: Example) -> Option<Checked> {
    match example {
        Example::Language(text) => Some(check(text)),
        Example::Tree(_) | Example::None => None,
    }
}

#[test]
fn examples_are_bad_and_good_as_they_say() {
    let (mut seen, mut not_run, mut wrong) = (0, 0, Vec::new());
    for rule in rules::all() {
        match diagnostics_of(rule.bad) {
            Some(checked) => {
                seen += 1;
                if !checked.diagnostics.iter().any(|diagnostic| diagnostic.rule == rule) {
                    wrong.push(format!("{}: bad, and not found: {:?}", rule.id, found(&checked)));
                }
            }
            None => not_run += 1,
        }
        match diagnostics_of(rule.good) {
            Some(checked) => {
                let bad = checked
                    .diagnostics
                    .iter()
                    .any(|diagnostic| diagnostic.rule == rule || diagnostic.severity == Severity::Error);
                if bad {
                    wrong.push(format!("{}: good, and found: {:?}", rule.id, found(&checked)));
                }
            }
            None => not_run += 1,
        }
    }
    // Directories are `trees`' to run.
    eprintln!("rules: {seen} examples of text were run; {not_run} are directories, or none");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 30, "only {seen} examples were run");
}

#[test]
fn ids_are_well_formed_and_unique() {
    let rules = rules::all();
    for rule in &rules {
        let kebab =
            rule.id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(kebab, "`{}` is not kebab-case", rule.id);
        assert!(!rule.summary.ends_with('.') && !rule.explanation.is_empty(), "{}", rule.id);
    }
    assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id), "an id stands twice");
}

/// Compares a file of this repository with what it should hold; `HERMESC_BLESS=1` writes it.
fn recorded(path: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("HERMESC_BLESS").is_some() {
        fs::write(&path, current).expect("a written file");
        return;
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == current, "{} is not current: run the tests once with HERMESC_BLESS=1", path.display());
}

#[test]
fn no_rule_vanishes_unnoticed() {
    let ids: String = rules::all().iter().map(|rule| format!("{}\n", rule.id)).collect();
    recorded("tests/it/rule_ids.txt", &ids);
}

#[test]
fn the_index_of_rules_is_current() {
    recorded("docs/rules.md", &rules::document());
}
