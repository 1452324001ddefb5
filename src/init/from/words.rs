//! Command lines as other tools split them, and their words as the language has them.

use crate::print::{written_name, written_quoted};

/// One sign of a text, in which variables stay what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    /// A character.
    Char(char),
    /// `${NAME}`, or `${NAME:-default}`.
    Variable(String),
    /// `{{NAME}}`
    Constant(&'static str),
}

/// A text, or a word of a command.
pub(super) type Signs = Vec<Sign>;

/// A text without variables.
pub(super) fn plain(text: &str) -> Signs {
    text.chars().map(Sign::Char).collect()
}

/// The text, where it has neither variables nor constants.
pub(super) fn literal(signs: &[Sign]) -> Option<String> {
    signs.iter().map(|sign| if let Sign::Char(char) = sign { Some(*char) } else { None }).collect()
}

/// Whether a variable is in it.
pub(super) fn has_variable(signs: &[Sign]) -> bool {
    signs.iter().any(|sign| matches!(sign, Sign::Variable(_)))
}

/// A variable that the language can say; nothing where the default holds what it cannot.
pub(super) fn variable(name: &str, default: Option<&str>) -> Option<Sign> {
    let sound = |char: char| char.is_ascii_alphanumeric() || " _-./:@+%,=*?&;!()[]<>|~^#".contains(char);
    let Some(default) = default.filter(|default| !default.is_empty()) else {
        return Some(Sign::Variable(format!("${{{name}}}")));
    };
    default.chars().all(sound).then(|| Sign::Variable(format!("${{{name}:-{default}}}")))
}

/// Whether a text can be the name of a variable.
pub(super) fn is_variable_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|char: char| char.is_ascii_digit())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// A command line in the language: words with blanks between.
pub(super) fn command(words: &[Signs]) -> String {
    words.iter().map(|word| written(word, true)).collect::<Vec<_>>().join(" ")
}

/// The value of a statement; it has no variables.
pub(super) fn value(signs: &[Sign]) -> String {
    format!("\"{}\"", inside(signs, false))
}

/// A word of an `exec`.
fn written(word: &[Sign], exec: bool) -> String {
    let bare = |sign: &Sign| match sign {
        Sign::Char(char) => char.is_ascii_alphanumeric() || "_-./:@+%,=".contains(*char),
        Sign::Variable(_) | Sign::Constant(_) => true,
    };
    if word.is_empty() || !word.iter().all(bare) {
        return format!("\"{}\"", inside(word, exec));
    }
    word.iter().map(one).collect()
}

fn one(sign: &Sign) -> String {
    match sign {
        Sign::Char(char) => char.to_string(),
        Sign::Variable(text) => text.clone(),
        Sign::Constant(name) => format!("{{{{{name}}}}}"),
    }
}

/// What stands between double quotes.
fn inside(signs: &[Sign], exec: bool) -> String {
    let mut out = String::new();
    for chunk in signs.chunk_by(|a, b| matches!((a, b), (Sign::Char(_), Sign::Char(_)))) {
        let Some(text) = literal(chunk) else {
            out.extend(chunk.iter().map(one));
            continue;
        };
        let quoted = written_quoted(text.as_bytes());
        let quoted = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        for (number, part) in quoted.split('$').enumerate() {
            // Where a variable could be meant, the sign is escaped.
            let named = part.starts_with(|char: char| char.is_ascii_alphanumeric() || "_{".contains(char));
            if number > 0 {
                out.push_str(if exec && named { "\\$" } else { "$" });
            }
            out.push_str(part);
        }
    }
    out
}

/// A path or a name as one word of a statement.
pub(super) fn argument(text: &str) -> String {
    written_name(text)
}

/// Words as `shlex.split` of Python makes them, with which supervisord splits commands (supervisor 4.3.0).
///
/// # Errors
///
/// What Python says.
pub(super) fn python(line: &[Sign]) -> Result<Vec<Signs>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<Signs> = None;
    let mut quote = None;
    let mut signs = line.iter();
    while let Some(sign) = signs.next() {
        match (sign, quote) {
            (Sign::Char(char), Some(open)) if *char == open => quote = None,
            (Sign::Char('\\'), Some('\'')) => word.get_or_insert_default().push(sign.clone()),
            (Sign::Char('\\'), Some(_)) => {
                let next = signs.next().ok_or("No escaped character")?;
                if !matches!(next, Sign::Char('"' | '\\')) {
                    word.get_or_insert_default().push(Sign::Char('\\'));
                }
                word.get_or_insert_default().push(next.clone());
            }
            (Sign::Char('\\'), None) => {
                word.get_or_insert_default().push(signs.next().ok_or("No escaped character")?.clone());
            }
            (Sign::Char(char @ ('"' | '\'')), None) => {
                word.get_or_insert_default();
                quote = Some(*char);
            }
            (Sign::Char(' ' | '\t' | '\r' | '\n'), None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign.clone()),
        }
    }
    if quote.is_some() {
        return Err("No closing quotation");
    }
    words.extend(word);
    Ok(words)
}

/// A command line as compose splits it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The words.
    pub(super) words: Vec<Signs>,
    /// The sign at which compose stopped reading, such as `;`.
    pub(super) stopped: Option<char>,
}

/// Words as compose makes them of a string (go-shellwords 1.0.13).
///
/// # Errors
///
/// What compose cannot read either, or what it leaves as it is in a way that cannot be meant.
pub(super) fn go(line: &[Sign]) -> Result<Split, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<Signs> = None;
    let mut quote = None;
    let mut signs = line.iter();
    while let Some(sign) = signs.next() {
        match (sign, quote) {
            (Sign::Char(char), Some(open)) if *char == open => quote = None,
            (Sign::Char('\\'), Some('"') | None) => {
                let next = match signs.next().ok_or("it ends with a backslash")? {
                    Sign::Char('t') => Sign::Char('\t'),
                    Sign::Char('n') => Sign::Char('\n'),
                    other => other.clone(),
                };
                word.get_or_insert_default().push(next);
            }
            (Sign::Char(char @ ('"' | '\'')), None) => {
                word.get_or_insert_default();
                quote = Some(*char);
            }
            (Sign::Char(' ' | '\t' | '\r' | '\n'), None) => words.extend(word.take()),
            (Sign::Char('`' | '(' | ')'), None) => return Err("it has the shell's brackets outside of quotes"),
            (Sign::Char(stop @ (';' | '&' | '|' | '<' | '>')), None) => {
                // `2>`: the number belongs to the redirection.
                let number = |sign: &Sign| matches!(sign, Sign::Char(char) if char.is_ascii_digit());
                words.extend(word.filter(|word| *stop != '>' || !word.iter().all(number)));
                return Ok(Split { words, stopped: Some(*stop) });
            }
            _ => word.get_or_insert_default().push(sign.clone()),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    words.extend(word);
    Ok(Split { words, stopped: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Result<Vec<String>, &'static str> {
        Ok(python(&plain(line))?.iter().map(|word| literal(word).unwrap()).collect())
    }

    /// The answers of Python 3.
    #[test]
    fn commands_are_split_as_python_does() {
        assert_eq!(split("a 'b  c' \"d \\\" \\x \\\\\" e\\ f ''").unwrap(), ["a", "b  c", "d \" \\x \\", "e f", ""]);
        assert_eq!(split("a#b # c").unwrap(), ["a#b", "#", "c"]);
        assert_eq!(split("x='1 2'\"3\"").unwrap(), ["x=1 23"]);
        assert_eq!(split("'a\\'").unwrap(), ["a\\"]);
        assert_eq!(split("a 'b"), Err("No closing quotation"));
        assert_eq!(split("a \\"), Err("No escaped character"));
    }

    #[test]
    fn compose_stops_at_operators() {
        let split = |line: &str| go(&plain(line)).map(|split| (command(&split.words), split.stopped));
        assert_eq!(split("a 'b c' d\\ e"), Ok(("a \"b c\" \"d e\"".to_owned(), None)));
        assert_eq!(split("a && b"), Ok(("a".to_owned(), Some('&'))));
        assert_eq!(split("a 2>&1"), Ok(("a".to_owned(), Some('>'))));
        assert_eq!(split("a \"x;y\" '|'"), Ok(("a \"x;y\" \"|\"".to_owned(), None)));
        assert!(split("a $(b)").is_err() && split("a 'b").is_err() && split("a\\").is_err());
    }

    #[test]
    fn words_are_quoted_where_they_must_be() {
        let written = |text: &str| command(&[plain(text)]);
        assert_eq!(written("--port=80"), "--port=80");
        assert_eq!(written(""), "\"\"");
        assert_eq!(written("daemon off;"), "\"daemon off;\"");
        assert_eq!(written("${A}$b$"), "\"\\${A}\\$b$\"");
        let mixed = [plain("a b"), vec![variable("X", None).unwrap()]].concat();
        assert_eq!(command(&[mixed]), "\"a b${X}\"");
        assert_eq!(variable("X", Some("a}b")), None);
    }
}
