//! Which request is answered by what.

use std::sync::Arc;

use camino::Utf8Path;
use lsp_server::{ErrorCode, RequestId, Response};
use lsp_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare, CodeActionRequest, CodeLensRequest,
    Completion, DocumentDiagnosticRequest, DocumentHighlightRequest, DocumentLinkRequest, DocumentSymbolRequest,
    ExecuteCommand, FoldingRangeRequest, Formatting, GotoDefinition, HoverRequest, InlayHintRequest, OnTypeFormatting,
    PrepareRenameRequest, RangeFormatting, References, Rename, Request, SelectionRangeRequest,
    SemanticTokensFullRequest, SemanticTokensRangeRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    CallHierarchyItem, CodeActionKind, CodeActionOrCommand, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, Range, RelatedFullDocumentDiagnosticReport, TextDocumentPositionParams, Uri,
};
use serde_json::Value;

use crate::lsp::navigate::Cursor;
use crate::lsp::position::Lines;
use crate::lsp::{
    Server, actions, completion, formatting, hierarchy, hints, hover, lens, navigate, refactor, refuse, selection,
    symbols, tokens, uri,
};
use crate::source::Span;
use crate::syntax::ast::Tree;

/// Parses the parameters of a request and answers it; an error is told to the person who asked.
fn with<R: Request>(
    id: RequestId,
    params: Value,
    answer: impl FnOnce(R::Params) -> Result<R::Result, String>,
) -> Response {
    match serde_json::from_value(params) {
        Err(error) => refuse(id, ErrorCode::InvalidParams, &error.to_string()),
        Ok(params) => match answer(params) {
            Ok(result) => Response::new_ok(id, result),
            Err(message) => refuse(id, ErrorCode::RequestFailed, &message),
        },
    }
}

/// The answer to a request.
pub(super) fn answer(server: &Server, id: RequestId, method: &str, params: Value) -> Response {
    match method {
        CodeActionRequest::METHOD => with::<CodeActionRequest>(id, params, |params| {
            let path = uri::path(&params.text_document.uri);
            let set = server.set(&path);
            let mut actions = set.map(|set| actions::actions(set, &server.documents, &path, &params, &server.client));
            if let Some((whole, actions)) = whole(server, &path).zip(actions.as_mut()) {
                let within = whole.span(params.range);
                let mut more = refactor::actions(&whole.cursor, &whole.tree, within, server.client.makes_files);
                more.retain(|action| actions::is_wanted(&params, action.kind.as_ref().map(CodeActionKind::as_str)));
                actions.extend(more.into_iter().map(CodeActionOrCommand::CodeAction));
            }
            Ok(actions)
        }),
        HoverRequest::METHOD => with::<HoverRequest>(id, params, |params| {
            Ok(cursor(server, &params.text_document_position_params).and_then(|cursor| hover::hover(&cursor)))
        }),
        Completion::METHOD => with::<Completion>(id, params, |params| {
            let at = params.text_document_position;
            let path = uri::path(&at.text_document.uri);
            let Some((set, document)) = server.set(&path).zip(server.documents.get(&path)) else { return Ok(None) };
            let lines = Lines::new(document.text.as_bytes(), server.documents.encoding);
            let before = document.text.get(..lines.offset(at.position)).unwrap_or_default();
            Ok(completion::complete(set, &server.documents, &path, before, &lines, server.client.snippets))
        }),
        GotoDefinition::METHOD => with::<GotoDefinition>(id, params, |params| {
            let cursor = cursor(server, &params.text_document_position_params);
            Ok(cursor.and_then(|cursor| navigate::definition(&cursor)))
        }),
        References::METHOD => with::<References>(id, params, |params| {
            let declared = params.context.include_declaration;
            let cursor = cursor(server, &params.text_document_position);
            Ok(cursor.and_then(|cursor| navigate::references(&cursor, declared)))
        }),
        PrepareRenameRequest::METHOD => with::<PrepareRenameRequest>(id, params, |params| {
            cursor(server, &params).map(|cursor| navigate::prepare_rename(&cursor)).transpose().map(Option::flatten)
        }),
        Rename::METHOD => with::<Rename>(id, params, |params| {
            let cursor = cursor(server, &params.text_document_position);
            cursor.map(|cursor| navigate::rename(&cursor, &params.new_name)).transpose()
        }),
        DocumentSymbolRequest::METHOD => with::<DocumentSymbolRequest>(id, params, |params| {
            let path = uri::path(&params.text_document.uri);
            let text = text(server, &path).zip(server.documents.tree(&path));
            Ok(text.map(|((text, lines), tree)| symbols::document(text, &tree, &lines)))
        }),
        WorkspaceSymbolRequest::METHOD => with::<WorkspaceSymbolRequest>(id, params, |params| {
            Ok(Some(symbols::workspace(&server.sets, &server.documents, &params.query)))
        }),
        FoldingRangeRequest::METHOD => with::<FoldingRangeRequest>(id, params, |params| {
            let path = uri::path(&params.text_document.uri);
            let text = text(server, &path).zip(server.documents.tree(&path));
            Ok(text.map(|((_, lines), tree)| symbols::folds(&tree, &lines)))
        }),
        Formatting::METHOD => with::<Formatting>(id, params, |params| {
            let text = text(server, &uri::path(&params.text_document.uri));
            Ok(text.map(|(text, lines)| formatting::format_text(text, &lines, 0..text.len())))
        }),
        RangeFormatting::METHOD => with::<RangeFormatting>(id, params, |params| {
            let text = text(server, &uri::path(&params.text_document.uri));
            Ok(text.map(|(text, lines)| {
                let within = lines.offset(params.range.start)..lines.offset(params.range.end);
                formatting::format_text(text, &lines, within)
            }))
        }),
        OnTypeFormatting::METHOD => with::<OnTypeFormatting>(id, params, |params| {
            let at = params.text_document_position;
            let text = text(server, &uri::path(&at.text_document.uri));
            Ok(text.map(|(text, lines)| formatting::format_closed(text, &lines, lines.offset(at.position))))
        }),
        DocumentLinkRequest::METHOD => with::<DocumentLinkRequest>(id, params, |params| {
            let path = uri::path(&params.text_document.uri);
            Ok(server.set(&path).map(|set| symbols::links(set, &server.documents, &path)))
        }),
        DocumentHighlightRequest::METHOD => with::<DocumentHighlightRequest>(id, params, |params| {
            let cursor = cursor(server, &params.text_document_position_params);
            Ok(cursor.and_then(|cursor| selection::highlights(&cursor)))
        }),
        SelectionRangeRequest::METHOD => with::<SelectionRangeRequest>(id, params, |params| {
            let path = uri::path(&params.text_document.uri);
            let text = text(server, &path).zip(server.documents.tree(&path));
            Ok(text.map(|((text, lines), tree)| selection::ranges(text, &tree, &lines, &params.positions)))
        }),
        SemanticTokensFullRequest::METHOD => with::<SemanticTokensFullRequest>(id, params, |params| {
            let read = whole(server, &uri::path(&params.text_document.uri));
            let tokens = |whole: Whole<'_>| tokens::tokens(&whole.cursor, whole.text, &whole.tree, &whole.lines, None);
            Ok(read.map(|whole| tokens(whole).into()))
        }),
        SemanticTokensRangeRequest::METHOD => with::<SemanticTokensRangeRequest>(id, params, |params| {
            let read = whole(server, &uri::path(&params.text_document.uri));
            Ok(read.map(|whole| {
                let within = Some(whole.span(params.range));
                tokens::tokens(&whole.cursor, whole.text, &whole.tree, &whole.lines, within).into()
            }))
        }),
        InlayHintRequest::METHOD => with::<InlayHintRequest>(id, params, |params| {
            let read = whole(server, &uri::path(&params.text_document.uri));
            let read = read.filter(|_| server.client.settings.inlay_hints);
            Ok(read.map(|whole| hints::hints(&whole.cursor, &whole.tree, &whole.lines, whole.span(params.range))))
        }),
        CodeLensRequest::METHOD => with::<CodeLensRequest>(id, params, |params| {
            let settings = &server.client.settings;
            let read = whole(server, &uri::path(&params.text_document.uri)).filter(|_| settings.code_lens);
            Ok(read.map(|whole| lens::lenses(&whole.cursor, settings.lens_commands)))
        }),
        CallHierarchyPrepare::METHOD => with::<CallHierarchyPrepare>(id, params, |params| {
            let cursor = cursor(server, &params.text_document_position_params);
            Ok(cursor.and_then(|cursor| hierarchy::prepare(&cursor)))
        }),
        CallHierarchyIncomingCalls::METHOD => with::<CallHierarchyIncomingCalls>(id, params, |params| {
            let cursor = of_item(server, &params.item);
            Ok(cursor.and_then(|cursor| hierarchy::incoming(&cursor, &params.item.name)))
        }),
        CallHierarchyOutgoingCalls::METHOD => with::<CallHierarchyOutgoingCalls>(id, params, |params| {
            let cursor = of_item(server, &params.item);
            Ok(cursor.and_then(|cursor| hierarchy::outgoing(&cursor, &params.item.name)))
        }),
        ExecuteCommand::METHOD => with::<ExecuteCommand>(id, params, |params| match params.command.as_str() {
            lens::EMITTED => emitted(server, &params.arguments).map(|text| Some(Value::String(text))),
            other => Err(format!("hermesc does not know the command `{other}`")),
        }),
        DocumentDiagnosticRequest::METHOD => with::<DocumentDiagnosticRequest>(id, params, |params| {
            let items = server.found.get(&uri::path(&params.text_document.uri)).cloned().unwrap_or_default();
            let report = FullDocumentDiagnosticReport { result_id: None, items };
            Ok(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
                RelatedFullDocumentDiagnosticReport {
                    related_documents: None,
                    full_document_diagnostic_report: report,
                },
            )))
        }),
        _ => refuse(id, ErrorCode::MethodNotFound, &format!("hermesc does not know `{method}`")),
    }
}

/// A text of the language that is open, and its lines.
fn text<'s>(server: &'s Server, path: &Utf8Path) -> Option<(&'s str, Lines<'s>)> {
    let document = server.documents.get(path).filter(|document| document.is_language)?;
    Some((&document.text, Lines::new(document.text.as_bytes(), server.documents.encoding)))
}

/// An open text of the language with everything that is known of it.
struct Whole<'s> {
    cursor: Cursor<'s>,
    text: &'s str,
    tree: Arc<Tree>,
    lines: Lines<'s>,
}

impl Whole<'_> {
    fn span(&self, range: Range) -> Span {
        Span::new(self.lines.offset(range.start), self.lines.offset(range.end))
    }
}

fn whole<'s>(server: &'s Server, path: &Utf8Path) -> Option<Whole<'s>> {
    let (text, lines) = text(server, path)?;
    let cursor = Cursor::new(server.set(path)?, &server.documents, path, 0)?;
    Some(Whole { cursor, text, tree: server.documents.tree(path)?, lines })
}

/// The set in which somebody asked for a step of a hierarchy; the text of the item need not be open.
fn of_item<'s>(server: &'s Server, item: &CallHierarchyItem) -> Option<Cursor<'s>> {
    let path = uri::path(&item.uri);
    let mut sets = server.set(&path).into_iter().chain(&server.sets);
    sets.find_map(|set| Cursor::new(set, &server.documents, &path, 0))
}

/// The files that a text becomes, or one of its definitions.
fn emitted(server: &Server, arguments: &[Value]) -> Result<String, String> {
    let of = arguments.first().and_then(|uri| serde_json::from_value::<Uri>(uri.clone()).ok());
    let of = of.ok_or("the first argument is the URI of a text")?;
    let set = server.set(&uri::path(&of)).ok_or("this text is not open")?;
    let checked = set.checked.as_ref().map_err(|(path, error)| format!("{path}: {error}"))?;
    let name = arguments.get(1).and_then(Value::as_str);
    if let Some(name) = name.filter(|name| checked.model.get(name).is_none()) {
        return Err(format!("`{name}` is not defined here"));
    }
    Ok(lens::emitted(&checked.model, name))
}

/// What stands at a place of an open text.
fn cursor<'s>(server: &'s Server, at: &TextDocumentPositionParams) -> Option<Cursor<'s>> {
    let path = uri::path(&at.text_document.uri);
    let document = server.documents.get(&path)?;
    let offset = Lines::new(document.text.as_bytes(), server.documents.encoding).offset(at.position);
    Cursor::new(server.set(&path)?, &server.documents, &path, offset)
}
