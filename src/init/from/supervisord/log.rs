//! Where a program's output goes.

use crate::init::from::Fault;
use crate::init::from::sheet::{Note, Service};
use crate::init::from::supervisord::expand::{Names, PROCESS};
use crate::init::from::supervisord::program::{Program, boolean};
use crate::init::from::words::{self, Sign, Signs};
use crate::s6rc::target::Target;

/// The sizes at which s6-log can rotate, in bytes (s6-log, s6 2.15.1.0).
const ROTATION: std::ops::RangeInclusive<u64> = 4096..=268_435_455;

/// Where one of the two streams goes.
enum Place {
    /// It is not said, or supervisord finds a place.
    Unsaid,
    /// The container's own standard output or error.
    Container,
    Nowhere,
    File(Signs, usize),
    /// It is said in a way that is not carried over.
    Unknown,
}

/// Says where both streams go.
pub(super) fn log(
    program: &Program<'_>,
    service: &mut Service,
    names: &mut Names,
    target: &Target,
) -> Result<(), Fault> {
    let out = place(program, service, names, "stdout")?;
    let joined = program.read("redirect_stderr", names, "true or false", boolean)?.unwrap_or(false);
    let error = if joined { Place::Unsaid } else { place(program, service, names, "stderr")? };
    let file = match out {
        Place::File(file, line) => Some((file, line)),
        Place::Nowhere => {
            service.say("redirect stdout to \"/dev/null\"");
            None
        }
        _ => None,
    };
    match error {
        _ if joined && file.is_none() => service.say("redirect stderr to stdout"),
        Place::Nowhere => service.say("redirect stderr to \"/dev/null\""),
        Place::File(error, line) => match &file {
            Some((file, _)) if *file == error => {}
            Some(_) => {
                let text = program.section.get("stderr_logfile").map(|value| value.text.as_str()).unwrap_or_default();
                let why = "errors go to the same log; `redirect stderr to` sends them to a file, which nothing rotates";
                service.note(Note::new(line, &format!("stderr_logfile={text}"), why));
            }
            None => {
                service.remark("This file is not rotated. A `log to` would take both streams, and rotate them.");
                service.say(format!("redirect stderr to {}", words::value(&error)));
            }
        },
        Place::Container if file.is_some() => {
            let line = program.section.get("stderr_logfile").map_or(program.section.line, |value| value.line);
            service.note(Note::new(line, "stderr_logfile", "errors go to the log, with the output"));
        }
        _ => {}
    }
    if let Some((file, line)) = file {
        to_directory(program, service, names, &file, line, target)?;
    }
    Ok(())
}

fn place(program: &Program<'_>, service: &mut Service, names: &mut Names, stream: &str) -> Result<Place, Fault> {
    let key = format!("{stream}_logfile");
    let Some((signs, line)) = program.signs(&key, names)? else { return Ok(Place::Unsaid) };
    let text = words::literal(&signs).unwrap_or_default();
    Ok(match text.to_ascii_lowercase().as_str() {
        "none" | "off" => Place::Nowhere,
        "auto" => {
            service.note(Note::new(line, &format!("{key}=AUTO"), "goes to the container's output, and to no file"));
            Place::Unsaid
        }
        "syslog" => {
            let why = "not carried over: `log through` sends the output to a service that does it";
            service.note(Note::new(line, &format!("{key}=syslog"), why));
            Place::Unknown
        }
        "/dev/stdout" | "/dev/stderr" | "/dev/fd/1" | "/dev/fd/2" | "/proc/self/fd/1" | "/proc/self/fd/2"
        | "/proc/1/fd/1" | "/proc/1/fd/2" | "/dev/console" | "/dev/tty" => Place::Container,
        "/dev/null" => Place::Nowhere,
        _ if words::has_variable(&signs) || !matches!(signs.first(), Some(Sign::Char('/') | Sign::Constant(_))) => {
            let why =
                "not carried over: a log needs a directory that is known now; `log to \"/var/log/NAME\"` keeps one";
            service.note(Note::new(line, &key, why));
            Place::Unknown
        }
        _ => Place::File(signs, line),
    })
}

/// `log to`: s6-log writes a directory in the place of a file.
fn to_directory(
    program: &Program<'_>,
    service: &mut Service,
    names: &mut Names,
    file: &[Sign],
    line: usize,
    target: &Target,
) -> Result<(), Fault> {
    let keep =
        program.read("stdout_logfile_backups", names, "a number", |text| text.parse::<u32>().ok())?.unwrap_or(10);
    let size = program.read("stdout_logfile_maxbytes", names, "a size, such as 50MB", bytes)?.unwrap_or(50 << 20);
    let written = words::value(file);
    let path = written.get(1..written.len() - 1).unwrap_or_default();
    let is_one = service.each.is_none() && names.process.is_some();
    let own = is_one || file.contains(&Sign::Constant(PROCESS));
    // Only a directory right below /var/log can be made by root without a risk.
    let directory = match path.strip_suffix(".log") {
        Some(stem)
            if own
                && !path.starts_with("/var/log/")
                && !stem.ends_with('/')
                && !stem.contains(['\\', '"'])
                && !stem.split('/').any(|part| part == "..")
                && program.common.logs.borrow_mut().insert(stem.to_owned()) =>
        {
            stem.to_owned()
        }
        _ => format!("/var/log/{}", service.name),
    };
    let text = program.section.get("stdout_logfile").map(|value| value.text.as_str()).unwrap_or_default();
    let mut why = format!("s6-log writes the directory {directory}, in which `current` is the newest file");
    if keep == 0 {
        why.push_str("; it keeps one old file at least");
    }
    if !ROTATION.contains(&size) {
        why.push_str("; it rotates at 4096 bytes to 256 MiB");
    }
    if target.is_overlay() && directory.starts_with("/var/log/") {
        why.push_str(", and `nobody` owns it");
    }
    service.note(Note::new(line, &format!("stdout_logfile={text}"), why));
    let size = if size == 0 { *ROTATION.end() } else { size.clamp(*ROTATION.start(), *ROTATION.end()) };
    let size = if size.is_multiple_of(1 << 20) { format!("{}MiB", size >> 20) } else { format!("{size}B") };
    service.say(format!("log to \"{directory}\" {{ keep {}; rotate-at {size}; timestamp none }}", keep.max(1)));
    Ok(())
}

/// A size in bytes, by 1024 (`byte_size`, supervisor 4.3.0).
fn bytes(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (number, factor) = [("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30)]
        .into_iter()
        .find_map(|(unit, factor)| lower.strip_suffix(unit).map(|number| (number.to_owned(), factor)))
        .unwrap_or((lower.clone(), 1));
    number.trim().parse::<u64>().ok()?.checked_mul(factor)
}
