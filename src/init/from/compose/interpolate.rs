//! `$VAR`, `${VAR:-default}` and `$$` in the values of a compose file.

use crate::init::from::words::{self, Sign, Signs};

/// A value with its variables. Compose takes them from its own environment; here they are the container's.
///
/// # Errors
///
/// What compose would refuse, and forms that the language has no word for.
pub(super) fn interpolate(text: &str) -> Result<Signs, String> {
    let mut out = Signs::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        out.extend(words::plain(before));
        if let Some(behind) = behind.strip_prefix('$') {
            out.push(Sign::Char('$'));
            rest = behind;
            continue;
        }
        if let Some(inside) = behind.strip_prefix('{') {
            let Some((inside, behind)) = inside.split_once('}').filter(|(inside, _)| !inside.contains('$')) else {
                return Err("a variable within a variable, or a `${` that is not closed".to_owned());
            };
            out.push(variable(inside)?);
            rest = behind;
            continue;
        }
        let length = behind.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(behind.len());
        let (name, behind) = behind.split_at(length);
        if !words::is_variable_name(name) {
            return Err("a `$` that begins no variable; compose wants `$$` for the sign itself".to_owned());
        }
        out.extend(words::variable(name, None));
        rest = behind;
    }
    out.extend(words::plain(rest));
    Ok(out)
}

/// What stands between the braces.
fn variable(inside: &str) -> Result<Sign, String> {
    let length = inside.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(inside.len());
    let (name, form) = inside.split_at(length);
    let made = match form.split_at_checked(2) {
        _ if !words::is_variable_name(name) => None,
        _ if form.is_empty() => words::variable(name, None),
        Some((":-", default)) => words::variable(name, Some(default)),
        // The language has an own text for what is missing: the message of `:?` is the operator's, not the program's.
        Some((":?", _)) => Some(Sign::Variable(format!("${{{name}:?it must be set}}"))),
        _ => None,
    };
    made.ok_or_else(|| {
        format!("`${{{inside}}}` has no word in the language, which knows `${{NAME}}` and `${{NAME:-default}}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_those_of_the_language() {
        let written = |text: &str| interpolate(text).map(|signs| words::command(&[signs]));
        assert_eq!(written("a$$b").unwrap(), "\"a\\$b\"");
        assert_eq!(written("$HOST:${PORT:-80}").unwrap(), "${HOST}:${PORT:-80}");
        assert_eq!(written("${A:?no A}").unwrap(), "\"${A:?it must be set}\"".trim_matches('"'));
        for wrong in ["$(date)", "${A:+b}", "${A-b}", "${A:-${B}}", "${", "$", "${A:-\"b\"}", "${1}"] {
            assert!(written(wrong).is_err(), "{wrong}");
        }
    }
}
