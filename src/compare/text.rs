//! What differs, for people: it fits 80 columns, as far as names and scripts let it.

use crate::compare::{Boot, Change, Content, Difference, Value, Whole};
use crate::fix::unified::hunks;
use crate::inspect::{duration, line};
use crate::report::human::Style;
use crate::report::{count, safe_text};
use crate::s6rc::plan::Entry;

/// Columns that are filled, as far as names let it.
const COLUMNS: usize = 80;
/// So many lines of one file are shown.
const LINES: usize = 100;
/// So many lines of a program of a new definition are shown.
const LINES_OF_NEW: usize = 12;
/// Labels that are longer have their text on the same line, and not in the column of the others.
const LABEL: usize = 20;

/// What differs, beneath the two names under which the sets were given.
#[must_use]
pub fn text(difference: &Difference, names: (&str, &str), style: Style) -> String {
    let mut page = Page { style, out: String::new() };
    if difference.is_empty() {
        page.nothing(difference);
        return page.out;
    }
    page.line(&page.red(&format!("--- {}", line(names.0))));
    page.line(&page.green(&format!("+++ {}", line(names.1))));
    if let Some(boot) = difference.boot.as_ref().filter(|boot| !boot.is_empty()) {
        page.boot(boot);
    }
    if let Some((old, new)) = &difference.targets {
        let arrow = page.arrow();
        page.line("");
        page.line(&format!("{}  {old} {arrow} {new}", page.bold("target")));
    }
    for whole in &difference.removed {
        page.line("");
        page.line(&page.red(&format!("- {} {}", whole.kind.word(), line(&whole.name))));
    }
    for whole in &difference.added {
        page.added(whole);
    }
    for renamed in &difference.renamed {
        let arrow = page.arrow();
        let names = format!("{} {arrow} {}", line(&renamed.old), line(&renamed.new));
        page.line("");
        page.line(&page.yellow(&format!("> {} {names}", renamed.kind.word())));
    }
    for changed in &difference.changed {
        page.line("");
        page.line(&page.yellow(&format!("~ {} {}", changed.kind.word(), line(&changed.name))));
        page.changes(&changed.changes);
    }
    if !difference.files.is_empty() {
        page.line("");
        page.line(&page.bold("files of no definition"));
        page.changes(&difference.files);
    }
    page.line("");
    page.out.push_str(&summary(difference));
    page.out
}

/// The numbers.
fn summary(difference: &Difference) -> String {
    let numbers = [
        (difference.removed.len(), "removed"),
        (difference.added.len(), "added"),
        (difference.renamed.len(), "renamed"),
        (difference.changed.len(), "changed"),
    ];
    let mut parts: Vec<String> =
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if !difference.files.is_empty() {
        parts.push(count(difference.files.len(), "other file"));
    }
    if parts.is_empty() {
        parts.push("no definition changed".to_owned());
    }
    let boot = match &difference.boot {
        None => String::new(),
        Some(boot) if boot.is_empty() => "the boot starts the same services\n".to_owned(),
        Some(boot) => match (boot.starts.len(), boot.no_more.len()) {
            (0, fewer) => format!("the boot starts {} less\n", count(fewer, "service")),
            (more, 0) => format!("the boot starts {} more\n", count(more, "service")),
            (more, fewer) => format!("the boot starts {} more, and {fewer} less\n", count(more, "service")),
        },
    };
    format!("{}\n{boot}", parts.join(", "))
}

/// What is drawn so far.
struct Page {
    style: Style,
    out: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn arrow(&self) -> &'static str {
        if self.style.unicode { "→" } else { "->" }
    }

    /// Text in a colour of ECMA-48.
    fn paint(&self, code: &str, text: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn red(&self, text: &str) -> String {
        self.paint("31", text)
    }

    fn green(&self, text: &str) -> String {
        self.paint("32", text)
    }

    fn yellow(&self, text: &str) -> String {
        self.paint("33", text)
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn nothing(&mut self, difference: &Difference) {
        self.line("no difference: both mean the same");
        let files = difference.spelled_differently.len();
        if files > 0 {
            let verb = if files == 1 { "is" } else { "are" };
            self.line(&format!("{} {verb} spelled differently: `--format unified` shows how", count(files, "file")));
        }
    }

    fn boot(&mut self, boot: &Boot) {
        self.line("");
        self.line(&self.bold("at boot"));
        let longest = boot.starts.iter().chain(&boot.no_more).map(|(name, _)| width(&line(name)));
        let column = longest.filter(|width| *width <= 40).max().unwrap_or_default();
        for (name, is_new) in &boot.starts {
            let why = if *is_new { "new" } else { "starts now; nothing started it before" };
            self.line(&self.green(&format!("  + {:<column$}  {why}", line(name))));
        }
        for (name, is_gone) in &boot.no_more {
            let why = if *is_gone { "removed" } else { "starts no more; nothing starts it now" };
            self.line(&self.red(&format!("  - {:<column$}  {why}", line(name))));
        }
    }

    /// A new definition: what it says, without signs.
    fn added(&mut self, whole: &Whole) {
        self.line("");
        self.line(&self.green(&format!("+ {} {}", whole.kind.word(), line(&whole.name))));
        // The kind stands in the first line already.
        let is_kind = |change: &&Change| matches!(change, Change::Value { what: "type", new: Some(Value::Word(word)), .. } if word == whole.kind.word());
        let says: Vec<&Change> = whole.says.iter().filter(|change| !is_kind(change)).collect();
        let column = column(says.iter().copied());
        for change in says {
            match change {
                Change::Value { what, new, .. } => self.labelled(what, column, &shown(new.as_ref())),
                Change::Names { what, added, .. } => self.names(what, column, "", added),
                Change::File { path, new: Some(new), .. } => {
                    self.labelled(&line(path), column, &described(new));
                    self.content(new);
                }
                Change::File { .. } => {}
            }
        }
    }

    /// The first lines of a new file.
    fn content(&mut self, content: &Content) {
        let Some(text) = readable(content) else { return };
        let bar = if self.style.unicode { '│' } else { '|' };
        for said in text.lines().take(LINES_OF_NEW) {
            self.line(format!("      {bar} {said}").trim_end());
        }
        self.more(text.lines().count().saturating_sub(LINES_OF_NEW));
    }

    fn more(&mut self, left: usize) {
        if left > 0 {
            let lines = count(left, "more line");
            self.line(&format!("      {lines}: `--format unified` shows all"));
        }
    }

    fn changes(&mut self, changes: &[Change]) {
        let column = column(changes.iter());
        for change in changes {
            match change {
                Change::Value { what, old, new } => {
                    let arrow = self.arrow();
                    let text = format!("{} {arrow} {}", shown(old.as_ref()), shown(new.as_ref()));
                    self.labelled(what, column, &text);
                }
                Change::Names { what, added, removed } => {
                    self.names(what, column, "+ ", added);
                    self.names(if added.is_empty() { what } else { "" }, column, "- ", removed);
                }
                Change::File { path, old, new } => self.file(&line(path), column, old.as_ref(), new.as_ref()),
            }
        }
    }

    fn labelled(&mut self, label: &str, column: usize, text: &str) {
        self.line(format!("    {label:<column$}  {text}").trim_end());
    }

    /// Names on as many lines as they need, behind a sign.
    fn names(&mut self, label: &str, column: usize, sign: &str, names: &[smol_str::SmolStr]) {
        let room = COLUMNS.saturating_sub(column.max(width(label)) + 6 + sign.len()).max(20);
        let mut rows: Vec<String> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let comma = if at + 1 < names.len() { "," } else { "" };
            let name = format!("{}{comma}", line(name));
            match rows.last_mut() {
                Some(row) if width(row) + 1 + width(&name) <= room => row.push_str(&format!(" {name}")),
                _ => rows.push(name),
            }
        }
        for (at, row) in rows.iter().enumerate() {
            let (label, sign) = if at == 0 { (label, sign) } else { ("", if sign.is_empty() { "" } else { "  " }) };
            let text = match sign {
                "+ " => self.green(&format!("{sign}{row}")),
                "- " => self.red(&format!("{sign}{row}")),
                _ => format!("{sign}{row}"),
            };
            self.labelled(label, column, &text);
        }
    }

    fn file(&mut self, label: &str, column: usize, old: Option<&Content>, new: Option<&Content>) {
        let arrow = self.arrow();
        let text = match (old, new) {
            (None, Some(new)) => self.green(&format!("+ {}", described(new))),
            (Some(old), None) => self.red(&format!("- {}", described(old))),
            (Some(old), Some(new)) => match (&old.entry, &new.entry) {
                (Entry::File { .. }, Entry::File { .. }) => {
                    let (before, after) = (mode(old), mode(new));
                    let modes = if before == after { String::new() } else { format!("{before} {arrow} {after}") };
                    match (readable(old), readable(new)) {
                        (Some(_), Some(_)) => modes,
                        _ if old.entry == new.entry => modes,
                        _ => format!("{} {arrow} {}", described(old), described(new)),
                    }
                }
                _ => format!("{} {arrow} {}", described(old), described(new)),
            },
            (None, None) => return,
        };
        self.labelled(label, column, &text);
        let bytes = |content: Option<&Content>| content.map_or(Some(String::new()), readable);
        if let (Some(old), Some(new)) = (bytes(old), bytes(new))
            && old != new
        {
            self.hunks(&old, &new);
        }
    }

    fn hunks(&mut self, old: &str, new: &str) {
        let mut out = Vec::new();
        hunks(old.as_bytes(), new.as_bytes(), &mut out);
        let text = String::from_utf8_lossy(&out);
        for said in text.lines().take(LINES) {
            let painted = match said.as_bytes().first() {
                Some(b'+') => self.green(said),
                Some(b'-') => self.red(said),
                Some(b'@') => self.paint("36", said),
                _ => said.to_owned(),
            };
            self.line(format!("      {painted}").trim_end());
        }
        self.more(text.lines().count().saturating_sub(LINES));
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// The column behind the labels of some changes.
fn column<'c>(changes: impl Iterator<Item = &'c Change>) -> usize {
    let labels = changes.map(|change| match change {
        Change::Names { what, .. } | Change::Value { what, .. } => width(what),
        Change::File { path, .. } => width(&line(path)),
    });
    labels.filter(|width| *width <= LABEL).max().unwrap_or_default()
}

/// A value as people say it.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "not set".to_owned(),
        Some(Value::Duration(0)) => "never".to_owned(),
        Some(Value::Duration(milliseconds)) => duration(u64::from(*milliseconds)),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Word(word)) => line(word),
        Some(Value::Set) => "set".to_owned(),
    }
}

fn mode(content: &Content) -> String {
    content.mode.map(|mode| format!("{mode:04o}")).unwrap_or_default()
}

/// What a file is, in a few words.
fn described(content: &Content) -> String {
    match &content.entry {
        Entry::Directory => "an empty directory".to_owned(),
        Entry::Link(target) => format!("link to {}", line(target.as_str())),
        Entry::File { bytes, .. } => {
            let size = match readable(content) {
                _ if bytes.is_empty() => "empty".to_owned(),
                Some(text) => count(text.lines().count(), "line"),
                None => format!("binary, {}", count(bytes.len(), "byte")),
            };
            let mode = mode(content);
            if mode.is_empty() { size } else { format!("{mode}, {size}") }
        }
    }
}

/// The text of a file, with nothing in it that a terminal obeys; nothing for what is no text.
fn readable(content: &Content) -> Option<String> {
    match &content.entry {
        Entry::File { bytes, .. } if !bytes.contains(&0) => std::str::from_utf8(bytes).ok().map(safe_text),
        _ => None,
    }
}
