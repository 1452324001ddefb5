//! Command lines that execline cannot parse.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::execline;

/// An `up`, `down` or `reload` is not a command line of execline.
pub static RULE: Rule = Rule {
    id: "execline-syntax",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "An `up`, `down` or `reload` is not a command line of execline",
    explanation: r##"s6-rc-compile parses these files as execline: a brace or a quote that is never closed, a lone `}`, a backslash at the end or an escape out of range is fatal, and it does not say where."##,
    bad: Example::Language(
        r##"oneshot setup {
    up execlineb """
        if { test -d /data
        mkdir /data
        """
}
bundle user { setup }
"##,
    ),
    good: Example::Language(
        r##"oneshot setup {
    up execlineb """
        if { test -d /data }
        mkdir /data
        """
}
bundle user { setup }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for definition in &context.model.definitions {
        let programs = &definition.programs;
        for (file, program) in [("up", &programs.up), ("down", &programs.down), ("reload", &programs.reload)] {
            let Some(program) = program else { continue };
            if let Err(error) = execline::lex(&program.bytes) {
                diagnostics.push(
                    Diagnostic::new(&RULE, format!("the `{file}` of `{}` is not execline: {}", definition.name, error.kind))
                        .at(program.locate(error.span.clone()), error.kind.to_string())
                        .help(context.say(
                            "s6-rc-compile parses this file as execline, not as shell; a shell script is written `up sh \"\"\"…\"\"\"`",
                            "s6-rc-compile parses this file as execline, not as shell: put a shell script into a file of its own, and its path here",
                        )),
                );
            }
        }
    }
}
