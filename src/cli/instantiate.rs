//! `hermesc instantiate`

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::{ColorChoice, FINE, PROBLEMS};
use crate::compile::Checked;
use crate::config::{self, parse_target};
use crate::instance::{self, Error, Instance, Options, Origin, Registered};
use crate::report::safe_line;
use crate::resolve::{self, Disk, values};
use crate::s6rc::target::Target;

#[derive(Debug, Args)]
pub(super) struct InstantiateArgs {
    /// The file that defines the template.
    #[arg(required_unless_present = "list")]
    file: Option<Utf8PathBuf>,
    /// The template.
    #[arg(required_unless_present = "list")]
    template: Option<String>,
    /// Values of its parameters, as NAME=VALUE.
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// The directory that s6-svscan watches, such as `/run/service`.
    #[arg(long, value_name = "DIR")]
    scandir: Utf8PathBuf,
    /// Register it without starting it.
    #[arg(long)]
    down: bool,
    /// A user, by name or number, who may control it with s6-svc and look at it with s6-svstat.
    #[arg(long, value_name = "USER")]
    control_user: Option<String>,
    /// Bring the instance down and remove it.
    #[arg(long, conflicts_with_all = ["down", "control_user"])]
    remove: bool,
    /// How long --remove waits for the service to be down.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    timeout: Duration,
    /// Name the instances of the scan directory, with what they were made of.
    #[arg(long, conflicts_with_all = ["file", "template", "values", "down", "control_user", "remove"])]
    list: bool,
    /// What to compile for, instead of what the file says: `s6-overlay@3.2.3.2`, `s6-rc@0.6`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = parse_target)]
    target: Option<Target>,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    match values::duration(text) {
        Ok(milliseconds) if milliseconds > 0 => Ok(Duration::from_millis(milliseconds.into())),
        _ => Err("a duration is a number and a unit, such as 500ms or 10s".to_owned()),
    }
}

pub(super) fn run(arguments: &InstantiateArgs, color: ColorChoice) -> u8 {
    if arguments.list {
        return list(arguments);
    }
    let instance = match make(arguments, color) {
        Ok(instance) => instance,
        Err(code) => return code,
    };
    let path = arguments.scandir.join(&instance.name);
    if arguments.remove {
        return match instance::remove(&arguments.scandir, &instance.name, arguments.timeout) {
            Ok(()) => {
                Stream::Out.write(&format!("{path}: removed\n"));
                FINE
            }
            Err(error) => failed(&error),
        };
    }
    let control = match arguments.control_user.as_deref().map(find_user).transpose() {
        Ok(control) => control,
        Err(message) => return output::failure(&message, None),
    };
    let own = rustix::process::geteuid();
    if control.is_some_and(|(uid, _)| uid != own.as_raw()) && !own.is_root() {
        return output::failure("only root can let another user control a service", Some("leave --control-user out"));
    }
    for note in &instance.notes {
        Stream::Err.write(&format!("note: {note}\n"));
    }
    match instance::register(&arguments.scandir, &instance, Options { down: arguments.down, control }) {
        Ok(Registered::New) => {
            let state = if arguments.down { "registered, down" } else { "registered" };
            Stream::Out.write(&format!("{path}: {state}\n"));
            FINE
        }
        Ok(Registered::AlreadyThere) => {
            Stream::Out.write(&format!("{path}: was there already\n"));
            FINE
        }
        Err(error) => failed(&error),
    }
}

/// What the template makes of the values; an exit code where it was said why there is nothing.
fn make(arguments: &InstantiateArgs, color: ColorChoice) -> Result<Instance, u8> {
    let (Some(file), Some(template)) = (&arguments.file, &arguments.template) else {
        return Err(output::failure("a file and a template are needed", None));
    };
    if !is_identifier(template) {
        return Err(output::failure(&format!("`{}` is not the name of a template", template.escape_debug()), None));
    }
    let mut values: Vec<(String, String)> = Vec::new();
    for given in &arguments.values {
        let Some((name, value)) = given.split_once('=').filter(|(name, _)| is_identifier(name)) else {
            return Err(output::failure(
                &format!("`{}` is not a value for a parameter", given.escape_debug()),
                Some("write NAME=VALUE, as in profile=coder"),
            ));
        };
        if values.iter().any(|(known, _)| known == name) {
            return Err(output::failure(&format!("`{name}` is given twice"), None));
        }
        values.push((name.to_owned(), value.to_owned()));
    }
    let around = config::find(file).map_err(|error| output::failure(&error.to_string(), None))?;
    let around = around.and_then(|path| path.parent().map(ToOwned::to_owned));
    let around: Vec<_> = around.into_iter().collect();
    let resolved =
        resolve::instantiate(&Disk, std::slice::from_ref(file), arguments.target, template, &values, &around)
            .map_err(|(path, error)| output::unreadable(&path, &error))?;
    let mut diagnostics = resolved.diagnostics;
    crate::diagnostic::sort(&mut diagnostics);
    let checked = Checked { model: resolved.model, sources: resolved.sources, diagnostics };
    output::diagnostics(&checked, Stream::Err, color);
    if checked.errors() > 0 {
        Stream::Err.write("nothing was done\n");
        return Err(PROBLEMS);
    }
    let origin = Origin { template: template.clone(), values: values.into_iter().collect::<BTreeMap<_, _>>() };
    instance::instance(&checked.model, &origin).map_err(|message| {
        output::failure(&message, None);
        PROBLEMS
    })
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn list(arguments: &InstantiateArgs) -> u8 {
    match instance::list(&arguments.scandir) {
        Ok(instances) => {
            for (name, origin) in instances {
                let values: Vec<String> =
                    origin.values.iter().map(|(name, value)| format!("{name}={}", value.escape_debug())).collect();
                let said = format!("{name}: {} {}", origin.template.escape_debug(), values.join(" "));
                Stream::Out.write(&format!("{}\n", safe_line(&said)));
            }
            FINE
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> u8 {
    let help = match error {
        Error::Taken(_) => Some("remove it first, with --remove"),
        Error::Foreign(_) => Some("hermesc removes only what it registered; `--list` names that"),
        Error::NotDown { .. } => Some("give it more time with --timeout, or look at it with s6-svstat"),
        Error::Scan(_) => Some("does s6-svscan run on this directory, and may you control it?"),
        _ => None,
    };
    let code = output::failure(&error.to_string(), help);
    if matches!(error, Error::Taken(_) | Error::Absent(_) | Error::Foreign(_)) { PROBLEMS } else { code }
}

/// The user and group of a name in the user database, or of a number.
fn find_user(name: &str) -> Result<(u32, u32), String> {
    let database = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = database.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [user, _, uid, gid, ..] = fields.as_slice() else { return None };
        (*user == name || *uid == name).then(|| Some((uid.parse().ok()?, gid.parse().ok()?))).flatten()
    });
    // A number needs no entry; its group is the one of the same number.
    found
        .or_else(|| name.parse().ok().map(|id| (id, id)))
        .ok_or_else(|| format!("there is no user `{}` in /etc/passwd", name.escape_debug()))
}
