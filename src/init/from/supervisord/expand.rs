//! `%(…)s` in supervisord's values, and `environment`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::init::from::words::{self, Sign, Signs};

/// What `%(…)` may name for one program.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Those with a value.
    pub(super) known: BTreeMap<&'static str, String>,
    /// The number of the process; nothing where the loop's variable stands for it.
    pub(super) process: Option<u32>,
    /// Variables that supervisord itself sets.
    pub(super) variables: BTreeMap<String, Signs>,
    /// In which ways the number of the process was written: its width, and whether it is filled with zeros.
    pub(super) forms: BTreeSet<(usize, bool)>,
    /// Settings whose value is not known now, and their lines.
    pub(super) unknown: BTreeMap<String, usize>,
    /// `%(here)s` was met.
    pub(super) here: bool,
    /// `%(host_node_name)s` was met.
    pub(super) host: bool,
}

/// Values with expansions in them are at most about so long, in characters; one expansion is no longer than that.
const MAX_SIGNS: usize = 60_000;

/// The loop's variable, in the place of the number of a process.
pub(super) const PROCESS: &str = "process";

/// The constant in the place of the file's directory.
pub(super) const HERE: &str = "here";

/// A number in one of those ways.
pub(super) fn numbered(number: u32, (width, zeros): (usize, bool)) -> String {
    if zeros { format!("{number:0width$}") } else { format!("{number:width$}") }
}

impl Names {
    /// A value with all that `%` stands for.
    ///
    /// # Errors
    ///
    /// What supervisord would refuse, or what cannot be said in the language.
    pub(super) fn expand(&mut self, text: &str) -> Result<Signs, String> {
        let mut out = Signs::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            out.extend(words::plain(before));
            if out.len() > MAX_SIGNS {
                return Err(format!("its expansions make more than {MAX_SIGNS} characters of it"));
            }
            if let Some(behind) = behind.strip_prefix('%') {
                out.push(Sign::Char('%'));
                rest = behind;
                continue;
            }
            let parts = behind.strip_prefix('(').and_then(|behind| behind.split_once(')'));
            let Some((name, behind)) = parts else {
                return Err("a single `%` begins an expansion such as `%(here)s`; `%%` is the sign itself".to_owned());
            };
            let digits = behind.len() - behind.trim_start_matches(|char: char| char.is_ascii_digit()).len();
            let (width, behind) = behind.split_at(digits);
            let Some(behind) = behind.strip_prefix(['s', 'd']) else {
                return Err(format!("`%({name})` has no `s` or `d` behind it"));
            };
            let form = (width.parse().unwrap_or(0), width.starts_with('0'));
            if form.0 > 9 {
                return Err(format!("`%({name}){width}` is wider than a number of processes needs"));
            }
            self.put(name, form, &mut out)?;
            rest = behind;
        }
        out.extend(words::plain(rest));
        Ok(out)
    }

    fn put(&mut self, name: &str, form: (usize, bool), out: &mut Signs) -> Result<(), String> {
        if let Some(value) = self.known.get(name) {
            out.extend(words::plain(value));
            return Ok(());
        }
        match (name, name.strip_prefix("ENV_")) {
            ("here", _) => {
                self.here = true;
                out.push(Sign::Constant(HERE));
            }
            ("host_node_name", _) => {
                self.host = true;
                out.extend(words::variable("HOSTNAME", None));
            }
            ("process_num", _) => {
                self.forms.insert(form);
                match self.process {
                    Some(number) => out.extend(words::plain(&numbered(number, form))),
                    None => out.push(Sign::Constant(PROCESS)),
                }
            }
            (_, Some(variable)) if words::is_variable_name(variable) => match self.variables.get(variable) {
                Some(value) => out.extend(value.iter().cloned()),
                None => out.extend(words::variable(variable, None)),
            },
            _ => return Err(format!("`%({name})` is none of supervisord's expansions")),
        }
        Ok(())
    }
}

/// `KEY="value",OTHER=value`, as supervisord reads it with Python's `shlex` (`dict_of_key_value_pairs`, supervisor 4.3.0).
///
/// # Errors
///
/// What supervisord would refuse.
pub(super) fn environment(text: &[Sign]) -> Result<Vec<(String, Signs)>, String> {
    let tokens = tokens(text)?;
    let mut pairs: Vec<(String, Signs)> = Vec::new();
    for pair in tokens.chunks(4) {
        let [name, equals, value, ..] = pair else { return Err("it does not end with `NAME=value`".to_owned()) };
        if *equals != [Sign::Char('=')] {
            return Err(format!("there is no `=` behind `{}`", words::literal(name).unwrap_or_default()));
        }
        let Some(name) = words::literal(name) else { return Err("a name is an expansion".to_owned()) };
        let is_quote = |sign: &Sign| matches!(sign, Sign::Char('"' | '\''));
        let start = value.iter().position(|sign| !is_quote(sign)).unwrap_or(value.len());
        let end = value.iter().rposition(|sign| !is_quote(sign)).map_or(start, |last| last + 1);
        let value = value.get(start..end).unwrap_or_default().to_vec();
        pairs.push((name, value));
    }
    // The last one of a name counts, and stands where it is.
    let mut seen = HashSet::new();
    let mut counts: Vec<bool> = pairs.iter().rev().map(|(name, _)| seen.insert(name.clone())).collect();
    pairs.retain(|_| counts.pop().unwrap_or_default());
    Ok(pairs)
}

/// Tokens as `shlex.shlex` of Python makes them when it does not follow POSIX: quotes stay, and end a token of their own.
fn tokens(text: &[Sign]) -> Result<Vec<Signs>, String> {
    let is_word = |sign: &Sign| match sign {
        Sign::Char(char) => char.is_ascii_alphanumeric() || "_/.+-():".contains(*char),
        _ => true,
    };
    let mut tokens = Vec::new();
    let mut token = Signs::new();
    let mut quote: Option<char> = None;
    let mut signs = text.iter();
    while let Some(sign) = signs.next() {
        match (sign, quote) {
            (_, Some(open)) => {
                token.push(sign.clone());
                if *sign == Sign::Char(open) {
                    quote = None;
                    tokens.push(std::mem::take(&mut token));
                }
            }
            (Sign::Char(' ' | '\t' | '\r' | '\n'), None) => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
            }
            (Sign::Char('#'), None) => {
                let _ = signs.find(|sign| **sign == Sign::Char('\n'));
            }
            (Sign::Char(char @ ('"' | '\'')), None) => {
                // Within a token a quote is a sign like others.
                quote = token.is_empty().then_some(*char);
                token.push(sign.clone());
            }
            (sign, None) if is_word(sign) => token.push(sign.clone()),
            (sign, None) => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
                tokens.push(vec![sign.clone()]);
            }
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of supervisor 4.3.0.
    #[test]
    fn environments_are_read_as_supervisord_does() {
        let read = |text: &str| {
            environment(&words::plain(text)).map(|pairs| {
                pairs
                    .iter()
                    .map(|(name, value)| format!("{name}={}", words::literal(value).unwrap()))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(read("A=\"a,b c\",B=2,C='x=\"y\"'").unwrap(), ["A=a,b c", "B=2", "C=x=\"y"]);
        assert_eq!(read("A=/usr/bin:/bin,\n B=1.5 ,").unwrap(), ["A=/usr/bin:/bin", "B=1.5"]);
        assert_eq!(read("A=\"\",B='it # stays'").unwrap(), ["A=", "B=it # stays"]);
        assert_eq!(read("").unwrap(), [""; 0]);
        assert!(read("A").is_err() && read("A=\"x").is_err() && read("A:1").is_err() && read("A=a@b").is_err());
    }

    #[test]
    fn expansions_are_what_they_stand_for() {
        let mut names = Names { process: Some(3), ..Names::default() };
        names.known.insert("program_name", "web".to_owned());
        let text = names.expand("%(program_name)s_%(process_num)02d 5%% %(ENV_PORT)s").unwrap();
        assert_eq!(words::value(&text), "\"web_03 5% ${PORT}\"");
        assert!(
            names.expand("%x").is_err() && names.expand("%(nothing)s").is_err() && names.expand("%(here)").is_err()
        );
    }
}
