//! The page of the syntax is the grammar itself: its comments as text, its rules as code.

use std::fs;

use hermesc::language::DEFINITIONS;

use super::compare;
use super::markdown::root;

const HEAD: &str = "# Syntax\n\nThis page is written from `grammar/hermes.pest`, the grammar that the compiler is built from, and a \
test keeps the two\nthe same. [The language](language.md) says what the words mean.\n\nThe notation is that of \
[pest](https://pest.rs/book/grammars/syntax.html): `~` is \"followed by\", `|` tries the left side first,\n`!` and `&` look \
ahead without reading, and `@` and `$` mark rules in which blanks count.\n";

/// What is being written.
#[derive(PartialEq)]
enum Part {
    Text,
    Rules,
}

struct Writer {
    out: String,
    part: Part,
}

impl Writer {
    fn text(&mut self, line: &str) {
        if self.part == Part::Rules {
            self.out.push_str("```\n\n");
            self.part = Part::Text;
        }
        self.out.push_str(&format!("{}\n", line.trim_end()));
    }

    fn rule(&mut self, line: &str) {
        if self.part == Part::Text {
            let gap = if self.out.ends_with("\n\n") { "" } else { "\n" };
            self.out.push_str(&format!("{gap}```pest\n"));
            self.part = Part::Rules;
        }
        self.out.push_str(&format!("{line}\n"));
    }
}

/// The grammar as a page of Markdown.
fn page(grammar: &str) -> String {
    let mut writer = Writer { out: HEAD.to_owned(), part: Part::Text };
    let mut lines = grammar.lines().peekable();
    // The first lines are about the file; of them the page keeps the example.
    let head: Vec<&str> = std::iter::from_fn(|| lines.next_if(|line| line.starts_with("//!"))).collect();
    let head = head.iter().map(|line| line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default());
    for line in head.skip_while(|line| !line.starts_with("```")) {
        if line.starts_with("```hermes") {
            writer.text("");
        }
        writer.text(line);
    }
    let is_rule = |line: &str| line.starts_with("// -----");
    while let Some(line) = lines.next() {
        if is_rule(line) {
            let title = lines.next().and_then(|line| line.strip_prefix("// ")).expect("a section has a title");
            writer.text(&format!("## {title}"));
            assert!(lines.next().is_some_and(is_rule), "the title of {title} is closed");
        } else if let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//")) {
            writer.text(text.strip_prefix(' ').unwrap_or(text));
        } else if !line.is_empty() {
            writer.rule(line);
        } else if writer.part == Part::Rules {
            // Rules that stand together in the grammar stay together.
            if lines.peek().is_some_and(|next| next.starts_with("//")) {
                writer.text("");
                writer.out.truncate(writer.out.trim_end().len());
                writer.out.push_str("\n\n");
            } else {
                writer.out.push('\n');
            }
        } else {
            writer.text("");
        }
    }
    if writer.part == Part::Rules {
        writer.out.push_str("```\n");
    }
    writer.out
}

#[test]
fn the_page_of_the_syntax_is_the_grammar() {
    let grammar = fs::read_to_string(root().join("grammar/hermes.pest")).expect("the grammar");
    let current = page(&grammar);
    let path = root().join("docs/grammar.md");
    compare(&path, &fs::read_to_string(&path).unwrap_or_default(), &current);
    // Nothing of the grammar is lost on the way.
    for line in grammar.lines().filter(|line| !line.starts_with("//") && !line.is_empty()) {
        assert!(current.contains(line), "{line}");
    }
}

#[test]
fn the_grammar_and_the_table_know_the_same_definitions() {
    let grammar = fs::read_to_string(root().join("grammar/hermes.pest")).expect("the grammar");
    let section = grammar.split("// Definitions\n").nth(1).and_then(|rest| rest.split("// Statements\n").next());
    let section = section.expect("the definitions of the grammar");
    // `in` stands within a `for`, and `service` is a kind where none is known.
    let words = section.lines().filter(|line| !line.starts_with("//") && line.contains("boundary"));
    let mut words: Vec<&str> = words.flat_map(|line| line.split('"').skip(1).step_by(2)).collect();
    words.retain(|word| !matches!(*word, "in" | "service") && !word.starts_with("flag-"));
    words.sort_unstable();
    words.dedup();
    let mut known: Vec<&str> = DEFINITIONS.iter().map(|(word, _)| *word).collect();
    known.sort_unstable();
    assert_eq!(words, known);
}
