//! `--format sarif`: the Static Analysis Results Interchange Format 2.1.0 (OASIS standard of 27 March 2020).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::report::encode::{Content, uri};
use crate::report::json::text;
use crate::report::position::Position;
use crate::report::{Found, Set};
use crate::rules::{Rule, explanation};
use crate::source::{Location, Source, SourceMap};

/// Where the standard keeps its schema.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// One log with one run for some service sets, with a newline at its end.
#[must_use]
pub fn sarif(sets: &[Set<'_>]) -> String {
    let read = || sets.iter().filter_map(|set| set.found.as_ref().ok());
    let mut rules: BTreeMap<&str, &'static Rule> = BTreeMap::new();
    for found in read() {
        rules.extend(found.diagnostics.iter().map(|diagnostic| (diagnostic.rule.id, diagnostic.rule)));
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results: Vec<Value> = read()
        .flat_map(|Found { diagnostics, sources, .. }| {
            diagnostics.iter().map(|diagnostic| result(diagnostic, index.get(diagnostic.rule.id), sources))
        })
        .collect();
    let failures: Vec<Value> = sets
        .iter()
        .filter_map(|set| set.found.as_ref().err())
        .map(|failure| json!({ "level": "error", "message": { "text": failure } }))
        .collect();
    let mut invocation = json!({ "executionSuccessful": failures.is_empty() });
    if !failures.is_empty() {
        put(&mut invocation, "toolExecutionNotifications", failures.into());
    }
    text(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hermesc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.explanation },
        "help": { "text": format!("{}\n\nhermesc explain {}", rule.explanation, rule.id), "markdown": explanation(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(diagnostic: &Diagnostic, index: Option<&usize>, sources: &SourceMap) -> Value {
    let mut message = diagnostic.message.clone();
    for more in diagnostic.help.iter().map(|help| format!("help: {help}")).chain(diagnostic.notes.iter().cloned()) {
        message.push('\n');
        message.push_str(&more);
    }
    let mut places = diagnostic.labels.iter().enumerate().filter_map(|(id, label)| {
        let mut location = json!({ "physicalLocation": physical(label.location, sources)? });
        if id > 0 {
            put(&mut location, "id", id.into());
        }
        if !label.text.is_empty() {
            put(&mut location, "message", json!({ "text": label.text }));
        }
        Some(location)
    });
    let mut result = json!({
        "ruleId": diagnostic.rule.id,
        "level": level(diagnostic.severity),
        "message": { "text": message },
    });
    if let Some(index) = index {
        put(&mut result, "ruleIndex", (*index).into());
    }
    put(&mut result, "locations", places.next().into_iter().collect());
    let related: Vec<Value> = places.collect();
    if !related.is_empty() {
        put(&mut result, "relatedLocations", related.into());
    }
    let fixes: Vec<Value> = diagnostic.fixes.iter().filter_map(|found| fix(found, sources)).collect();
    if !fixes.is_empty() {
        put(&mut result, "fixes", fixes.into());
    }
    result
}

fn physical(location: Location, sources: &SourceMap) -> Option<Value> {
    let source = sources.get(location.file)?;
    let mut physical = json!({ "artifactLocation": { "uri": uri(&source.path) } });
    // A directory, or an empty file: there is no text for a region to be in.
    if !source.bytes.is_empty() {
        put(&mut physical, "region", region(location, source));
    }
    Some(physical)
}

fn region(location: Location, source: &Source) -> Value {
    let marked = source.bytes.starts_with("\u{feff}".as_bytes());
    let (start, end) = (Position::new(source, location.span.start), Position::new(source, location.span.end));
    // The byte order mark of a file has no column in SARIF (§3.30.2).
    let column = |position: Position| {
        if marked && position.line == 1 { position.column.saturating_sub(1).max(1) } else { position.column }
    };
    json!({
        "startLine": start.line,
        "startColumn": column(start),
        "endLine": end.line,
        "endColumn": column(end),
    })
}

/// A fix that only puts text in the place of text; SARIF has no words for modes, nor for files that come or go.
fn fix(fix: &Fix, sources: &SourceMap) -> Option<Value> {
    let mut changes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let Edit::Replace { location, with } = edit else { return None };
        let source = sources.get(location.file)?;
        let bytes = source.bytes.get(location.span.range())?;
        let is_text = std::str::from_utf8(&source.bytes).is_ok() && !source.bytes.starts_with("\u{feff}".as_bytes());
        let replacement = match Content::new(with) {
            Content::Text(text) if is_text => json!({
                "deletedRegion": region(*location, source),
                "insertedContent": { "text": text },
            }),
            _ => json!({
                "deletedRegion": { "byteOffset": location.span.start, "byteLength": bytes.len() },
                "insertedContent": { "binary": Content::binary(with) },
            }),
        };
        changes.entry(uri(&source.path)).or_default().push(replacement);
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(uri, replacements)| json!({ "artifactLocation": { "uri": uri }, "replacements": replacements }))
        .collect();
    (!changes.is_empty()).then(|| json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}
