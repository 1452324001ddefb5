//! One service of a compose file.

use std::rc::Rc;

use crate::init::from::compose::interpolate::interpolate;
use crate::init::from::compose::yaml::Node;
use crate::init::from::compose::{All, Condition, Entry, Settings, health, names, why_not};
use crate::init::from::sheet::{Note, Service, shown};
use crate::init::from::values::{self, Variable, duration};
use crate::init::from::words::{self, Signs};

/// What is read in this file or in `health`.
const READ: &[&str] = &[
    "command",
    "entrypoint",
    "depends_on",
    "environment",
    "working_dir",
    "user",
    "restart",
    "stop_signal",
    "stop_grace_period",
    "healthcheck",
    "image",
    "build",
    "init",
    "profiles",
    "env_file",
];

/// How long compose waits before it kills, in milliseconds (the Compose Specification).
const GRACE: u64 = 10_000;

/// A service of the file that becomes one of the text.
pub(super) struct Composed<'a> {
    pub(super) all: &'a All<'a>,
    entry: &'a Entry<'a>,
    settings: Settings<'a>,
    service: Service,
}

impl<'a> Composed<'a> {
    pub(super) fn new(all: &'a All<'a>, entry: &'a Entry<'a>) -> Self {
        let settings: Settings<'a> = entry
            .settings
            .iter()
            .map(|(key, line, node)| (*key, (*line, *node)))
            .filter(|(_, (_, node))| !node.is_null())
            .collect();
        let oneshot = all.is_waited_for(entry.key, Condition::Completed);
        let mut service = Service::new(entry.name.clone());
        service.oneshot = oneshot;
        Self { all, entry, settings, service }
    }

    /// The service; or why it is none, where its command cannot be said in the language.
    pub(super) fn service(mut self) -> Result<Box<Service>, Note> {
        let words = self.command()?;
        if self.entry.name != self.entry.key {
            let why = format!("called `{}` here: the other name is taken, or cannot be typed", self.entry.name);
            self.service.note(Note::new(self.entry.line, self.entry.key, why));
        }
        self.dependencies();
        self.profiles();
        self.user();
        let prefix = self.environment();
        self.directory();
        self.image();
        self.hosts(&words);
        self.program(&[prefix, words].concat());
        if !self.service.oneshot {
            self.health();
            self.restart();
            self.stop();
        }
        self.rest();
        Ok(Box::new(self.service))
    }

    fn get(&self, key: &str) -> Option<(usize, &'a Rc<Node>)> {
        self.settings.get(key).copied()
    }

    fn note(&mut self, line: usize, setting: &str, why: impl Into<String>) {
        self.service.note(Note::new(line, setting, why));
    }

    /// The text of a setting, without variables; one that has some is noted.
    fn literal(&mut self, key: &str) -> Option<(String, usize)> {
        let (line, node) = self.get(key)?;
        let text = node.text().and_then(|text| interpolate(text).ok()).and_then(|signs| words::literal(&signs));
        if text.is_none() {
            self.note(line, &format!("{key}: {}", node.text().unwrap_or_default()), "not carried over: no plain text");
        }
        Some((text?, line))
    }

    /// The words of the entry point and the command.
    fn command(&mut self) -> Result<Vec<Signs>, Note> {
        let mut words = Vec::new();
        for key in ["entrypoint", "command"] {
            let Some((line, node)) = self.get(key) else { continue };
            let written = node.text().map_or_else(|| names(node).trim().to_owned(), str::to_owned);
            let no = |why: String| Note::new(line, &format!("{key}: {written}"), format!("no service yet: {why}"));
            let read = |text: &str| interpolate(text).map_err(|why| no(why.clone()));
            if let Some(items) = node.items() {
                for item in items {
                    words.push(read(item.text().ok_or_else(|| no("an item of the list is no text".to_owned()))?)?);
                }
                continue;
            }
            let text = node.text().ok_or_else(|| no("neither a list nor a text".to_owned()))?;
            let split = words::go(&read(text)?).map_err(|why| no(why.to_owned()))?;
            if let Some(sign) = split.stopped {
                let why = format!("compose starts no shell, and drops `{sign}` and what is behind it: so it is here");
                self.note(line, &format!("{key}: {text}"), why);
            }
            words.extend(split.words);
        }
        if words.first().is_none_or(Vec::is_empty) {
            return Err(Note::new(self.entry.line, "command", "no service yet: it is empty"));
        }
        Ok(words)
    }

    fn dependencies(&mut self) {
        let (mut wanted, mut conditions) = (Vec::new(), Vec::new());
        for (need, condition, line) in &self.entry.needs {
            let Some(other) = self.all.find(need) else { continue };
            if !other.has_command {
                let why = format!(
                    "not carried over: `{need}` is no service yet; write `depends-on {}` when it is",
                    words::argument(&other.name)
                );
                self.note(*line, &format!("depends_on: {need}"), why);
                continue;
            }
            wanted.push(words::argument(&other.name));
            self.service.needs.push(other.name.clone());
            if *condition == Condition::Healthy && !health::is_carried(other) {
                conditions.push((
                    need,
                    *line,
                    "service_healthy",
                    "no `ready check` could be made of its `healthcheck`",
                ));
            }
        }
        if !wanted.is_empty() {
            self.service.say(format!("depends-on {}", wanted.join(", ")));
        }
        if let Some((_, node)) = self.get("depends_on")
            && let Ok(Some(entries)) = node.entries()
        {
            for (need, _, node) in entries {
                for (key, line, value) in node.entries().ok().flatten().unwrap_or_default() {
                    let why = match key {
                        "condition" => continue,
                        "required" => "not carried over: what a service depends on is always needed",
                        _ => "not carried over: nothing is started again because what it depends on was",
                    };
                    self.note(line, &format!("depends_on: {need}: {key}: {}", value.text().unwrap_or_default()), why);
                }
            }
        }
        for (need, line, condition, why) in conditions {
            self.note(line, &format!("depends_on: {need}: {condition}"), format!("waits for the start only: {why}"));
        }
    }

    fn profiles(&mut self) {
        if let Some((line, node)) = self.get("profiles") {
            self.service.starts = false;
            let why = format!(
                "does not start by itself: `s6-rc -u change {}` starts it, or `when` a variable says so",
                self.service.name
            );
            self.note(line, &format!("profiles:{}", names(node)), why);
        }
    }

    fn user(&mut self) {
        if let Some((user, line)) = self.literal("user") {
            values::user(&mut self.service, &format!("user: {user}"), &user, line);
        }
    }

    fn environment(&mut self) -> Vec<Signs> {
        if let Some((line, node)) = self.get("env_file") {
            let text = node.text().map_or_else(|| names(node), |text| format!(" {text}"));
            let why = "not carried over: `env-file \"/etc/NAME.env\"` reads a file of the image, and `docker run --env-file` this one";
            self.note(line, &format!("env_file:{text}"), why);
        }
        let Some((line, node)) = self.get("environment") else { return Vec::new() };
        let pairs: Vec<(String, Option<String>, usize)> = match (node.items(), node.entries()) {
            (Some(items), _) => items
                .iter()
                .filter_map(|item| {
                    let text = item.text()?;
                    Some(match text.split_once('=') {
                        Some((name, value)) => (name.to_owned(), Some(value.to_owned()), item.line),
                        None => (text.to_owned(), None, item.line),
                    })
                })
                .collect(),
            (_, Ok(Some(entries))) => entries
                .iter()
                .map(|(key, line, value)| {
                    let text = if value.is_null() { None } else { value.text().map(str::to_owned) };
                    ((*key).to_owned(), text, *line)
                })
                .collect(),
            _ => {
                self.note(line, "environment", "not carried over: neither a list nor a map");
                return Vec::new();
            }
        };
        let mut variables = Vec::new();
        for (name, value, line) in pairs {
            // Without a value it is handed through, as every variable of the container is.
            let Some(value) = value else { continue };
            match interpolate(&value) {
                Ok(signs) if words::command(std::slice::from_ref(&signs)) == format!("${{{name}}}") => {}
                Ok(value) => variables.push(Variable { name, value, line }),
                Err(why) => self.note(line, &format!("environment {name}"), format!("not carried over: {why}")),
            }
        }
        for variable in variables.iter().filter(|variable| !variable.is_secret()) {
            self.host(&format!("environment {}", variable.name), &variable.value, variable.line);
        }
        values::environment(&mut self.service, &variables)
    }

    /// Notes names of other containers in a value.
    fn host(&mut self, setting: &str, value: &Signs, line: usize) {
        let text: String =
            value.iter().map(|sign| if let words::Sign::Char(char) = sign { *char } else { ' ' }).collect();
        for host in self.all.hosts_in(&text, self.entry.key) {
            let why = format!("`{host}` is a name of compose's network: here it is 127.0.0.1, if it is a host");
            self.service.note(Note::new(line, setting, why));
        }
    }

    fn hosts(&mut self, command: &[Signs]) {
        let line = self.get("command").or_else(|| self.get("entrypoint")).map_or(self.entry.line, |(line, _)| line);
        for word in command.iter().filter(|word| word.contains(&words::Sign::Char(':'))) {
            self.host("command", word, line);
        }
    }

    fn directory(&mut self) {
        if let Some((directory, _)) = self.literal("working_dir") {
            self.service.say(format!("cwd {}", words::value(&words::plain(&directory))));
        }
    }

    fn image(&mut self) {
        let image = self.get("image").and_then(|(_, node)| node.text()).map(shown);
        match (image, self.get("build")) {
            (Some(image), None) => {
                let entrypoint =
                    if self.get("entrypoint").is_none() { ", and do what its ENTRYPOINT does" } else { "" };
                self.service.remark(&format!("Of the image {image}: put its program into yours{entrypoint}."));
            }
            (_, Some(_)) if self.get("entrypoint").is_none() => {
                self.service.remark("Where the Dockerfile has an ENTRYPOINT, its words stand before these.");
            }
            _ => {}
        }
    }

    /// `run`, or `up` where others wait for its end.
    fn program(&mut self, words: &[Signs]) {
        let keyword = if self.service.oneshot { "up" } else { "run" };
        self.service.say(format!("{keyword} exec {}", words::command(words)));
        if self.service.oneshot {
            for key in ["restart", "stop_signal", "stop_grace_period", "healthcheck"] {
                if let Some((line, node)) = self.get(key) {
                    let setting = format!("{key}: {}", node.text().unwrap_or_default());
                    self.note(
                        line,
                        setting.trim(),
                        "not carried over: a oneshot runs once, and others wait for its end",
                    );
                }
            }
        }
    }

    fn health(&mut self) {
        let Some((line, node)) = self.get("healthcheck") else { return };
        match health::check(node) {
            Ok(Some(check)) => {
                if self.all.is_waited_for(self.entry.key, Condition::Started) {
                    self.service.remark("Services that only wait for its start in compose wait for this as well.");
                }
                self.service.say(check.statement);
                self.service.say(format!("timeout-up {}", duration(check.limit)));
                self.note(line, "healthcheck", "asked at the start only, until it is ready; s6 does not ask again");
                if check.start_interval {
                    self.note(line, "healthcheck: start_interval", "not carried over: `interval` holds from the start");
                }
            }
            Ok(None) => {}
            Err(why) => self.note(line, "healthcheck", format!("not carried over: {why}")),
        }
    }

    fn restart(&mut self) {
        let restart = self.get("restart").map(|(line, node)| (node.text().unwrap_or_default().to_owned(), line));
        match restart.as_ref().map(|(text, line)| (text.split(':').next().unwrap_or_default(), text.as_str(), *line)) {
            None => values::never_again(&mut self.service, "compose starts it once, as no `restart` is said"),
            Some(("no" | "false", _, _)) => values::never_again(&mut self.service, "restart: \"no\""),
            Some(("always" | "unless-stopped", _, _)) => {}
            Some(("on-failure", text, line)) => {
                self.service.say("stop-on exit 0");
                if text != "on-failure" {
                    self.note(line, &format!("restart: {text}"), "s6 starts it again each second, without a limit");
                }
            }
            Some((_, text, line)) => {
                let why = "not carried over: compose has no, always, on-failure and unless-stopped";
                self.service.note(Note::new(line, &format!("restart: {text}"), why));
            }
        }
    }

    fn stop(&mut self) {
        if let Some((signal, line)) = self.literal("stop_signal") {
            match values::signal_name(&signal) {
                Some(name) if name == "SIGTERM" => {}
                Some(name) => self.service.say(format!("down-signal {name}")),
                None => self.note(line, &format!("stop_signal: {signal}"), "not carried over: no signal of Linux"),
            }
        }
        let grace = self.literal("stop_grace_period");
        let milliseconds = grace.as_ref().map_or(Some(GRACE), |(text, _)| health::duration(text));
        match (milliseconds, grace) {
            (Some(milliseconds), _) => self.service.say(format!("timeout-kill {}", duration(milliseconds.max(1)))),
            (None, Some((text, line))) => {
                self.note(line, &format!("stop_grace_period: {text}"), "not carried over: no duration, such as 1m30s");
            }
            (None, None) => {}
        }
    }

    /// Notes for what has no place in a container's service.
    fn rest(&mut self) {
        let settings: Vec<(&str, usize, &Rc<Node>)> =
            self.settings.iter().map(|(key, (line, node))| (*key, *line, *node)).collect();
        for (key, line, node) in settings {
            if READ.contains(&key) || key.starts_with("x-") {
                continue;
            }
            let text = node.text().map_or_else(|| names(node), |text| format!(" {text}"));
            let why = why_not(key).unwrap_or("not carried over: hermesc does not know this setting of compose");
            self.note(line, &format!("{key}:{text}"), why);
        }
    }
}
