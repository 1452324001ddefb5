//! Definitions, from the grammar's pairs.

use pest::iterators::{Pair, Pairs};
use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{
    Definition, DefinitionKind, ExternalKind, GivenArgument, Ident, List, Parameter, ServiceKind, Text, Value,
};
use crate::syntax::parse::{Lowering, MAX_DEPTH};

/// The inner pairs that matter: comments are collected elsewhere.
pub(super) fn inner(pair: Pair<'_, Rule>) -> impl Iterator<Item = Pair<'_, Rule>> {
    meaningful(pair.into_inner())
}

fn meaningful(pairs: Pairs<'_, Rule>) -> impl Iterator<Item = Pair<'_, Rule>> {
    pairs.filter(|pair| pair.as_rule() != Rule::comment)
}

impl Lowering<'_> {
    /// A definition, or nothing where it is malformed.
    pub(super) fn definition(&mut self, pair: Pair<'_, Rule>) -> Option<Definition> {
        let mut span = self.span(&pair);
        // The pair itself may run on over blanks and a comment.
        span.end = inner(pair.clone()).last().map_or(span.end, |last| self.span(&last).end);
        let rule = pair.as_rule();
        if rule == Rule::malformed_definition {
            self.malformed_definition(pair);
            return None;
        }
        if rule == Rule::raw_file {
            let kind = DefinitionKind::Raw { statement: self.statement(pair)? };
            return Some(Definition { span, documentation: self.documentation(span), kind });
        }
        let mut parts = inner(pair).filter(|part| !is_keyword(part.as_rule()));
        let kind = match rule {
            Rule::target => DefinitionKind::Target {
                name: self.text(parts.next()?),
                version: parts.next().map(|version| self.text(version)),
            },
            Rule::umask => DefinitionKind::Umask { mask: self.text(parts.next()?) },
            Rule::constant => {
                DefinitionKind::Constant { name: self.ident(&parts.next()?), value: self.value(parts.next()?) }
            }
            Rule::include => DefinitionKind::Include { path: self.text(parts.next()?) },
            Rule::external => {
                let kind = match parts.next()?.as_str() {
                    "longrun" => ExternalKind::Longrun,
                    "oneshot" => ExternalKind::Oneshot,
                    "bundle" => ExternalKind::Bundle,
                    _ => ExternalKind::Service,
                };
                DefinitionKind::External { kind, names: self.names(parts) }
            }
            Rule::service => {
                let kind =
                    if parts.next()?.as_str() == "longrun" { ServiceKind::Longrun } else { ServiceKind::Oneshot };
                let name = self.text(parts.next()?);
                let inside = parts.next()?;
                if inside.as_rule() == Rule::missing_open {
                    self.missing_open(&name);
                }
                DefinitionKind::Service { kind, name, body: self.body(inside) }
            }
            Rule::any_service => DefinitionKind::Service {
                kind: ServiceKind::Unknown,
                name: self.text(parts.next()?),
                body: self.body(parts.next()?),
            },
            Rule::extension => DefinitionKind::Extend { addition: Box::new(self.definition(parts.next()?)?.kind) },
            Rule::bundle => {
                let name = self.text(parts.next()?);
                self.bundle(name, parts.next()?)
            }
            Rule::pipeline => self.pipeline(parts),
            Rule::template => self.template(parts)?,
            Rule::instance => {
                let template = self.ident(&parts.next()?);
                let arguments = parts.next().map(|arguments| self.arguments(arguments)).unwrap_or_default();
                DefinitionKind::Use { template, arguments }
            }
            Rule::repetition => DefinitionKind::For {
                variable: self.ident(&parts.next()?),
                values: self.value(parts.next()?),
                definitions: self.definitions(parts.next()?),
            },
            Rule::main_program => DefinitionKind::Main { body: self.body(parts.next()?) },
            Rule::container_script => {
                DefinitionKind::ContInit { name: self.text(parts.next()?), body: self.body(parts.next()?) }
            }
            Rule::stage2_hook => DefinitionKind::Stage2Hook { body: self.body(parts.next()?) },
            _ => return None,
        };
        Some(Definition { span, documentation: self.documentation(span), kind })
    }

    fn bundle(&mut self, name: Text, pair: Pair<'_, Rule>) -> DefinitionKind {
        let span = self.span(&pair);
        let (mut members, mut statements) = (Vec::new(), Vec::new());
        for part in inner(pair) {
            match part.as_rule() {
                Rule::bundle_statement => statements.extend(self.statement(part)),
                Rule::malformed_statement => self.malformed_member(part),
                Rule::close => {}
                Rule::missing_close => self.missing_close(span),
                _ => members.push(self.text(part)),
            }
        }
        DefinitionKind::Bundle { name, members, statements, span }
    }

    fn pipeline<'p>(&mut self, parts: impl Iterator<Item = Pair<'p, Rule>>) -> DefinitionKind {
        let (mut name, mut stages) = (None, Vec::new());
        for part in parts {
            match part.as_rule() {
                Rule::stage => stages.push(self.names(inner(part))),
                _ => name = Some(self.text(part)),
            }
        }
        DefinitionKind::Pipeline { name, stages }
    }

    fn template<'p>(&mut self, mut parts: impl Iterator<Item = Pair<'p, Rule>>) -> Option<DefinitionKind> {
        let name = self.ident(&parts.next()?);
        let parameters = inner(parts.next()?).map(|parameter| self.parameter(parameter)).collect();
        Some(DefinitionKind::Template { name, parameters, definitions: self.definitions(parts.next()?) })
    }

    fn parameter(&mut self, pair: Pair<'_, Rule>) -> Parameter {
        let mut parameter = Parameter {
            name: Ident { name: SmolStr::default(), span: self.span(&pair) },
            pattern: None,
            default: None,
        };
        for part in inner(pair) {
            match part.as_rule() {
                Rule::identifier => parameter.name = self.ident(&part),
                Rule::pattern => parameter.pattern = Some(self.ident(&part)),
                _ => parameter.default = Some(self.value(part)),
            }
        }
        parameter
    }

    fn arguments(&mut self, pair: Pair<'_, Rule>) -> Vec<GivenArgument> {
        inner(pair)
            .map(|argument| {
                let span = self.span(&argument);
                let mut name = None;
                let mut value = Value::List(List { span, values: Vec::new() });
                for part in inner(argument) {
                    match part.as_rule() {
                        Rule::identifier => name = Some(self.ident(&part)),
                        _ => value = self.value(part),
                    }
                }
                GivenArgument { name, value }
            })
            .collect()
    }

    fn definitions(&mut self, pair: Pair<'_, Rule>) -> Vec<Definition> {
        let span = self.span(&pair);
        if self.depth >= MAX_DEPTH {
            self.too_deep(Span { end: span.start + 1, ..span });
            return Vec::new();
        }
        self.depth += 1;
        let mut definitions = Vec::new();
        for part in inner(pair) {
            match part.as_rule() {
                Rule::close => {}
                Rule::missing_close => self.missing_close(span),
                _ => definitions.extend(self.definition(part)),
            }
        }
        self.depth -= 1;
        definitions
    }

    /// Reports a service whose `{` is not there.
    fn missing_open(&mut self, name: &Text) {
        let shown = name.plain().cloned().unwrap_or_default();
        self.report(
            Diagnostic::new(&reading::SYNTAX, format!("expected `{{` after `{shown}`"))
                .at(self.location(name.span.after()), "expected `{`")
                .help("write `longrun NAME { … }`, or `oneshot NAME { … }`"),
        );
    }

    /// Reports a `{` that nothing closes; `span` is that of the whole block.
    pub(super) fn missing_close(&mut self, span: Span) {
        let open = Span { end: span.start + 1, ..span };
        // A text that is never closed inside has swallowed the brace: one mistake, one diagnostic.
        let swallowed = |known: &Diagnostic| {
            known.rule.id == reading::UNCLOSED.id && known.location().is_some_and(|at| at.span.start > span.start)
        };
        if self.diagnostics.last().is_some_and(swallowed) {
            return;
        }
        let inside = self.text.get(span.range()).unwrap_or_default().trim_end().len();
        let last = Span::new(span.start as usize + inside, span.start as usize + inside);
        self.report(
            Diagnostic::new(&reading::UNCLOSED, "this `{` is never closed")
                .at(self.location(open), "opened here")
                .at(self.location(last), "expected `}` here at the latest")
                .help("add a `}` on a line of its own"),
        );
    }

    pub(super) fn ident(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { name: SmolStr::new(pair.as_str()), span: self.span(pair) }
    }

    pub(super) fn names<'p>(&mut self, pairs: impl Iterator<Item = Pair<'p, Rule>>) -> Vec<Text> {
        pairs.map(|pair| self.text(pair)).collect()
    }

    /// The `##` comments on the lines right above `span`.
    fn documentation(&self, span: Span) -> Option<String> {
        let above = self.tree.comments.partition_point(|comment| comment.span.end <= span.start);
        let mut expected_end = span.start;
        let mut lines = Vec::new();
        for comment in self.tree.comments.iter().take(above).rev() {
            let between = self.text.get(comment.span.end as usize..expected_end as usize).unwrap_or("x");
            if !comment.documentation || between.trim_matches([' ', '\t', '\r']) != "\n" {
                break;
            }
            let line = self.text.get(comment.span.range()).unwrap_or_default().trim_start_matches('#');
            lines.push(line.strip_prefix(' ').unwrap_or(line));
            expected_end = comment.span.start;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn is_keyword(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::target_keyword
            | Rule::umask_keyword
            | Rule::let_keyword
            | Rule::include_keyword
            | Rule::extern_keyword
            | Rule::extend_keyword
            | Rule::service_keyword
            | Rule::bundle_keyword
            | Rule::pipeline_keyword
            | Rule::template_keyword
            | Rule::use_keyword
            | Rule::for_keyword
            | Rule::in_keyword
            | Rule::main_keyword
            | Rule::cont_init_keyword
            | Rule::stage2_hook_keyword
    )
}
