//! Definitions.

use crate::format::block::Item;
use crate::format::text::{Group, broken_if_wide};
use crate::format::{Formatter, INDENT, WIDTH};
use crate::source::Span;
use crate::syntax::ast::{
    Body, Definition, DefinitionKind, ExternalKind, GivenArgument, Ident, Parameter, ServiceKind, Text, Value,
};

impl Formatter<'_> {
    /// The items that definitions are.
    pub(super) fn definitions<'i>(&self, definitions: &'i [Definition]) -> Vec<Item<'i>> {
        definitions
            .iter()
            .map(|definition| {
                let (DefinitionKind::Template { definitions: inside, .. }
                | DefinitionKind::For { definitions: inside, .. }) = &definition.kind
                else {
                    return self.whole_or_verbatim(definition);
                };
                // Damage inside of an inner definition is its own.
                let own = |place: &u32| !inside.iter().any(|inner| (inner.span.start..=inner.span.end).contains(place));
                let closed = self.slice(definition.span).ends_with('}');
                if !closed || self.damage_in(definition.span).iter().any(own) {
                    return self.verbatim(definition.span);
                }
                Item::Definition(definition)
            })
            .collect()
    }

    fn whole_or_verbatim<'i>(&self, definition: &'i Definition) -> Item<'i> {
        if self.damage_in(definition.span).is_empty() {
            Item::Definition(definition)
        } else {
            self.verbatim(definition.span)
        }
    }

    /// One definition, its first line without indentation.
    pub(super) fn definition(&self, definition: &Definition, indent: usize) -> String {
        let start = definition.span.start;
        if let DefinitionKind::Extend { addition } = &definition.kind {
            return format!("extend {}", self.kind(addition, definition.span, start, indent));
        }
        self.kind(&definition.kind, definition.span, start, indent)
    }

    fn kind(&self, kind: &DefinitionKind, span: Span, start: u32, indent: usize) -> String {
        match kind {
            DefinitionKind::Target { name, version } => {
                let words: Vec<&str> = std::iter::once(name).chain(version).map(|word| self.slice(word.span)).collect();
                format!("target {}", words.join(" "))
            }
            DefinitionKind::Umask { mask } => format!("umask {}", self.slice(mask.span)),
            DefinitionKind::Constant { name, value } => {
                if let Some(loose) = self.loose(span, indent) {
                    return loose;
                }
                broken_if_wide(indent, |group| format!("let {} = {}", name.name, self.value(value, indent, group)))
            }
            DefinitionKind::Include { path } => format!("include {}", self.slice(path.span)),
            DefinitionKind::External { kind, names } => {
                let kind = match kind {
                    ExternalKind::Longrun => "longrun",
                    ExternalKind::Oneshot => "oneshot",
                    ExternalKind::Bundle => "bundle",
                    ExternalKind::Service => "service",
                };
                self.loose(span, indent).unwrap_or_else(|| self.names(&format!("extern {kind} "), names, indent))
            }
            DefinitionKind::Service { kind, name, body } => {
                let kind = match kind {
                    ServiceKind::Longrun => "longrun",
                    ServiceKind::Oneshot => "oneshot",
                    ServiceKind::Unknown => "service",
                };
                self.with_body(&format!("{kind} {}", self.slice(name.span)), start, body, indent)
            }
            DefinitionKind::Bundle { name, members, statements, span } => {
                let head = format!("bundle {}", self.slice(name.span));
                let mut items: Vec<Item<'_>> = members.iter().map(Item::Member).collect();
                // A statement ends where its line does: with one, there is no one line.
                let limit = if statements.is_empty() { usize::MAX } else { 0 };
                items.extend(statements.iter().map(Item::Statement));
                items.sort_by_key(|item| item.span().start);
                let header = self.comments_in(Span { start, end: span.start });
                let before = indent + head.chars().count() + 1;
                format!("{head} {}", self.braces(*span, header, items, indent, (limit, before)))
            }
            // It stands in `definition`.
            DefinitionKind::Extend { addition } => self.kind(addition, span, start, indent),
            DefinitionKind::Raw { statement } => self.statement(statement, indent),
            DefinitionKind::Pipeline { name, stages } => {
                self.loose(span, indent).unwrap_or_else(|| self.pipeline(name.as_ref(), stages, indent))
            }
            DefinitionKind::Template { name, parameters, definitions } => {
                self.template(name, parameters, definitions, span, indent)
            }
            DefinitionKind::Use { template, arguments } => self.loose(span, indent).unwrap_or_else(|| {
                broken_if_wide(indent, |group| {
                    let parts: Vec<String> =
                        arguments.iter().map(|argument| self.argument_given(argument, indent, group)).collect();
                    format!("use {}{}", template.name, group.join('(', &parts, ')', indent))
                })
            }),
            DefinitionKind::For { variable, values, definitions } => {
                let head = Span { start, end: values.span().end };
                let line = self.loose(head, indent).unwrap_or_else(|| {
                    broken_if_wide(indent, |group| {
                        format!("for {} in {}", variable.name, self.value(values, indent, group))
                    })
                });
                self.with_definitions(&line, values.span().end, span, definitions, indent)
            }
            DefinitionKind::Main { body } => self.with_body("main", start, body, indent),
            DefinitionKind::ContInit { name, body } => {
                self.with_body(&format!("cont-init {}", self.slice(name.span)), start, body, indent)
            }
            DefinitionKind::Stage2Hook { body } => self.with_body("stage2-hook", start, body, indent),
        }
    }

    fn with_body(&self, head: &str, start: u32, body: &Body, indent: usize) -> String {
        let header = self.comments_in(Span { start, end: body.span.start });
        let items = body.statements.iter().map(Item::Statement).collect();
        let before = indent + head.chars().count() + 1;
        format!("{head} {}", self.braces(body.span, header, items, indent, (1, before)))
    }

    /// A head and definitions between braces; the head ends at or before `from`.
    fn with_definitions(&self, head: &str, from: u32, span: Span, definitions: &[Definition], indent: usize) -> String {
        let Some(open) = self.find(from, '{') else { return self.slice(span).to_owned() };
        let header = self.comments_in(Span { start: from, end: open });
        let before = head.lines().last().unwrap_or_default().chars().count() + indent + 1;
        let braces = Span { start: open, end: span.end };
        let items = self.definitions(definitions);
        format!("{head} {}", self.braces(braces, header, items, indent, (1, before)))
    }

    fn template(
        &self,
        name: &Ident,
        parameters: &[Parameter],
        definitions: &[Definition],
        span: Span,
        indent: usize,
    ) -> String {
        let last = parameters.last().map_or(name.span, |parameter| {
            let value = parameter.default.as_ref().map(Value::span);
            let pattern = parameter.pattern.as_ref().map(|pattern| pattern.span);
            value.or(pattern).unwrap_or(parameter.name.span)
        });
        let Some(close) = self.find(last.end, ')') else { return self.slice(span).to_owned() };
        let head = self.loose(Span { start: span.start, end: close + 1 }, indent).unwrap_or_else(|| {
            broken_if_wide(indent, |group| {
                let parts: Vec<String> =
                    parameters.iter().map(|parameter| self.parameter(parameter, indent, group)).collect();
                format!("template {}{}", name.name, group.join('(', &parts, ')', indent))
            })
        });
        self.with_definitions(&head, close + 1, span, definitions, indent)
    }

    fn parameter(&self, parameter: &Parameter, indent: usize, group: Group) -> String {
        let mut text = parameter.name.name.to_string();
        if let Some(pattern) = &parameter.pattern {
            text.push_str(&format!(": {}", pattern.name));
        }
        if let Some(value) = &parameter.default {
            text.push_str(&format!(" = {}", self.value(value, group.inner(indent), Group::Joined)));
        }
        text
    }

    fn argument_given(&self, argument: &GivenArgument, indent: usize, group: Group) -> String {
        let value = self.value(&argument.value, group.inner(indent), Group::Joined);
        argument.name.as_ref().map_or(value.clone(), |name| format!("{} = {value}", name.name))
    }

    /// Names behind a head, on one line or one a line.
    pub(super) fn names(&self, head: &str, names: &[Text], indent: usize) -> String {
        let names: Vec<&str> = names.iter().map(|name| self.slice(name.span)).collect();
        let line = format!("{head}{}", names.join(", "));
        if indent + line.chars().count() <= WIDTH {
            return line;
        }
        format!("{head}{}", names.join(&format!(",\n{:1$}", "", indent + INDENT)))
    }

    fn pipeline(&self, name: Option<&Text>, stages: &[Vec<Text>], indent: usize) -> String {
        let stages: Vec<Vec<&str>> =
            stages.iter().map(|names| names.iter().map(|name| self.slice(name.span)).collect()).collect();
        let head = name.map_or("pipeline ".to_owned(), |name| format!("pipeline {} = ", self.slice(name.span)));
        let line: Vec<String> = stages.iter().map(|names| names.join(", ")).collect();
        let line = format!("{head}{}", line.join(" | "));
        if indent + line.chars().count() <= WIDTH {
            return line;
        }
        let inner = indent + INDENT;
        let broken: Vec<String> = stages.iter().map(|names| names.join(&format!(",\n{:inner$}", ""))).collect();
        format!("{head}{}", broken.join(&format!(" |\n{:inner$}", "")))
    }
}
