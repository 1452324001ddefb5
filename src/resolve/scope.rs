//! Constants and parameters: what `{{name}}` stands for.

use foldhash::{HashMap, HashMapExt};

use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, Fix, Safety, did_you_mean};
use crate::model::TextMap;
use crate::resolve::Resolver;
use crate::resolve::draft::Bytes;
use crate::resolve::limits::MAX_CONSTANT_DEPTH;
use crate::rules::reading;
use crate::source::{FileId, Location, Span};
use crate::syntax::ast::{Ident, Part, Parts, Text, Value};

/// What a constant or a parameter stands for.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// Text.
    Text(Vec<u8>),
    /// Several, for a `for`.
    List(Vec<Vec<u8>>),
    /// It could not be resolved, which was reported where it is defined.
    Broken,
}

/// A constant as it is defined.
#[derive(Debug)]
pub(super) struct Constant<'t> {
    pub(super) file: FileId,
    pub(super) name: &'t Ident,
    pub(super) value: &'t Value,
    pub(super) definition: Location,
    pub(super) meaning: Option<Meaning>,
    pub(super) resolving: bool,
    pub(super) used: bool,
}

/// What names mean at one place: the file, and the parameters around it.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) file: FileId,
    pub(super) parameters: HashMap<SmolStr, Meaning>,
    /// The `use` and `for` that led here, the innermost last.
    pub(super) uses: Vec<Location>,
    /// The templates that are being made, the innermost last.
    pub(super) templates: Vec<SmolStr>,
}

impl Scope {
    /// The outermost level of a file.
    pub(super) fn file(file: FileId) -> Self {
        Self { file, parameters: HashMap::new(), uses: Vec::new(), templates: Vec::new() }
    }

    /// The place of a span in this scope's file.
    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }
}

impl Resolver<'_> {
    /// What a text says, constants and parameters put in; nothing where one of them is unknown, which is then reported.
    pub(super) fn bytes(&mut self, scope: &Scope, text: &Text) -> Option<Bytes> {
        let parts = match &text.parts {
            Parts::Plain(literal, start) => {
                let map = TextMap::Pieces { file: scope.file, starts: vec![(0, *start)], whole: text.span };
                return Some(Bytes { bytes: literal.as_bytes().to_vec(), map });
            }
            Parts::Mixed(parts) => parts,
        };
        let (mut bytes, mut starts, mut sound) = (Vec::new(), Vec::new(), true);
        for part in parts {
            let offset = Span::new(bytes.len(), bytes.len()).start;
            match part {
                Part::Literal(literal, start) => {
                    starts.push((offset, *start));
                    bytes.extend_from_slice(literal.as_bytes());
                }
                Part::Byte(byte) => bytes.push(*byte),
                Part::Interpolation(name) => {
                    starts.push((offset, name.span.start));
                    match self.meaning(scope, name) {
                        Meaning::Text(value) if self.may_put_in(scope.at(name.span), value.len()) => {
                            bytes.extend_from_slice(&value);
                        }
                        Meaning::Text(_) => return None,
                        Meaning::List(_) => {
                            self.report(
                                scope,
                                Diagnostic::new(
                                    &reading::BAD_VALUE,
                                    format!("`{}` is a list and cannot stand in a text", name.name),
                                )
                                .at(scope.at(name.span), "a list")
                                .help(format!("go through it with `for ITEM in {} {{ … }}`", name.name)),
                            );
                            sound = false;
                        }
                        Meaning::Broken => sound = false,
                    }
                }
            }
        }
        sound.then_some(Bytes { bytes, map: TextMap::Pieces { file: scope.file, starts, whole: text.span } })
    }

    /// What a text says, where it must be UTF-8 without NUL.
    pub(super) fn string(&mut self, scope: &Scope, text: &Text) -> Option<SmolStr> {
        if let Parts::Plain(literal, _) = &text.parts
            && !literal.contains('\0')
        {
            return Some(literal.clone());
        }
        let bytes = self.bytes(scope, text)?.bytes;
        match String::from_utf8(bytes) {
            Ok(string) if !string.contains('\0') => Some(SmolStr::new(string)),
            _ => {
                self.report(
                    scope,
                    Diagnostic::new(
                        &reading::BAD_VALUE,
                        "this must be text, without NUL and other bytes that are no characters",
                    )
                    .at(scope.at(text.span), "not text"),
                );
                None
            }
        }
    }

    /// What a name stands for; an unknown one is reported.
    fn meaning(&mut self, scope: &Scope, name: &Ident) -> Meaning {
        if let Some(meaning) = scope.parameters.get(&name.name) {
            self.used_parameters.insert((scope.file, name.name.clone()));
            return meaning.clone();
        }
        if let Some(meaning) = self.constant(&name.name, scope.at(name.span)) {
            return meaning;
        }
        let number = self.constants.len() + scope.parameters.len();
        let compared = if self.made.guesses.may(number) { number } else { 0 };
        let known = self.constants.keys().chain(scope.parameters.keys()).take(compared);
        let names: Vec<SmolStr> = known.cloned().collect();
        let near = did_you_mean(&name.name, names.iter().map(SmolStr::as_str));
        let diagnostic = Diagnostic::new(
            &reading::UNKNOWN_CONSTANT,
            format!("`{{{{{}}}}}` is neither a constant nor a parameter", name.name),
        );
        let diagnostic = match near {
            Some(near) => diagnostic.at(scope.at(name.span), format!("did you mean `{near}`?")).fix(Fix::replace(
                format!("write `{{{{{near}}}}}`"),
                scope.at(name.span),
                near,
                Safety::Safe,
            )),
            None => diagnostic.at(scope.at(name.span), "not defined"),
        };
        self.report(
            scope,
            diagnostic.help(format!(
                "define it with `let {} = \"…\"`, or as a parameter of the template around it; a literal `{{{{` is written `{{{{{{{{`",
                name.name
            )),
        );
        Meaning::Broken
    }

    /// What a constant stands for, resolved on first use.
    fn constant(&mut self, name: &SmolStr, user: Location) -> Option<Meaning> {
        let constant = self.constants.get_mut(name)?;
        constant.used = true;
        if let Some(meaning) = &constant.meaning {
            return Some(meaning.clone());
        }
        let scope = Scope::file(constant.file);
        if constant.resolving {
            let place = scope.at(constant.name.span);
            self.report(
                &scope,
                Diagnostic::new(&reading::UNKNOWN_CONSTANT, format!("`{name}` is defined by itself"))
                    .at(user, "used here")
                    .at(place, "while it is being defined here"),
            );
            return Some(Meaning::Broken);
        }
        if self.constant_depth >= MAX_CONSTANT_DEPTH {
            let message = format!("constants need each other more than {MAX_CONSTANT_DEPTH} deep");
            self.report(&scope, Diagnostic::new(&reading::UNREADABLE_SOURCE, message).at(user, "not read"));
            return Some(Meaning::Broken);
        }
        constant.resolving = true;
        let value = constant.value;
        self.constant_depth += 1;
        let meaning = self.value(&scope, value);
        self.constant_depth -= 1;
        if let Some(constant) = self.constants.get_mut(name) {
            constant.resolving = false;
            constant.meaning = Some(meaning.clone());
        }
        Some(meaning)
    }

    /// What a value stands for.
    pub(super) fn value(&mut self, scope: &Scope, value: &Value) -> Meaning {
        match value {
            Value::Text(text) => {
                // A bare word that names a list stands for the list itself.
                if let Some(word) = text.plain().filter(|_| text.form == crate::syntax::ast::TextForm::Word) {
                    let known =
                        scope.parameters.get(word).cloned().or_else(|| self.constant(word, scope.at(text.span)));
                    if let Some(meaning @ Meaning::List(_)) = known {
                        return meaning;
                    }
                }
                self.bytes(scope, text).map_or(Meaning::Broken, |bytes| Meaning::Text(bytes.bytes))
            }
            Value::List(list) => {
                let mut items = Vec::new();
                for item in &list.values {
                    match self.value(scope, item) {
                        Meaning::Text(text) => items.push(text),
                        Meaning::List(more) => {
                            let size = more.iter().map(|item| item.len() + size_of::<Vec<u8>>()).sum();
                            if !self.may_put_in(scope.at(item.span()), size) {
                                return Meaning::Broken;
                            }
                            items.extend(more);
                        }
                        Meaning::Broken => return Meaning::Broken,
                    }
                }
                Meaning::List(items)
            }
        }
    }
}
