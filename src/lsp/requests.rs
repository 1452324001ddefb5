//! Which request is answered by what.

use camino::Utf8Path;
use lsp_server::{ErrorCode, RequestId, Response};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentDiagnosticRequest, DocumentLinkRequest, DocumentSymbolRequest,
    FoldingRangeRequest, Formatting, GotoDefinition, HoverRequest, OnTypeFormatting, PrepareRenameRequest,
    RangeFormatting, References, Rename, Request, WorkspaceSymbolRequest,
};
use lsp_types::{
    DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, TextDocumentPositionParams,
};
use serde_json::Value;

use crate::lsp::navigate::Cursor;
use crate::lsp::position::Lines;
use crate::lsp::{Server, actions, completion, formatting, hover, navigate, refuse, symbols, uri};

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
            Ok(set.map(|set| actions::actions(set, &server.documents, &path, &params)))
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
            Ok(completion::complete(set, &server.documents, before, &lines))
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
            let text = text(server, &uri::path(&params.text_document.uri));
            Ok(text.map(|(text, lines)| symbols::document(text, &lines)))
        }),
        WorkspaceSymbolRequest::METHOD => with::<WorkspaceSymbolRequest>(id, params, |params| {
            Ok(Some(symbols::workspace(&server.sets, &server.documents, &params.query)))
        }),
        FoldingRangeRequest::METHOD => with::<FoldingRangeRequest>(id, params, |params| {
            let text = text(server, &uri::path(&params.text_document.uri));
            Ok(text.map(|(text, lines)| symbols::folds(text, &lines)))
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

/// What stands at a place of an open text.
fn cursor<'s>(server: &'s Server, at: &TextDocumentPositionParams) -> Option<Cursor<'s>> {
    let path = uri::path(&at.text_document.uri);
    let document = server.documents.get(&path)?;
    let offset = Lines::new(document.text.as_bytes(), server.documents.encoding).offset(at.position);
    Cursor::new(server.set(&path)?, &server.documents, &path, offset)
}
