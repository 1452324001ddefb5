//! Definitions, statements and the target.

use crate::diagnostic::Severity;
use crate::rules::{Example, Rule, Scope};

/// A definition begins with a word that defines nothing.
pub static UNKNOWN_DEFINITION: Rule = Rule {
    id: "unknown-definition",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A definition begins with a word that defines nothing",
    explanation: r##"A file holds definitions: `longrun`, `oneshot`, `bundle`, `pipeline`, `target`, `let`, `include`, `extern`, `template`, `use`, `for`, `main`, `cont-init`, `stage2-hook`. Statements such as `run` stand inside one."##,
    bad: Example::Language(
        r##"longrunn web {
    run exec httpd -f
}
longrun db {
    run exec postgres
}
bundle user { db }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
longrun db {
    run exec postgres
}
bundle user { db, web }
"##,
    ),
    check: None,
};

/// A statement begins with a word that the language does not have.
pub static UNKNOWN_STATEMENT: Rule = Rule {
    id: "unknown-statement",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement begins with a word that the language does not have",
    explanation: r##"s6-rc itself ignores files it does not know, so that a misspelt name silently loses its meaning. hermesc refuses the word and names the nearest one."##,
    bad: Example::Language(
        r##"longrun web {
    notificationfd 3
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
    timeout-up 30s
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A text on one line is a script for a program that is not known to read any.
pub static UNKNOWN_INTERPRETER: Rule = Rule {
    id: "unknown-interpreter",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "A command line without `exec` is read as a script",
    explanation: r##"A text behind words is a script, and the first word is the program that reads it: `run python3 "…"`. `run redis-server "/etc/redis.conf"` therefore starts redis-server with a file in which that path stands as a line. Where a command line is meant, it begins with `exec`. Programs that are known to read scripts are not reported, and neither is one that is named by its path, or whose script stands between three quotes."##,
    bad: Example::Language(
        r##"longrun cache {
    run redis-server "/etc/redis.conf"
}
bundle user { cache }
"##,
    ),
    good: Example::Language(
        r##"longrun cache {
    run exec redis-server "/etc/redis.conf"
}
bundle user { cache }
"##,
    ),
    check: None,
};

/// A statement stands in a definition of another type.
pub static STATEMENT_OF_OTHER_TYPE: Rule = Rule {
    id: "statement-of-other-type",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement stands in a definition of another type",
    explanation: r##"s6-rc ignores an `up` in a longrun and a `run` or a `notification-fd` in a oneshot without a word. The message says where the statement belongs."##,
    bad: Example::Language(
        r##"oneshot setup {
    run exec mkdir -p /data
    up exec true
}
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"oneshot setup {
    up exec mkdir -p /data
}
bundle user { setup }
"##,
    ),
    check: None,
};

/// A statement stands twice in one definition.
pub static OVERWRITTEN_STATEMENT: Rule = Rule {
    id: "overwritten-statement",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement stands twice in one definition",
    explanation: r##"Each file of a service directory exists once: the second statement would silently replace the first. Both places are shown; delete one."##,
    bad: Example::Language(
        r##"longrun web {
    timeout-kill 5s
    timeout-kill 10s
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 10s
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};

/// The target is not one that hermesc knows, or there are two.
pub static UNKNOWN_TARGET: Rule = Rule {
    id: "unknown-target",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "The target is not one that hermesc knows, or there are two",
    explanation: r##"Targets are `s6-overlay` and `s6-rc`, with a version, or a part of one for the newest that begins like it. All files of one run have the same target."##,
    bad: Example::Language(
        r##"target s6-overlay 9.9
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"target s6-overlay 3.2
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A statement writes a file that the target's version does not know yet.
pub static NEWER_THAN_TARGET: Rule = Rule {
    id: "newer-than-target",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement writes a file that the target's version does not know yet",
    explanation: r##"Older versions ignore the file without a word. Raise the target's version, or do without."##,
    bad: Example::Language(
        r##"target s6-overlay 3.1.6
oneshot setup {
    up exec true
    reload exec true
}
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"target s6-overlay 3.2.3
oneshot setup {
    up exec true
    reload exec true
}
bundle user { setup }
"##,
    ),
    check: None,
};
