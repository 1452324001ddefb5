//! Interpreters that cannot be found.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Found;
use crate::rules::directories::{scripts, without_carriage_returns};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// The interpreter of a script cannot be found.
pub static RULE: Rule = Rule {
    id: "unspawnable-shebang",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "The interpreter of a script cannot be found",
    explanation: r##"The kernel takes the first line word for word: a carriage return belongs to the interpreter's name, and a path that is not absolute, is too long or leads nowhere finds none. s6-supervise retries for ever, and the boot waits with it. Whether the file is there is looked at where s6-overlay itself is in the image."##,
    bad: Example::Tree("== web/type\nlongrun\n== web/run\n#!/bin/sh\r\nexec httpd -f\r\n"),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in scripts(context) {
        let Some(line) = formats::shebang(script.bytes) else { continue };
        let Some(range) = formats::interpreter(script.bytes) else { continue };
        let text = script.bytes.get(line.clone()).unwrap_or_default();
        let path = String::from_utf8_lossy(script.bytes.get(range.clone()).unwrap_or_default()).into_owned();
        let entry = script.entry;
        let report = |message: String| {
            let mut diagnostic = Diagnostic::new(&RULE, message);
            if !script.is_needed() {
                diagnostic.severity = Severity::Warning;
            }
            diagnostic
        };
        if let Some(at) = text.iter().position(|byte| *byte == b'\r') {
            let at = line.start + at;
            diagnostics.push(
                report(format!("the interpreter line of {} ends with a carriage return", script.path))
                    .at(entry.part(at, at + 1), "part of the interpreter's name")
                    .help("end the lines with a newline alone")
                    .fix(without_carriage_returns(entry, script.bytes)),
            );
        } else if path.is_empty() {
            diagnostics.push(
                report(format!("the interpreter line of {} names no interpreter", script.path))
                    .at(entry.part(0, line.end), "nothing behind `#!`")
                    .help("write the absolute path of an interpreter, such as `#!/bin/sh`"),
            );
        } else if path.starts_with('@') {
            // Filled in when the tree is built, as s6-overlay's own sources are.
        } else if !path.starts_with('/') {
            let shebang = context.model.target.script_shebang(path.rsplit('/').next().unwrap_or_default());
            diagnostics.push(
                report(format!("the interpreter `{path}` of {} is not an absolute path", script.path))
                    .at(entry.part(range.start, range.end), "looked up in the service's own directory")
                    .help(format!("write the absolute path, such as `{shebang}`")),
            );
        } else if range.end > MAX_LINE {
            diagnostics.push(
                report(format!("the interpreter line of {} is longer than Linux reads", script.path))
                    .at(entry.part(range.start, range.end), format!("more than {MAX_LINE} bytes"))
                    .help("use a shorter path, such as a link"),
            );
        } else if let Some(why) = absent(context, &path) {
            diagnostics.push(
                report(format!("the interpreter `{path}` of {} {why}", script.path))
                    .at(entry.part(range.start, range.end), "cannot be executed")
                    .help("install it in the image, or name one that is there"),
            );
        }
    }
}

/// The kernel reads 256 bytes of a file to find its interpreter (Linux 5.1, `BINPRM_BUF_SIZE`).
const MAX_LINE: usize = 255;

/// Why the image cannot execute an interpreter.
fn absent(context: &Context<'_>, path: &str) -> Option<&'static str> {
    let tree = context.model.tree.as_ref().filter(|tree| tree.whole_image)?;
    match &tree.program(path)?.entry {
        None => Some("is not in the image"),
        Some(entry) => match entry.found {
            Found::Directory => Some("is a directory"),
            Found::Nothing => Some("is a link that leads nowhere"),
            Found::File(_) if entry.mode & 0o111 == 0 => Some("is not executable"),
            _ => None,
        },
    }
}
