//! What can be written at a place.

use std::collections::BTreeMap;

use camino::Utf8Path;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, Range, TextEdit,
};

use crate::language::{self, Place};
use crate::lsp::context::Context;
use crate::lsp::documents::Documents;
use crate::lsp::hover;
use crate::lsp::names::{Role, Space};
use crate::lsp::position::Lines;
use crate::lsp::sets::Set;
use crate::lsp::walk::{Part, walk};
use crate::model::Kind;
use crate::print::written_name;
use crate::resolve::Files;
use crate::resolve::values::SIGNALS;
use crate::s6rc::target::{BuiltInKind, Family, Target, show_version};
use crate::syntax::ast::{Argument, DefinitionKind};

/// What can be written, by label.
struct Items<'s> {
    set: &'s Set,
    /// Whether the client knows snippets.
    snippets: bool,
    items: BTreeMap<String, CompletionItem>,
}

/// What can be written behind `before`.
pub(super) fn complete(
    set: &Set,
    documents: &Documents,
    path: &Utf8Path,
    before: &str,
    lines: &Lines<'_>,
    snippets: bool,
) -> Option<CompletionResponse> {
    let context = Context::new(before);
    if !set.is_language || context.comment {
        return None;
    }
    let mut items = Items { set, snippets, items: BTreeMap::new() };
    let in_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let prefix = match context.prefix.rsplit_once("{{").filter(|(_, name)| name.chars().all(in_word)) {
        Some((_, name)) => {
            items.interpolation(&context, documents);
            name
        }
        None if context.quoted => {
            let names_file = context.words.last().is_some_and(|word| matches!(word.as_str(), "include" | "file"));
            if !names_file {
                return None;
            }
            items.paths(documents, path, &context.prefix);
            context.prefix.rsplit_once('/').map_or(context.prefix.as_str(), |(_, name)| name)
        }
        None => {
            items.statement(&context, documents);
            &context.prefix
        }
    };
    let range = Range::new(lines.position(before.len().saturating_sub(prefix.len())), lines.position(before.len()));
    let finish = |mut item: CompletionItem| {
        let text = item.insert_text.take().unwrap_or_else(|| item.label.clone());
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit::new(range, text)));
        item
    };
    Some(CompletionResponse::Array(items.items.into_values().map(finish).collect()))
}

fn markdown(value: String) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
}

impl Items<'_> {
    fn add(&mut self, label: &str, kind: CompletionItemKind, detail: &str, documentation: Option<String>) {
        let item = CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
            documentation: documentation.map(markdown),
            ..CompletionItem::default()
        };
        self.items.entry(label.to_owned()).or_insert(item);
    }

    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.add(word, CompletionItemKind::KEYWORD, "", None);
        }
    }

    /// Names of services, as they are written.
    fn names(&mut self, kinds: &[Kind]) {
        let Ok(checked) = &self.set.checked else { return };
        let model = &checked.model;
        let mut found: Vec<(&str, String, Option<String>)> = Vec::new();
        for definition in model.definitions.iter().filter(|definition| kinds.contains(&definition.kind)) {
            found.push((&definition.name, definition.kind.word().to_owned(), definition.documentation.clone()));
        }
        for external in model.externals() {
            if external.kind.is_none_or(|kind| kinds.contains(&kind)) {
                let word = external.kind.map_or("service", Kind::word);
                found.push((&external.name, format!("{word}, defined elsewhere"), None));
            }
        }
        for built_in in model.target.built_ins() {
            let kind = match built_in.kind {
                BuiltInKind::Oneshot => Kind::Oneshot,
                BuiltInKind::Bundle => Kind::Bundle,
            };
            if kinds.contains(&kind) {
                found.push((built_in.name, format!("{}, defined by {}", kind.word(), model.target), None));
            }
        }
        for (name, detail, documentation) in found {
            self.add(name, CompletionItemKind::REFERENCE, &detail, documentation);
            if let Some(item) = self.items.get_mut(name) {
                item.insert_text = Some(written_name(name));
            }
        }
    }

    /// Names of one kind in the index.
    fn known(&mut self, documents: &Documents, space: Space, detail: &str) {
        let set = self.set;
        for name in &set.index(documents).names {
            if name.space == space && name.role == Role::Definition {
                self.add(&name.name, CompletionItemKind::VARIABLE, detail, None);
            }
        }
    }

    /// Constants, and the parameters around.
    fn interpolation(&mut self, context: &Context, documents: &Documents) {
        self.known(documents, Space::Constant, "constant");
        for words in &context.blocks {
            match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["for", name, ..] => self.add(name, CompletionItemKind::VARIABLE, "variable of the loop", None),
                ["template", _, "(", parameters @ ..] => {
                    for parameter in parameters.split(|word| *word == ",") {
                        let name = parameter.first().map_or("", |name| name.trim_end_matches(':'));
                        if !matches!(name, "" | ")") {
                            self.add(name, CompletionItemKind::VARIABLE, "parameter", None);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Templates, with a place for each parameter that must be given.
    fn templates(&mut self, documents: &Documents) {
        let set = self.set;
        let definitions = set.index(documents).loaded.trees.iter().flat_map(|(_, tree)| &tree.definitions);
        for definition in definitions {
            let DefinitionKind::Template { name, parameters, .. } = &definition.kind else { continue };
            let given = parameters.iter().filter(|parameter| parameter.default.is_none()).enumerate();
            let given: Vec<String> =
                given.map(|(at, parameter)| format!("{0} = \"${{{1}:{0}}}\"", parameter.name.name, at + 1)).collect();
            let shown: Vec<&str> = parameters.iter().map(|parameter| parameter.name.name.as_str()).collect();
            let detail = format!("template {}({})", name.name, shown.join(", "));
            self.add(&name.name, CompletionItemKind::CLASS, &detail, definition.documentation.clone());
            if let Some(item) = self.items.get_mut(name.name.as_str()).filter(|_| self.snippets) {
                item.insert_text = Some(format!("{}({})", name.name, given.join(", ")));
                item.insert_text_format = Some(InsertTextFormat::SNIPPET);
            }
        }
    }

    /// The users that the set speaks of, and those that every image has.
    fn users(&mut self, documents: &Documents) {
        const COMMON: &[&str] = &["root", "nobody", "daemon", "www-data"];
        let set = self.set;
        for (_, tree) in &set.index(documents).loaded.trees {
            walk(&tree.definitions, &mut |part| {
                if let Part::Statement(statement) = part
                    && matches!(statement.keyword.name.as_str(), "user" | "control-user")
                    && let Some(Argument::Text(text)) = statement.arguments.first()
                    && let Some(name) = text.plain()
                {
                    self.add(name, CompletionItemKind::VALUE, "user", None);
                }
            });
        }
        for name in COMMON {
            self.add(name, CompletionItemKind::VALUE, "user", None);
        }
    }

    /// The files beside a text, or in the folder that was written already.
    fn paths(&mut self, documents: &Documents, path: &Utf8Path, written: &str) {
        let folder = written.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(at) = path.parent().map(|parent| parent.join(folder)) else { return };
        let names = documents.list(&at).ok().flatten().unwrap_or_default();
        for name in names.iter().filter(|name| !name.starts_with('.')) {
            let is_folder = at.join(name).is_dir();
            let kind = if is_folder { CompletionItemKind::FOLDER } else { CompletionItemKind::FILE };
            self.add(&if is_folder { format!("{name}/") } else { name.clone() }, kind, "", None);
        }
    }

    fn definitions(&mut self) {
        for (keyword, form) in language::DEFINITIONS {
            self.add(keyword, CompletionItemKind::KEYWORD, form, None);
        }
    }

    fn statements(&mut self, place: Place) {
        for known in language::STATEMENTS.iter().filter(|known| known.places.contains(&place)) {
            self.add(known.keyword, CompletionItemKind::KEYWORD, known.form, hover::statement(known.keyword));
        }
    }

    /// The first word of a statement, or what follows it.
    fn statement(&mut self, context: &Context, documents: &Documents) {
        let words: Vec<&str> = context.words.iter().map(String::as_str).collect();
        let block: Vec<&str> = context.blocks.last().into_iter().flatten().map(String::as_str).collect();
        match (block.as_slice(), words.as_slice()) {
            (["bundle" | "extend", ..], []) | (["bundle", ..], [.., ","]) if !is_service(&block) => {
                self.names(&[Kind::Longrun, Kind::Oneshot, Kind::Bundle]);
                self.statements(Place::Bundle);
            }
            ([] | ["template" | "for", ..], []) => self.definitions(),
            (["longrun", ..] | ["extend", "longrun", ..], []) => self.statements(Place::Longrun),
            (["oneshot", ..] | ["extend", "oneshot", ..], []) => self.statements(Place::Oneshot),
            (["extend", "service", ..], []) => {
                self.statements(Place::Longrun);
                self.statements(Place::Oneshot);
            }
            (["main"], []) => self.statements(Place::Main),
            (["cont-init" | "stage2-hook", ..], []) => self.statements(Place::Script),
            ([of, ..], []) => {
                for option in language::options(of) {
                    self.add(option.keyword, CompletionItemKind::KEYWORD, option.form, Some(option.about.to_owned()));
                }
            }
            (_, words) => self.argument(words, documents),
        }
    }

    /// What follows a keyword.
    fn argument(&mut self, words: &[&str], documents: &Documents) {
        const ANY: &[Kind] = &[Kind::Longrun, Kind::Oneshot, Kind::Bundle];
        const KINDS: &[&str] = &["longrun", "oneshot", "bundle", "service"];
        let program = |form: &str| form.split(' ').any(|word| word == "PROGRAM");
        match words {
            ["depends-on"] => {
                self.names(ANY);
                self.words(&["none"]);
            }
            ["depends-on", .., ","] => self.names(ANY),
            ["in"] | ["in", .., ","] => self.names(&[Kind::Bundle]),
            ["down-signal" | "reload-signal"] | ["stop-on", "signal"] | ["stop-on", "signal", .., ","] => {
                for (name, number) in SIGNALS {
                    self.add(&format!("SIG{name}"), CompletionItemKind::CONSTANT, &number.to_string(), None);
                }
            }
            ["stop-on"] => self.words(&["exit", "signal"]),
            ["log"] => self.words(&["to", "stdout", "through"]),
            ["log", "to"] => self.words(&["stdout"]),
            ["log", "through"] => self.names(&[Kind::Longrun]),
            ["ready"] => self.words(&["fd", "check"]),
            ["on-exit"] => self.words(&["stop-container"]),
            ["redirect"] => self.words(&["stdout", "stderr"]),
            ["redirect", _] => self.words(&["to"]),
            ["timeout-up" | "timeout-down" | "timeout-kill" | "timeout-finish"] => self.words(&["never"]),
            ["timestamp"] => self.words(&["iso8601", "tai64n", "none"]),
            ["use"] => self.templates(documents),
            ["user" | "control-user"] => self.users(documents),
            ["extern" | "extend"] => self.words(KINDS),
            ["extend", "bundle"] => self.names(&[Kind::Bundle]),
            ["target"] => self.words(Target::NAMES),
            ["target", name] => {
                let family = if *name == "s6-rc" { Family::S6Rc } else { Family::S6Overlay };
                for version in Target::versions(family) {
                    self.add(&show_version(version), CompletionItemKind::VALUE, name, None);
                }
            }
            ["pipeline", .., "=" | "," | "|"] => self.names(&[Kind::Longrun]),
            [keyword] if program(language::form(keyword)) => self.words(&["exec", "sh", "file"]),
            _ => {}
        }
    }
}

/// Whether `extend` adds to a service.
fn is_service(block: &[&str]) -> bool {
    matches!(block, ["extend", "longrun" | "oneshot" | "service", ..])
}
