//! Words that other tools have for what a statement says, and words that people write who were told of the language only.

use crate::language::Place;

/// What is written instead of words that are no statements.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["requires", "require", "depends", "needs", "need", "wants", "waits-for", "links", "start-after"],
        "write `depends-on NAME, …`",
    ),
    (&["before", "required-by", "needed-by"], "write `depends-on` in the one that waits"),
    (
        &["restart", "autorestart", "auto-restart", "respawn", "restart-policy"],
        "s6 starts a longrun again whenever it ends; `stop-on exit 0` says after which ends it does not",
    ),
    (&["environment", "setenv", "variables"], "write `env NAME = \"VALUE\"` for each variable"),
    (&["environment-file", "envfile"], "write `env-file PATH`"),
    (
        &["directory", "dir", "chdir", "cd", "workdir", "working-dir", "working-directory", "workingdirectory"],
        "write `cwd PATH`",
    ),
    (
        &["autostart", "enable", "enabled", "wanted-by", "wantedby", "install"],
        "write `in user`: what is in that bundle starts with the container, and what it needs",
    ),
    (
        &["healthcheck", "health", "readiness", "notify", "wait-for"],
        "write `ready check exec PROGRAM`, which is asked until it exits 0, or `ready fd 3`",
    ),
    (
        &["logfile", "log-file", "logging", "stdout", "stderr", "stdout-logfile", "stderr-logfile", "standardoutput"],
        "write `log to DIRECTORY`",
    ),
    (&["signal", "stopsignal", "stop-signal", "kill-signal", "killsignal"], "write `down-signal SIGNAL`"),
    (
        &["timeout", "stopwaitsecs", "stop-grace-period", "timeoutstopsec", "timeoutstartsec"],
        "write `timeout-up` for the start, `timeout-down` for the stop, `timeout-kill` for when SIGKILL follows",
    ),
    (&["type", "kind"], "the type stands before the name: `longrun NAME { … }` or `oneshot NAME { … }`"),
    (&["name"], "the name stands behind the type: `longrun NAME { … }`"),
    (&["description", "desc", "comment"], "write it as a comment above the definition: `## …`"),
    (
        &["image", "build", "port", "ports", "expose", "volume", "volumes"],
        "that is the container's: its Dockerfile says it, or how it is started",
    ),
];

/// Words for the program itself.
const PROGRAM: &[&str] = &[
    "exec",
    "command",
    "cmd",
    "entrypoint",
    "program",
    "script",
    "sh",
    "bash",
    "start",
    "execstart",
    "process",
    "main",
];

/// Words for what happens at the end.
const END: &[&str] = &["stop", "execstop", "shutdown", "post-stop", "execstoppost", "teardown"];

/// What is written instead of a word that is no statement, if it is one that people know from elsewhere.
#[must_use]
pub fn elsewhere(word: &str, place: Place) -> Option<&'static str> {
    if word.starts_with("//") || word.starts_with("/*") {
        return Some("a comment begins with `#`");
    }
    let word = word.to_ascii_lowercase().replace('_', "-");
    if PROGRAM.contains(&word.as_str()) {
        return match place {
            Place::Bundle => None,
            Place::Oneshot => Some("write `up exec COMMAND`, or `up sh \"\"\"…\"\"\"` for a script"),
            _ => Some("write `run exec COMMAND`, or `run sh \"\"\"…\"\"\"` for a script"),
        };
    }
    if END.contains(&word.as_str()) {
        return match place {
            Place::Oneshot => Some("write `down exec COMMAND`"),
            Place::Longrun => {
                Some("`down-signal` says how it is stopped, and `finish exec COMMAND` what is done after it")
            }
            _ => None,
        };
    }
    WORDS.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{DEFINITIONS, find};

    #[test]
    fn no_word_is_a_statement_and_none_stands_twice() {
        let mut seen = Vec::new();
        for word in WORDS.iter().flat_map(|(words, _)| *words).chain(PROGRAM).chain(END) {
            assert!(find(word).is_none(), "`{word}` is a statement");
            assert!(!seen.contains(&word), "`{word}` stands twice");
            seen.push(word);
        }
    }

    #[test]
    fn what_is_proposed_is_a_statement_or_a_definition() {
        let helps = WORDS.iter().map(|(_, help)| *help);
        for help in helps.chain(["stop", "exec"].iter().filter_map(|word| elsewhere(word, Place::Longrun))) {
            for code in help.split('`').skip(1).step_by(2) {
                let word = code.split(' ').next().unwrap_or_default();
                let known = find(word).is_some() || DEFINITIONS.iter().any(|(keyword, _)| *keyword == word);
                assert!(known || code == "## …", "{code}");
            }
        }
    }
}
