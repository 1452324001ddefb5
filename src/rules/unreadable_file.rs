//! Files that cannot be read.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Entry, Found};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::read_by;
use crate::source::Location;

/// Something that cannot be read stands where s6-rc reads a file.
pub static RULE: Rule = Rule {
    id: "unreadable-file",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "Something that cannot be read stands where s6-rc reads a file",
    explanation: r##"A directory, a FIFO or a file without permission where s6-rc-compile reads a file is fatal, and a FIFO can make it wait for ever. hermesc opens regular files only, up to 16 MiB, and follows no link out of what it was asked to check; of those it only warns. A `dependencies.d`, `contents.d`, `data`, `env` or `template` that cannot be listed is fatal too (s6-rc-compile 0.7.0.0). So is an entry of the source that cannot be looked at. What could not be read elsewhere, in a layer beneath or among the scripts and programs of the image, is told as well, as it may be what a name or a path means."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/timeout-kill/
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/timeout-kill
5000
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    around(context, diagnostics);
    let all = context.model.definitions.iter();
    for (definition, facts) in all.filter_map(|definition| Some((definition, definition.directory.as_ref()?))) {
        let files = read_by(definition.kind).iter().copied().filter(|file| !is_other(file)).chain(["type"]);
        for file in files {
            let Some(entry) = facts.present(file) else { continue };
            let hidden = matches!(file, "dependencies" | "contents") && facts.present(&format!("{file}.d")).is_some();
            let last = !definition.consumer_for.is_empty() && facts.present("producer-for").is_none();
            if hidden || (file == "pipeline-name" && !last) {
                continue;
            }
            // What lies beneath is not checked, but what could not be read there may define names.
            let beneath = facts.beneath || entry.beneath;
            if beneath && !matches!(entry.found, Found::Unreadable { .. }) {
                continue;
            }
            let (what, refused) = match &entry.found {
                Found::Directory => ("a directory".to_owned(), true),
                Found::Special => ("not a regular file".to_owned(), true),
                // Without permission s6-rc-compile drops a `finish` in silence.
                Found::Unreadable { why, denied } => (why.clone(), !denied || !(beneath || file == "finish")),
                Found::TooLarge(why) => (why.clone(), false),
                Found::Outside => ("a link that leads out of what is checked".to_owned(), false),
                Found::File(_) | Found::Nothing => continue,
            };
            let message = format!("the `{file}` of `{}` cannot be read: {what}", definition.name);
            let help = match &entry.found {
                Found::Directory | Found::Special => "put a regular file there",
                Found::Unreadable { denied: true, .. } if refused => "give yourself the permission to read it",
                _ => "it was not checked",
            };
            let mut diagnostic = Diagnostic::new(&RULE, message).at(Location::start_of(entry.file), what).help(help);
            if !refused {
                diagnostic.severity = Severity::Warning;
            }
            diagnostics.push(diagnostic);
        }
        for directory in LISTED {
            let Some(entry) = facts.present(directory) else { continue };
            let Found::Unreadable { why, denied } = &entry.found else { continue };
            let message = format!("the `{directory}` of `{}` cannot be read: {why}", definition.name);
            let help = "what is in it is not known; give yourself the permission to read it, or delete it";
            let mut diagnostic =
                Diagnostic::new(&RULE, message).at(Location::start_of(entry.file), why.clone()).help(help);
            if *denied && (facts.beneath || entry.beneath) {
                diagnostic.severity = Severity::Warning;
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// What is beside definitions, or elsewhere in an image, and was not looked at.
fn around(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(tree) = &context.model.tree else { return };
    for (_, entry) in &tree.strays {
        let (what, severity) = match &entry.found {
            Found::Unreadable { why, denied: true } if entry.beneath => (why.as_str(), Severity::Warning),
            Found::Unreadable { why, .. } => (why.as_str(), Severity::Error),
            Found::Outside if !entry.beneath => ("a link that leads out of what is checked", Severity::Warning),
            _ => continue,
        };
        diagnostics.push(unseen(entry, what, severity));
    }
    for entry in &tree.unseen {
        if let Found::Unreadable { why, denied } = &entry.found {
            diagnostics.push(unseen(entry, why, if *denied { Severity::Warning } else { Severity::Error }));
        }
    }
    let programs = tree.programs.iter().filter_map(|program| program.entry.as_ref());
    for entry in tree.scripts.iter().chain(programs) {
        match &entry.found {
            Found::Unreadable { why, denied: false } => diagnostics.push(unseen(entry, why, Severity::Error)),
            // What root may execute others need not be able to read; but where it was not looked at, it may not be there.
            Found::Unreadable { why, .. } if entry.mode == 0 => {
                diagnostics.push(unseen(entry, why, Severity::Warning));
            }
            _ => {}
        }
    }
}

fn unseen(entry: &Entry, what: &str, severity: Severity) -> Diagnostic {
    let message = format!("`{}` cannot be read: {what}", entry.path);
    let mut diagnostic =
        Diagnostic::new(&RULE, message).at(Location::start_of(entry.file), what.to_owned()).help("it was not checked");
    diagnostic.severity = severity;
    diagnostic
}

/// Directories that s6-rc-compile lists or copies.
const LISTED: &[&str] = &["dependencies.d", "contents.d", "data", "env", "template"];

/// What is no file, or of which only the presence counts, or of which the compiler takes anything.
fn is_other(file: &str) -> bool {
    file.starts_with("flag-") || file.ends_with("-signal") || LISTED.contains(&file)
}
