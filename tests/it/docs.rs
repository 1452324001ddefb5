//! What README.md and docs/ show is what the program does: `docs/blocks.rs` runs it, `docs/links.rs` follows it, and the
//! tables of the reference are written from the language.
//!
//! `HERMESC_BLESS=1` writes what is compared here anew.

mod blocks;
mod calls;
mod grammar;
mod links;
mod markdown;
mod workflows;

use std::fs;
use std::path::Path;

use hermesc::language::{DEFINITIONS, LOG_OPTIONS, READY_OPTIONS, STATEMENTS};
use hermesc::language_reference;

use crate::cli::hermesc;

#[test]
fn the_reference_holds_the_tables_of_the_language() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let document = fs::read_to_string(&path).expect("a readable document");
    let mut current = document.clone();
    for (name, table) in [
        ("definitions", language_reference::definitions()),
        ("statements", language_reference::statements()),
        ("options of ready", language_reference::options("ready")),
        ("options of log", language_reference::options("log")),
    ] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let start = current.find(&begin).expect("the table's beginning") + begin.len();
        let stop = current.find(&end).expect("the table's end");
        current.replace_range(start..stop, &table);
    }
    compare(&path, &document, &current);
}

#[test]
fn every_word_of_the_language_is_used_in_its_reference() {
    let page = markdown::Page::read(&markdown::root().join("docs/language.md"));
    let examples = page.blocks.iter().filter(|block| block.info.kind == "hermes");
    let examples: String = examples.map(|block| block.text.as_str()).collect();
    let words = examples.split(|sign: char| sign.is_whitespace() || "{};".contains(sign)).collect::<Vec<_>>();
    let known = DEFINITIONS.iter().map(|(word, _)| *word).chain(STATEMENTS.iter().map(|statement| statement.keyword));
    let options = READY_OPTIONS.iter().chain(LOG_OPTIONS).map(|option| option.keyword);
    let missing: Vec<&str> = known.chain(options).filter(|word| !words.contains(word)).collect();
    assert!(missing.is_empty(), "no example of docs/language.md has {missing:?}");
}

#[test]
fn the_site_colours_every_word_of_the_language() {
    let script = fs::read_to_string(markdown::root().join("docs/theme/hermes.js")).expect("docs/theme/hermes.js");
    let words: Vec<&str> = script.split(|sign: char| sign.is_whitespace() || sign == '`').collect();
    let known = DEFINITIONS.iter().map(|(word, _)| *word).chain(STATEMENTS.iter().map(|statement| statement.keyword));
    let options = READY_OPTIONS.iter().chain(LOG_OPTIONS).map(|option| option.keyword);
    let missing: Vec<&str> = known.chain(options).filter(|word| !words.contains(word)).collect();
    assert!(missing.is_empty(), "docs/theme/hermes.js does not know {missing:?}");
}

/// A document is as it should be, or is made so where that is asked for.
fn compare(path: &Path, document: &str, current: &str) {
    if std::env::var_os("HERMESC_BLESS").is_some() {
        if document != current {
            fs::write(path, current).expect("a written document");
        }
        return;
    }
    for (number, (is, should)) in document.lines().zip(current.lines()).enumerate() {
        assert_eq!(is, should, "{}:{}: run the tests once with HERMESC_BLESS=1", path.display(), number + 1);
    }
    assert_eq!(document, current, "{} ends differently", path.display());
}

#[test]
fn the_readme_lists_every_command() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let help = hermesc(&["--help"]);
    let commands = calls::commands(&String::from_utf8_lossy(&help.stdout));
    assert!(commands.len() > 3, "{commands:?}");
    for command in commands {
        assert!(readme.contains(&format!("| `hermesc {command}")), "README.md has no row for `hermesc {command}`");
    }
}
