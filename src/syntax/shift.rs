//! A tree whose text begins elsewhere than it did.

use crate::diagnostic::{Diagnostic, Edit};
use crate::source::{FileId, Location, Span};
use crate::syntax::ast::{
    Argument, Body, Definition, DefinitionKind, Exec, Ident, List, Otherwise, Part, Parts, Piece, Statement, Text,
    Value,
};

/// How far everything moves, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift(pub(super) i64);

impl Shift {
    fn place(self, place: &mut u32) {
        let moved = i64::from(*place) + self.0;
        *place = u32::try_from(moved.max(0)).unwrap_or(u32::MAX);
    }

    pub(super) fn span(self, span: &mut Span) {
        self.place(&mut span.start);
        self.place(&mut span.end);
    }

    pub(super) fn definitions(self, definitions: &mut [Definition]) {
        if self.0 == 0 {
            return;
        }
        for definition in definitions {
            self.span(&mut definition.span);
            self.kind(&mut definition.kind);
        }
    }

    fn kind(self, kind: &mut DefinitionKind) {
        match kind {
            DefinitionKind::Umask { mask: text } | DefinitionKind::Include { path: text } => self.text(text),
            DefinitionKind::Target { name, version } => {
                self.text(name);
                if let Some(text) = version {
                    self.text(text);
                }
            }
            DefinitionKind::Constant { name, value } => {
                self.ident(name);
                self.value(value);
            }
            DefinitionKind::External { names, .. } => self.texts(names),
            DefinitionKind::Service { name, body, .. } | DefinitionKind::ContInit { name, body } => {
                self.text(name);
                self.body(body);
            }
            DefinitionKind::Bundle { name, members, statements, span } => {
                self.text(name);
                self.texts(members);
                self.statements(statements);
                self.span(span);
            }
            DefinitionKind::Extend { addition } => self.kind(addition),
            DefinitionKind::Raw { statement } => self.statement(statement),
            DefinitionKind::Pipeline { name, stages } => {
                if let Some(text) = name {
                    self.text(text);
                }
                for names in stages {
                    self.texts(names);
                }
            }
            DefinitionKind::Template { name, parameters, definitions } => {
                self.ident(name);
                for parameter in parameters {
                    self.ident(&mut parameter.name);
                    if let Some(ident) = &mut parameter.pattern {
                        self.ident(ident);
                    }
                    parameter.default.iter_mut().for_each(|value| self.value(value));
                }
                self.definitions(definitions);
            }
            DefinitionKind::Use { template, arguments } => {
                self.ident(template);
                for argument in arguments {
                    if let Some(ident) = &mut argument.name {
                        self.ident(ident);
                    }
                    self.value(&mut argument.value);
                }
            }
            DefinitionKind::For { variable, values, definitions } => {
                self.ident(variable);
                self.value(values);
                self.definitions(definitions);
            }
            DefinitionKind::Main { body } | DefinitionKind::Stage2Hook { body } => self.body(body),
        }
    }

    fn ident(self, ident: &mut Ident) {
        self.span(&mut ident.span);
    }

    fn texts(self, texts: &mut [Text]) {
        for text in texts {
            self.text(text);
        }
    }

    fn text(self, text: &mut Text) {
        self.span(&mut text.span);
        match &mut text.parts {
            Parts::Plain(_, at) => self.place(at),
            Parts::Mixed(parts) => {
                for part in parts {
                    match part {
                        Part::Literal(_, at) => self.place(at),
                        Part::Byte(_) => {}
                        Part::Interpolation(ident) => self.ident(ident),
                    }
                }
            }
        }
    }

    fn value(self, value: &mut Value) {
        match value {
            Value::Text(text) => self.text(text),
            Value::List(list) => self.list(list),
        }
    }

    fn list(self, list: &mut List) {
        self.span(&mut list.span);
        for value in &mut list.values {
            self.value(value);
        }
    }

    fn body(self, body: &mut Body) {
        self.span(&mut body.span);
        self.statements(&mut body.statements);
    }

    fn statements(self, statements: &mut [Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(self, statement: &mut Statement) {
        self.span(&mut statement.span);
        self.ident(&mut statement.keyword);
        for argument in &mut statement.arguments {
            match argument {
                Argument::Text(text) => self.text(text),
                Argument::List(list) => self.list(list),
                Argument::Exec(exec) => self.exec(exec),
                Argument::Punctuation(_, span) => self.span(span),
            }
        }
        if let Some(body) = &mut statement.options {
            self.body(body);
        }
    }

    fn exec(self, exec: &mut Exec) {
        self.span(&mut exec.span);
        for word in &mut exec.words {
            self.span(&mut word.span);
            for piece in &mut word.pieces {
                match piece {
                    Piece::Text(text) => self.text(text),
                    Piece::Variable(variable) => {
                        self.span(&mut variable.span);
                        match &mut variable.otherwise {
                            Otherwise::Default(text) | Otherwise::Refuse(text) => self.text(text),
                            Otherwise::Empty => {}
                        }
                    }
                }
            }
        }
    }

    /// A problem, told of that file.
    pub(super) fn diagnostic(self, diagnostic: &mut Diagnostic, file: FileId) {
        let place = |location: &mut Location| {
            location.file = file;
            self.span(&mut location.span);
        };
        for label in &mut diagnostic.labels {
            place(&mut label.location);
        }
        for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            if let Edit::Replace { location, .. } = edit {
                place(location);
            }
        }
    }
}
