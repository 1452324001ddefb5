//! One definition's files as what the model says of them, wherever planning that gives the same files again.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use camino::Utf8PathBuf;
use smol_str::SmolStr;

use crate::import::nowhere;
use crate::model::{
    Definition, Extends, Extra, ExtraFile, Flag, Kind, Number, Placed, Program, Reference, ReferenceOrigin, Signal,
    TextMap,
};
use crate::s6rc::plan::Entry;
use crate::s6rc::read::{formats, meant};
use crate::s6rc::target::Target;

const PLAIN: u32 = 0o644;

/// The files of one definition, by their paths below its directory.
pub(super) type Files<'t> = BTreeMap<&'t str, &'t Entry>;

/// The definition that its files say; what it does not say is carried as it is.
pub(super) fn definition(target: &Target, name: &str, files: &Files<'_>) -> Definition {
    let mut lifter = Lifter { files, taken: HashSet::new() };
    let (kind, extends) = lifter.kind(target, name);
    let mut definition = Definition::new(SmolStr::new(name), kind, nowhere());
    definition.extends = extends;
    lifter.lists(&mut definition);
    lifter.programs(&mut definition);
    lifter.plain_files(&mut definition);
    lifter.links(&mut definition);
    definition.files = lifter.rest();
    definition
}

struct Lifter<'f, 't> {
    files: &'f Files<'t>,
    /// What the definition says already.
    taken: HashSet<&'t str>,
}

impl<'t> Lifter<'_, 't> {
    fn entry(&self, path: &str) -> Option<(&'t str, &'t Entry)> {
        self.files.get_key_value(path).map(|(path, entry)| (*path, *entry))
    }

    fn has(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// The bytes of a regular file.
    fn bytes(&self, path: &str) -> Option<&'t [u8]> {
        match self.entry(path) {
            Some((_, Entry::File { bytes, .. })) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of a file with the mode that files have where nothing is said.
    fn plain(&self, path: &str) -> Option<&'t [u8]> {
        match self.entry(path) {
            Some((_, Entry::File { bytes, mode: PLAIN })) => Some(bytes),
            _ => None,
        }
    }

    fn take(&mut self, path: &str) {
        if let Some((path, _)) = self.entry(path) {
            self.taken.insert(path);
        }
    }

    /// What `type` says, or what the other files speak for.
    fn kind(&mut self, target: &Target, name: &str) -> (Kind, Extends) {
        let guess = match (self.has("run"), self.has("up"), self.has("contents.d") || self.has("contents")) {
            (_, true, false) => Some(Kind::Oneshot),
            (true, false, false) => Some(Kind::Longrun),
            (false, false, true) => Some(Kind::Bundle),
            _ => None,
        };
        if !self.has("type") {
            let open = target.built_in(name).is_some_and(|built_in| built_in.open).then_some(Kind::Bundle);
            return match guess.or(open) {
                Some(kind) => (kind, Extends::Kind),
                None => (Kind::Oneshot, Extends::Service),
            };
        }
        let bytes = self.bytes("type").unwrap_or_default();
        let kind = formats::kind(bytes).or_else(|| meant(bytes)).or(guess).unwrap_or(Kind::Oneshot);
        // A bundle is planned with its directory of members.
        if kind == Kind::Bundle && !self.has("contents.d") && !self.is_carried("contents") {
            return (kind, Extends::Kind);
        }
        if self.plain("type").is_some_and(|bytes| bytes == format!("{}\n", kind.word()).as_bytes()) {
            self.take("type");
        }
        (kind, Extends::Nothing)
    }

    /// `dependencies.d` or `contents.d`, as far as it has empty files only.
    fn lists(&mut self, definition: &mut Definition) {
        let bundle = definition.kind == Kind::Bundle;
        let directory = if bundle { "contents.d" } else { "dependencies.d" };
        let Some((_, Entry::Directory)) = self.entry(directory) else { return };
        let mut names = Vec::new();
        for (path, entry) in self.files {
            let below = path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
            let empty = matches!(entry, Entry::File { bytes, mode: PLAIN } if bytes.is_empty());
            let Some(name) = below.filter(|name| empty && !name.contains('/') && !name.starts_with('.')) else {
                continue;
            };
            names.push(Reference { name: name.into(), place: nowhere(), origin: ReferenceOrigin::Written });
            self.taken.insert(path);
        }
        if !names.is_empty() || (bundle && definition.extends == Extends::Nothing && !self.is_carried("contents")) {
            self.take(directory);
        }
        if bundle {
            definition.contents = names;
        } else {
            definition.dependencies = names;
        }
    }

    fn programs(&mut self, definition: &mut Definition) {
        let mut program = |file: &str| {
            let Some((path, Entry::File { bytes, mode })) = self.entry(file) else { return None };
            self.taken.insert(path);
            Some(Program { bytes: bytes.clone(), mode: *mode, map: TextMap::Whole(nowhere()) })
        };
        let programs = &mut definition.programs;
        match definition.kind {
            Kind::Longrun => {
                programs.run = program("run");
                programs.finish = program("finish");
            }
            Kind::Oneshot if definition.extends != Extends::Service => {
                programs.up = program("up");
                programs.down = program("down");
                programs.reload = program("reload");
            }
            _ => {}
        }
    }

    /// Numbers, signals and flags as they would be written.
    fn plain_files(&mut self, definition: &mut Definition) {
        let longrun = definition.kind == Kind::Longrun;
        let service = definition.kind != Kind::Bundle;
        for number in Number::ALL.iter().copied() {
            let fits =
                if longrun { true } else { service && matches!(number, Number::TimeoutUp | Number::TimeoutDown) };
            let value = self.line(number.file()).filter(|_| fits).and_then(|line| line.parse::<u32>().ok());
            if let Some(value) = value.filter(|value| self.line(number.file()) == Some(value.to_string().as_str())) {
                definition.numbers.push((number, Placed::new(value, nowhere())));
                self.take(number.file());
            }
        }
        for signal in [Signal::Down, Signal::Reload].into_iter().filter(|_| longrun) {
            if let Some(line) = self.line(signal.file()) {
                definition.signals.push((signal, Placed::new(line.into(), nowhere())));
                self.take(signal.file());
            }
        }
        for flag in Flag::ALL.iter().copied() {
            let fits = longrun || matches!(flag, Flag::Essential | Flag::Recommended);
            if fits && self.plain(flag.file()).is_some_and(<[u8]>::is_empty) {
                definition.flags.push((flag, nowhere()));
                self.take(flag.file());
            }
        }
    }

    /// The text of a file that is one line.
    fn line(&self, file: &str) -> Option<&'t str> {
        let text = std::str::from_utf8(self.plain(file)?).ok()?.strip_suffix('\n')?;
        (!text.contains(['\n', '\0'])).then_some(text)
    }

    /// The ends of pipelines.
    fn links(&mut self, definition: &mut Definition) {
        if definition.kind != Kind::Longrun {
            return;
        }
        let link = |name: &str| Reference { name: name.into(), place: nowhere(), origin: ReferenceOrigin::Written };
        let is_name = |line: &&str| !line.is_empty() && !line.starts_with([' ', '\t', '#']);
        if let Some(name) = self.line("producer-for").filter(is_name) {
            definition.producer_for = Some(link(name));
            self.take("producer-for");
        }
        if let Some(name) = self.line("pipeline-name").filter(is_name) {
            definition.pipeline_name = Some(Placed::new(name.into(), nowhere()));
            self.take("pipeline-name");
        }
        let list = self.plain("consumer-for").and_then(|bytes| std::str::from_utf8(bytes).ok());
        let lines: Option<Vec<&str>> = list
            .and_then(|list| list.strip_suffix('\n'))
            .filter(|list| !list.contains('\0'))
            .map(|list| list.split('\n').collect());
        if let Some(lines) = lines.filter(|lines| lines.iter().all(is_name)) {
            definition.consumer_for = lines.into_iter().map(link).collect();
            self.take("consumer-for");
        }
    }

    /// Whether something holds what is there as it is, where nothing else says it. Directories that something else needs are
    /// made with it.
    fn is_carried(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let next = || self.files.range::<str, _>((Bound::Excluded(below.as_str()), Bound::Unbounded)).next();
        self.entry(path).is_some_and(|(_, entry)| {
            !matches!(entry, Entry::Directory) || !next().is_some_and(|(next, _)| next.starts_with(&below))
        })
    }

    /// Everything that was not taken.
    fn rest(&self) -> Vec<(Utf8PathBuf, ExtraFile)> {
        let left = self.files.iter().filter(|(path, _)| !self.taken.contains(*path) && self.is_carried(path));
        left.map(|(path, entry)| (Utf8PathBuf::from(*path), ExtraFile { content: extra(entry), place: nowhere() }))
            .collect()
    }
}

/// An entry as it is carried.
pub(super) fn extra(entry: &Entry) -> Extra {
    match entry {
        Entry::File { bytes, mode } => Extra::File { bytes: bytes.clone(), mode: *mode },
        Entry::Directory => Extra::Directory,
        Entry::Link(target) => Extra::Link(target.clone()),
    }
}
