//! Above a definition: who needs it, and the files that it becomes.

use lsp_types::{CodeLens, Command};
use serde_json::{Value, json};

use crate::lsp::hierarchy::needed_by;
use crate::lsp::navigate::Cursor;
use crate::model::Model;
use crate::s6rc::plan::{Entry, FileTree, plan};
use crate::source::Location;

/// What the server is asked to do by name.
pub(super) const EMITTED: &str = "hermesc.emitted";
/// What the client does: show places, and show the files of a definition.
const REFERENCES: &str = "hermesc.showReferences";
const FILES: &str = "hermesc.showFiles";

/// Two for each definition. `commands` is whether the client knows what to do when one is chosen; elsewhere they are only text.
pub(super) fn lenses(cursor: &Cursor<'_>, commands: bool) -> Vec<CodeLens> {
    let Some((graph, _)) = cursor.set.graph() else { return Vec::new() };
    let mut places = cursor.places();
    let model = &cursor.checked.model;
    let mut lenses = Vec::new();
    let here = model.definitions.iter().filter(|definition| definition.place.file == cursor.file);
    for definition in here.filter(|definition| definition.uses.is_empty()) {
        let Some(link) = places.link(definition.place) else { continue };
        let needers = needed_by(graph, &definition.name);
        let from: Vec<Location> = needers.iter().filter_map(|node| Some(model.get(graph.name(*node))?.place)).collect();
        let title = match needers.len() {
            0 => "needed by nothing".to_owned(),
            number => format!("needed by {number}"),
        };
        let links: Vec<Value> =
            from.iter().filter_map(|place| serde_json::to_value(places.link(*place)?).ok()).collect();
        let mut lens = |title: String, command: &str, arguments: Vec<Value>| {
            let command = if commands { command.to_owned() } else { String::new() };
            let arguments = commands.then_some(arguments);
            lenses.push(CodeLens {
                range: link.range,
                command: Some(Command { title, command, arguments }),
                data: None,
            });
        };
        lens(title, REFERENCES, vec![json!(link.uri), json!(link.range.start), json!(links)]);
        lens("files".to_owned(), FILES, vec![json!(link.uri), json!(definition.name.as_str())]);
    }
    lenses
}

/// The files of a set, or of one of its definitions, as text: each under a line with its path and mode.
pub(super) fn emitted(model: &Model, name: Option<&str>) -> String {
    let tree = plan(model);
    let below = name.map(|name| model.target.directory_of(name));
    shown(&tree, |path| below.as_ref().is_none_or(|below| path == below || path.starts_with(&format!("{below}/"))))
}

fn shown(tree: &FileTree, wanted: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for (path, entry) in tree.entries.iter().filter(|(path, _)| wanted(path.as_str())) {
        if !out.is_empty() && !matches!(entry, Entry::Directory) {
            out.push('\n');
        }
        match entry {
            Entry::Directory => {}
            Entry::Link(target) => out.push_str(&format!("==> {path} -> {target} <==\n")),
            Entry::File { bytes, mode } => {
                out.push_str(&format!("==> {path} ({mode:o}) <==\n{}", String::from_utf8_lossy(bytes)));
                if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                    out.push('\n');
                }
            }
        }
    }
    out
}
