//! The services of a compose file as services of one container (the Compose Specification, docker compose 2).
//!
//! That several containers become one is the user's decision; here it is taken as made.

mod health;
mod interpolate;
mod service;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::init::from::Fault;
use crate::init::from::sheet::{Note, Sheet, shown};
use crate::init::from::words;
use crate::s6rc::target::Target;
use service::Composed;
use yaml::Node;

/// Services, and what they wait for, above this number in all are refused.
const MAX_NEEDS: usize = 10_000;

/// How one service waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Started,
    Healthy,
    Completed,
}

/// A service of the file.
struct Entry<'n> {
    /// What it is called there, and what here.
    key: &'n str,
    name: String,
    line: usize,
    settings: yaml::Entries<'n>,
    /// Whether it says what it runs.
    has_command: bool,
    /// What it waits for.
    needs: Vec<(String, Condition, usize)>,
}

/// All services of the file.
struct All<'n> {
    entries: Vec<Entry<'n>>,
    keys: BTreeSet<&'n str>,
}

impl All<'_> {
    fn find(&self, key: &str) -> Option<&Entry<'_>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether another service waits for this one in that way.
    fn is_waited_for(&self, key: &str, condition: Condition) -> bool {
        self.entries.iter().any(|entry| entry.needs.iter().any(|(need, how, _)| need == key && *how == condition))
    }

    /// The services whose names stand as a host in a value: all of it, before a port, or behind `//` or `@`.
    fn hosts_in(&self, value: &str, own: &str) -> BTreeSet<&str> {
        let is_name = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        let mut hosts = BTreeSet::new();
        let mut at = 0;
        for part in value.split_inclusive(|char| !is_name(char)) {
            let name = part.trim_end_matches(|char| !is_name(char));
            let before = value.get(..at).unwrap_or_default();
            let behind = value.get(at + name.len()..).unwrap_or_default();
            at += part.len();
            let port =
                behind.strip_prefix(':').is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()));
            let in_url = before.ends_with('@') || before.ends_with("//");
            let begins = before.is_empty() || before.ends_with([',', '=']) || in_url;
            if begins && (port || in_url || (before.is_empty() && behind.is_empty())) && name != own {
                hosts.extend(self.keys.get(name).copied());
            }
        }
        hosts
    }
}

/// Fills a text with what a file says.
///
/// # Errors
///
/// What compose would refuse too, with its line, and a file in which no service says what it runs.
pub(super) fn fill(text: &str, target: &Target, sheet: &mut Sheet) -> Result<(), Fault> {
    let root = yaml::read(text)?;
    let help = "a compose file has a map `services:` with a map for each service";
    let Some(top) = root.entries()? else { return Err(Fault::at(root.line, "it is no map").help(help)) };
    let Some((_, line, services)) = top.iter().find(|(key, _, _)| *key == "services") else {
        return Err(Fault::new("it has no `services:`").help(help));
    };
    let Some(services) = services.entries()? else {
        return Err(Fault::at(*line, "`services` is no map").help(help));
    };
    let mut entries = Vec::new();
    let mut all_needs = 0;
    for (key, line, node) in services {
        let Some(settings) = node.entries()? else {
            return Err(Fault::at(line, format!("the service `{}` is no map", key.escape_debug())).help(help));
        };
        let says = |name: &str| {
            settings.iter().any(|(key, _, value)| {
                *key == name && !value.is_null() && value.items().is_none_or(|items| !items.is_empty())
            })
        };
        let has_command = says("command") || says("entrypoint");
        let needs = needs(&settings)?;
        all_needs += needs.len();
        if all_needs > MAX_NEEDS || entries.len() > MAX_NEEDS {
            return Err(Fault::at(line, format!("more than {MAX_NEEDS} services and dependencies")));
        }
        let name = sheet.name(key, target);
        entries.push(Entry { key, name, line, settings, has_command, needs });
    }
    for entry in &entries {
        if let Some((need, _, line)) =
            entry.needs.iter().find(|(need, _, _)| !entries.iter().any(|other| other.key == need))
        {
            let message = format!(
                "`{}` depends on `{}`, which is no service of this file",
                entry.key.escape_debug(),
                need.escape_debug()
            );
            return Err(Fault::at(*line, message));
        }
    }
    if !entries.iter().any(|entry| entry.has_command) {
        let message = "no service of it has a `command` or an `entrypoint`: what they run stands in their images";
        return Err(Fault::new(message).help("read the Dockerfile of your image: `hermesc init --from Dockerfile`"));
    }
    let all = All { keys: entries.iter().map(|entry| entry.key).collect(), entries };
    sheet.comment(HEAD);
    for entry in &all.entries {
        if entry.has_command {
            match Composed::new(&all, entry).service() {
                Ok(service) => sheet.service(*service)?,
                Err(note) => sheet.note(Note { service: entry.name.clone(), ..note }),
            }
        } else {
            without_command(entry, sheet, target);
        }
    }
    for (key, line, node) in &top {
        let why = match *key {
            "services" | "version" => continue,
            "name" => "the name of the project; a container has another way to be called",
            "volumes" | "networks" => "the container's: named where it is started, as with `docker run`",
            "secrets" | "configs" => "not carried over: files that whoever starts the container brings",
            "include" => "not carried over: the files are not read",
            _ if key.starts_with("x-") => continue,
            _ => "not carried over: hermesc does not know this part of a compose file",
        };
        let names = names(node);
        sheet.note(Note::new(*line, &if names.is_empty() { (*key).to_owned() } else { format!("{key}:{names}") }, why));
    }
    Ok(())
}

/// What every text from a compose file has to say.
const HEAD: &str = "Every container of that file is a service of one container here, whose image must hold all their programs. \
    They reach each other at 127.0.0.1, in the place of the names that compose gives to its containers. Variables that compose \
    takes from .env or from the shell are the container's own here.";

/// The keys of a map or the items of a list, for a note.
fn names(node: &Rc<Node>) -> String {
    let keys: Vec<&str> = match node.entries() {
        Ok(Some(entries)) => entries.iter().map(|(key, _, _)| *key).collect(),
        _ => node.items().unwrap_or_default().iter().filter_map(|item| item.text()).collect(),
    };
    if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) }
}

/// What a service waits for: a list of names, or a map of conditions.
fn needs(settings: &yaml::Entries<'_>) -> Result<Vec<(String, Condition, usize)>, Fault> {
    let Some((_, line, node)) = settings.iter().find(|(key, _, _)| *key == "depends_on") else { return Ok(Vec::new()) };
    let wrong = |line: usize| Fault::at(line, "`depends_on` is neither a list of services nor a map of conditions");
    if node.is_null() {
        return Ok(Vec::new());
    }
    if let Some(items) = node.items() {
        let name = |item: &Rc<Node>| Some((item.text()?.to_owned(), Condition::Started, item.line));
        return items.iter().map(|item| name(item).ok_or_else(|| wrong(item.line))).collect();
    }
    let Some(entries) = node.entries()? else { return Err(wrong(*line)) };
    let mut needs = Vec::new();
    for (key, line, node) in entries {
        let conditions = node.entries()?.unwrap_or_default();
        let condition =
            conditions.iter().find(|(key, _, _)| *key == "condition").and_then(|(_, _, value)| value.text());
        needs.push((
            key.to_owned(),
            match condition {
                None | Some("service_started") => Condition::Started,
                Some("service_healthy") => Condition::Healthy,
                Some("service_completed_successfully") => Condition::Completed,
                Some(other) => {
                    let message = format!("`{}` is no condition of `depends_on`", other.escape_debug());
                    let help = "compose has service_started, service_healthy and service_completed_successfully";
                    return Err(Fault::at(line, message).help(help));
                }
            },
            line,
        ));
    }
    Ok(needs)
}

/// A service that runs what its image says.
fn without_command(entry: &Entry<'_>, sheet: &mut Sheet, target: &Target) {
    let setting = |name: &str| {
        let found = entry.settings.iter().find(|(key, _, _)| *key == name);
        found.and_then(|(_, _, value)| value.text()).map(shown)
    };
    let (setting, of, whose) = match setting("image") {
        Some(image) => (format!("image: {image}"), format!(", of the image {image}"), "the image's own command"),
        None => ("build".to_owned(), String::new(), "its Dockerfile's command"),
    };
    let why = format!("no service yet: it runs {whose}, which does not stand there");
    let others: Vec<String> = entry
        .settings
        .iter()
        .filter(|(key, _, _)| !["image", "build"].contains(key))
        .map(|(key, _, _)| format!("`{}`", shown(key)))
        .collect();
    let why = if others.is_empty() { why } else { format!("{why}; not carried over with it: {}", others.join(", ")) };
    let note = Note { service: entry.name.clone(), ..Note::new(entry.line, &setting, why) };
    let start = if target.is_overlay() { "        in user\n" } else { "" };
    let name = words::argument(&entry.name);
    let text = format!(
        "`{}`{of}: {}. With its program in your image, write\n\n    longrun {name} {{\n        run exec PROGRAM\n{start}    }}",
        shown(entry.key),
        note.why,
    );
    sheet.comment(&text);
    sheet.noted(note);
}

/// Keys by what becomes of them: the container's own, or no part of one container.
fn why_not(key: &str) -> Option<&'static str> {
    static WHY: &[(&[&str], &str)] = &[
        (&["ports"], "the container's: `docker run -p`, and EXPOSE in the Dockerfile"),
        (&["volumes", "tmpfs", "volumes_from"], "the container's: named where it is started, as with `docker run -v`"),
        (
            &["networks", "network_mode", "links", "external_links", "dns", "dns_search", "extra_hosts", "mac_address"],
            "the container's network; within it, services reach each other at 127.0.0.1",
        ),
        (&["expose"], "within one container every port is reached at 127.0.0.1"),
        (
            &["hostname", "domainname", "container_name", "labels", "annotations"],
            "the container's: `docker run` has an option for it",
        ),
        (&["logging"], "the container's; `log to` keeps a service's own log"),
        (
            &[
                "cap_add",
                "cap_drop",
                "privileged",
                "security_opt",
                "devices",
                "group_add",
                "userns_mode",
                "ipc",
                "pid",
                "cgroup",
                "cgroup_parent",
                "shm_size",
                "sysctls",
                "read_only",
                "runtime",
                "platform",
                "isolation",
                "storage_opt",
                "oom_score_adj",
                "oom_kill_disable",
            ],
            "the container's, and of all its services then",
        ),
        (
            &[
                "mem_limit",
                "mem_reservation",
                "memswap_limit",
                "mem_swappiness",
                "cpus",
                "cpu_shares",
                "cpu_quota",
                "cpu_period",
                "cpuset",
                "pids_limit",
                "blkio_config",
                "gpus",
            ],
            "the container's, and of all its services together",
        ),
        (&["deploy"], "not carried over: one container has no replicas, and its limits are of all services together"),
        (&["scale"], "not carried over: a `for` writes the same service several times"),
        (
            &["secrets", "configs", "credential_spec"],
            "not carried over: files that whoever starts the container brings",
        ),
        (&["extends"], "not carried over: what the other service says is not here"),
        (&["develop", "attach", "pull_policy"], "of compose's own"),
        (&["ulimits"], "not carried over: `limit open-files 4096` and its like set a service's own"),
        (&["stdin_open", "tty"], "services have no terminal"),
        (&["post_start", "pre_stop", "provider", "models"], "not carried over: `prepare` and `finish` may do it"),
    ];
    WHY.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, why)| *why)
}

/// Settings of a service by name.
type Settings<'n> = BTreeMap<&'n str, (usize, &'n Rc<Node>)>;
