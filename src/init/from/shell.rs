//! The text of a shell as a program: without a shell where it does nothing but start one, and with `exec` where it starts one
//! with its variables.

use crate::init::from::words;
use crate::print::written_content;

/// Words that a shell does not start as a program, or that it starts otherwise than others (POSIX, Shell and Utilities).
const OWN: &[&str] = &[
    "!", ".", ":", "[", "alias", "break", "case", "cd", "command", "continue", "do", "done", "elif", "else", "esac",
    "eval", "exec", "exit", "export", "fi", "for", "function", "getopts", "if", "local", "read", "readonly", "return",
    "set", "shift", "source", "test", "then", "time", "times", "trap", "type", "ulimit", "umask", "unset", "until",
    "wait", "while", "{", "}",
];

/// What stands behind `run`.
pub(super) fn program(text: &str) -> String {
    let text = text.trim();
    let exec = text.strip_prefix("exec ").map(str::trim_start);
    let command = exec.unwrap_or(text);
    let starts_one = !command.contains([';', '&', '|', '<', '>', '(', ')', '`', '\n', '#']);
    let first = command.split_whitespace().next().unwrap_or_default();
    let is_program = !OWN.contains(&first) && !first.contains(['=', '$']) && !first.starts_with('-');
    let plain = !command.contains(['$', '*', '?', '[', '~', '{', '!', '\\']);
    if starts_one
        && is_program
        && plain
        && let Ok(split) = words::python(&words::plain(command))
    {
        return format!("exec {}", words::command(&split));
    }
    let script =
        if starts_one && is_program && exec.is_none() { format!("exec {text}\n") } else { format!("{text}\n") };
    let body = written_content(script.as_bytes(), 8, true).unwrap_or_else(|| "\"\"".to_owned());
    format!("sh {body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_there_where_it_is_needed() {
        assert_eq!(program("serve --name 'a b'"), "exec serve --name \"a b\"");
        assert_eq!(program("exec serve"), "exec serve");
        assert_eq!(program("serve $PORT"), "sh \"\"\"\n        exec serve $PORT\n        \"\"\"");
        assert_eq!(program("exec serve $PORT"), "sh \"\"\"\n        exec serve $PORT\n        \"\"\"");
        assert_eq!(program("cd /srv && serve"), "sh \"\"\"\n        cd /srv && serve\n        \"\"\"");
        assert_eq!(program("A=1 serve"), "sh \"\"\"\n        A=1 serve\n        \"\"\"");
    }
}
