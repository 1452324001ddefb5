//! supervisord's programs as longruns (supervisor 4.3.0).

mod expand;
mod ini;
mod log;
mod program;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::init::from::Fault;
use crate::init::from::sheet::{Note, Service, Sheet};
use crate::init::from::values::{Variable, is_secret_name};
use crate::init::from::words;
use crate::s6rc::target::Target;
use expand::{HERE, Names, PROCESS, numbered};
use ini::{Section, Sections, Value};
use program::Program;

/// Processes of one program above this number are refused.
const MAX_PROCESSES: u32 = 500;

/// What stands for all programs, in `[supervisord]`.
#[derive(Debug, Default)]
struct Common {
    variables: Vec<Variable>,
    user: Option<Value>,
    umask: Option<Value>,
    /// Directories of logs that are taken.
    logs: RefCell<BTreeSet<String>>,
}

/// Fills a text with what a file says.
///
/// # Errors
///
/// What supervisord would refuse too, with its line.
pub(super) fn fill(text: &str, target: &Target, sheet: &mut Sheet) -> Result<(), Fault> {
    let sections = ini::read(text)?;
    if !sections.keys().any(|name| name.starts_with("program:")) {
        return Err(Fault::new("it has no `[program:NAME]` section").help("name the file in which the programs stand"));
    }
    let mut here = false;
    let common = common(&sections, sheet, &mut here)?;
    let groups = groups(&sections)?;
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (head, section) in &sections {
        let Some(name) = head.strip_prefix("program:") else { continue };
        let group = groups.iter().find(|(_, (_, programs))| programs.iter().any(|program| program == name));
        let group = group.map_or(name, |(group, _)| group.as_str());
        let mut names = Names::default();
        let known = [("program_name", name.trim()), ("group_name", group)];
        names.known.extend(known.map(|(name, value)| (name, value.to_owned())));
        let program = Program { name: name.trim(), section, common: &common };
        let made = processes(&program, &mut names, sheet, target)?;
        here |= names.here;
        members.entry(group).or_default().extend(made.iter().flat_map(Service::names));
        made.into_iter().try_for_each(|service| sheet.service(service))?;
    }
    if here {
        let about = "# `%(here)s`, the directory of supervisord's file in the image: this one is a guess.";
        sheet.top(format!("{about}\nlet {HERE} = \"/etc/supervisor\"\n"));
        sheet.noted(Note::new(0, "%(here)s", "the directory of the file in the image is a guess: see `let here`"));
    }
    for (group, (line, _)) in &groups {
        let name = sheet.name(group, target);
        let known = members.remove(group.as_str()).unwrap_or_default();
        let members: Vec<String> = known.iter().map(|name| words::argument(name)).collect();
        if name != *group {
            let why = format!("called `{name}` here: the name belongs to something else");
            sheet.note(Note::new(*line, &format!("[group:{group}]"), why));
        }
        if !members.is_empty() {
            sheet.block(format!("bundle {} {{ {} }}\n", words::argument(&name), members.join(", ")));
        }
    }
    rest(&sections, sheet);
    Ok(())
}

/// A group's programs, and its line.
type Groups = BTreeMap<String, (usize, Vec<String>)>;

fn groups(sections: &Sections) -> Result<Groups, Fault> {
    let mut groups = Groups::new();
    for (head, section) in sections {
        let Some(name) = head.strip_prefix("group:") else { continue };
        let Some(programs) = section.settings.get("programs") else {
            return Err(Fault::at(section.line, format!("[{head}] names no programs")).help("write `programs=a,b`"));
        };
        let names: Vec<String> = programs.text.split(',').map(|name| name.trim().to_owned()).collect();
        let known = |kind: &str, name: &str| sections.contains_key(&format!("{kind}:{name}"));
        if let Some(wrong) = names.iter().find(|name| !known("program", name) && !known("fcgi-program", name)) {
            let message = format!("[{head}] names `{wrong}`, which is no program of this file");
            return Err(Fault::at(programs.line, message).help("name a `[program:NAME]` of the same file"));
        }
        groups.insert(name.trim().to_owned(), (section.line, names));
    }
    Ok(groups)
}

/// What `[supervisord]` says for all programs; the rest of it is noted.
fn common(sections: &Sections, sheet: &mut Sheet, here: &mut bool) -> Result<Common, Fault> {
    let mut common = Common::default();
    let Some(section) = sections.get("supervisord") else { return Ok(common) };
    let mut own = Vec::new();
    for (key, value) in &section.settings {
        match key.as_str() {
            "environment" => {
                let mut names = Names::default();
                let wrong = |error| Fault::at(value.line, format!("`environment`: {error}"));
                let text = names.expand(&value.text).map_err(wrong)?;
                *here |= names.here;
                let pairs = expand::environment(&text).map_err(wrong)?;
                let variable = |(name, value_)| Variable { name, value: value_, line: value.line };
                common.variables = pairs.into_iter().map(variable).collect();
            }
            "user" => common.user = Some(value.clone()),
            "umask" => common.umask = Some(value.clone()),
            "minfds" | "minprocs" => {
                let why = "not carried over: a service that needs more than the container has says `limit`";
                sheet.note(Note::new(value.line, &format!("{key}={}", value.text), why));
            }
            "directory" => {
                let why = "not carried over: services begin in a directory of s6's own; `cwd` says another";
                sheet.note(Note::new(value.line, &format!("{key}={}", value.text), why));
            }
            _ => own.push(key.as_str()),
        }
    }
    if !own.is_empty() {
        let why = "supervisord's own; s6 has no need of it";
        sheet.note(Note::new(section.line, &format!("[supervisord] {}", own.join(", ")), why));
    }
    Ok(common)
}

/// Notes for the sections that are not programs.
fn rest(sections: &Sections, sheet: &mut Sheet) {
    for (head, section) in sections {
        let kind = head.split(':').next().unwrap_or_default();
        let why = match kind {
            "program" | "supervisord" => continue,
            "group" => {
                if let Some(priority) = section.settings.get("priority") {
                    let why = "not carried over: `depends-on` says what a service waits for";
                    sheet.note(Note::new(priority.line, &format!("[{head}] priority={}", priority.text), why));
                }
                continue;
            }
            "unix_http_server" | "inet_http_server" | "supervisorctl" | "rpcinterface" | "ctlplugin" => {
                "for supervisorctl; `s6-rc -u change NAME`, `s6-svc` and `s6-svstat` need no server"
            }
            "include" => "the files are not read: run `hermesc init --from` for each",
            "eventlistener" => "not carried over: s6 has no events of this kind",
            "fcgi-program" => {
                "not carried over: s6 opens no socket for a program; let it open its own, or see s6-ipcserver"
            }
            _ => "not carried over: hermesc does not know this section",
        };
        let settings: Vec<String> = section
            .settings
            .iter()
            .filter(|(key, _)| kind == "include" && !is_secret_name(key))
            .map(|(key, value)| format!(" {key}={}", value.text))
            .collect();
        sheet.note(Note::new(section.line, &format!("[{head}]{}", settings.concat()), why));
    }
}

/// The services of a program: one, a loop, or one for each process.
fn processes(
    program: &Program<'_>,
    names: &mut Names,
    sheet: &mut Sheet,
    target: &Target,
) -> Result<Vec<Service>, Fault> {
    let (first, number) = program.numbers(names)?;
    names.known.insert("numprocs", number.to_string());
    if number > MAX_PROCESSES {
        let line = program.section.settings.get("numprocs").map_or(program.section.line, |value| value.line);
        let message = format!("{number} processes of one program are more than {MAX_PROCESSES}");
        return Err(Fault::at(line, message).help("write fewer, and raise the number in the list afterwards"));
    }
    if number == 1 {
        names.process = Some(first);
        let name = sheet.name(program.name, target);
        return Ok(vec![program.service(name, names, target)?]);
    }
    let pattern = program.process_name(names)?;
    let mut looped = program.service(pattern.clone(), names, target)?;
    if let [form] = names.forms.iter().copied().collect::<Vec<_>>()[..] {
        let values: Vec<String> = (first..first + number).map(|process| numbered(process, form)).collect();
        looped.each = Some((PROCESS, values));
        if sheet.take(&looped.names(), target) {
            return Ok(vec![looped]);
        }
    }
    let mut services = Vec::new();
    for process in first..first + number {
        names.process = Some(process);
        let name = sheet.name(&program.process_name(names)?, target);
        let mut service = program.service(name, names, target)?;
        if process > first {
            service.forget_notes();
        }
        services.push(service);
    }
    Ok(services)
}

impl Section {
    fn get(&self, key: &str) -> Option<&Value> {
        self.settings.get(key)
    }
}
