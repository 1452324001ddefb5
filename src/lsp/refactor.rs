//! Changes that mend nothing: a script into a file of its own, services into a bundle, a service into `user`.

use lsp_types::{
    CodeAction, CodeActionKind, CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use crate::compile;
use crate::lsp::actions::{Replacement, edit};
use crate::lsp::diagnostics::Places;
use crate::lsp::navigate::Cursor;
use crate::lsp::walk::{Part, walk};
use crate::model::{Definition, Kind};
use crate::print::written_name;
use crate::resolve::{Files, normal};
use crate::s6rc::plan::plan;
use crate::source::{Location, Span};
use crate::syntax::ast::{self, Argument, Definition as Written, DefinitionKind, Parts, Statement, TextForm, Tree};

/// What can be done with a part of a text. `makes_files` is whether the client can.
pub(super) fn actions(cursor: &Cursor<'_>, tree: &Tree, within: Span, makes_files: bool) -> Vec<CodeAction> {
    let touched: Vec<&Written> =
        tree.definitions.iter().filter(|definition| touches(definition.span, within)).collect();
    let mut actions = Vec::new();
    if let [definition] = touched.as_slice() {
        actions.extend(to_user(cursor, definition));
    }
    actions.extend(bundle(cursor, &touched, within));
    if makes_files {
        walk(&tree.definitions, &mut |part| {
            if let Part::Statement(statement) = part
                && touches(statement.span, within)
            {
                actions.extend(extract(cursor, tree, statement));
            }
        });
    }
    actions
}

fn touches(span: Span, within: Span) -> bool {
    span.start <= within.end && within.start <= span.end
}

fn action(title: String, kind: CodeActionKind, edit: WorkspaceEdit) -> CodeAction {
    CodeAction { title, kind: Some(kind), edit: Some(edit), ..CodeAction::default() }
}

/// Lets the boot start a service that nothing starts.
fn to_user(cursor: &Cursor<'_>, written: &Written) -> Option<CodeAction> {
    let DefinitionKind::Service { name, body, .. } = &written.kind else { return None };
    let model = &cursor.checked.model;
    let user = model.target.user_bundle()?;
    let [definition] = cursor.at_place(Location::new(cursor.file, name.span))[..] else { return None };
    let (graph, _) = cursor.set.graph()?;
    if graph.is_started(model.find(&definition.name)?) != Some(false) {
        return None;
    }
    let at = body.span.end.checked_sub(1)?;
    let inside = cursor.checked.sources.text(Location::new(cursor.file, Span { start: body.span.start + 1, end: at }));
    let lead = if inside.ends_with('\n') {
        "    "
    } else if inside.trim().is_empty() {
        " "
    } else {
        "; "
    };
    let (place, line) = if inside.ends_with('\n') {
        (at, format!("{lead}in {user}\n"))
    } else {
        // The brace stands on the line of the last statement.
        (at - trailing(inside), format!("{lead}in {user}{}", if inside.trim().is_empty() { " " } else { "" }))
    };
    let place = Location::new(cursor.file, Span { start: place, end: place });
    let edit = edit(&mut cursor.places(), &[(place, line)])?;
    Some(action(format!("add `{}` to `{user}`", definition.name), CodeActionKind::REFACTOR, edit))
}

fn trailing(text: &str) -> u32 {
    u32::try_from(text.len() - text.trim_end().len()).unwrap_or_default()
}

/// Makes a bundle of the definitions that are selected.
fn bundle(cursor: &Cursor<'_>, touched: &[&Written], within: Span) -> Option<CodeAction> {
    let named = |written: &&Written| match &written.kind {
        DefinitionKind::Service { name, .. } | DefinitionKind::Bundle { name, .. } => Some(name.span),
        _ => None,
    };
    let model = &cursor.checked.model;
    let of = |span: Span| cursor.at_place(Location::new(cursor.file, span)).first().copied();
    let inside = |written: &&&Written| written.span.start < within.end && within.start < written.span.end;
    let touched: Vec<&Written> = touched.iter().filter(inside).copied().collect();
    let definitions: Vec<&Definition> = touched.iter().filter_map(named).filter_map(of).collect();
    let last = touched.last().filter(|_| within.start < within.end && !definitions.is_empty())?;
    let free = |name: &String| model.get(name).is_none() && model.target.built_in(name).is_none();
    let name = std::iter::once("group".to_owned())
        .chain((2..=model.definitions.len() + 2).map(|number| format!("group-{number}")))
        .find(free)?;
    let members: Vec<String> = definitions.iter().map(|definition| written_name(&definition.name)).collect();
    let text = format!("\n\nbundle {name} {{ {} }}", members.join(", "));
    let place = Location::new(cursor.file, last.span.after());
    let edit = edit(&mut cursor.places(), &[(place, text)])?;
    let what =
        if members.len() == 1 { "a bundle of it".to_owned() } else { format!("a bundle of these {}", members.len()) };
    Some(action(format!("make {what}"), CodeActionKind::REFACTOR_EXTRACT, edit))
}

/// Puts the script of a statement into a file beside the text, where nothing else becomes different by that.
fn extract(cursor: &Cursor<'_>, tree: &Tree, statement: &Statement) -> Option<CodeAction> {
    let [.., Argument::Text(interpreter), Argument::Text(script)] = statement.arguments.as_slice() else { return None };
    let made = match &script.parts {
        Parts::Mixed(parts) => parts.iter().any(|part| matches!(part, ast::Part::Interpolation(_))),
        Parts::Plain(..) => false,
    };
    let is_script = interpreter.form == TextForm::Word && script.form == TextForm::Fence && !made;
    let definition = is_script.then(|| owner(cursor, tree, statement)).flatten()?;
    let (part, program) = definition.programs.iter().find(|(part, _)| *part == statement.keyword.name)?;
    let (checked, documents) = (cursor.checked, cursor.documents);
    let file = format!("{}.{part}", definition.name);
    let path = normal(checked.sources.path(cursor.file));
    let beside = path.parent()?.join(&file);
    if documents.read(&beside).is_ok() {
        return None;
    }
    let text = String::from_utf8(program.bytes.clone()).ok()?;
    let place = Location::new(cursor.file, interpreter.span.to(script.span));
    let edits: Vec<Replacement> = vec![(place, format!("file \"{file}\""))];
    // Tried first: `file` takes the bytes as they are, and other statements may have had a part in them.
    let mut changed = documents.clone();
    let mut source = String::from_utf8(changed.read(&path).ok()?).ok()?;
    source.get(place.span.range())?;
    source.replace_range(place.span.range(), &edits.first()?.1);
    changed.put(&path, source);
    changed.put(&beside, text.clone());
    let after = compile::check_with(&changed, &cursor.set.roots, &cursor.set.options).ok()?;
    if plan(&after.model) != plan(&checked.model) {
        return None;
    }
    let (uri, link) = (documents.uri(&beside)?, Places::new(checked, documents).link(place)?);
    let one = |uri, range, new_text: String| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
        edits: vec![OneOf::Left(TextEdit { range, new_text })],
    };
    let create = CreateFile {
        uri: uri.clone(),
        options: Some(CreateFileOptions { overwrite: Some(false), ignore_if_exists: None }),
        annotation_id: None,
    };
    let operations = vec![
        DocumentChangeOperation::Op(ResourceOp::Create(create)),
        DocumentChangeOperation::Edit(one(uri, lsp_types::Range::default(), text)),
        DocumentChangeOperation::Edit(one(link.uri, link.range, edits.first()?.1.clone())),
    ];
    let edit =
        WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() };
    Some(action(format!("move the script to {file}"), CodeActionKind::REFACTOR_EXTRACT, edit))
}

/// The only definition that a statement is part of.
fn owner<'m>(cursor: &Cursor<'m>, tree: &Tree, statement: &Statement) -> Option<&'m Definition> {
    let holds = |definition: &&Written| {
        definition.span.start <= statement.span.start && statement.span.end <= definition.span.end
    };
    let written = tree.definitions.iter().find(holds)?;
    let DefinitionKind::Service { name, .. } = &written.kind else { return None };
    match cursor.at_place(Location::new(cursor.file, name.span))[..] {
        [definition] if definition.kind != Kind::Bundle => Some(definition),
        _ => None,
    }
}
