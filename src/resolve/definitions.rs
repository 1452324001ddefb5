//! Definitions: services, bundles, pipelines, and the templates and loops that make them.

use foldhash::{HashMap, HashSet};
use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Definition, Extends, External, Kind, Reference, ReferenceOrigin};
use crate::resolve::container::{ContainerDraft, ContainerKind};
use crate::resolve::draft::Draft;
use crate::resolve::limits::{MAX_MADE, MAX_REPEATED_BYTES};
use crate::resolve::scope::{Meaning, Scope};
use crate::resolve::{Pipeline, Resolver};
use crate::rules::reading;
use crate::source::{Location, Span};
use crate::syntax::ast::{self, DefinitionKind, ExternalKind, ServiceKind, Text};

impl<'t> Resolver<'t> {
    /// Resolves definitions in a scope.
    pub(super) fn definitions(&mut self, scope: &Scope, definitions: &'t [ast::Definition]) {
        for definition in definitions {
            if self.made.definitions > MAX_MADE || self.made.repeated > MAX_REPEATED_BYTES {
                return;
            }
            self.definition(scope, definition);
        }
    }

    fn definition(&mut self, scope: &Scope, definition: &'t ast::Definition) {
        if !scope.uses.is_empty() && !self.may_repeat(scope, definition) {
            return;
        }
        match &definition.kind {
            kind @ (DefinitionKind::Service { .. } | DefinitionKind::Bundle { .. }) => {
                self.defined(scope, definition, kind, false);
            }
            DefinitionKind::Extend { addition } => self.defined(scope, definition, addition, true),
            DefinitionKind::Raw { statement } => self.raw_file(scope, statement),
            DefinitionKind::Pipeline { name, stages } => {
                let name = match name {
                    Some(text) => match self.string(scope, text) {
                        Some(name) => Some((name, scope.at(text.span))),
                        None => return,
                    },
                    None => None,
                };
                let stages = stages
                    .iter()
                    .map(|stage| {
                        self.references(scope, stage.iter()).into_iter().map(|name| (name.name, name.place)).collect()
                    })
                    .collect();
                self.pipelines.push(Pipeline { name, stages });
            }
            DefinitionKind::External { kind, names } => {
                let kind = match kind {
                    ExternalKind::Longrun => Some(Kind::Longrun),
                    ExternalKind::Oneshot => Some(Kind::Oneshot),
                    ExternalKind::Bundle => Some(Kind::Bundle),
                    ExternalKind::Service => None,
                };
                for reference in self.references(scope, names.iter()) {
                    self.externals.push(External { name: reference.name, kind, place: reference.place });
                }
            }
            DefinitionKind::Use { template, arguments } => self.instance(scope, definition.span, template, arguments),
            DefinitionKind::For { variable, values, definitions } => {
                self.repetition(scope, variable, values, definitions);
            }
            DefinitionKind::Main { body } => self.container_part(scope, definition, ContainerKind::Main, None, body),
            DefinitionKind::ContInit { name, body } => {
                self.container_part(scope, definition, ContainerKind::ContInit, Some(name), body);
            }
            DefinitionKind::Stage2Hook { body } => {
                self.container_part(scope, definition, ContainerKind::Stage2Hook, None, body);
            }
            DefinitionKind::Umask { mask } => self.mask(scope, definition, mask),
            DefinitionKind::Target { .. }
            | DefinitionKind::Constant { .. }
            | DefinitionKind::Include { .. }
            | DefinitionKind::Template { .. } => {
                self.only_outermost(scope, definition);
            }
        }
    }

    /// A service or a bundle, or what is added to one.
    fn defined(&mut self, scope: &Scope, definition: &ast::Definition, what: &'t DefinitionKind, extends: bool) {
        let (name, kind, unknown) = match what {
            DefinitionKind::Service { kind: ServiceKind::Longrun, name, .. } => (name, Kind::Longrun, false),
            DefinitionKind::Service { kind, name, .. } => (name, Kind::Oneshot, *kind == ServiceKind::Unknown),
            DefinitionKind::Bundle { name, .. } => (name, Kind::Bundle, false),
            _ => return,
        };
        let Some(mut draft) = self.begin(scope, definition, name, kind) else { return };
        if extends {
            draft.definition.extends = if unknown { Extends::Service } else { Extends::Kind };
            // The target's own bundles are there, and empty; of anything else the rest is not known here.
            let open = self.target.built_in(&draft.definition.name).is_some_and(|built_in| built_in.open);
            draft.definition.incomplete = !(open && kind == Kind::Bundle);
        }
        self.contents(scope, &mut draft, what);
        self.expand(draft);
    }

    fn contents(&mut self, scope: &Scope, draft: &mut Draft, kind: &'t DefinitionKind) {
        match kind {
            DefinitionKind::Service { body, .. } => self.service(scope, draft, body),
            DefinitionKind::Bundle { members, statements, .. } => {
                draft.definition.contents = self.references(scope, members.iter());
                self.bundle_statements(scope, draft, statements);
            }
            _ => {}
        }
    }

    /// Reports what was collected before, if it stands where it was not looked for.
    pub(super) fn only_outermost(&mut self, scope: &Scope, definition: &ast::Definition) {
        if scope.uses.is_empty() {
            return;
        }
        let word = match &definition.kind {
            DefinitionKind::Target { .. } => "target",
            DefinitionKind::Umask { .. } => "umask",
            DefinitionKind::Constant { .. } => "let",
            DefinitionKind::Include { .. } => "include",
            _ => "template",
        };
        self.report(
            scope,
            Diagnostic::new(&reading::SYNTAX, format!("a `{word}` cannot stand inside a template or a loop"))
                .at(scope.at(definition.span), "inside")
                .help("move it to the outermost level of the file"),
        );
    }

    fn begin(&mut self, scope: &Scope, definition: &ast::Definition, name: &Text, kind: Kind) -> Option<Box<Draft>> {
        if !self.may_make(scope, scope.at(name.span)) {
            return None;
        }
        let word = self.string(scope, name)?;
        let mut made = Definition::new(word, kind, scope.at(name.span));
        made.documentation.clone_from(&definition.documentation);
        made.uses.clone_from(&scope.uses);
        Some(Draft::new(made))
    }

    /// Names that a definition says of others.
    pub(super) fn references<'n>(&mut self, scope: &Scope, names: impl Iterator<Item = &'n Text>) -> Vec<Reference> {
        names
            .filter_map(|text| {
                let name = self.string(scope, text)?;
                Some(Reference { name, place: scope.at(text.span), origin: ReferenceOrigin::Written })
            })
            .collect()
    }

    fn container_part(
        &mut self,
        scope: &Scope,
        definition: &'t ast::Definition,
        kind: ContainerKind,
        name: Option<&Text>,
        body: &'t ast::Body,
    ) {
        let place = scope.at(name.map_or(Span { end: definition.span.start + 4, ..definition.span }, |name| name.span));
        let name = match name {
            Some(text) => match self.string(scope, text) {
                Some(name) => name,
                None => return,
            },
            None => SmolStr::new(kind.keyword()),
        };
        let mut draft = Draft::new(Definition::new(name, Kind::Oneshot, place));
        self.container_body(scope, kind, &mut draft, body);
        self.container.push(ContainerDraft { kind, draft });
    }

    fn instance(&mut self, scope: &Scope, span: Span, name: &ast::Ident, arguments: &'t [ast::GivenArgument]) {
        let place = scope.at(name.span);
        if !self.may_make(scope, place) {
            return;
        }
        let Some(template) = self.templates.get_mut(&name.name) else {
            let compared = if self.made.guesses.may(self.templates.len()) { self.templates.len() } else { 0 };
            let known = self.templates.keys().take(compared);
            let names: Vec<SmolStr> = known.cloned().collect();
            let diagnostic =
                Diagnostic::new(&reading::UNKNOWN_TEMPLATE, format!("there is no template `{}`", name.name));
            let diagnostic = match did_you_mean(&name.name, names.iter().map(SmolStr::as_str)) {
                Some(near) => diagnostic.at(place, format!("did you mean `{near}`?")),
                None => diagnostic.at(place, "not defined"),
            };
            return self.report(scope, diagnostic.help(format!("define it with `template {}(…) {{ … }}`", name.name)));
        };
        template.used = true;
        let (file, parameters, definitions, defined) = (
            template.file,
            template.parameters,
            template.definitions,
            Location::new(template.file, template.name.span),
        );
        if scope.templates.contains(&name.name) {
            return self.report(
                scope,
                Diagnostic::new(&reading::TEMPLATE_RECURSION, format!("the template `{}` uses itself", name.name))
                    .at(place, "this would never end")
                    .help("a template may use others, but not itself, directly or through them"),
            );
        }
        let mut inside = Scope::file(file);
        inside.uses.clone_from(&scope.uses);
        inside.uses.push(scope.at(span));
        inside.templates.clone_from(&scope.templates);
        inside.templates.push(name.name.clone());
        let mut given = arguments.iter().filter(|argument| argument.name.is_none());
        // The first one counts where there are several.
        let by_name: HashMap<&SmolStr, &'t ast::GivenArgument> =
            arguments.iter().rev().filter_map(|argument| Some((&argument.name.as_ref()?.name, argument))).collect();
        let known: HashSet<&SmolStr> = parameters.iter().map(|parameter| &parameter.name.name).collect();
        for parameter in parameters {
            let argument = by_name.get(&parameter.name.name).copied().or_else(|| given.next());
            let (meaning, value_place) = match (argument, &parameter.default) {
                (Some(argument), _) => (self.value(scope, &argument.value), scope.at(argument.value.span())),
                (None, Some(default)) => (self.value(&Scope::file(file), default), Location::new(file, default.span())),
                (None, None) => {
                    self.report(
                        scope,
                        Diagnostic::new(
                            &reading::TEMPLATE_ARGUMENTS,
                            format!("`{}` has no value for `{}`", name.name, parameter.name.name),
                        )
                        .at(scope.at(span), "missing here")
                        .at(Location::new(file, parameter.name.span), "asked for here")
                        .help(format!(
                            "write `use {}({} = \"…\")`, or give the parameter a default",
                            name.name, parameter.name.name
                        )),
                    );
                    (Meaning::Broken, place)
                }
            };
            let sound = self.check_pattern(scope, file, parameter, &meaning, value_place);
            // Reported here: whatever uses the value stays silent.
            let meaning = if sound { meaning } else { Meaning::Broken };
            inside.parameters.insert(parameter.name.name.clone(), meaning);
        }
        for argument in arguments {
            let unknown = argument.name.as_ref().filter(|ident| !known.contains(&ident.name));
            if let Some(ident) = unknown {
                let near = did_you_mean(&ident.name, parameters.iter().map(|parameter| parameter.name.name.as_str()));
                let text =
                    near.map_or_else(|| "no such parameter".to_owned(), |near| format!("did you mean `{near}`?"));
                self.report(
                    scope,
                    Diagnostic::new(
                        &reading::TEMPLATE_ARGUMENTS,
                        format!("`{}` has no parameter `{}`", name.name, ident.name),
                    )
                    .at(scope.at(ident.span), text)
                    .at(defined, "defined here"),
                );
            }
        }
        if let Some(extra) = given.next() {
            self.report(
                scope,
                Diagnostic::new(
                    &reading::TEMPLATE_ARGUMENTS,
                    format!("`{}` takes {} and not more", name.name, crate::report::count(parameters.len(), "value")),
                )
                .at(scope.at(extra.value.span()), "one too many")
                .at(defined, "defined here"),
            );
        }
        self.definitions(&inside, definitions);
    }

    /// Whether a value matches its parameter's pattern; one that does not is reported.
    fn check_pattern(
        &mut self,
        scope: &Scope,
        file: crate::source::FileId,
        parameter: &ast::Parameter,
        meaning: &Meaning,
        place: Location,
    ) -> bool {
        let Some(pattern) = &parameter.pattern else { return true };
        let Some(known) = super::values::Pattern::find(&pattern.name) else {
            let names: Vec<&str> = super::values::Pattern::NAMES.to_vec();
            let diagnostic = Diagnostic::new(&reading::BAD_VALUE, format!("`{}` is not a pattern", pattern.name))
                .at(Location::new(file, pattern.span), "unknown pattern")
                .help(format!("patterns are {}", names.join(", ")));
            self.report(scope, diagnostic);
            return true;
        };
        let values: Vec<&Vec<u8>> = match meaning {
            Meaning::Text(text) => vec![text],
            Meaning::List(list) => list.iter().collect(),
            Meaning::Broken => Vec::new(),
        };
        let mut sound = true;
        for value in values {
            if let Err(why) = known.check(value) {
                sound = false;
                self.report(
                    scope,
                    Diagnostic::new(
                        &reading::TEMPLATE_ARGUMENTS,
                        format!("the value of `{}` is not a {}", parameter.name.name, pattern.name),
                    )
                    .at(place, why)
                    .at(Location::new(file, pattern.span), "asked for here"),
                );
            }
        }
        sound
    }

    fn repetition(
        &mut self,
        scope: &Scope,
        variable: &ast::Ident,
        values: &'t ast::Value,
        definitions: &'t [ast::Definition],
    ) {
        let items = match self.value(scope, values) {
            Meaning::List(items) => items,
            Meaning::Broken => return,
            Meaning::Text(_) => {
                return self.report(
                    scope,
                    Diagnostic::new(&reading::BAD_VALUE, "`for` goes through a list")
                        .at(scope.at(values.span()), "not a list")
                        .help("write `for NAME in [\"a\", \"b\"] { … }`"),
                );
            }
        };
        for item in items {
            if !self.may_make(scope, scope.at(variable.span)) {
                break;
            }
            let mut inside = scope.clone();
            inside.uses.push(scope.at(variable.span));
            inside.parameters.insert(variable.name.clone(), Meaning::Text(item));
            self.definitions(&inside, definitions);
        }
    }
}
