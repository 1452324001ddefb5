//! Interpreter lines where nothing is interpreted.

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::{DirectoryFacts, Entry, Kind};
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::execline;
use crate::s6rc::read::formats;

/// `up`, `down` or `reload` begins with an interpreter line.
pub static RULE: Rule = Rule {
    id: "shebang-in-up",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "`up`, `down` or `reload` begins with an interpreter line",
    explanation: r##"These files are parsed as execline when they are compiled, and never executed: the first line is a comment. Where it names a shell, what follows is not read by that shell either."##,
    bad: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
#!/bin/sh
mkdir -p /data
"##,
    ),
    good: Example::Tree(
        r##"== setup/type
oneshot
== setup/up
mkdir -p /data
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Oneshot) {
        for file in ["up", "down", "reload"] {
            let Some(entry) = facts.present(file).filter(|entry| !entry.beneath) else { continue };
            let Some(bytes) = entry.bytes() else { continue };
            let Some(line) = formats::shebang(bytes) else { continue };
            let text = String::from_utf8_lossy(bytes.get(line.clone()).unwrap_or_default()).into_owned();
            let harmless = text.split_whitespace().next().is_some_and(|word| word.ends_with("/execlineb"));
            let end = (line.end + 1).min(bytes.len());
            let mut diagnostic = Diagnostic::new(
                &RULE,
                format!("the first line of the `{file}` of `{}` is only a comment", definition.name),
            )
            .at(entry.part(0, line.end), "never interpreted");
            if harmless {
                diagnostic.severity = Severity::Hint;
                diagnostic = diagnostic.fix(Fix::replace("delete the line", entry.part(0, end), "", Safety::Safe));
            } else if let Some(fix) = interpreted(context, facts, entry, file, &text, bytes.get(end..)) {
                diagnostic = diagnostic.fix(fix);
            }
            diagnostics.push(diagnostic.help(if harmless {
                "s6-rc parses this file as execline, with or without the line"
            } else {
                "s6-rc parses this file as execline: put a script into a file of its own, and its path here"
            }));
        }
    }
}

/// Has the interpreter read the script: from a file of its own where its path in the image is known, or else as an argument.
fn interpreted(
    context: &Context<'_>,
    facts: &DirectoryFacts,
    entry: &Entry,
    file: &str,
    first: &str,
    body: Option<&[u8]>,
) -> Option<Fix> {
    let (body, whole) = (body?, entry.bytes()?);
    let name = format!("{file}-script");
    let image = context.model.tree.as_ref().and_then(|tree| tree.image.as_deref());
    let inside = image.and_then(|image| facts.path.strip_prefix(image).ok());
    // A script that is there already may be the very same: a run was killed before its end.
    let is_same = |there: &Entry| there.link.is_none() && there.mode == 0o755 && there.bytes() == Some(whole);
    if let Some(inside) = inside.filter(|_| facts.entry(&name).is_none_or(is_same)) {
        let path = Utf8Path::new("/").join(inside).join(&name);
        let line = [execline::quoted(path.as_str().as_bytes()).ok()?, b"\n".to_vec()].concat();
        return Some(Fix {
            title: format!("move the script into `{name}`, and name it here"),
            edits: vec![
                Edit::Create { path: facts.path.join(&name), bytes: whole.to_vec(), mode: 0o755 },
                Edit::Replace { location: entry.place(), with: line },
            ],
            safety: Safety::Safe,
        });
    }
    let words: Vec<&str> = first.trim_start_matches("#!").split_whitespace().collect();
    let last = words.iter().rev().find(|word| !word.starts_with('-'))?;
    if !SHELLS.contains(&last.rsplit('/').next()?) {
        return None;
    }
    let mut line = format!("{} -c ", words.join(" ")).into_bytes();
    execline::quote(body, &mut line).ok()?;
    line.push(b'\n');
    let edits = vec![Edit::Replace { location: entry.place(), with: line }];
    Some(Fix { title: format!("hand the script to `{last}`"), edits, safety: Safety::Safe })
}

/// Interpreters that take a script behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];
