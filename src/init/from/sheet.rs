//! A text that grows service by service: statements, and what is said beside them.

use std::collections::BTreeSet;

use crate::init::from::Fault;
use crate::s6rc::target::Target;

/// Comments are broken at this width.
const WIDTH: usize = 118;

/// A text is at most about so large, in bytes, and has so many services.
const MAX_BYTES: usize = 4 << 20;
const MAX_SERVICES: usize = 2000;

/// A setting shows so many characters of itself.
const SHOWN: usize = 60;

/// A setting that the text does not hold, or holds only nearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its line in the file, counted from one.
    pub line: usize,
    /// Which service it is of; empty for one of the whole file.
    pub service: String,
    /// What was written, in one line.
    pub setting: String,
    /// What became of it.
    pub why: String,
}

impl Note {
    /// A note; what was written is cut and has no characters that nobody sees.
    pub(super) fn new(line: usize, setting: &str, why: impl Into<String>) -> Self {
        Self { line, service: String::new(), setting: shown(setting), why: visible(&why.into()) }
    }
}

/// A text as it can stand in a comment: on one line, not too long, with nothing in it that is not seen.
pub(super) fn shown(text: &str) -> String {
    let line = visible(text).replace('`', "'");
    match line.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// On one line, without characters that nobody sees.
fn visible(text: &str) -> String {
    let hidden = |char: char| {
        char.is_control()
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{61c}' | '\u{feff}')
    };
    let line: String = text.trim().chars().map(|char| if hidden(char) { ' ' } else { char }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A service as it will be written.
#[derive(Debug, Default)]
pub(super) struct Service {
    /// Its name.
    pub(super) name: String,
    /// What stands above it.
    pub(super) about: String,
    /// Whether it is a oneshot.
    pub(super) oneshot: bool,
    /// Whether it starts with all others.
    pub(super) starts: bool,
    /// The variable of the loop that it stands in, and its values.
    pub(super) each: Option<(&'static str, Vec<String>)>,
    /// What it depends on.
    pub(super) needs: Vec<String>,
    lines: Vec<String>,
    notes: Vec<Note>,
}

impl Service {
    /// A longrun that starts with all others.
    pub(super) fn new(name: String) -> Self {
        Self { name, starts: true, ..Self::default() }
    }

    /// Adds a statement.
    pub(super) fn say(&mut self, statement: impl Into<String>) {
        self.lines.push(statement.into());
    }

    /// Adds a comment to the statement that comes next.
    pub(super) fn remark(&mut self, remark: &str) {
        self.lines.extend(comment(&visible(remark), 4));
    }

    /// Adds a note.
    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// About how many bytes it will be.
    fn size(&self) -> usize {
        let notes: usize = self.notes.iter().map(|note| note.setting.len() + note.why.len()).sum();
        self.lines.iter().map(String::len).sum::<usize>() + notes
    }

    /// Drops the notes: another service has the same.
    pub(super) fn forget_notes(&mut self) {
        self.notes.clear();
    }

    /// Its names, one for each turn of its loop.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.each {
            Some((variable, values)) => {
                let hole = format!("{{{{{variable}}}}}");
                values.iter().map(|value| self.name.replace(&hole, value)).collect()
            }
            None => vec![self.name.clone()],
        }
    }

    /// Puts its statements into the `main` of a text, and gives its notes.
    pub(super) fn main(self, sheet: &mut Sheet) -> Vec<Note> {
        let lines: String = self.body().map(|line| format!("    {line}\n")).collect();
        sheet.block(format!("main {{\n{lines}}}\n"));
        let name = |note: Note| Note { service: "main".to_owned(), ..note };
        self.notes.into_iter().map(name).collect()
    }

    /// Statements, and the comments for what they do not say.
    fn body(&self) -> impl Iterator<Item = String> {
        let notes = self.notes.iter().flat_map(|note| comment(&format!("`{}`: {}", note.setting, note.why), 4));
        self.lines.iter().cloned().chain(notes)
    }

    fn text(&self, target: &Target, is_reached: bool) -> String {
        let keyword = if self.oneshot { "oneshot" } else { "longrun" };
        let name = if self.each.is_some() { self.name.clone() } else { super::words::argument(&self.name) };
        let mut text = if self.about.is_empty() { String::new() } else { format!("## {}\n", self.about) };
        if !is_reached {
            text.push_str("# hermesc: allow(unreachable-service) started by hand\n");
        }
        text.push_str(&format!("{keyword} {name} {{\n"));
        for line in self.body() {
            text.push_str(&format!("    {line}\n"));
        }
        if self.starts && target.is_overlay() {
            text.push_str("    in user\n");
        }
        text.push_str("}\n");
        match &self.each {
            Some((variable, values)) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                let inner: String = text.split_inclusive('\n').map(indented).collect();
                format!("for {variable} in [{}] {{\n{inner}}}\n", values.join(", "))
            }
            None => text,
        }
    }
}

fn indented(line: &str) -> String {
    if line == "\n" { line.to_owned() } else { format!("    {line}") }
}

/// A comment, broken into lines.
fn comment(text: &str, indent: usize) -> Vec<String> {
    let options = textwrap::Options::new(WIDTH - indent)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::wrap(text, options).into_iter().map(|line| format!("# {line}")).collect()
}

/// One part of the text.
#[derive(Debug)]
enum Block {
    Service(Service),
    Text(String),
}

/// The whole text.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// What stands at the top, in lines without a sign.
    head: Vec<String>,
    blocks: Vec<Block>,
    notes: Vec<Note>,
    /// Names that are taken, in lower case: on some file systems two that differ in capitals only are one.
    names: BTreeSet<String>,
    size: usize,
    services: usize,
    /// Something starts by itself, although it is no service.
    pub(super) has_main: bool,
}

impl Sheet {
    /// A text with this at its top: a paragraph, and lines as they are.
    pub(super) fn new(about: &str, lines: &[String]) -> Self {
        let mut head = comment(about, 0);
        head.push("#".to_owned());
        head.extend(lines.iter().map(|line| format!("#     {line}")));
        Self { head, ..Self::default() }
    }

    /// Adds a service.
    ///
    /// # Errors
    ///
    /// More than a file that a person wrote can say: what stands for other texts in it must not fill the memory.
    pub(super) fn service(&mut self, service: Service) -> Result<(), Fault> {
        self.size += service.size();
        self.services += service.names().len();
        if self.size > MAX_BYTES || self.services > MAX_SERVICES {
            let message = format!("it says more than {MAX_SERVICES} services, or {} MiB of them", MAX_BYTES >> 20);
            return Err(Fault::new(message).help("take a part of it into a file of its own"));
        }
        for note in &service.notes {
            self.notes.push(Note { service: service.name.clone(), ..note.clone() });
        }
        self.blocks.push(Block::Service(service));
        Ok(())
    }

    /// Adds something else, as it is.
    pub(super) fn block(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Puts something in front of all others.
    pub(super) fn top(&mut self, text: impl Into<String>) {
        self.blocks.insert(0, Block::Text(text.into()));
    }

    /// Adds a comment between the services.
    pub(super) fn comment(&mut self, text: &str) {
        let lines: Vec<String> = text
            .lines()
            .flat_map(|line| {
                if line.is_empty() || line.starts_with("    ") { vec![format!("# {line}")] } else { comment(line, 0) }
            })
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        self.block(lines.concat());
    }

    /// Adds a note of the whole file.
    pub(super) fn note(&mut self, note: Note) {
        let service = if note.service.is_empty() { String::new() } else { format!("`{}`, ", note.service) };
        self.comment(&format!("{service}`{}`: {}", note.setting, note.why));
        self.notes.push(note);
    }

    /// Remembers a note that stands in the text already.
    pub(super) fn noted(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// How many services there are.
    pub(super) fn services(&self) -> usize {
        self.services
    }

    /// A name for a definition that s6-rc takes and nothing else has: what it was called, or nearly so.
    pub(super) fn name(&mut self, wanted: &str, target: &Target) -> String {
        let sound = |char: char| if char.is_ascii_alphanumeric() || "_-.".contains(char) { char } else { '-' };
        let mut name: String = wanted.trim().chars().map(sound).take(200).collect();
        name = name.trim_matches(['-', '.']).to_owned();
        for reserved in ["s6-rc-", "s6rc-"] {
            while let Some(rest) = name.strip_prefix(reserved) {
                name = rest.trim_start_matches(['-', '.']).to_owned();
            }
        }
        if name.is_empty() {
            "service".clone_into(&mut name);
        }
        let mut free = name.clone();
        let mut number = 1;
        while self.is_taken(&free, target) {
            number += 1;
            free = format!("{name}-{number}");
        }
        self.names.insert(free.to_ascii_lowercase());
        free
    }

    /// Takes these names, where all are sound and free.
    pub(super) fn take(&mut self, names: &[String], target: &Target) -> bool {
        let before = self.names.clone();
        if names.iter().all(|name| self.name(name, target) == *name) {
            return true;
        }
        self.names = before;
        false
    }

    /// Whether a definition has that name, would make one of it, or would be made one of by it.
    fn is_taken(&self, name: &str, target: &Target) -> bool {
        const MADE: &[&str] = &["-log", "-pipeline", "-prepare"];
        let lower = name.to_ascii_lowercase();
        let same = |known: &str| self.names.contains(known);
        same(&lower)
            || target.built_in(name).is_some()
            || name == "default"
            || MADE.iter().any(|end| lower.strip_suffix(end).is_some_and(same) || same(&format!("{lower}{end}")))
    }

    /// The text, and what it does not hold, by line.
    pub(super) fn finish(mut self, target: &Target) -> (String, Vec<Note>) {
        let mut text: String = self.head.iter().map(|line| format!("{line}\n")).collect();
        text.push_str(&format!("\ntarget {target}\n"));
        let services: Vec<&Service> = self
            .blocks
            .iter()
            .filter_map(|block| if let Block::Service(service) = block { Some(service) } else { None })
            .collect();
        let started: Vec<String> =
            services.iter().filter(|service| service.starts).flat_map(|service| service.names()).collect();
        let mut reached: BTreeSet<String> = started.iter().cloned().collect();
        loop {
            let before = reached.len();
            for service in &services {
                if service.names().iter().any(|name| reached.contains(name)) {
                    reached.extend(service.needs.iter().cloned());
                }
            }
            if reached.len() == before {
                break;
            }
        }
        let all = started.is_empty() || !target.is_overlay();
        if started.is_empty() && target.is_overlay() && !services.is_empty() {
            text.push_str("\n# hermesc: allow-file(empty-user) nothing here starts by itself\n");
        }
        for block in &self.blocks {
            text.push('\n');
            match block {
                Block::Service(service) => {
                    let is_reached = all || service.names().iter().all(|name| reached.contains(name));
                    text.push_str(&service.text(target, is_reached));
                }
                Block::Text(block) => text.push_str(block),
            }
        }
        if !started.is_empty() && !target.is_overlay() {
            let names: Vec<String> = started.iter().map(|name| super::words::argument(name)).collect();
            text.push_str(&format!("\nbundle default {{ {} }}\n", names.join(", ")));
        }
        self.notes.sort_by_key(|note| note.line);
        (text, self.notes)
    }
}
