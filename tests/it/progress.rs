//! The sign of life on long work: shown on a terminal, gone without a trace, and never anywhere else.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::terminal::Terminal;

/// A file of so many services.
fn large(directory: &Path, services: usize) {
    let text: String =
        (0..services).map(|number| format!("longrun s{number} {{ run exec s{number} --name x; in user }}\n")).collect();
    fs::write(directory.join("large.hermes"), text).expect("a written file");
}

fn piped(arguments: &[&str], directory: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_hermesc");
    Command::new(program).args(arguments).current_dir(directory).output().expect("hermesc starts")
}

/// A service set large enough for a command to show a sign, and what was shown.
fn long_work(arguments: &str, sign: &str) -> (TempDir, String) {
    for services in (0..8).map(|power| 2500 << power) {
        let directory = tempfile::tempdir().expect("a directory");
        large(directory.path(), services);
        let shown = on_terminal(arguments, "xterm", directory.path());
        if shown.contains(sign) {
            return (directory, shown);
        }
    }
    panic!("no work is long enough to show {sign:?}");
}

fn on_terminal(arguments: &str, term: &str, directory: &Path) -> String {
    let script = format!("stty rows 24 cols 80; {} {arguments}", env!("CARGO_BIN_EXE_hermesc"));
    let variables = [("TERM", term.to_owned()), ("LC_ALL", "C.UTF-8".to_owned()), ("NO_COLOR", "1".to_owned())];
    Terminal::new(&["sh", "-c", &script], directory, &variables).end().0
}

/// What is left on a screen: carriage returns, and lines that are cleared or gone back to.
fn left(shown: &str) -> String {
    let mut lines = vec![String::new()];
    let (mut row, mut column) = (0, 0);
    let mut signs = shown.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\r' => column = 0,
            '\n' => row += 1,
            '\u{1b}' => {
                let sequence: String = signs.by_ref().skip(1).take_while_inclusive_letter();
                match sequence.as_str() {
                    "2K" => lines[row].clear(),
                    "K" | "J" => lines[row] = lines[row].chars().take(column).collect(),
                    other if other.ends_with('A') => row -= other.trim_end_matches('A').parse().unwrap_or(1).min(row),
                    other => panic!("what does {other:?} do?"),
                }
            }
            sign => {
                let mut line: Vec<char> = lines[row].chars().collect();
                line.resize(line.len().max(column + 1), ' ');
                line[column] = sign;
                lines[row] = line.into_iter().collect();
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), String::new());
    }
    lines.join("\n")
}

/// The signs up to the letter that ends a sequence, and that letter.
trait Sequence {
    fn take_while_inclusive_letter(self) -> String;
}

impl<I: Iterator<Item = char>> Sequence for I {
    fn take_while_inclusive_letter(self) -> String {
        let mut sequence = String::new();
        for sign in self {
            sequence.push(sign);
            if sign.is_ascii_alphabetic() {
                break;
            }
        }
        sequence
    }
}

#[test]
fn long_work_shows_a_sign_of_life_that_is_gone_at_the_end() {
    let (directory, shown) = long_work("check large.hermes", "checking, ");
    let path = directory.path();
    let plain = piped(&["check", "large.hermes"], path);
    assert_eq!(String::from_utf8_lossy(&plain.stderr), "");
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert_eq!(left(&shown), plain);
    // Programs read the standard output, whatever standard error is.
    let shown = on_terminal("check large.hermes --format json > out.json", "xterm", path);
    assert!(left(&shown).is_empty(), "{shown:?}");
    let json = fs::read(path.join("out.json")).expect("a report");
    serde_json::from_slice::<serde_json::Value>(&json).expect("JSON, and nothing else");
    // Nothing where a terminal cannot take it back, or nobody looks.
    assert_eq!(on_terminal("check large.hermes", "dumb", path).replace('\r', ""), plain);
    assert_eq!(on_terminal("check large.hermes 2>/dev/null", "xterm", path).replace('\r', ""), plain);
}

#[test]
fn files_that_are_written_are_counted() {
    let (_directory, shown) = long_work("emit large.hermes -o tree", " files, ");
    let left = left(&shown);
    assert!(left.starts_with("tree: ") && left.lines().count() == 1, "{left:?}");
}

#[test]
fn short_work_shows_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    large(directory.path(), 5);
    let shown = on_terminal("check large.hermes", "xterm", directory.path());
    assert!(shown.starts_with("no problems") && !shown.contains('\u{1b}'), "{shown:?}");
}
