//! What is set up around a program: environment, user, limits, descriptors.

use crate::diagnostic::Diagnostic;
use crate::expand::line::Line;
use crate::expand::variables::test;
use crate::resolve::draft::{Around, RedirectTarget, User, Word, WordPiece};
use crate::resolve::values;
use crate::rules::reading;
use crate::s6rc::target::Target;

/// The resources of `limit`, and s6-softlimit's option for each (s6 2.15.1.0).
const RESOURCES: &[(&str, &str)] = &[
    ("open-files", "-o"),
    ("processes", "-p"),
    ("memory", "-a"),
    ("data", "-d"),
    ("stack", "-s"),
    ("core", "-c"),
    ("file-size", "-f"),
    ("locked-memory", "-l"),
    ("resident-memory", "-r"),
    ("cpu-time", "-t"),
];

/// The lines before the program. What only root can do comes before the user is dropped, `env` and `cwd` after.
pub(super) fn lines(around: &Around, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    if target.is_overlay() {
        lines.push(Line::of(&["with-contenv"]));
    }
    for file in &around.env_files {
        lines.push(Line::of(&["envfile"]).and(bytes(&file.value)));
    }
    if let Some(mask) = &around.umask {
        lines.push(Line::of(&["umask", &format!("{:03o}", mask.value)]));
    }
    lines.extend(limits(around, diagnostics)?);
    if let Some(nice) = &around.nice {
        lines.push(Line::of(&["nice", "-n", &nice.value.to_string()]));
    }
    for redirect in &around.redirects {
        let fd = redirect.value.fd.to_string();
        lines.push(match &redirect.value.to {
            RedirectTarget::Fd(to) => Line::of(&["fdmove", "-c", &fd, &to.to_string()]),
            RedirectTarget::File(path) => Line::of(&["redirfd", "-a", &fd]).and(bytes(path)),
        });
    }
    if let Some(user) = &around.user {
        lines.push(drop_to(&user.value, target));
    }
    for (name, value) in &around.env {
        lines.push(Line::of(&["export", name]).and(bytes(&value.value)));
    }
    if let Some(directory) = &around.cwd {
        lines.push(Line::of(&["cd"]).and(bytes(&directory.value)));
    }
    Some(lines)
}

/// Drops to a user where the process is root; setgroups(2) would fail for anybody else.
fn drop_to(user: &User, target: &Target) -> Line {
    let root = vec![
        Line::of(&["backtick", "-E", "uid"]).block(vec![Line::of(&["id", "-u"])]),
        Line::of(&[test(target), "${uid}", "=", "0"]),
    ];
    let dropped = match user {
        User::Name(name) => vec![
            Line::of(&["backtick", "HOME"]).block(vec![Line::of(&["homeof", name])]),
            Line::of(&["export", "USER", name]),
            Line::of(&["export", "LOGNAME", name]),
            Line::of(&["s6-setuidgid", name]),
        ],
        User::Ids { uid, gid, groups } => {
            let mut line = Line::of(&["s6-applyuidgid", "-u", &uid.to_string(), "-g", &gid.to_string(), "-G"]);
            line.word(groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
            vec![line]
        }
    };
    // `-s` puts the chosen block in front of what follows, in the same process (execline's ifthenelse).
    Line::of(&["ifthenelse", "-s"]).block(root).block(dropped).block(Vec::new())
}

fn limits(around: &Around, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Line>> {
    if around.limits.is_empty() {
        return Some(Vec::new());
    }
    let mut line = Line::of(&["s6-softlimit"]);
    let mut sound = true;
    for (resource, amount) in &around.limits {
        let option = RESOURCES.iter().find(|(name, _)| *name == resource.value.as_str());
        let number = values::number(&amount.value).map(u64::from).or_else(|_| values::size(&amount.value));
        match (option, number) {
            (Some((_, option)), Ok(number)) => line = line.and(option).and(number.to_string()),
            (None, _) => {
                let names: Vec<&str> = RESOURCES.iter().map(|(name, _)| *name).collect();
                sound = false;
                diagnostics.push(
                    Diagnostic::new(
                        &reading::BAD_VALUE,
                        format!("`{}` is not a resource that can be limited", resource.value),
                    )
                    .at(resource.place, "unknown resource")
                    .help(format!("resources are {}", names.join(", "))),
                );
            }
            (_, Err(_)) => {
                sound = false;
                diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, format!("`{}` is not an amount", amount.value))
                        .at(amount.place, "expected a number, or a size such as 512MiB"),
                );
            }
        }
    }
    sound.then(|| vec![line])
}

/// A word that holds no variable.
fn bytes(word: &Word) -> Vec<u8> {
    let literal = |piece: &WordPiece| match piece {
        WordPiece::Bytes(bytes) => bytes.clone(),
        WordPiece::Variable { .. } => Vec::new(),
    };
    word.pieces.iter().flat_map(literal).collect()
}
