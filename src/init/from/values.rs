//! Values that several tools write alike: users, variables, secrets, signals.

use crate::init::from::sheet::{Note, Service};
use crate::init::from::words::{self, Sign, Signs};
use crate::resolve::values::{SIGNALS, signal};

/// What a name of a variable holds when its value should not stand in an image.
const SECRETS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
];

/// Whether a setting of that name holds a secret: by its name, where it is no path of a file with one.
pub(super) fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let named = SECRETS.iter().any(|word| upper.contains(word)) || upper == "PASS" || upper.ends_with("_PASS");
    named && !["_FILE", "_PATH", "_DIR", "_URL"].iter().any(|end| upper.ends_with(end))
}

/// Whether a value is a URL with a password in it.
fn has_password(value: &[Sign]) -> bool {
    let text: String = value.iter().map(|sign| if let Sign::Char(char) = sign { *char } else { '$' }).collect();
    let userinfo = text
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#', ' ']).next())
        .and_then(|authority| authority.rsplit_once('@'))
        .and_then(|(userinfo, _)| userinfo.split_once(':'));
    userinfo.is_some_and(|(_, password)| !password.is_empty() && password != "$")
}

/// A variable that a program gets.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Signs,
    pub(super) line: usize,
}

impl Variable {
    /// Whether its value should not stand in an image.
    pub(super) fn is_secret(&self) -> bool {
        let empty = self.value.iter().all(|sign| matches!(sign, Sign::Variable(_)));
        !empty && (is_secret_name(&self.name) || has_password(&self.value))
    }
}

/// Gives a program its variables: `env` where the value is fixed, and words in front of the command where it has a variable
/// in it, which `env` cannot take.
pub(super) fn environment(service: &mut Service, variables: &[Variable]) -> Vec<Signs> {
    let mut words = Vec::new();
    for variable in variables {
        let Variable { name, value, line } = variable;
        if !words::is_variable_name(name) {
            let why = "not the name of a variable, which has letters, digits and `_`";
            service.note(Note::new(*line, &format!("environment {name}"), why));
        } else if variable.is_secret() {
            let why = "looks like a secret, and is not copied into an image; give it to the container, whose variables \
                       every service gets";
            service.note(Note::new(*line, &format!("environment {name}"), why));
        } else if words::has_variable(value) {
            words.push([words::plain(&format!("{name}=")), value.clone()].concat());
        } else {
            service.say(format!("env {name} = {}", words::value(value)));
        }
    }
    if !words.is_empty() {
        words.insert(0, words::plain("env"));
    }
    words
}

/// Says as whom a service runs: `NAME`, `UID`, `NAME:GROUP` or `UID:GID`. `setting` is how it is written.
pub(super) fn user(service: &mut Service, setting: &str, text: &str, line: usize) {
    let text = text.trim();
    let (name, group) = text.split_once(':').map_or((text, None), |(name, group)| (name, Some(group)));
    let number = |text: &str| text.parse::<u32>().ok();
    let sound = |name: &str| {
        !name.is_empty()
            && !name.starts_with('-')
            && name.chars().all(|char| char.is_ascii_alphanumeric() || "_-.".contains(char))
    };
    match (number(name), group.map(|group| (number(group), group))) {
        (Some(0), None | Some((Some(0), _))) => {}
        _ if name == "root" && group.is_none_or(|group| group == "root") => {}
        (Some(uid), Some((Some(gid), _))) => service.say(format!("user {uid}:{gid}")),
        (Some(uid), None) => {
            service.remark("No group was named: this one is a guess, and /etc/passwd may say another.");
            service.say(format!("user {uid}:{uid}"));
        }
        (None, None) if sound(name) => service.say(format!("user {name}")),
        (None, Some((_, group))) if sound(name) => {
            service.say(format!("user {name}"));
            if group != name {
                let why =
                    format!("runs with the groups that the image gives to `{name}`; make `{group}` its group there");
                service.note(Note::new(line, setting, why));
            }
        }
        _ => {
            let why = "not carried over: it runs as root until you write `user NAME` or `user UID:GID`";
            service.note(Note::new(line, setting, why));
        }
    }
}

/// The name of a signal, as `SIGTERM`.
pub(super) fn signal_name(text: &str) -> Option<String> {
    let number = signal(text.trim())?;
    let name = SIGNALS.iter().find(|(_, known)| *known == number).map(|(name, _)| format!("SIG{name}"));
    Some(name.unwrap_or_else(|| number.to_string()))
}

/// Says that a service stays down after every death.
pub(super) fn never_again(service: &mut Service, because: &str) {
    service.remark(&format!("{because}: after its end it stays down. Without this line s6 starts it again."));
    service.say("finish exec exit 125");
}

/// Milliseconds as the language writes them.
pub(super) fn duration(milliseconds: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let whole = units.into_iter().find(|(unit, _)| milliseconds > 0 && milliseconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{milliseconds}ms"), |(unit, name)| format!("{}{name}", milliseconds / unit))
}
