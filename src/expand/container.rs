//! The parts of an image beside its services: cont-init scripts, the stage 2 hook, and the wrapper around the main program.

use foldhash::{HashMap, HashMapExt};

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;
use crate::expand::around::Before;
use crate::expand::{chain, made};
use crate::model::{ContainerFile, Program};
use crate::resolve::container::{ContainerDraft, ContainerKind};
use crate::resolve::draft::{
    Around, Bytes, Otherwise, ProgramDraft, ProgramKind, RedirectTarget, User, Word, WordPiece,
};
use crate::rules::reading;
use crate::s6rc::image::{CONT_INIT, MAIN, STAGE2_HOOK};
use crate::s6rc::target::Target;
use crate::source::Location;

/// The files that the container parts stand for.
pub fn container(
    drafts: Vec<ContainerDraft>,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<ContainerFile> {
    let mut known: HashMap<Utf8PathBuf, Location> = HashMap::new();
    let mut files = Vec::new();
    for ContainerDraft { kind, draft } in drafts {
        let (keyword, place) = (kind.keyword(), draft.definition.place);
        if !target.is_overlay() {
            diagnostics.push(
                Diagnostic::new(&reading::STATEMENT_OF_OTHER_TYPE, format!("`{keyword}` belongs to s6-overlay"))
                    .at(place, format!("the target is {target}"))
                    .help("write `target s6-overlay`, or leave this to whatever starts the machine"),
            );
            continue;
        }
        let name = draft.definition.name.as_str();
        let path = match kind {
            ContainerKind::Main => Utf8PathBuf::from(MAIN),
            ContainerKind::Stage2Hook => Utf8PathBuf::from(STAGE2_HOOK),
            ContainerKind::ContInit if name.is_empty() || name.starts_with('.') || name.contains(['/', '\n']) => {
                diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, format!("`{name}` is not the name of a cont-init script"))
                        .at(place, "not a file's name")
                        .help("the name is that of a file in /etc/cont-init.d, and decides the order: `10-prepare`"),
                );
                continue;
            }
            ContainerKind::ContInit => Utf8PathBuf::from(CONT_INIT).join(name),
        };
        if let Some(first) = known.get(&path) {
            let what = if kind == ContainerKind::ContInit { format!("{keyword} {name}") } else { keyword.to_owned() };
            diagnostics.push(
                Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{what}` is defined twice"))
                    .at(place, "the second one")
                    .at(*first, "the first one")
                    .help("delete one of them: both are the same file of the image"),
            );
            continue;
        }
        known.insert(path.clone(), place);
        let Some(run) = draft.run else {
            if !draft.definition.incomplete {
                diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, format!("`{keyword}` has no `run`"))
                        .at(place, "says not what to run")
                        .help("write `run exec …`"),
                );
            }
            continue;
        };
        let made = match kind {
            ContainerKind::Main => wrapper(&run, &draft.around, diagnostics),
            _ => chain::executable(&run, &draft.around, &Before::default(), target, diagnostics),
        };
        if let Some(Bytes { bytes, map }) = made {
            files.push(ContainerFile { path, program: Program { bytes, mode: 0o755, map } });
        }
    }
    files
}

/// The beginning of the wrapper: `program NAME` is whether a command of that name could be started. `command -v` would say
/// so of a shell's own commands too, which are no programs.
const HEAD: &str = r#"#!/command/with-contenv sh
# The image's main program. Without arguments the default program runs. A first argument that is an executable runs as it
# is, with the others as its arguments. Anything else is handed to the default program.
program() {
    case $1 in
        */*) test -f "$1" && test -x "$1"; return ;;
    esac
    (
        set -f
        IFS=:
        path=$PATH:
        for directory in $path; do
            test -f "${directory:-.}/$1" && test -x "${directory:-.}/$1" && exit 0
        done
        exit 1
    )
}
"#;

/// The wrapper around the main program: a shell script, since only a shell goes through PATH without starting anything.
/// A `text` is the wrapper itself.
fn wrapper(run: &ProgramDraft, around: &Around, diagnostics: &mut Vec<Diagnostic>) -> Option<Bytes> {
    if let (ProgramKind::Verbatim(bytes), true) = (&run.kind, around.is_empty()) {
        return Some(bytes.clone());
    }
    let ProgramKind::Exec(words) = &run.kind else {
        diagnostics.push(
            Diagnostic::new(&reading::BAD_VALUE, "the main program must be a command")
                .at(run.place, "arguments cannot be added to this")
                .help("write `run exec PROGRAM …`; a script goes into a file of its own, which `exec` names"),
        );
        return None;
    };
    if let Some((limit, _)) = around.limits.first() {
        diagnostics.push(
            Diagnostic::new(&reading::BAD_VALUE, "`limit` does not reach every command that `main` may run")
                .at(limit.place, "not possible here")
                .help("set limits where the container is started, as with `docker run --ulimit`"),
        );
        return None;
    }
    let written = around.env.iter().map(|(_, value)| &value.value);
    let written = written.chain(around.cwd.iter().chain(&around.env_files).map(|word| &word.value)).chain(words);
    let files = around.redirects.iter().filter_map(|redirect| match &redirect.value.to {
        RedirectTarget::File(path) => Some(path),
        RedirectTarget::Fd(_) => None,
    });
    if let Some(word) = written.chain(files).find(|word| !is_text(word)) {
        diagnostics.push(
            Diagnostic::new(&reading::BAD_VALUE, "`main` is a shell script, and this is not text")
                .at(word.place, "holds bytes that are no characters")
                .help("write UTF-8"),
        );
        return None;
    }
    let mut script = Script { text: HEAD.to_owned(), indent: "", variables: 0 };
    let mut prefix: Vec<String> = Vec::new();
    let mut drop = Vec::new();
    if let Some(user) = &around.user {
        // `~NAME` is what the user database says; a name that is not in it is left for s6-setuidgid to complain of.
        let (home, name, command) = match &user.value {
            User::Name(name) => (format!("~{name}"), Some(name), format!("s6-setuidgid {name}")),
            User::Ids { uid, gid, groups } => {
                let groups: Vec<String> = groups.iter().map(u32::to_string).collect();
                let command = format!("s6-applyuidgid -u {uid} -g {gid} -G '{}'", groups.join(","));
                ("/".to_owned(), None, command)
            }
        };
        let mut variables = vec![format!("HOME={home}")];
        if let Some(name) = name {
            variables.push(format!("USER={name}"));
            variables.push(format!("LOGNAME={name}"));
        }
        let names = if name.is_some() { "HOME USER LOGNAME" } else { "HOME" };
        script.line("hermesc_uid=$(id -u)");
        script.line("if test \"$hermesc_uid\" = 0; then");
        for variable in variables {
            script.line(&format!("    {variable}"));
        }
        script.line(&format!("    export {names}"));
        script.line("fi");
        drop = vec![
            "if test \"$hermesc_uid\" = 0; then".to_owned(),
            format!("    set -- {command} \"$@\""),
            "fi".to_owned(),
        ];
    }
    for (name, value) in &around.env {
        let value = script.word(&value.value)?;
        script.line(&format!("export {name}={value}"));
    }
    if let Some(directory) = &around.cwd {
        let directory = script.word(&directory.value)?;
        script.line(&format!("cd -- {directory} || exit 111"));
    }
    if let Some(mask) = &around.umask {
        script.line(&format!("umask {:03o}", mask.value));
    }
    for redirect in &around.redirects {
        let fd = redirect.value.fd;
        let to = match &redirect.value.to {
            RedirectTarget::File(path) => format!("{fd}>>{}", script.word(path)?),
            RedirectTarget::Fd(other) => format!("{fd}>&{other}"),
        };
        script.line(&format!("exec {to}"));
    }
    for file in &around.env_files {
        prefix.push(format!("envfile {}", script.word(&file.value)?));
    }
    if let Some(nice) = &around.nice {
        prefix.push(format!("nice -n {}", nice.value));
    }
    script.line("if test $# -eq 0 || ! program \"$1\"; then");
    script.indent = "    ";
    let words: Vec<String> = words.iter().map(|word| script.word(word)).collect::<Option<_>>()?;
    script.line(&format!("set -- {} \"$@\"", words.join(" ")));
    script.indent = "";
    script.line("fi");
    for line in drop {
        script.line(&line);
    }
    prefix.push("\"$@\"".to_owned());
    script.line(&format!("exec {}", prefix.join(" ")));
    Some(made(script.text.into_bytes(), run))
}

/// A shell script that grows line by line.
struct Script {
    text: String,
    /// What begins a line.
    indent: &'static str,
    /// Variables of its own so far.
    variables: usize,
}

impl Script {
    fn line(&mut self, line: &str) {
        self.text.push_str(self.indent);
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A word as the shell reads it; what its variables need is written before. Nothing where it is no text, which a
    /// script cannot be sure to keep.
    fn word(&mut self, word: &Word) -> Option<String> {
        let mut out = String::new();
        for piece in &word.pieces {
            match piece {
                WordPiece::Bytes(bytes) => out.push_str(&quoted(std::str::from_utf8(bytes).ok()?)),
                WordPiece::Variable { name, otherwise } => {
                    self.variables += 1;
                    let own = format!("hermesc_{}", self.variables);
                    self.line(&format!("{own}=${{{name}-}}"));
                    match otherwise {
                        Otherwise::Empty => {}
                        Otherwise::Default(text) => {
                            let text = quoted(std::str::from_utf8(text).ok()?);
                            self.line(&format!("test -n \"${own}\" || {own}={text}"));
                        }
                        Otherwise::Refuse(text) => {
                            let text = quoted(&format!("{name}: {}", std::str::from_utf8(text).ok()?));
                            self.line(&format!("test -n \"${own}\" || {{ printf '%s\\n' {text} >&2; exit 100; }}"));
                        }
                    }
                    out.push_str(&format!("\"${own}\""));
                }
            }
        }
        Some(if out.is_empty() { "''".to_owned() } else { out })
    }
}

/// Whether all that is fixed of a word is text.
fn is_text(word: &Word) -> bool {
    word.pieces.iter().all(|piece| match piece {
        WordPiece::Bytes(bytes)
        | WordPiece::Variable { otherwise: Otherwise::Default(bytes) | Otherwise::Refuse(bytes), .. } => {
            std::str::from_utf8(bytes).is_ok()
        }
        WordPiece::Variable { .. } => true,
    })
}

/// Text in the shell's single quotes, where it needs them.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,+@%=".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
