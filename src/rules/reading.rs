//! What is found while the language is read, before there is a model to check.

use crate::diagnostic::Severity;
use crate::rules::{Example, Rule, Scope};

/// The text does not have the form of the language.
pub static SYNTAX: Rule = Rule {
    id: "syntax",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "The text does not have the form of the language",
    explanation: r##"A definition or statement is not written as one. The message says what was expected and where; everything around it is still read and checked."##,
    bad: Example::Language(
        r##"longrun {
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A brace or a text is opened and never closed, or closed and never opened.
pub static UNCLOSED: Rule = Rule {
    id: "unclosed",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A brace or a text is opened and never closed, or closed and never opened",
    explanation: r##"What follows cannot be told from what is inside. A missing `}` is noticed where the next definition starts, a missing quote at the end of its line, and missing triple quotes where the next service starts."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A source file is not text that can be read.
pub static UNREADABLE_SOURCE: Rule = Rule {
    id: "unreadable-source",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A source file is not text that can be read",
    explanation: r##"Sources are UTF-8, at most 64 MiB, with lines of at most 1 MiB, and nested at most 32 deep. Beyond that nobody wrote them by hand, and reading on would only take time and memory."##,
    bad: Example::None,
    good: Example::Language(
        r##"longrun web {
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// An invisible character changes the order in which the text is read.
pub static BIDIRECTIONAL_CONTROL: Rule = Rule {
    id: "bidirectional-control",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "An invisible character changes the order in which the text is read",
    explanation: r##"Bidirectional controls make an editor show other text than what is compiled (known as trojan source). In a quoted text they can be written as escapes."##,
    bad: Example::Language("longrun web {\n    run exec httpd \"\u{202e}evil\"\n}\nbundle user { web }\n"),
    good: Example::Language(
        r##"longrun web {
    run exec httpd "\u{202e}evil"
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A backslash in a quoted text is followed by something that is no escape.
pub static BAD_ESCAPE: Rule = Rule {
    id: "bad-escape",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A backslash in a quoted text is followed by something that is no escape",
    explanation: r##"Quoted texts know \n \t \r \e \0 \" \\ \$ \xHH and \u{HEX}. Text between triple quotes knows none: there a backslash is a backslash."##,
    bad: Example::Language(
        r##"longrun web {
    run exec printf "\q"
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec printf "\\q"
}
bundle user { web }
"##,
    ),
    check: None,
};

/// `$NAME` without braces stands in an `exec`.
pub static BARE_VARIABLE: Rule = Rule {
    id: "bare-variable",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "`$NAME` without braces stands in an `exec`",
    explanation: r##"`exec` starts no shell: it expands `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, and nothing else. `$NAME` would reach the program as these letters, which nobody means."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -p $PORT
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -p ${PORT:-8080}
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A definition begins with a word that defines nothing.
pub static UNKNOWN_DEFINITION: Rule = Rule {
    id: "unknown-definition",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A definition begins with a word that defines nothing",
    explanation: r##"A file holds definitions: `longrun`, `oneshot`, `bundle`, `pipeline`, `target`, `let`, `include`, `extern`, `template`, `use`, `for`, `main`, `cont-init`, `stage2-hook`. Statements such as `run` stand inside one."##,
    bad: Example::Language(
        r##"longrunn web {
    run exec httpd
}
longrun db {
    run exec postgres
}
bundle user { db }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd
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
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
    timeout-up 30s
    run exec httpd
}
bundle user { web }
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
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 10s
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A statement has an argument that it cannot take.
pub static BAD_VALUE: Rule = Rule {
    id: "bad-value",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement has an argument that it cannot take",
    explanation: r##"The message says what the statement takes. Numbers are decimal and at most 4294967295 (32 bits, as s6-rc-compile reads them); durations are whole milliseconds in the end."##,
    bad: Example::Language(
        r##"longrun web {
    notification-fd three
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    notification-fd 3
    timeout-up 30s
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A duration or size has no unit.
pub static BARE_NUMBER: Rule = Rule {
    id: "bare-number",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A duration or size has no unit",
    explanation: r##"s6-rc counts milliseconds and s6-log bytes, and people who write `timeout-up 30` mean seconds. A unit says which: ms, s, m, h for durations; B, kB, KiB, MB, MiB, GB, GiB for sizes."##,
    bad: Example::Language(
        r##"longrun web {
    timeout-kill 5
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 5s
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// `{{name}}` names no constant and no parameter.
pub static UNKNOWN_CONSTANT: Rule = Rule {
    id: "unknown-constant",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "`{{name}}` names no constant and no parameter",
    explanation: r##"`{{name}}` stands for a `let`, or for a parameter of the template around it. A literal `{{` is written `{{{{`."##,
    bad: Example::Language(
        r##"let data = "/data"
oneshot setup {
    up exec mkdir -p {{dta}}
}
oneshot check {
    up exec test -d {{data}}
}
bundle user { setup, check }
"##,
    ),
    good: Example::Language(
        r##"let data = "/data"
oneshot setup {
    up exec mkdir -p {{data}}
}
bundle user { setup }
"##,
    ),
    check: None,
};

/// An include or a `file` names something that cannot be read.
pub static INCLUDE_MISSING: Rule = Rule {
    id: "include-missing",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "An include or a `file` names something that cannot be read",
    explanation: r##"Paths are relative to the file that names them. Nothing is emitted while one is missing."##,
    bad: Example::Language(
        r##"include "not-there.hermes"
longrun web {
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A file includes itself, directly or through others.
pub static INCLUDE_CYCLE: Rule = Rule {
    id: "include-cycle",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A file includes itself, directly or through others",
    explanation: r##"The chain of includes is shown. Definitions may stand in any order, so the include that closes the circle can be deleted."##,
    bad: Example::None,
    good: Example::Language(
        r##"longrun web {
    run exec httpd
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
    run exec httpd
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"target s6-overlay 3.2
longrun web {
    run exec httpd
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

/// `use` names a template that is not defined.
pub static UNKNOWN_TEMPLATE: Rule = Rule {
    id: "unknown-template",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "`use` names a template that is not defined",
    explanation: r##"The nearest name is shown. Templates may be defined anywhere in the files of one run, at the outermost level."##,
    bad: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
}
use worker("1")
use wroker("2")
"##,
    ),
    good: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
}
use worker("1")
use worker("2")
"##,
    ),
    check: None,
};

/// The values of a `use` do not fit the template's parameters.
pub static TEMPLATE_ARGUMENTS: Rule = Rule {
    id: "template-arguments",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "The values of a `use` do not fit the template's parameters",
    explanation: r##"Each parameter without a default needs a value, and a value must match the parameter's pattern: `name`, `number` or `path`."##,
    bad: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
}
use worker("one")
"##,
    ),
    good: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
}
use worker("1")
"##,
    ),
    check: None,
};

/// A template uses itself.
pub static TEMPLATE_RECURSION: Rule = Rule {
    id: "template-recursion",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A template uses itself",
    explanation: r##"It would never end. Loops are written with `for`."##,
    bad: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
    use worker("2")
}
use worker("1")
"##,
    ),
    good: Example::Language(
        r##"template worker(number: number) {
    longrun worker-{{number}} {
        run exec worker {{number}}
        in user
    }
}
for number in ["1", "2"] {
    use worker("{{number}}")
}
"##,
    ),
    check: None,
};

/// A statement that this version cannot write out yet.
pub static UNSUPPORTED_STATEMENT: Rule = Rule {
    id: "unsupported-statement",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A statement that this version cannot write out yet",
    explanation: r##"The syntax of `when`, `stop-on`, `log`, `ready check`, `on-exit`, `prepare`, `cleanup` and `control-user` is settled, and this version refuses them rather than write a service that ignores them. What they stand for can be written in plain statements: a `run` and a `finish`, a logger and a pipeline, a oneshot."##,
    bad: Example::Language(
        r##"longrun web {
    when env WEB
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run sh """
        test "$WEB" = 1 || exit 0
        exec httpd -f
        """
    finish sh """
        test "$WEB" = 1 || exit 125
        """
}
bundle user { web }
"##,
    ),
    check: None,
};

/// Every rule of this file.
pub static ALL: &[&Rule] = &[
    &UNSUPPORTED_STATEMENT,
    &TEMPLATE_RECURSION,
    &TEMPLATE_ARGUMENTS,
    &UNKNOWN_TEMPLATE,
    &SYNTAX,
    &UNCLOSED,
    &UNREADABLE_SOURCE,
    &BIDIRECTIONAL_CONTROL,
    &BAD_ESCAPE,
    &BARE_VARIABLE,
    &UNKNOWN_DEFINITION,
    &UNKNOWN_STATEMENT,
    &STATEMENT_OF_OTHER_TYPE,
    &OVERWRITTEN_STATEMENT,
    &BAD_VALUE,
    &BARE_NUMBER,
    &UNKNOWN_CONSTANT,
    &INCLUDE_MISSING,
    &INCLUDE_CYCLE,
    &UNKNOWN_TARGET,
    &NEWER_THAN_TARGET,
];
