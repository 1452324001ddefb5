//! One `[program:NAME]`.

use std::collections::HashSet;

use crate::init::from::Fault;
use crate::init::from::sheet::{Note, Service};
use crate::init::from::supervisord::expand::{self, Names};
use crate::init::from::supervisord::ini::{Section, Value};
use crate::init::from::supervisord::{Common, log};
use crate::init::from::values::{self, Variable};
use crate::init::from::words::{self, Sign, Signs};
use crate::s6rc::target::Target;

/// A program and what stands for all of them.
pub(super) struct Program<'f> {
    pub(super) name: &'f str,
    pub(super) section: &'f Section,
    pub(super) common: &'f Common,
}

/// Settings that say something of supervisord's own way to watch, and what is to be known instead.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "priority",
        "not carried over: it is an order, and no need; write `depends-on` where this waits for another service",
    ),
    ("startsecs", "s6 has no time after which a program counts as started: `ready` asks it"),
    ("startretries", "s6 starts it again each second, for ever; a `finish` that exits 125 ends that"),
    ("stdout_capture_maxbytes", "s6 has no events"),
    ("stderr_capture_maxbytes", "s6 has no events"),
    ("stdout_events_enabled", "s6 has no events"),
    ("stderr_events_enabled", "s6 has no events"),
    ("stdout_syslog", "not carried over: `log through` sends the output to a service that does it"),
    ("stderr_syslog", "not carried over: `log through` sends the output to a service that does it"),
    ("serverurl", "for programs that speak to supervisord"),
];

/// Settings that are read in this file or in `log`.
const READ: &[&str] = &[
    "command",
    "process_name",
    "numprocs",
    "numprocs_start",
    "autostart",
    "autorestart",
    "exitcodes",
    "stopsignal",
    "stopwaitsecs",
    "stopasgroup",
    "killasgroup",
    "user",
    "umask",
    "directory",
    "environment",
    "redirect_stderr",
    "stdout_logfile",
    "stdout_logfile_maxbytes",
    "stdout_logfile_backups",
    "stderr_logfile",
    "stderr_logfile_maxbytes",
    "stderr_logfile_backups",
];

impl Program<'_> {
    /// A setting with its expansions, and its line.
    pub(super) fn signs(&self, key: &str, names: &mut Names) -> Result<Option<(Signs, usize)>, Fault> {
        let Some(Value { text, line }) = self.section.get(key) else { return Ok(None) };
        let signs = names.expand(text).map_err(|error| Fault::at(*line, format!("`{key}`: {error}")))?;
        Ok(Some((signs, *line)))
    }

    /// A setting that must be known now; one whose value only a variable has is noted, and as if it were not there.
    pub(super) fn text(&self, key: &str, names: &mut Names) -> Result<Option<(String, usize)>, Fault> {
        let Some((signs, line)) = self.signs(key, names)? else { return Ok(None) };
        let text = words::literal(&signs);
        if text.is_none() {
            names.unknown.insert(key.to_owned(), line);
        }
        Ok(text.map(|text| (text, line)))
    }

    /// A setting that is read in some way, or what it is not.
    pub(super) fn read<T>(
        &self,
        key: &str,
        names: &mut Names,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some((text, line)) = self.text(key, names)? else { return Ok(None) };
        read(text.trim())
            .map(Some)
            .ok_or_else(|| Fault::at(line, format!("`{key}={}` is not {what}", text.escape_debug())))
    }

    fn boolean(&self, key: &str, names: &mut Names) -> Result<Option<bool>, Fault> {
        self.read(key, names, "true or false", boolean)
    }

    fn number(&self, key: &str, names: &mut Names) -> Result<Option<u32>, Fault> {
        self.read(key, names, "a number", |text| text.parse().ok())
    }

    /// The number of its first process, and how many there are.
    pub(super) fn numbers(&self, names: &mut Names) -> Result<(u32, u32), Fault> {
        let first = self.number("numprocs_start", names)?.unwrap_or(0).min(1_000_000);
        Ok((first, self.number("numprocs", names)?.unwrap_or(1).max(1)))
    }

    /// What a process is called; a loop's variable may be in it.
    pub(super) fn process_name(&self, names: &mut Names) -> Result<String, Fault> {
        let line = self.section.get("process_name").map_or(self.section.line, |value| value.line);
        let signs = self.signs("process_name", names)?.map(|(signs, _)| signs).unwrap_or_default();
        let has_number = self.section.get("process_name").is_some_and(|value| value.text.contains("%(process_num)"));
        if !has_number || words::has_variable(&signs) {
            return Err(Fault::at(line, "more than one process, and `process_name` does not tell them apart")
                .help("write `process_name=%(program_name)s_%(process_num)02d`"));
        }
        let written = words::value(&signs);
        Ok(written.trim_matches('"').to_owned())
    }

    /// The program as a service.
    pub(super) fn service(&self, name: String, names: &mut Names, target: &Target) -> Result<Service, Fault> {
        let mut service = Service::new(name);
        if service.name != self.name && self.section.get("numprocs").is_none() {
            let why = format!("called `{}` here, which s6-rc and people can type", service.name);
            service.note(Note::new(self.section.line, &format!("[program:{}]", self.name), why));
        }
        self.start(&mut service, names)?;
        let prefix = self.around(&mut service, names)?;
        self.command(&mut service, names, prefix)?;
        self.end(&mut service, names)?;
        log::log(self, &mut service, names, target)?;
        for (key, line) in std::mem::take(&mut names.unknown) {
            let why = "its value is known only where the container runs; what supervisord does without it stands here";
            service.note(Note::new(line, &key, why));
        }
        for (key, value) in &self.section.settings {
            let why = OTHERWISE.iter().find(|(known, _)| known == key).map(|(_, why)| *why);
            if let Some(why) = why {
                service.note(Note::new(value.line, &format!("{key}={}", value.text), why));
            } else if !READ.contains(&key.as_str()) {
                let why = "not carried over: supervisord 4.3 has no such setting of a program";
                service.note(Note::new(value.line, &format!("{key}={}", value.text), why));
            }
        }
        if let Some(value) = self.section.get("process_name").filter(|value| {
            !value.text.contains("%(process_num)") && !matches!(value.text.as_str(), "%(program_name)s")
        }) {
            let why = format!("the service is called `{}`, as the program", service.name);
            service.note(Note::new(value.line, &format!("process_name={}", value.text), why));
        }
        Ok(service)
    }

    /// `autostart`
    fn start(&self, service: &mut Service, names: &mut Names) -> Result<(), Fault> {
        if let Some((signs, _)) = self.signs("autostart", names)?
            && let [Sign::Variable(variable)] = signs.as_slice()
        {
            service.remark("Where the variable is neither 1, true, yes nor on, it cannot be started by hand either.");
            service.say(format!("when env {}", variable.trim_matches(['$', '{', '}'])));
            return Ok(());
        }
        if self.boolean("autostart", names)? == Some(false) {
            service.starts = false;
            service.remark(&format!("autostart=false: `s6-rc -u change {}` starts it.", service.names().join(" ")));
        }
        Ok(())
    }

    /// User, variables, directory, mask; the words that come in front of the command.
    fn around(&self, service: &mut Service, names: &mut Names) -> Result<Vec<Signs>, Fault> {
        let own = match self.signs("user", names)? {
            Some((signs, line)) => Some((words::literal(&signs), line)),
            None => self.common.user.as_ref().map(|value| (Some(value.text.clone()), value.line)),
        };
        match own {
            Some((Some(user), line)) => values::user(service, &format!("user={user}"), &user, line),
            Some((None, line)) => {
                let why = "known only where the container runs: it runs as root until you write `user NAME`";
                service.note(Note::new(line, "user", why));
            }
            None => {}
        }
        let umask = self.text("umask", names)?;
        if let Some((mask, line)) = umask.or_else(|| self.common.umask.clone().map(|value| (value.text, value.line))) {
            let mask = u32::from_str_radix(mask.trim(), 8).ok().filter(|mask| *mask <= 0o777);
            let mask = mask.ok_or_else(|| Fault::at(line, "`umask` is not an octal number, such as 022"))?;
            service.say(format!("umask {mask:03o}"));
        }
        let variables = self.variables(names)?;
        let prefix = values::environment(service, &variables);
        if let Some((directory, line)) = self.signs("directory", names)? {
            if words::has_variable(&directory) {
                let why = "`cwd` takes no variable: write the directory, or a `run sh` that changes to it";
                service.note(Note::new(line, "directory", why));
            } else if !directory.is_empty() {
                service.say(format!("cwd {}", words::value(&directory)));
            }
        }
        Ok(prefix)
    }

    /// The variables of the program, those of all programs first.
    fn variables(&self, names: &mut Names) -> Result<Vec<Variable>, Fault> {
        for variable in self.common.variables.iter().filter(|variable| !variable.is_secret()) {
            names.variables.insert(variable.name.clone(), variable.value.clone());
        }
        let mut variables = self.common.variables.clone();
        if let Some((text, line)) = self.signs("environment", names)? {
            let pairs = expand::environment(&text)
                .map_err(|error| Fault::at(line, format!("`environment`: {error}")).help("write `A=\"b\",C=\"d\"`"))?;
            // Each name is there once.
            let own: HashSet<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
            variables.retain(|known| !own.contains(known.name.as_str()));
            for (name, value) in pairs {
                let variable = Variable { name, value, line };
                if !variable.is_secret() {
                    names.variables.insert(variable.name.clone(), variable.value.clone());
                }
                variables.push(variable);
            }
        }
        Ok(variables)
    }

    fn command(&self, service: &mut Service, names: &mut Names, prefix: Vec<Signs>) -> Result<(), Fault> {
        let Some((line, number)) = self.signs("command", names)? else {
            return Err(Fault::at(self.section.line, format!("[program:{}] has no `command`", self.name)));
        };
        let split = words::python(&line).map_err(|error| Fault::at(number, format!("`command`: {error}")))?;
        if split.first().is_none_or(Vec::is_empty) {
            return Err(Fault::at(number, "`command` is empty"));
        }
        if split.iter().any(|word| matches!(word.as_slice(), [Sign::Variable(_)])) {
            service.remark("A variable stays one argument here; supervisord splits its value at blanks.");
        }
        if names.host {
            service.remark("HOSTNAME is the container's, as supervisord's `host_node_name` is.");
        }
        service.say(format!("run exec {}", words::command(&[prefix, split].concat())));
        Ok(())
    }

    /// What happens when it is stopped, and when it ends.
    fn end(&self, service: &mut Service, names: &mut Names) -> Result<(), Fault> {
        match self.read("autorestart", names, "true, false or unexpected", restart)? {
            Some(Restart::Always) => {}
            Some(Restart::Never) => {
                if self.number("startsecs", names)? == Some(0) {
                    service.remark("A step that ends, for which others wait, is a `oneshot` with `up`.");
                }
                values::never_again(service, "autorestart=false");
            }
            other => {
                let codes = self.read("exitcodes", names, "a list of exit codes", |text| {
                    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                    parts.map(|part| part.parse::<u8>().ok()).collect::<Option<Vec<u8>>>()
                })?;
                if other.is_none() && codes.is_none() {
                    service.remark("supervisord starts it again after any other end (autorestart=unexpected).");
                }
                let mut codes = codes.unwrap_or_else(|| vec![0]);
                codes.sort_unstable();
                codes.dedup();
                let codes: Vec<String> = codes.iter().map(u8::to_string).collect();
                if !codes.is_empty() {
                    service.say(format!("stop-on exit {}", codes.join(", ")));
                }
            }
        }
        let signal = self.read("stopsignal", names, "a signal", values::signal_name)?;
        if let Some(signal) = signal.filter(|signal| signal != "SIGTERM") {
            service.say(format!("down-signal {signal}"));
        }
        let wait = u64::from(self.number("stopwaitsecs", names)?.unwrap_or(10).min(4_000_000));
        // 0 would be no limit.
        service.say(format!("timeout-kill {}", values::duration((wait * 1000).max(1))));
        let stop = self.boolean("stopasgroup", names)?.unwrap_or(false);
        let kill = self.boolean("killasgroup", names)?;
        if kill.unwrap_or(stop) {
            service.say("flag-timeout-killpg");
        }
        if let Some(value) = self.section.get("stopasgroup").filter(|_| stop) {
            let why = "only the SIGKILL after `timeout-kill` goes to all of the group; the signal before it goes to the \
                       process alone";
            service.note(Note::new(value.line, "stopasgroup=true", why));
        }
        Ok(())
    }
}

/// Supervisord's words (`datatypes.py`, supervisor 4.3.0).
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Restart {
    Always,
    Never,
    Unexpected,
}

fn restart(text: &str) -> Option<Restart> {
    match boolean(text) {
        Some(true) => Some(Restart::Always),
        Some(false) => Some(Restart::Never),
        None => text.eq_ignore_ascii_case("unexpected").then_some(Restart::Unexpected),
    }
}
