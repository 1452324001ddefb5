//! What each word is, for colours.

use std::collections::{HashMap, HashSet};

use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend};

use crate::lsp::names::{Role, Space};
use crate::lsp::navigate::Cursor;
use crate::lsp::position::Lines;
use crate::lsp::walk::{Part, walk};
use crate::model::Kind;
use crate::source::Span;
use crate::syntax::ast::{Argument, Definition, DefinitionKind, Exec, Piece, Text, TextForm, Tree, Value};

/// The kinds, by their numbers.
const TYPES: &[SemanticTokenType] = &[
    SemanticTokenType::KEYWORD,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::EVENT,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::CLASS,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
    SemanticTokenType::MACRO,
];

/// The modifiers, by their bits.
const MODIFIERS: &[SemanticTokenModifier] =
    &[SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY, SemanticTokenModifier::DOCUMENTATION];
const DECLARATION: u32 = 1;
const DEFAULT_LIBRARY: u32 = 2;
const DOCUMENTATION: u32 = 4;

/// What the numbers mean.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() }
}

/// A word and what it is.
#[derive(Debug, Clone)]
struct Token {
    span: Span,
    kind: SemanticTokenType,
    modifiers: u32,
}

/// The words of a text, or of a part of it.
pub(super) fn tokens(
    cursor: &Cursor<'_>,
    text: &str,
    tree: &Tree,
    lines: &Lines<'_>,
    within: Option<Span>,
) -> SemanticTokens {
    let mut found = Vec::new();
    for comment in &tree.comments {
        let modifiers = if comment.documentation { DOCUMENTATION } else { 0 };
        found.push(Token { span: comment.span, kind: SemanticTokenType::COMMENT, modifiers });
    }
    words(text, &tree.definitions, &mut found);
    names(cursor, &mut found);
    if let Some(within) = within {
        found.retain(|token| token.span.start < within.end && within.start < token.span.end);
    }
    SemanticTokens { result_id: None, data: encoded(&apart(found), text, lines) }
}

/// Keywords, texts and variables.
fn words(text: &str, definitions: &[Definition], found: &mut Vec<Token>) {
    let mut add = |span: Span, kind: SemanticTokenType| found.push(Token { span, kind, modifiers: 0 });
    let mut options = HashSet::new();
    walk(definitions, &mut |part| match part {
        Part::Definition(definition) => {
            head(text, definition, &mut add);
        }
        Part::Body(_) => {}
        Part::Statement(statement) => {
            let is_option = options.contains(&statement.keyword.span.start);
            let kind = if is_option { SemanticTokenType::PROPERTY } else { SemanticTokenType::KEYWORD };
            add(statement.keyword.span, kind);
            for argument in &statement.arguments {
                match argument {
                    Argument::Text(text) => written(text, &mut add),
                    Argument::List(list) => list.values.iter().for_each(|value| value_of(value, &mut add)),
                    Argument::Exec(exec) => command(exec, &mut add),
                    Argument::Punctuation(..) => {}
                }
            }
            for option in statement.options.iter().flat_map(|options| &options.statements) {
                options.insert(option.keyword.span.start);
            }
        }
    });
}

/// The words that a definition begins with, and the values in it.
fn head(text: &str, definition: &Definition, add: &mut dyn FnMut(Span, SemanticTokenType)) {
    const SECOND: &[&str] = &["longrun", "oneshot", "bundle", "service"];
    let source = text.get(definition.span.range()).unwrap_or_default();
    let mut words = source.split(' ').scan(definition.span.start as usize, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    });
    if let Some((start, first)) = words.next() {
        let word = first.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
        add(Span::new(start, start + word.len()), SemanticTokenType::KEYWORD);
        if matches!(first, "extend" | "extern")
            && let Some((start, second)) =
                words.find(|(_, word)| !word.is_empty()).filter(|(_, word)| SECOND.contains(word))
        {
            add(Span::new(start, start + second.len()), SemanticTokenType::KEYWORD);
        }
    }
    match &definition.kind {
        DefinitionKind::Constant { value, .. } | DefinitionKind::For { values: value, .. } => value_of(value, add),
        DefinitionKind::Include { path } => written(path, add),
        DefinitionKind::Target { version: Some(version), .. } => add(version.span, SemanticTokenType::NUMBER),
        DefinitionKind::Use { arguments, .. } => arguments.iter().for_each(|argument| value_of(&argument.value, add)),
        _ => {}
    }
}

fn value_of(value: &Value, add: &mut dyn FnMut(Span, SemanticTokenType)) {
    match value {
        Value::Text(text) => written(text, add),
        Value::List(list) => list.values.iter().for_each(|value| value_of(value, add)),
    }
}

fn written(text: &Text, add: &mut dyn FnMut(Span, SemanticTokenType)) {
    match text.form {
        TextForm::Quoted => add(text.span, SemanticTokenType::STRING),
        // Its lines are of another language, which the editor knows better.
        TextForm::Fence => {}
        TextForm::Word if text.plain().is_some_and(|word| word.starts_with(|char: char| char.is_ascii_digit())) => {
            add(text.span, SemanticTokenType::NUMBER);
        }
        TextForm::Word => {}
    }
}

fn command(exec: &Exec, add: &mut dyn FnMut(Span, SemanticTokenType)) {
    add(Span { end: exec.span.start + 4, ..exec.span }, SemanticTokenType::KEYWORD);
    for word in &exec.words {
        for piece in &word.pieces {
            match piece {
                Piece::Variable(variable) => add(variable.span, SemanticTokenType::MACRO),
                Piece::Text(text) if text.form == TextForm::Quoted => add(text.span, SemanticTokenType::STRING),
                Piece::Text(_) => {}
            }
        }
    }
}

/// The names of services, templates, constants and parameters.
fn names(cursor: &Cursor<'_>, found: &mut Vec<Token>) {
    let model = &cursor.checked.model;
    let mut kinds: HashMap<&str, SemanticTokenType> = HashMap::new();
    for definition in &model.definitions {
        kinds.entry(&definition.name).or_insert(match definition.kind {
            Kind::Longrun => SemanticTokenType::FUNCTION,
            Kind::Oneshot => SemanticTokenType::EVENT,
            Kind::Bundle => SemanticTokenType::NAMESPACE,
        });
    }
    // Of several that a template makes at one place, the first counts, which is found last here.
    for name in cursor.index.names.iter().rev().filter(|name| name.place.file == cursor.file) {
        let mut modifiers = if name.role == Role::Reference { 0 } else { DECLARATION };
        let kind = match name.space {
            Space::Service => {
                if model.target.built_in(&name.name).is_some() {
                    modifiers |= DEFAULT_LIBRARY;
                }
                kinds.get(name.name.as_str()).cloned().unwrap_or(SemanticTokenType::NAMESPACE)
            }
            Space::Template => SemanticTokenType::CLASS,
            Space::Constant => SemanticTokenType::VARIABLE,
            Space::Parameter(_) => SemanticTokenType::PARAMETER,
        };
        found.push(Token { span: name.place.span, kind, modifiers });
    }
}

/// None on top of another: what is inside comes instead of that part of what is around it.
fn apart(mut tokens: Vec<Token>) -> Vec<Token> {
    // Of two at the same place, the one that was found last knows more.
    tokens.reverse();
    tokens.sort_by_key(|token| (token.span.start, std::cmp::Reverse(token.span.end)));
    tokens.dedup_by_key(|token| token.span);
    let mut flat: Vec<Token> = Vec::new();
    let mut open: Vec<Token> = Vec::new();
    let close = |open: &mut Vec<Token>, flat: &mut Vec<Token>, until: u32| {
        while let Some(outer) = open.pop_if(|outer| outer.span.end <= until) {
            let end = outer.span.end;
            flat.push(outer);
            if let Some(next) = open.last_mut() {
                next.span.start = next.span.start.max(end);
            }
        }
    };
    for token in tokens {
        close(&mut open, &mut flat, token.span.start);
        if let Some(outer) = open.last_mut() {
            let before = Token { span: Span { start: outer.span.start, end: token.span.start }, ..outer.clone() };
            outer.span.start = token.span.start;
            flat.push(before);
        }
        open.push(token);
    }
    close(&mut open, &mut flat, u32::MAX);
    flat.retain(|token| token.span.start < token.span.end);
    flat.sort_by_key(|token| token.span);
    flat
}

/// As the protocol has them: each relative to the one before. What runs over several lines is left out.
fn encoded(tokens: &[Token], text: &str, lines: &Lines<'_>) -> Vec<SemanticToken> {
    let mut data = Vec::new();
    let (mut line, mut column) = (0, 0);
    for token in tokens {
        let range = lines.range(token.span);
        let is_new = range.start.line > line || range.start.character >= column;
        if range.start.line != range.end.line || !is_new || text.get(token.span.range()).is_none() {
            continue;
        }
        let Some(number) = TYPES.iter().position(|known| *known == token.kind) else { continue };
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - column } else { range.start.character };
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: range.end.character - range.start.character,
            token_type: u32::try_from(number).unwrap_or_default(),
            token_modifiers_bitset: token.modifiers,
        });
        (line, column) = (range.start.line, range.start.character);
    }
    data
}
