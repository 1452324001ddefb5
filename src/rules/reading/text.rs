//! Texts, files and what stands in them, before anything means something.

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
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
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
    run exec httpd -f
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
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
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};

/// A file is of another tool.
pub static OTHER_LANGUAGE: Rule = Rule {
    id: "other-language",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A file is of another tool",
    explanation: r##"It was given as text of the language, and is a Dockerfile, a Compose file, a script, a unit of systemd or another of the usual ones. What stands in it is not looked at word by word. A file that describes a service, however broken, is never taken for one of them."##,
    bad: Example::Language(
        r##"FROM alpine:3.20
RUN apk add nginx
CMD ["nginx", "-g", "daemon off;"]
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec nginx -g "daemon off;"
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
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
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
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};
