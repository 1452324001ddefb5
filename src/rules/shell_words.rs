//! Words that are operators to a shell and nothing to anybody else.

/// Whether an unquoted word is an operator, a redirection or a substitution of a shell.
pub(super) fn is_shell_word(word: &str) -> bool {
    matches!(word, "&&" | "||" | "|" | "&" | ";" | "|&" | "<" | "<<" | "<<<" | "2>" | "&>")
        || word.starts_with("$(")
        || word.starts_with('`')
        || word.strip_suffix(';').is_some_and(|rest| !rest.is_empty() && !rest.ends_with('\\'))
        || is_output_redirection(word)
}

/// `>`, `>>file`, `2>&1`, `>/dev/null`
fn is_output_redirection(word: &str) -> bool {
    let word = word.strip_prefix(['1', '2', '&']).unwrap_or(word);
    let Some(target) = word.strip_prefix('>') else { return false };
    let target = target.strip_prefix('>').unwrap_or(target);
    target.is_empty() || target.starts_with(['/', '&', '.'])
}

#[cfg(test)]
mod tests {
    use super::is_shell_word;

    #[test]
    fn operators_are_told_from_arguments() {
        for word in ["&&", "||", "|", "&", ";", ">", ">>", "2>&1", "2>/dev/null", ">/x", "&>/x", "$(date)", "a;", "<"] {
            assert!(is_shell_word(word), "{word}");
        }
        for word in ["a&b", "->", "=>", "<none>", ">=", "1", "2", "", "{}", "$x", "x>y", "-F|", "<file>"] {
            assert!(!is_shell_word(word), "{word}");
        }
    }
}
