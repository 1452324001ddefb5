//! Comments that allow what nobody finds.

use crate::diagnostic::Severity;
use crate::rules::{Example, Rule, Scope};

/// A comment allows something that is not there.
pub static RULE: Rule = Rule {
    id: "unused-allow",
    severity: Severity::Warning,
    scope: Scope::Language,
    summary: "A comment allows something that is not there",
    explanation: r##"`# hermesc: allow(code, …) reason` silences these codes on the line below it, or on the line that it ends; `# hermesc: allow-file(code, …) reason` does so in its whole file. One that silences nothing is a leftover, and would hide the next problem of that kind. One that names an unknown code, or a code whose errors cannot be compiled, has no effect."##,
    bad: Example::Language(
        r##"# hermesc: allow(unused-let) other files use it
let data = "/data"
longrun web {
    run exec httpd {{data}}
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"# hermesc: allow(unused-let) other files use it
let data = "/data"
longrun web {
    run exec httpd -f
}
bundle user { web }
"##,
    ),
    check: None,
};
