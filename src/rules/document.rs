//! The rule index, as Markdown.

use crate::rules::{Example, Rule, Scope, all};

/// Every rule: `docs/rules.md`.
#[must_use]
pub fn document() -> String {
    let mut out = String::from(
        "# Rules\n\n\
         Every diagnostic carries one of these codes; `hermesc explain CODE` prints its entry. This file is written by\n\
         `hermesc explain --all`, and a test keeps it current.\n\n\
         | code | severity | in | finds |\n| --- | --- | --- | --- |\n",
    );
    let rules = all();
    for rule in &rules {
        let scope = match rule.scope {
            Scope::Language => "language",
            Scope::Directories => "directories",
            Scope::Both => "both",
        };
        out.push_str(&format!("| [`{id}`](#{id}) | {} | {scope} | {} |\n", rule.severity, rule.summary, id = rule.id));
    }
    for rule in &rules {
        out.push_str(&format!(
            "\n## {}\n\n{}. Severity: {}.\n\n{}",
            rule.id,
            rule.summary,
            rule.severity,
            explanation(rule)
        ));
    }
    out
}

/// What a rule means, with its examples, as Markdown.
#[must_use]
pub fn explanation(rule: &Rule) -> String {
    let mut out = format!("{}\n", rule.explanation);
    for (title, example) in [("Bad", rule.bad), ("Good", rule.good)] {
        let (kind, text) = match example {
            Example::Language(text) => ("hermes", text),
            Example::Tree(text) => ("text", text),
            Example::None => continue,
        };
        out.push_str(&format!("\n{title}:\n\n````{kind}\n{}\n````\n", text.trim_end()));
    }
    out
}
