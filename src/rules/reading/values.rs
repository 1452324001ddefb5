//! Values, constants and templates.

use crate::diagnostic::Severity;
use crate::rules::{Example, Rule, Scope};

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
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    timeout-kill 5s
    run exec httpd -f
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
