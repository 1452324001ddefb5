//! The fix that moves a shell script out of `up`, where s6-rc reads execline, into a file that `up` names.

use camino::Utf8PathBuf;

use crate::diagnostic::{Edit, Fix, Safety};
use crate::model::Definition;
use crate::rules::Context;
use crate::rules::script::base_name;
use crate::s6rc::execline;
use crate::s6rc::read::formats;

/// Where s6-overlay's documentation keeps the scripts of oneshots.
const SCRIPTS: &str = "etc/s6-overlay/scripts";

/// Programs that only execline has: where one is named, the file may be meant as execline.
const EXECLINE: &[&str] = &[
    "background",
    "backtick",
    "define",
    "elgetopt",
    "elgetpositionals",
    "elglob",
    "emptyenv",
    "execline-cd",
    "execline-umask",
    "execlineb",
    "fdblock",
    "fdclose",
    "fdmove",
    "fdreserve",
    "fdswap",
    "forbacktickx",
    "foreground",
    "forstdin",
    "forx",
    "getcwd",
    "getpid",
    "heredoc",
    "homeof",
    "ifelse",
    "ifte",
    "ifthenelse",
    "importas",
    "loopwhilex",
    "multidefine",
    "multisubstitute",
    "piperw",
    "pipeline",
    "posix-cd",
    "posix-umask",
    "redirfd",
    "runblock",
    "tryexec",
    "unexport",
    "wait",
    "with-contenv",
    "withstdinas",
];

/// Moves the shell script in a oneshot's `up`, `down` or `reload` into the image's scripts. Nothing where the image is not
/// known, where the file is a link or not plain text, or where it may be execline after all.
pub(super) fn fix(context: &Context<'_>, definition: &Definition, file: &str) -> Option<Fix> {
    let (image, facts) = (context.model.tree.as_ref()?.image.as_ref()?, definition.directory.as_ref()?);
    let entry = facts.present(file).filter(|entry| entry.link.is_none() && !entry.beneath)?;
    let bytes = entry.bytes()?;
    let plain = std::str::from_utf8(bytes).is_ok() && !bytes.contains(&b'\r') && !bytes.contains(&0);
    if !context.model.target.is_overlay() || !plain || bytes.starts_with(formats::BYTE_ORDER_MARK) {
        return None;
    }
    let words = execline::lex(bytes).ok()?;
    let is_execline = |word: &execline::Word| {
        let text = String::from_utf8_lossy(&word.bytes).into_owned();
        let name = base_name(&text);
        word.depth > 0 || EXECLINE.contains(&name) || name.starts_with("s6-")
    };
    if words.iter().any(is_execline) {
        return None;
    }
    // A name that needs no quotes in execline, and is no hidden file.
    let is_simple = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !definition.name.bytes().all(is_simple) || definition.name.starts_with('.') {
        return None;
    }
    let name = if file == "up" { definition.name.to_string() } else { format!("{}-{file}", definition.name) };
    let script = match formats::interpreter(bytes).and_then(|range| bytes.get(range)) {
        Some(interpreter) if interpreter.ends_with(b"execlineb") => return None,
        Some(_) => bytes.to_vec(),
        None => [context.model.target.script_shebang("sh").as_bytes(), b"\n", bytes].concat(),
    };
    let inside = Utf8PathBuf::from(SCRIPTS).join(&name);
    Some(Fix {
        title: format!("move the script to /{inside}, and name it in `{file}`"),
        edits: vec![
            Edit::Create { path: image.join(&inside), bytes: script, mode: 0o755 },
            Edit::Replace { location: entry.place(), with: format!("/{inside}\n").into_bytes() },
        ],
        safety: Safety::Safe,
    })
}
