//! Programs as execline: one program a line, each doing its part and becoming the next.

use crate::diagnostic::Diagnostic;
use crate::expand::around::Before;
use crate::expand::line::{Line, write};
use crate::expand::{around, made, variables};
use crate::model::TextMap;
use crate::resolve::draft::{Around, Bytes, ProgramDraft, ProgramKind};
use crate::rules::reading;
use crate::s6rc::target::Target;

/// A file that the kernel can start: `run`, `finish`.
pub(super) fn executable(
    program: &ProgramDraft,
    around: &Around,
    before: &Before,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Bytes> {
    match &program.kind {
        // Where the output of a file as it is goes is its own affair.
        ProgramKind::Verbatim(bytes) if around.is_empty() && before.is_at_most_stderr() => Some(bytes.clone()),
        ProgramKind::Script { interpreter, arguments, body }
            if around.is_empty()
                && (before.is_empty() || (before.is_at_most_stderr() && SHELLS.contains(&base_name(interpreter)))) =>
        {
            let first = shebang(interpreter, arguments, program, target, diagnostics)?;
            let stderr = if before.stderr { "exec 2>&1\n" } else { "" };
            Some(prefixed(format!("{first}\n{stderr}").as_bytes(), body))
        }
        _ => {
            let mut text = format!("{}\n", target.execline_shebang()).into_bytes();
            text.extend(chain(program, around, before, target, diagnostics)?);
            Some(made(text, program))
        }
    }
}

/// What s6-rc-compile parses as execline: `up`, `down`, `reload`.
pub(super) fn command_line(
    program: &ProgramDraft,
    around: &Around,
    before: &Before,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Bytes> {
    match &program.kind {
        ProgramKind::Verbatim(bytes) if around.is_empty() && before.is_empty() => Some(bytes.clone()),
        ProgramKind::Script { interpreter, body, .. }
            if around.is_empty() && before.is_empty() && interpreter == "execlineb" =>
        {
            Some(body.clone())
        }
        _ => chain(program, around, before, target, diagnostics).map(|text| made(text, program)),
    }
}

/// The first line of a script.
fn shebang(
    interpreter: &str,
    arguments: &[String],
    program: &ProgramDraft,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let line = match (interpreter, arguments) {
        ("execlineb", []) => return Some(target.execline_shebang().to_owned()),
        ("execlineb", _) => target.execline_shebang().trim_end_matches(" -P").to_owned(),
        _ if interpreter.starts_with('/') => format!("#!{interpreter}"),
        _ => target.script_shebang(interpreter),
    };
    // Linux hands everything behind the interpreter over as one argument (execve(2)).
    let taken = line.contains(' ');
    if arguments.len() + usize::from(taken) > 1 {
        diagnostics.push(
            Diagnostic::new(
                &reading::BAD_VALUE,
                format!("a script's first line carries one argument, and `{line} {}` has more", arguments.join(" ")),
            )
            .at(program.place, "too many words before the text")
            .help(format!(
                "a command line has `exec` before it: `exec {interpreter} …`; of a script, set options inside, as \
                 `set -e` does, or name the interpreter by its path: `/bin/sh -e`"
            )),
        );
        return None;
    }
    Some(std::iter::once(line.as_str()).chain(arguments.iter().map(String::as_str)).collect::<Vec<_>>().join(" "))
}

/// A body with text put in front, its places kept.
fn prefixed(prefix: &[u8], body: &Bytes) -> Bytes {
    let mut bytes = prefix.to_vec();
    bytes.extend_from_slice(&body.bytes);
    let shift = u32::try_from(prefix.len()).unwrap_or_default();
    let map = match &body.map {
        TextMap::Pieces { file, starts, whole } => TextMap::Pieces {
            file: *file,
            starts: std::iter::once((0, whole.start))
                .chain(starts.iter().map(|(at, source)| (at + shift, *source)))
                .collect(),
            whole: *whole,
        },
        whole @ TextMap::Whole(_) => whole.clone(),
    };
    Bytes { bytes, map }
}

/// The lines of a chain that ends in the program.
fn chain(
    program: &ProgramDraft,
    around: &Around,
    before: &Before,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<u8>> {
    let mut lines = around::lines(around, before, target, diagnostics)?;
    lines.extend(command(program, target, diagnostics)?);
    let mut text = Vec::new();
    write(&lines, &mut text)?;
    Some(text)
}

/// The program itself, as it stands at the end of a chain.
pub(super) fn command(program: &ProgramDraft, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    match &program.kind {
        ProgramKind::Exec(words) => variables::command(words, target, &mut lines),
        ProgramKind::Script { interpreter, arguments, body } => {
            let Some(flag) = text_flag(interpreter) else {
                diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, format!("hermesc does not know how to hand a text to `{interpreter}`"))
                        .at(program.place, "no interpreter that takes its program as an argument")
                        .help("put the text into a file of its own, make it executable, and name it: `up exec /path/to/script`"),
                );
                return None;
            };
            let mut line = Line::of(&[interpreter]);
            for argument in arguments {
                line.word(argument);
            }
            lines.push(line.and(flag).and(&body.bytes));
        }
        ProgramKind::Verbatim(_) => {
            diagnostics.push(
                Diagnostic::new(
                    &reading::BAD_VALUE,
                    "what is set up around a program cannot be put around the content of a file",
                )
                .at(program.place, "copied as it is")
                .help("name the program with `exec`, or write the script out: `sh \"\"\"…\"\"\"`"),
            );
            return None;
        }
    }
    Some(lines)
}

/// Interpreters that know `exec 2>&1`.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

fn base_name(interpreter: &str) -> &str {
    interpreter.rsplit('/').next().unwrap_or_default()
}

/// The option with which an interpreter takes its program as an argument.
fn text_flag(interpreter: &str) -> Option<&'static str> {
    match base_name(interpreter) {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "python" | "python3" | "execlineb" => Some("-c"),
        "perl" | "ruby" | "node" | "lua" => Some("-e"),
        "php" => Some("-r"),
        _ => None,
    }
}
