//! `${…}` in the words of an `exec`.

use smol_str::SmolStr;

use crate::expand::line::Line;
use crate::resolve::draft::{Otherwise, Word, WordPiece};
use crate::s6rc::target::{Target, Tool};

/// A variable of a command, and the key that stands for it.
struct Variable<'w> {
    name: &'w SmolStr,
    key: String,
}

/// Adds the lines of a command: what its variables need first, then itself.
pub(super) fn command(words: &[Word], target: &Target, lines: &mut Vec<Line>) {
    let pieces = || words.iter().flat_map(|word| &word.pieces);
    let mut variables: Vec<Variable<'_>> = Vec::new();
    for piece in pieces() {
        let WordPiece::Variable { name, otherwise } = piece else { continue };
        if let Some(line) = otherwise_line(name, otherwise, target) {
            lines.push(line);
        }
        if variables.iter().any(|known| known.name == name) {
            continue;
        }
        // Text that happens to read like the key must stay as it is.
        let mut key = name.to_string();
        while pieces().any(|piece| matches!(piece, WordPiece::Bytes(bytes) if holds(bytes, &key))) {
            key.push('_');
        }
        variables.push(Variable { name, key });
    }
    let import = |variable: &Variable<'_>| Line::of(&["importas", "-D", "", &variable.key, variable.name]);
    match variables.as_slice() {
        [] => {}
        [only] => lines.push(import(only)),
        // All at once: a value that reads like another variable is not looked at again (execline's multisubstitute).
        several => lines.push(Line::of(&["multisubstitute"]).block(several.iter().map(import).collect())),
    }
    lines.push(words.iter().fold(Line::default(), |line, word| line.and(argument(word, &variables))));
}

/// What happens where a variable is unset or empty.
fn otherwise_line(name: &str, otherwise: &Otherwise, target: &Target) -> Option<Line> {
    let instead = match otherwise {
        Otherwise::Empty => return None,
        Otherwise::Default(text) => vec![Line::of(&["export", name]).and(text)],
        Otherwise::Refuse(message) => {
            let mut said = format!("{name}: ").into_bytes();
            said.extend_from_slice(message);
            let echo = Line::of(&["fdmove", "-c", "1", "2", "printf", "%s\\n"]).and(said);
            vec![Line::of(&["foreground"]).block(vec![echo]), Line::of(&["exit", "100"])]
        }
    };
    let value = format!("x${{{name}}}");
    let set = vec![Line::of(&["importas", "-D", "", name, name]), Line::of(&[test(target), &value, "!=", "x"])];
    // `-s` puts the chosen block in front of what follows, in the same process (execline's ifthenelse).
    Some(Line::of(&["ifthenelse", "-s"]).block(set).block(Vec::new()).block(instead))
}

/// The program that compares texts: execline's own since 2.9.1.0, before that the one of s6-portable-utils.
pub(super) fn test(target: &Target) -> &'static str {
    if target.tool(Tool::Execline) >= [2, 9, 1, 0] { "eltest" } else { "s6-test" }
}

/// Whether a text could be taken for a variable: `${KEY}`, or `$KEY` where a word ends with it (`el_substitute`
/// of execline; tried with 2.9.9.2).
fn holds(bytes: &[u8], key: &str) -> bool {
    let has = |reference: String| bytes.windows(reference.len()).any(|window| window == reference.as_bytes());
    has(format!("${{{key}}}")) || has(format!("${key}"))
}

/// One word, variables as execline substitutes them.
fn argument(word: &Word, variables: &[Variable<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in &word.pieces {
        match piece {
            WordPiece::Bytes(literal) => bytes.extend_from_slice(literal),
            WordPiece::Variable { name, .. } => {
                // A backslash in front of `${` would take its meaning away (execline's el_substitute): each is doubled.
                let backslashes = bytes.iter().rev().take_while(|byte| **byte == b'\\').count();
                bytes.extend(std::iter::repeat_n(b'\\', backslashes));
                let key = variables.iter().find(|known| known.name == name).map_or(name.as_str(), |known| &known.key);
                bytes.extend_from_slice(format!("${{{key}}}").as_bytes());
            }
        }
    }
    bytes
}
