//! Calls of hermesc, wherever a page shows one: their subcommands, options and formats are those of the program.

use std::collections::BTreeMap;

use crate::cli::hermesc;

/// The help of every subcommand, by its name.
pub struct Program(BTreeMap<String, String>);

impl Program {
    pub fn ask() -> Self {
        let help = |arguments: &[&str]| String::from_utf8_lossy(&hermesc(arguments).stdout).into_owned();
        let commands = commands(&help(&["--help"]));
        Self(commands.into_iter().map(|command| (command.clone(), help(&[&command, "--help"]))).collect())
    }

    /// What is wrong with the calls in a text, and how many there are.
    pub fn mistakes(&self, text: &str) -> (Vec<String>, usize) {
        let (mut wrong, mut calls) = (Vec::new(), 0);
        for line in text.replace("\\\n", " ").lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            for (position, word) in words.iter().enumerate() {
                // `"hermesc"` and `'hermesc'` are names of something; `(hermesc` and `"hermesc check"` are calls.
                if word.rsplit(['(', '`', '"']).next() != Some("hermesc") {
                    continue;
                }
                let arguments: Vec<&str> = words[position + 1..]
                    .iter()
                    .take_while(|word| !matches!(**word, "|" | "&&" | "||" | ">" | ";" | "#" | "2>"))
                    .map(|word| word.trim_matches(['[', ']', '(', ')', '`', '"', ';', ',', '…']))
                    .collect();
                if let Some(found) = self.mistake(&arguments) {
                    calls += 1;
                    wrong.extend(found.err().map(|what| format!("{what}: {}", line.trim())));
                }
            }
        }
        (wrong, calls)
    }

    /// `None` where this is no call: running text, or a path such as `hermesc/editor`.
    fn mistake(&self, arguments: &[&str]) -> Option<Result<(), String>> {
        let command = arguments.first()?;
        if command.starts_with('-') {
            let known = matches!(*command, "--help" | "--version");
            return Some(if known { Ok(()) } else { Err(format!("no option {command}")) });
        }
        if matches!(*command, "help" | "COMMAND") {
            return Some(Ok(()));
        }
        let Some(help) = self.0.get(*command) else {
            let name = command.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            return name.then(|| Err(format!("no command {command}")));
        };
        for (position, argument) in arguments.iter().enumerate().skip(1) {
            let (option, value) = argument.split_once('=').unwrap_or((*argument, ""));
            let known = |option: &str| {
                help.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with('-') && line.split([' ', ',']).any(|word| word == option)
                })
            };
            if option.len() > 1 && option.starts_with('-') && !known(option) {
                return Some(Err(format!("{command} has no option {option}")));
            }
            if option == "--format" {
                let value =
                    if value.is_empty() { arguments.get(position + 1).copied().unwrap_or_default() } else { value };
                // A table writes alternatives with `\|` between them.
                for value in value.split(['|', '\\']).filter(|value| !value.is_empty() && *value != "FORMAT") {
                    let shown = help.contains(&format!("- {value}:")) || help.contains(&format!("- {value}\n"));
                    let listed = help.split(['[', ',', ']', ' ']).any(|word| word == value);
                    if !(shown || listed) {
                        return Some(Err(format!("{command} has no format {value}")));
                    }
                }
            }
        }
        Some(Ok(()))
    }
}

/// The subcommands that the program lists, in groups above its options.
pub fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().take_while(|line| *line != "Options:");
    let rows = lines.filter_map(|line| line.strip_prefix("  ")).filter(|row| !row.starts_with(' '));
    rows.filter_map(|row| row.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn calls_that_do_not_exist_are_found() {
    let program = Program::ask();
    for right in [
        "hermesc check --format sarif services > out.sarif",
        "run: hermesc emit services -o out && ls",
        "x=$(hermesc explain empty-user)",
        "hermesc check --diff \\\n  services",
    ] {
        assert_eq!(program.mistakes(right), (Vec::new(), 1), "{right}");
    }
    for wrong in
        ["hermesc chek x", "hermesc check --formt json x", "hermesc check --format=xml x", "hermesc --frobnicate"]
    {
        assert_eq!(program.mistakes(wrong).0.len(), 1, "{wrong}");
    }
    assert_eq!(program.mistakes("of hermesc's own; the hermesc.path").1, 0);
}
