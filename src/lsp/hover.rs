//! What stands under the cursor: keywords, options and names.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use smol_str::SmolStr;

use camino::Utf8Path;

use crate::graph::EdgeKind;
use crate::language;
use crate::lsp::names::{Occurrence, Role, Space, title};
use crate::lsp::navigate::Cursor;
use crate::lsp::walk::{Part, walk};
use crate::model::{Definition, Model};
use crate::resolve::values;
use crate::s6rc::plan::{Entry, FileTree, plan_definition};
use crate::s6rc::target::{BuiltInKind, show_version};
use crate::source::Location;
use crate::syntax::ast::{Argument, TextForm};

/// At most so many names are listed.
const MAX_LISTED: usize = 20;

/// What is to be said of what stands here.
pub(super) fn hover(cursor: &Cursor<'_>) -> Option<Hover> {
    let (place, value) = match cursor.name() {
        Some(name) => (name.place, about_name(cursor, name)?),
        None => keyword(cursor).or_else(|| quantity(cursor))?,
    };
    let range = cursor.places().range(place);
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(range) })
}

/// A keyword of a statement, an option or a definition.
fn keyword(cursor: &Cursor<'_>) -> Option<(Location, String)> {
    let here = |place: &Location| {
        place.file == cursor.file && place.span.start <= cursor.offset && cursor.offset <= place.span.end
    };
    if let Some((place, keyword, of)) = cursor.index.keywords.iter().find(|(place, _, _)| here(place)) {
        let text = match of {
            Some(of) => {
                let option = language::options(of).iter().find(|option| option.keyword == keyword)?;
                format!("```hermes\n{}\n```\n{}", option.form, option.about)
            }
            None => statement(keyword)?,
        };
        return Some((*place, text));
    }
    let (_, tree) = cursor.index.loaded.trees.iter().find(|(file, _)| *file == cursor.file)?;
    let mut definitions: Vec<_> = tree.definitions.iter().collect();
    while let Some(definition) = definitions.pop() {
        use crate::syntax::ast::DefinitionKind::{For, Template};
        if let Template { definitions: inner, .. } | For { definitions: inner, .. } = &definition.kind {
            definitions.extend(inner);
        }
        let word = title(&definition.kind).0.split(' ').next().unwrap_or_default();
        let mut span = definition.span;
        span.end = span.start + u32::try_from(word.len()).unwrap_or_default();
        let place = Location::new(cursor.file, span);
        if here(&place) {
            let (_, form) = language::DEFINITIONS.iter().find(|(known, _)| *known == word)?;
            return Some((place, format!("```hermes\n{form}\n```")));
        }
    }
    None
}

/// How a statement is written, what it means, and the file that it writes.
pub(super) fn statement(keyword: &str) -> Option<String> {
    let known = language::find(keyword)?;
    let since = known.since.map(|(tool, version)| format!(" (since {tool} {})", show_version(version)));
    let since = since.unwrap_or_default();
    Some(format!(
        "```hermes\n{}\n```\n{}\n\nWrites `{}`, in {}{since}.",
        known.form,
        known.about,
        known.writes,
        known.homes()
    ))
}

/// The files that a definition becomes.
fn written(model: &Model, definition: &Definition) -> String {
    let mut tree = FileTree::default();
    plan_definition(&mut tree, Utf8Path::new(""), definition);
    let files: Vec<String> = tree
        .entries
        .iter()
        .filter(|(_, entry)| !matches!(entry, Entry::Directory))
        .map(|(path, _)| format!("`{path}`"))
        .take(MAX_LISTED)
        .collect();
    format!("\n\nwrites {}: {}", model.target.directory_of(&definition.name), files.join(", "))
}

/// A duration or a size, in the unit that it is written in.
fn quantity(cursor: &Cursor<'_>) -> Option<(Location, String)> {
    let tree = &cursor.index.loaded.trees.iter().find(|(file, _)| *file == cursor.file)?.1;
    let mut found = None;
    walk(&tree.definitions, &mut |part| {
        let Part::Statement(statement) = part else { return };
        for argument in &statement.arguments {
            if let Argument::Text(text) = argument
                && text.form == TextForm::Word
                && text.span.start <= cursor.offset
                && cursor.offset <= text.span.end
                && let Some(word) = text.plain().filter(|word| word.starts_with(|char: char| char.is_ascii_digit()))
            {
                let said = match (values::duration(word), values::size(word)) {
                    (Ok(milliseconds), _) => format!("`{word}`: {milliseconds} milliseconds"),
                    (_, Ok(bytes)) => format!("`{word}`: {bytes} bytes"),
                    _ => continue,
                };
                found = Some((Location::new(cursor.file, text.span), said));
            }
        }
    });
    found
}

fn about_name(cursor: &Cursor<'_>, name: &Occurrence) -> Option<String> {
    let word = &name.name;
    let defined = || cursor.index.same(name).find(|other| other.role == Role::Definition);
    match name.space {
        Space::Service => Some(service(cursor, word)),
        Space::Template | Space::Constant => {
            let place = defined()?.place;
            let (_, tree) = cursor.index.loaded.trees.iter().find(|(file, _)| *file == place.file)?;
            let holds = |span: crate::source::Span| span.start <= place.span.start && place.span.end <= span.end;
            let definition = tree.definitions.iter().find(|definition| holds(definition.span))?;
            let text = cursor.checked.sources.text(Location::new(place.file, definition.span));
            let first = text.lines().next().unwrap_or_default().trim_end_matches(['{', ' ']);
            let documentation = definition.documentation.clone().unwrap_or_default();
            Some(format!("```hermes\n{first}\n```\n{documentation}"))
        }
        Space::Parameter(home) => Some(format!("`{word}`: a parameter of `{}`", cursor.checked.sources.text(home))),
    }
}

/// Kind, documentation, and the names that it needs and that need it.
fn service(cursor: &Cursor<'_>, name: &SmolStr) -> String {
    let model = &cursor.checked.model;
    let mut out = match (model.get(name), model.external(name), model.target.built_in(name)) {
        (Some(definition), _, _) => {
            let mut out = format!("**{}** `{name}`", definition.kind.word());
            if !definition.uses.is_empty() {
                out.push_str(", made by a template or a loop");
            }
            if let Some(documentation) = &definition.documentation {
                out.push_str(&format!("\n\n{documentation}"));
            }
            out
        }
        (None, Some(external), _) => {
            format!("`{name}`: a {} that somebody else defines", external.kind.map_or("service", |kind| kind.word()))
        }
        (None, None, Some(built_in)) => {
            let kind = match built_in.kind {
                BuiltInKind::Oneshot => "oneshot",
                BuiltInKind::Bundle => "bundle",
            };
            format!("**{kind}** `{name}`, defined by {} itself", model.target)
        }
        (None, None, None) => format!("`{name}` is not defined"),
    };
    if let Some(definition) = model.get(name) {
        out.push_str(&written(model, definition));
    }
    let Some((graph, waves)) = cursor.set.graph() else { return out };
    let Some(node) = graph.find(name) else { return out };
    if let Some(wave) = waves.get(&node).filter(|_| model.get(name).is_some()) {
        out.push_str(&format!("\n\nstarts in wave {wave}"));
    }
    let (mut needs, mut holds) = (Vec::new(), Vec::new());
    for (to, edge) in graph.edges(node) {
        match edge.kind {
            EdgeKind::Contains => holds.push(graph.name(to)),
            EdgeKind::Internal => {}
            _ => needs.push(graph.name(to)),
        }
    }
    let mut needed = Vec::new();
    let mut bundles = Vec::new();
    for (from, edge) in graph.needers(node) {
        if edge.kind == EdgeKind::Contains { bundles.push(graph.name(from)) } else { needed.push(graph.name(from)) }
    }
    for (words, mut names) in [("needs", needs), ("needed by", needed), ("holds", holds), ("in", bundles)] {
        names.dedup();
        if !names.is_empty() {
            let more = names.len().saturating_sub(MAX_LISTED);
            let names: Vec<String> = names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            out.push_str(&format!("\n\n{words}: {}{more}", names.join(", ")));
        }
    }
    out
}
