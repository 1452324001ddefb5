//! `log to`: the logger, its directories, and the pipeline that leads to it.

use smol_str::{SmolStr, format_smolstr};

use crate::expand::around::{as_root, controlled_by};
use crate::expand::line::{Line, write};
use crate::expand::variables::test;
use crate::model::{Definition, Kind, Number, Placed, Program, Reference, ReferenceOrigin, TextMap};
use crate::resolve::draft::{Log, LogTarget, Timestamp, User};
use crate::s6rc::target::Target;

/// Old files that are kept where nothing is said, as s6-overlay has it (logutil-service, s6-overlay 3.2.3.2).
const KEEP: u32 = 20;
/// The size in bytes at which a file is rotated where nothing is said, from the same place.
const ROTATE_AT: u32 = 1_000_000;
/// The descriptor on which s6-log says that it is ready.
const READY: u32 = 3;
/// Who writes logs under s6-overlay where nobody is named (logutil-service, s6-overlay 3.2.3.2).
const NOBODY: &str = "nobody";

/// The logger of a service.
pub(super) struct Logger<'d> {
    /// The service.
    pub(super) service: &'d Definition,
    /// What it depends on.
    pub(super) dependencies: Vec<Reference>,
    /// Its destinations.
    pub(super) logs: &'d [Placed<Log>],
    /// The service's own user.
    pub(super) user: Option<&'d User>,
    /// Who may control it.
    pub(super) control_user: Option<&'d str>,
}

impl Logger<'_> {
    /// Its name.
    pub(super) fn name(&self) -> SmolStr {
        format_smolstr!("{}-log", self.service.name)
    }

    /// Its definition.
    pub(super) fn definition(&self, target: &Target) -> Option<Definition> {
        let place = self.logs.first()?.place;
        let mut definition = Definition::new(self.name(), Kind::Longrun, place);
        definition.uses.clone_from(&self.service.uses);
        definition.dependencies.clone_from(&self.dependencies);
        definition.consumer_for =
            vec![Reference { name: self.service.name.clone(), place, origin: ReferenceOrigin::Expanded }];
        definition.pipeline_name = Some(Placed::new(format_smolstr!("{}-pipeline", self.service.name), place));
        let mut lines: Vec<Line> = self.control_user.map(controlled_by).into_iter().collect();
        lines.extend(if let Some(directory) = self.habit(target) {
            // It does not say when it is ready.
            habit(directory)
        } else {
            definition.numbers.push((Number::NotificationFd, Placed::new(READY, place)));
            self.lines(target)
        });
        let mut bytes = format!("{}\n", target.execline_shebang()).into_bytes();
        write(&lines, &mut bytes)?;
        definition.programs.run = Some(Program { bytes, mode: 0o755, map: TextMap::Whole(place) });
        Some(definition)
    }

    /// The directory, where s6-overlay's own program is all that it takes.
    fn habit(&self, target: &Target) -> Option<&str> {
        let [log] = self.logs else { return None };
        let LogTarget::Directory(directory) = &log.value.to else { return None };
        (target.is_overlay() && is_habit(&log.value) && roots_own(directory)).then_some(directory.as_str())
    }

    fn lines(&self, target: &Target) -> Vec<Line> {
        let directories: Vec<&str> = self
            .logs
            .iter()
            .filter_map(|log| match &log.value.to {
                LogTarget::Directory(directory) => Some(directory.as_str()),
                LogTarget::Stdout => None,
            })
            .collect();
        let named = self.logs.iter().find_map(|log| log.value.user.as_ref()).map(|user| &user.value);
        let all_roots = directories.iter().all(|directory| roots_own(directory));
        let nobody = User::Name(NOBODY.into());
        let own = if all_roots { target.is_overlay().then_some(&nobody) } else { self.user };
        let mut lines = Vec::new();
        if let Some(user) = named.or(own) {
            lines.push(drop_to(user, &directories, target));
        }
        for directory in &directories {
            let make = Line::of(&["mkdir", "-p", directory]);
            lines.push(Line::of(&["if"]).block(vec![make]));
            if named.or(own).is_some() {
                // A lock that root left behind cannot be opened; one that can be is kept, since it does its work.
                let lock = format!("{directory}/lock");
                let broken = Line::of(&["if", "-n"]).block(vec![Line::of(&[test(target), "-w", &lock])]);
                lines.push(Line::of(&["foreground"]).block(vec![broken, Line::of(&["rm", "-f", &lock])]));
            }
        }
        let script = Line::of(&["s6-log", "-b", "-d", &READY.to_string(), "--"]);
        lines.push(directives(self.logs).iter().fold(script, Line::and));
        lines
    }
}

/// What s6-overlay has for a directory of logs; it takes the logging script of the image.
fn habit(directory: &str) -> Vec<Line> {
    vec![
        Line::of(&["if"]).block(vec![Line::of(&["mkdir", "-p", directory])]),
        Line::of(&["if"]).block(vec![Line::of(&["chown", &format!("{NOBODY}:"), directory])]),
        Line::of(&["logutil-service", directory]),
    ]
}

/// Whether nothing is said of how lines are written, so that the image's own settings hold.
fn is_habit(log: &Log) -> bool {
    log.keep.is_none()
        && log.rotate_at.is_none()
        && log.timestamp.is_none()
        && log.filters.is_empty()
        && log.user.is_none()
}

/// Whether root makes the directory: one right below a directory that is root's everywhere. On any other way there a link
/// of somebody else's may lie.
fn roots_own(directory: &str) -> bool {
    ["/var/log/", "/run/"]
        .iter()
        .any(|parent| directory.strip_prefix(parent).is_some_and(|name| !name.is_empty() && !name.contains('/')))
}

/// Drops to a user; root makes the directories that only it can make, and gives them away.
fn drop_to(user: &User, directories: &[&str], target: &Target) -> Line {
    let owner = match user {
        User::Name(name) => format!("{name}:"),
        User::Ids { uid, gid, .. } => format!("{uid}:{gid}"),
    };
    let mut root = Vec::new();
    for directory in directories.iter().filter(|directory| roots_own(directory)) {
        root.push(Line::of(&["if"]).block(vec![Line::of(&["mkdir", "-p", directory])]));
        root.push(Line::of(&["if"]).block(vec![Line::of(&["chown", &owner, directory])]));
    }
    root.push(match user {
        User::Name(name) => Line::of(&["s6-setuidgid", name]),
        User::Ids { .. } => Line::of(&["s6-setuidgid", &owner]),
    });
    as_root(root, target)
}

/// The logging script (s6-log, s6 2.15.1.0).
fn directives(logs: &[Placed<Log>]) -> Vec<String> {
    let mut words = Vec::new();
    let mut filtered = false;
    for log in logs.iter().map(|log| &log.value) {
        // Every line is selected at first; what an earlier destination left out is taken back.
        match log.filters.first() {
            Some((true, _)) => words.push("-".to_owned()),
            _ if filtered => words.push("+".to_owned()),
            _ => {}
        }
        filtered |= !log.filters.is_empty();
        words.extend(log.filters.iter().map(|(kept, regex)| format!("{}{regex}", if *kept { '+' } else { '-' })));
        let directory = match &log.to {
            LogTarget::Directory(directory) => Some(directory.to_string()),
            LogTarget::Stdout => None,
        };
        if directory.is_some() {
            words.push(format!("n{}", log.keep.unwrap_or(KEEP)));
            words.push(format!("s{}", log.rotate_at.unwrap_or(ROTATE_AT)));
        }
        match (log.timestamp, &directory) {
            (Some(Timestamp::Iso8601), _) | (None, Some(_)) => words.push("T".to_owned()),
            (Some(Timestamp::Tai64n), _) => words.push("t".to_owned()),
            (Some(Timestamp::None) | None, _) => {}
        }
        words.push(directory.unwrap_or_else(|| "1".to_owned()));
    }
    words
}
