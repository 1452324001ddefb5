//! `hermesc explain`

use clap::Args;

use crate::cli::FINE;
use crate::cli::output::{self, Stream};
use crate::diagnostic::did_you_mean;
use crate::rules::{self, Example, Rule};

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code, as a diagnostic shows it.
    #[arg(value_name = "CODE", required_unless_present = "all")]
    id: Option<String>,
    /// Every rule, as one Markdown document.
    #[arg(long, conflicts_with = "id")]
    all: bool,
}

pub(super) fn run(arguments: &ExplainArgs) -> u8 {
    let all = rules::all();
    let Some(id) = &arguments.id else {
        Stream::Out.write(&rules::document());
        return FINE;
    };
    let Some(rule) = all.iter().find(|rule| rule.id == id) else {
        let help = match did_you_mean(id, all.iter().map(|rule| rule.id)) {
            Some(near) => format!("did you mean `{near}`? `hermesc explain --all` lists them"),
            None => "`hermesc explain --all` lists them".to_owned(),
        };
        return output::failure(&format!("there is no code `{id}`"), Some(&help));
    };
    Stream::Out.write(&text(rule));
    FINE
}

fn text(rule: &Rule) -> String {
    let mut out = format!("{} ({}): {}\n\n{}\n", rule.id, rule.severity, rule.summary, fill(rule.explanation));
    for (title, example) in [("Bad", rule.bad), ("Good", rule.good)] {
        if let Example::Language(text) | Example::Tree(text) = example {
            out.push_str(&format!("\n{title}:\n\n"));
            for line in text.lines() {
                out.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") });
            }
        }
    }
    out
}

/// Lines of at most 80 columns.
fn fill(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full =
            lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 80);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
