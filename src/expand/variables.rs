//! `${…}` in the words of an `exec`.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
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
    let mut keys: HashMap<&SmolStr, usize> = HashMap::new();
    let mut literal: Option<References<'_>> = None;
    for piece in pieces() {
        let WordPiece::Variable { name, otherwise } = piece else { continue };
        if let Some(line) = otherwise_line(name, otherwise, target) {
            lines.push(line);
        }
        if keys.contains_key(name) {
            continue;
        }
        // Text that happens to read like the key must stay as it is.
        let literal = literal.get_or_insert_with(|| References::of(pieces()));
        let mut key = name.to_string();
        while literal.read_like(&key) {
            key.push('_');
        }
        keys.insert(name, variables.len());
        variables.push(Variable { name, key });
    }
    let import = |variable: &Variable<'_>| Line::of(&["importas", "-D", "", &variable.key, variable.name]);
    match variables.as_slice() {
        [] => {}
        [only] => lines.push(import(only)),
        // All at once: a value that reads like another variable is not looked at again (execline's multisubstitute).
        several => lines.push(Line::of(&["multisubstitute"]).block(several.iter().map(import).collect())),
    }
    lines.push(words.iter().fold(Line::default(), |line, word| line.and(argument(word, &variables, &keys))));
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

/// What in literal text could be taken for a variable: `${KEY}`, or `$KEY` where a word ends with it (`el_substitute`
/// of execline; tried with 2.9.9.2).
struct References<'w> {
    /// What stands in braces.
    closed: HashSet<&'w [u8]>,
    /// What follows a bare `$`, in order: any of it may be a key.
    open: Vec<&'w [u8]>,
}

impl<'w> References<'w> {
    fn of(pieces: impl Iterator<Item = &'w WordPiece>) -> Self {
        let mut found = Self { closed: HashSet::new(), open: Vec::new() };
        for piece in pieces {
            let WordPiece::Bytes(bytes) = piece else { continue };
            for behind in bytes.split(|byte| *byte == b'$').skip(1) {
                let inside = behind.strip_prefix(b"{");
                let text = inside.unwrap_or(behind);
                let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let (name, rest) = text.split_at(text.iter().take_while(|byte| is_name(byte)).count());
                if inside.is_none() {
                    found.open.push(name);
                } else if rest.starts_with(b"}") {
                    found.closed.insert(name);
                }
            }
        }
        found.open.sort_unstable();
        found
    }

    fn read_like(&self, key: &str) -> bool {
        let at = self.open.partition_point(|open| *open < key.as_bytes());
        self.closed.contains(key.as_bytes()) || self.open.get(at).is_some_and(|open| open.starts_with(key.as_bytes()))
    }
}

/// One word, variables as execline substitutes them.
fn argument(word: &Word, variables: &[Variable<'_>], keys: &HashMap<&SmolStr, usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in &word.pieces {
        match piece {
            WordPiece::Bytes(literal) => bytes.extend_from_slice(literal),
            WordPiece::Variable { name, .. } => {
                // A backslash in front of `${` would take its meaning away (execline's el_substitute): each is doubled.
                let backslashes = bytes.iter().rev().take_while(|byte| **byte == b'\\').count();
                bytes.extend(std::iter::repeat_n(b'\\', backslashes));
                let known = keys.get(name).and_then(|at| variables.get(*at));
                let key = known.map_or(name.as_str(), |known| &known.key);
                bytes.extend_from_slice(format!("${{{key}}}").as_bytes());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_reads_like_a_variable_is_found() {
        let pieces = ["a$AB", "${C}", "$", "${D", "x${E}y$", "$F-"].map(|text| WordPiece::Bytes(text.into()));
        let found = References::of(pieces.iter());
        for key in ["A", "AB", "C", "E", "F"] {
            assert!(found.read_like(key), "{key}");
        }
        for key in ["ABC", "B", "D", "CC", "F_", "x"] {
            assert!(!found.read_like(key), "{key}");
        }
    }
}
