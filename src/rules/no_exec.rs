//! Shells that stay above their daemon.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::rules::script::{base_name, run_scripts};
use crate::rules::{Context, Example, Rule, Scope};

/// The last command of a shell's `run` has no `exec`.
pub static RULE: Rule = Rule {
    id: "no-exec",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "The last command of a shell's `run` has no `exec`",
    explanation: r##"Without `exec` the shell stays, with the daemon as its child. The down signal then reaches the shell only: it dies, the daemon lives on without a supervisor, and the next start finds its port or its lock taken. Where the shell waits by design, because it has a `trap`, a loop or a pause, or does something else behind the command, nothing is reported; nor are commands that are known to end soon."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run 755
#!/bin/sh
mkdir -p /run/web
httpd -f -p 8080
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run 755
#!/bin/sh
mkdir -p /run/web
exec httpd -f -p 8080
"##,
    ),
    check: Some(check),
};

/// Words of a script that knows what it does, or whose last command is a job that ends.
const DELIBERATE: &[&str] = &["trap", "wait", "sleep", "while", "until", "for ", "s6-svc", "s6-rc", "inotify", "kill"];

/// Builtins, and programs that end by themselves.
const SHORT: &[&str] = &[
    "exec", "exit", "return", "eval", ".", "source", "command", "set", "export", "unset", "shift", "cd", "read",
    "test", "[", "[[", "]]", "true", "false", ":", "echo", "printf", "cat", "cp", "mv", "rm", "ln", "ls", "mkdir",
    "rmdir", "touch", "chmod", "chown", "chgrp", "install", "sed", "grep", "awk", "cut", "tr", "head", "sort", "date",
    "id", "curl", "wget", "git", "tar", "pip", "apk", "apt-get", "sync", "mount", "umount", "ip", "iptables", "sysctl",
    "pause", "halt", "reboot", "poweroff", "fi", "done", "local", "declare", "umask", "ulimit", "logger",
];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in run_scripts(context) {
        let Some(shell) = script.shell() else { continue };
        if script.mentions(DELIBERATE) {
            continue;
        }
        if shell.runs(&script.text, &[".", "source", "eval"]) {
            continue;
        }
        let Some(last) = shell.commands.last().filter(|last| last.inside.is_empty() && last.stands_alone()) else {
            continue;
        };
        let Some((word, program)) =
            last.command(&script.text).first().and_then(|word| Some((word, word.literal.as_deref()?)))
        else {
            continue;
        };
        let own = shell.functions.iter().any(|function| function == program) || program.contains("::");
        if own || SHORT.contains(&base_name(program)) {
            continue;
        }
        let name = &script.definition.name;
        let mut diagnostic = Diagnostic::new(&RULE, format!("a shell stays above the program of `{name}`"))
            .at(script.locate(context, word.range.clone()), "the down signal does not reach it")
            .help("write `exec` before it: the shell becomes the program");
        if let Some(place) = script.editable(context, word.range.clone()) {
            let raw = script.text.get(word.range.clone()).unwrap_or_default();
            let with = [b"exec ", raw].concat();
            diagnostic = diagnostic.fix(Fix::replace("write `exec` before it", place, with, Safety::Suggested));
        }
        diagnostics.push(diagnostic);
    }
}
