//! The program of a Dockerfile's last stage: as `main` where the container's arguments are its own, and else as a longrun
//! that takes the container with it (Dockerfile reference, Docker 27).

use std::collections::BTreeMap;

use crate::init::from::sheet::{Note, Service, Sheet};
use crate::init::from::words::{self, Signs};
use crate::init::from::{Fault, Options, shell, values};
use crate::s6rc::dockerfile::{Instruction, instructions};

/// What starts a program and reaps others, as `/init` does.
const REAPERS: &[(&str, &[&str])] = &[
    ("tini", &["-g", "-s", "-v", "-vv", "-vvv", "-w"]),
    ("tini-static", &["-g", "-s", "-v", "-vv", "-vvv", "-w"]),
    ("docker-init", &["-g", "-s", "-v", "-vv", "-vvv", "-w"]),
    ("dumb-init", &["-c", "-v", "--single-child", "--verbose"]),
    ("catatonit", &["-g"]),
];

/// Programs that are not what an image is about.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "ash", "python", "python3", "node", "ruby", "perl", "php", "java", "deno", "bun", "env",
    "exec",
];

/// A command of the Dockerfile, and its line.
struct Command {
    words: Vec<String>,
    /// It is a text for a shell.
    shell: bool,
    line: usize,
}

/// What the last stage says, those that it is made of first.
#[derive(Default)]
struct Stage {
    entrypoint: Option<Command>,
    command: Option<Command>,
    user: Option<(String, usize)>,
    directory: Option<(String, usize)>,
    /// Settings that stay in the Dockerfile or leave it.
    notes: Vec<Note>,
}

/// Fills a text with what a file says.
///
/// # Errors
///
/// A file that says no program, and one whose image is one of s6-overlay already.
pub(super) fn fill(text: &str, options: &Options<'_>, sheet: &mut Sheet) -> Result<(), Fault> {
    let all = instructions(text);
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line_of = |instruction: &Instruction| ends.partition_point(|end| *end < instruction.span.start as usize) + 1;
    let last = all.iter().rposition(|instruction| instruction.keyword == "FROM");
    let Some(last) = last else {
        return Err(Fault::new("it has no FROM").help("name a Dockerfile, which begins its image with `FROM IMAGE`"));
    };
    let chain = chain(&all, last);
    let mut stage = Stage::default();
    let mut variables = BTreeMap::new();
    let mut shell: Option<Vec<String>> = None;
    for instruction in chain {
        stage.read(instruction, line_of(instruction), &mut variables, &mut shell)?;
    }
    let starts_init = |command: &Option<Command>| {
        command
            .as_ref()
            .filter(|command| command.words.first().is_some_and(|word| word == "/init"))
            .map(|command| command.line)
    };
    if let Some(line) = starts_init(&stage.entrypoint).or_else(|| starts_init(&stage.command)) {
        let help = "turn the services that it copies into text: `hermesc import ROOT -o services.hermes`, where ROOT is the \
                    directory that COPY copies to / (docs/how-to/move-an-image.md)";
        return Err(Fault::at(line, "the image starts with /init: it is one of s6-overlay already").help(help));
    }
    stage.write(options, sheet)
}

/// The instructions of a stage, with those of earlier stages that it is made of in front.
fn chain(all: &[Instruction], last: usize) -> Vec<&Instruction> {
    let starts: Vec<usize> =
        all.iter().enumerate().filter(|(_, instruction)| instruction.keyword == "FROM").map(|(at, _)| at).collect();
    let words = |at: usize| -> Vec<&str> {
        all.get(at)
            .map(|from| from.rest.split_whitespace().filter(|word| !word.starts_with("--")).collect())
            .unwrap_or_default()
    };
    let mut stages = vec![last];
    let mut current = last;
    // Nobody builds one stage on another more often.
    while let Some(base) = words(current).first().copied().filter(|_| stages.len() < 32) {
        let named = |at: &usize| {
            let words = words(*at);
            words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as"))
                && words.get(2).is_some_and(|name| name.eq_ignore_ascii_case(base))
        };
        let Some(found) = starts.iter().copied().filter(|at| *at < current).rfind(named) else { break };
        stages.push(found);
        current = found;
    }
    let end = |start: usize| starts.iter().copied().find(|other| *other > start).unwrap_or(all.len());
    stages.iter().rev().flat_map(|start| all.get(*start..end(*start)).unwrap_or_default()).collect()
}

impl Stage {
    fn read(
        &mut self,
        instruction: &Instruction,
        line: usize,
        variables: &mut BTreeMap<String, String>,
        shell: &mut Option<Vec<String>>,
    ) -> Result<(), Fault> {
        let rest = instruction.rest.as_str();
        match instruction.keyword.as_str() {
            "ENTRYPOINT" => self.entrypoint = command(rest, line, shell.as_deref())?,
            "CMD" => self.command = command(rest, line, shell.as_deref())?,
            "SHELL" => *shell = serde_json::from_str(rest).ok(),
            "USER" => self.user = Some((expanded(rest, variables), line)),
            "WORKDIR" => {
                let directory = expanded(rest.trim_matches('"'), variables);
                let before = self.directory.take().map(|(before, _)| before).unwrap_or_default();
                let directory = if directory.starts_with('/') { directory } else { format!("{before}/{directory}") };
                self.directory = Some((directory.replace("/./", "/"), line));
            }
            "ENV" => {
                let set: Vec<(String, String)> =
                    pairs(rest).into_iter().map(|(name, value)| (name, expanded(&value, variables))).collect();
                variables.extend(set);
            }
            "STOPSIGNAL" => {
                self.notes.retain(|note| !note.setting.starts_with("STOPSIGNAL"));
                self.notes.push(Note::new(line, &format!("STOPSIGNAL {rest}"), ""));
            }
            "HEALTHCHECK" => {
                self.notes.retain(|note| !note.setting.starts_with("HEALTHCHECK"));
                let why = "stays in the Dockerfile, and is asked as before; `ready check` tells other services";
                if !rest.eq_ignore_ascii_case("NONE") {
                    self.notes.push(Note::new(line, &format!("HEALTHCHECK {rest}"), why));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn write(mut self, options: &Options<'_>, sheet: &mut Sheet) -> Result<(), Fault> {
        let overlay = options.target.is_overlay();
        if let Some(entrypoint) = &mut self.entrypoint {
            self.notes.extend(without_reaper(entrypoint));
        } else if let Some(command) = &mut self.command {
            self.notes.extend(without_reaper(command));
        }
        // What only starts another program is no entry point of its own.
        self.entrypoint.take_if(|entrypoint| entrypoint.words.is_empty());
        let (main, words, shell) = match (self.entrypoint.take(), self.command.take()) {
            (Some(entrypoint), _) if entrypoint.shell => (false, entrypoint.words, true),
            (Some(mut entrypoint), command) => {
                if let Some(command) = command.filter(|command| !command.words.is_empty()) {
                    let why = "its words stand behind the ENTRYPOINT's; arguments of `docker run` come behind them, and do \
                               not replace them as before";
                    self.notes.push(Note::new(command.line, &format!("CMD {}", command.words.join(" ")), why));
                    entrypoint.words.extend(command.words);
                }
                (overlay, entrypoint.words, false)
            }
            (None, Some(command)) => (false, command.words, command.shell),
            (None, None) => (false, Vec::new(), false),
        };
        let Some(first) = words.first().filter(|word| !word.is_empty()) else {
            let help = "say the program with CMD, or begin with `hermesc init` and its templates";
            return Err(
                Fault::new("it says neither ENTRYPOINT nor CMD: the program is that of the image in FROM").help(help)
            );
        };
        let from_dockerfile = if overlay {
            "In the Dockerfile, ENTRYPOINT and CMD make room for the lines that the second command prints. FROM, RUN, COPY, \
             ENV, EXPOSE, VOLUME and LABEL stay."
        } else {
            "The rest of the Dockerfile (FROM, RUN, COPY, ENV) says how the machine is made, and is not carried over."
        };
        sheet.comment(from_dockerfile);
        let base = if shell { "app" } else { first.rsplit('/').next().unwrap_or_default() };
        let named = base.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
        let name = if INTERPRETERS.contains(&named) { "app" } else { base.trim_end_matches(".sh") };
        let mut service = Service::new(sheet.name(name, &options.target));
        self.around(&mut service, overlay);
        if main {
            service.remark(
                "Arguments of `docker run IMAGE` are this program's, unless the first is a program of the image.",
            );
        }
        match words.as_slice() {
            [interpreter, option, text] if shell && interpreter == "/bin/sh" && option == "-c" => {
                service.say(format!("run {}", shell::program(text)));
            }
            words => {
                let words: Vec<Signs> = words.iter().map(|word| words::plain(word)).collect();
                service.say(format!("run exec {}", words::command(&words)));
            }
        }
        if overlay && !main {
            service.remark("Its end is the container's, as before. Without this line s6 starts it again.");
            service.say("on-exit stop-container");
        }
        self.end(&mut service, main);
        if main {
            sheet.has_main = true;
            for note in service.main(sheet) {
                sheet.noted(note);
            }
        } else {
            sheet.service(service)?;
        }
        Ok(())
    }

    /// The user and the directory.
    fn around(&mut self, service: &mut Service, overlay: bool) {
        if let Some((user, line)) = self.user.take() {
            if user.contains('$') {
                let why =
                    "its value is known only when the image is built: it runs as root until you write `user NAME`";
                service.note(Note::new(line, &format!("USER {user}"), why));
            } else {
                values::user(service, &format!("USER {user}"), &user, line);
            }
            if overlay && user != "root" && user != "0" {
                let why = "delete it from the Dockerfile: s6-overlay starts as root, and `user` is the service's";
                service.note(Note::new(line, &format!("USER {user}"), why));
            }
        }
        match self.directory.take() {
            Some((directory, line)) if directory.contains('$') => {
                let why = "its value is known only when the image is built: write it as `cwd`";
                service.note(Note::new(line, &format!("WORKDIR {directory}"), why));
            }
            Some((directory, _)) => service.say(format!("cwd {}", words::value(&words::plain(&directory)))),
            None => {}
        }
    }

    /// Signals, and what is said of settings that stay or leave.
    fn end(&mut self, service: &mut Service, main: bool) {
        for mut note in std::mem::take(&mut self.notes) {
            if let Some(signal) = note.setting.strip_prefix("STOPSIGNAL ") {
                let name = values::signal_name(signal);
                "delete it from the Dockerfile: /init stops on SIGTERM".clone_into(&mut note.why);
                match name {
                    Some(name) if !main && name != "SIGTERM" => service.say(format!("down-signal {name}")),
                    Some(_) if main => note.why.push_str(", and the main program gets SIGTERM"),
                    _ => {}
                }
            }
            service.note(note);
        }
        if !main {
            // What Docker waits where nobody says another time.
            service.say("timeout-kill 10s");
        }
    }
}

/// A command in one of its two forms.
fn command(rest: &str, line: usize, shell: Option<&[String]>) -> Result<Option<Command>, Fault> {
    if let Ok(words) = serde_json::from_str::<Vec<String>>(rest) {
        return Ok(Some(Command { words, shell: false, line }));
    }
    if rest.starts_with('[') && rest.ends_with(']') {
        return Err(Fault::at(line, "this looks like a list, and is not one: Docker would hand it to a shell")
            .help("a list is JSON: words between double quotes, with commas"));
    }
    if rest.is_empty() {
        return Ok(None);
    }
    let mut words = shell.map_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned()], <[String]>::to_vec);
    words.push(rest.to_owned());
    Ok(Some(Command { words, shell: true, line }))
}

/// Takes a program that only reaps off a command.
fn without_reaper(command: &mut Command) -> Option<Note> {
    let first = command.words.first()?;
    let base = first.rsplit('/').next().unwrap_or_default();
    let (_, flags) = REAPERS.iter().find(|(name, _)| *name == base)?;
    let rest = command.words.get(1..).unwrap_or_default();
    let options = rest.iter().take_while(|word| flags.contains(&word.as_str())).count();
    let rest = rest.get(options..).unwrap_or_default();
    let rest = match rest.first().map(String::as_str) {
        Some("--") => rest.get(1..).unwrap_or_default(),
        Some(word) if word.starts_with('-') => return None,
        _ => rest,
    };
    let note = Note::new(command.line, first, "dropped: /init is process 1, and does what it did");
    command.words = rest.to_vec();
    Some(note)
}

/// `NAME=value …`, or `NAME value`.
fn pairs(rest: &str) -> Vec<(String, String)> {
    let signs = words::plain(rest);
    let split = words::python(&signs).unwrap_or_default();
    let split: Vec<String> = split.iter().filter_map(|word| words::literal(word)).collect();
    if split.first().is_some_and(|first| !first.contains('=')) {
        return rest
            .split_once(char::is_whitespace)
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .into_iter()
            .collect();
    }
    split
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A value with the variables that the Dockerfile itself sets; others stay as they are.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let braced = behind.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let (name, behind) = braced.unwrap_or_else(|| {
            behind.split_at(
                behind.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(behind.len()),
            )
        });
        match variables.get(name).filter(|value| value.len() < 4096 && out.len() < 4096) {
            Some(value) => out.push_str(value),
            None => out.push_str(&format!("${{{name}}}")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
