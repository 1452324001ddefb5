//! Fixes as code actions: each by itself, and all that are sure at once.

use std::collections::HashMap;
use std::convert::Infallible;

use camino::Utf8Path;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CreateFile, DeleteFile, DocumentChangeOperation,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range, ResourceOp, TextDocumentEdit, TextEdit,
    WorkspaceEdit,
};

use crate::compile::{self, Checked};
use crate::diagnostic::{Diagnostic, Edit, Fix, Safety};
use crate::fix::{Taken, soundest};
use crate::lsp::capabilities::Client;
use crate::lsp::diagnostics::Places;
use crate::lsp::documents::Documents;
use crate::lsp::sets::Set;
use crate::resolve::{Files, normal};
use crate::source::{FileId, Location};

/// The kind of the action that applies all fixes that are sure.
pub(super) const FIX_ALL: &str = "source.fixAll.hermesc";

/// So often all texts are checked at most, while the editor waits.
const MAX_TRIES: usize = 16;

/// What takes the place of what.
pub(super) type Replacement = (Location, String);

/// The actions for a part of a file.
pub(super) fn actions(
    set: &Set,
    documents: &Documents,
    path: &Utf8Path,
    parameters: &CodeActionParams,
    client: &Client,
) -> Vec<CodeActionOrCommand> {
    let Ok(checked) = &set.checked else { return Vec::new() };
    let wanted = |kind: &str| is_wanted(parameters, Some(kind));
    let mut places = Places::new(checked, documents);
    let mut actions = Vec::new();
    for diagnostic in &checked.diagnostics {
        let here = diagnostic.location().filter(|place| normal(checked.sources.path(place.file)) == path);
        let Some(place) = here.filter(|_| wanted("quickfix")) else { continue };
        if !touch(places.range(place), parameters.range) {
            continue;
        }
        for fix in &diagnostic.fixes {
            let plain = replacements(fix).and_then(|edits| edit(&mut places, &edits));
            let Some(edit) = plain.or_else(|| with_files(checked, documents, fix, client)) else { continue };
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![places.show(diagnostic)]),
                edit: Some(edit),
                is_preferred: Some(fix.safety == Safety::Safe),
                ..CodeAction::default()
            }));
        }
    }
    if set.is_language && wanted(FIX_ALL) {
        let edits = all(set, checked, documents);
        if let Some(edit) = edit(&mut places, &edits).filter(|_| !edits.is_empty()) {
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: "apply all fixes that are sure".to_owned(),
                kind: Some(CodeActionKind::new(FIX_ALL)),
                edit: Some(edit),
                ..CodeAction::default()
            }));
        }
    }
    actions
}

/// Whether a kind was asked for; a kind asks for all those below it.
pub(super) fn is_wanted(parameters: &CodeActionParams, kind: Option<&str>) -> bool {
    let Some(only) = &parameters.context.only else { return true };
    only.iter().any(|only| {
        let rest = kind.and_then(|kind| kind.strip_prefix(only.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// A fix that makes or removes files, for a client that can; one that changes permission bits is nothing for an editor.
fn with_files(checked: &Checked, documents: &Documents, fix: &Fix, client: &Client) -> Option<WorkspaceEdit> {
    if !client.makes_files {
        return None;
    }
    let mut places = Places::new(checked, documents);
    let mut operations = Vec::new();
    let text_edit = |uri, range, new_text: String| {
        DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
            edits: vec![OneOf::Left(TextEdit { range, new_text })],
        })
    };
    for edit in &fix.edits {
        match edit {
            Edit::Replace { location, with } => {
                let link = places.link(*location)?;
                operations.push(text_edit(link.uri, link.range, String::from_utf8(with.clone()).ok()?));
            }
            // A file that an editor makes has these bits.
            Edit::Create { path, bytes, mode } if *mode == 0o644 => {
                let uri = documents.uri(path)?;
                let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
                operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
                if !bytes.is_empty() {
                    operations.push(text_edit(uri, Range::default(), String::from_utf8(bytes.clone()).ok()?));
                }
            }
            Edit::Remove { path } => {
                let delete = DeleteFile { uri: documents.uri(path)?, options: None };
                operations.push(DocumentChangeOperation::Op(ResourceOp::Delete(delete)));
            }
            Edit::Create { .. } | Edit::SetMode { .. } => return None,
        }
    }
    let document_changes = Some(DocumentChanges::Operations(operations));
    Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() })
}

fn touch(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// A fix that only replaces text: permission bits are nothing that an editor can change.
fn replacements(fix: &Fix) -> Option<Vec<Replacement>> {
    let replacement = |edit: &Edit| match edit {
        Edit::Replace { location, with } => Some((*location, String::from_utf8(with.clone()).ok()?)),
        Edit::SetMode { .. } | Edit::Create { .. } | Edit::Remove { .. } => None,
    };
    fix.edits.iter().map(replacement).collect::<Option<Vec<_>>>().filter(|edits| !edits.is_empty())
}

/// The sure fixes of a set, none on top of another, and none that leaves more errors than there were.
fn all(set: &Set, checked: &Checked, documents: &Documents) -> Vec<Replacement> {
    let mut taken: Taken<FileId> = Taken::default();
    let mut chosen: Vec<Vec<Replacement>> = Vec::new();
    let safe =
        |diagnostic: &Diagnostic| diagnostic.fixes.iter().find(|fix| fix.safety == Safety::Safe).and_then(replacements);
    for edits in checked.diagnostics.iter().filter_map(safe) {
        if edits.iter().all(|(place, _)| !taken.touches(&place.file, place.span)) {
            for (place, _) in &edits {
                taken.take(place.file, place.span);
            }
            chosen.push(edits);
        }
    }
    if chosen.is_empty() {
        return Vec::new();
    }
    let replacements = |some: &[&Vec<Replacement>]| some.iter().copied().flatten().cloned().collect::<Vec<_>>();
    let sound = |some: &[&Vec<Replacement>]| {
        let after = after(set, checked, documents, &replacements(some));
        Ok::<_, Infallible>(after.filter(|after| after.errors() <= checked.errors()))
    };
    let Ok((good, _)) = soundest(&chosen, MAX_TRIES, sound);
    replacements(&good)
}

/// What is found once these replacements are made.
pub(super) fn after(set: &Set, checked: &Checked, documents: &Documents, edits: &[Replacement]) -> Option<Checked> {
    let mut sorted: Vec<&Replacement> = edits.iter().collect();
    sorted.sort_by_key(|(place, _)| *place);
    let mut changed = documents.clone();
    for edits in sorted.chunk_by(|(a, _), (b, _)| a.file == b.file) {
        let Some((first, _)) = edits.first() else { continue };
        let path = normal(checked.sources.path(first.file));
        let before = String::from_utf8(changed.read(&path).ok()?).ok()?;
        let (mut text, mut at) = (String::new(), 0);
        for (place, with) in edits {
            let range = place.span.range();
            text.push_str(before.get(at..range.start)?);
            text.push_str(with);
            at = range.end;
        }
        text.push_str(before.get(at..)?);
        changed.put(&path, text);
    }
    compile::check_with(&changed, &set.roots, &set.options).ok()
}

/// Replacements as the editor makes them.
#[allow(clippy::mutable_key_type)] // the protocol's own type
pub(super) fn edit(places: &mut Places<'_>, edits: &[Replacement]) -> Option<WorkspaceEdit> {
    let mut changes: HashMap<_, Vec<TextEdit>> = HashMap::new();
    for (place, with) in edits {
        let link = places.link(*place)?;
        changes.entry(link.uri).or_default().push(TextEdit::new(link.range, with.clone()));
    }
    Some(WorkspaceEdit::new(changes))
}
