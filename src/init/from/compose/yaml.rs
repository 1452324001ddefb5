//! YAML as a tree in which every node knows its line. Aliases share their node, so that a file cannot grow in memory, and
//! depth is bounded.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::{Marker, TScalarStyle};

use crate::init::from::Fault;

/// Nodes below this depth are refused.
const MAX_DEPTH: usize = 64;

/// Maps that are merged into others, in all, and how deep; more are refused, so that a file cannot ask for endless work.
const MAX_MERGED: usize = 20_000;
const MAX_MERGE_DEPTH: usize = 16;

/// A node, and the line, counted from one, on which it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Value {
    /// A text; `true` where it is written without quotes.
    Scalar(String, bool),
    List(Vec<Rc<Node>>),
    Map(Pairs),
}

/// The keys and values of a map.
type Pairs = Vec<(Rc<Node>, Rc<Node>)>;

impl Node {
    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Scalar(text, _) = &self.value { Some(text) } else { None }
    }

    /// Whether it says nothing: an empty plain scalar, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Option<&[Rc<Node>]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    /// The entries of a map, with what `<<` merges into it; the map's own come first and win.
    ///
    /// # Errors
    ///
    /// A `<<` that is no map, and merges without end.
    pub(super) fn entries(&self) -> Result<Option<Entries<'_>>, Fault> {
        let Value::Map(_) = &self.value else { return Ok(None) };
        let mut merged = Merged { entries: Entries::new(), known: HashSet::new(), left: MAX_MERGED };
        self.collect(&mut merged, 0)?;
        Ok(Some(merged.entries))
    }

    fn collect<'n>(&'n self, merged: &mut Merged<'n>, depth: usize) -> Result<(), Fault> {
        let Value::Map(pairs) = &self.value else {
            return Err(Fault::at(self.line, "`<<` merges maps only"));
        };
        let mut others = Vec::new();
        for (key, value) in pairs {
            merged.left = merged.left.checked_sub(1).filter(|_| depth < MAX_MERGE_DEPTH).ok_or_else(|| {
                Fault::at(self.line, "its maps merge more than a file that a person wrote")
                    .help("write it without `<<`")
            })?;
            let Some(name) = key.text() else { return Err(Fault::at(key.line, "a key is no text")) };
            if name == "<<" {
                others.push(value);
            } else if merged.known.insert(name) {
                merged.entries.push((name, key.line, value));
            }
        }
        for value in others {
            match value.items() {
                Some(items) => items.iter().try_for_each(|item| item.collect(merged, depth + 1))?,
                None => value.collect(merged, depth + 1)?,
            }
        }
        Ok(())
    }
}

/// A map that is put together.
struct Merged<'n> {
    entries: Entries<'n>,
    known: HashSet<&'n str>,
    /// How many entries may still be looked at.
    left: usize,
}

/// Keys with their lines and values.
pub(super) type Entries<'n> = Vec<(&'n str, usize, &'n Rc<Node>)>;

/// A list or a map that is not read to its end.
struct Open {
    line: usize,
    anchor: usize,
    is_map: bool,
    items: Vec<Rc<Node>>,
}

/// Reads the one document of a file.
///
/// # Errors
///
/// What is no YAML, with its line, and what is too deep.
pub(super) fn read(text: &str) -> Result<Rc<Node>, Fault> {
    let mut parser = Parser::new_from_str(text);
    let mut anchors: HashMap<usize, Rc<Node>> = HashMap::new();
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Rc<Node>> = None;
    loop {
        let (event, mark) = parser.next_token().map_err(|error| not_yaml(text, error.marker(), error.info()))?;
        let line = mark.line();
        let done = match event {
            Event::StreamEnd => break,
            Event::DocumentStart if root.is_some() => {
                return Err(Fault::at(line, "a second document begins").help("write one document in a file"));
            }
            Event::Scalar(text, style, anchor, _) => (Value::Scalar(text, style == TScalarStyle::Plain), line, anchor),
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if open.len() == MAX_DEPTH {
                    return Err(Fault::at(line, format!("it is nested deeper than {MAX_DEPTH}")));
                }
                let is_map = matches!(event, Event::MappingStart(..));
                open.push(Open { line, anchor, is_map, items: Vec::new() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { line, anchor, is_map, items }) = open.pop() else { continue };
                let value = if is_map { Value::Map(pairs(items)?) } else { Value::List(items) };
                (value, line, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = anchors.get(&anchor).cloned() else {
                    return Err(Fault::at(line, "an alias stands within what it names, or names nothing"));
                };
                match open.last_mut() {
                    Some(open) => open.items.push(node),
                    None => root = Some(node),
                }
                continue;
            }
            Event::Nothing | Event::StreamStart | Event::DocumentStart | Event::DocumentEnd => continue,
        };
        let (value, line, anchor) = done;
        let node = Rc::new(Node { line, value });
        if anchor > 0 {
            anchors.insert(anchor, Rc::clone(&node));
        }
        match open.last_mut() {
            Some(open) => open.items.push(node),
            None => root = Some(node),
        }
    }
    root.ok_or_else(|| Fault::new("it is empty"))
}

/// Keys and values that follow each other; a key that stands twice is refused, as compose does.
fn pairs(items: Vec<Rc<Node>>) -> Result<Pairs, Fault> {
    let mut pairs = Pairs::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        if let Some(name) = key.text().filter(|name| *name != "<<")
            && let Some(first) = known.insert(name.to_owned(), key.line)
        {
            let message = format!("`{}` stands twice; the first is on line {first}", name.escape_debug());
            return Err(Fault::at(key.line, message));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn not_yaml(text: &str, mark: &Marker, info: &str) -> Fault {
    let line = mark.line();
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let blank: String = written.chars().take_while(|char| char.is_whitespace()).collect();
    if blank.contains('\t') {
        return Fault::at(line, "a tab indents this line, and YAML takes spaces only")
            .help("write spaces in its place");
    }
    Fault::at(line, format!("this is no YAML: {info}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_takes_no_memory_and_no_time() {
        let mut text = String::from("a0: &a0 [x, x]\n");
        for number in 1..60 {
            let last = number - 1;
            text.push_str(&format!("a{number}: &a{number} [{}]\n", vec![format!("*a{last}"); 9].join(", ")));
        }
        assert_eq!(read(&text).unwrap().entries().unwrap().unwrap().len(), 60);
        let mut text = String::from("a0: &a0 {x: 1}\n");
        for number in 1..12 {
            let last = number - 1;
            text.push_str(&format!("a{number}: &a{number} {{<<: [{}]}}\n", vec![format!("*a{last}"); 9].join(", ")));
        }
        text.push_str("<<: *a11\n");
        assert!(read(&text).unwrap().entries().unwrap_err().message.contains("merge more"));
    }

    #[test]
    fn merges_lose_against_what_the_map_says() {
        let root = read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n").unwrap();
        let entries = root.entries().unwrap().unwrap();
        let inner = entries[1].2.entries().unwrap().unwrap();
        let found: Vec<(&str, &str)> = inner.iter().map(|(key, _, value)| (*key, value.text().unwrap())).collect();
        assert_eq!(found, [("y", "3"), ("x", "1")]);
    }

    #[test]
    fn what_is_no_yaml_has_its_line() {
        assert_eq!(read("a:\n\tb: 1\n").unwrap_err().line, Some(2));
        assert!(read("a:\n\tb: 1\n").unwrap_err().message.contains("tab"));
        assert!(read("a: [1\nb: 2\n").unwrap_err().line.is_some());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"[".repeat(100)).unwrap_err().message.contains("nested"));
        assert_eq!(read("a: 1\na: 2\n").unwrap_err().line, Some(2));
        assert!(read("a: &x [*x]\n").is_err());
        assert!(read("").is_err());
    }
}
