//! Every name of a set, where it stands and what it is: what hover, navigation, completion and rename read.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use crate::model::Model;
use crate::resolve::Loaded;
use crate::source::{FileId, Location, Span};
use crate::syntax::ast::{
    Argument, Definition, DefinitionKind, Exec, ExternalKind, Ident, Otherwise, Part, Parts, Piece, ServiceKind,
    Statement, Text, TextForm, Value,
};

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// Longruns, oneshots, bundles and pipelines.
    Service,
    /// Templates.
    Template,
    /// Constants.
    Constant,
    /// The parameters of the template, or the variable of the loop, that stands there.
    Parameter(Location),
}

/// What is said of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is defined here.
    Definition,
    /// Somebody else defines it.
    External,
    /// It is meant here.
    Reference,
}

/// A name at a place.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    /// Where, quotes included.
    pub(super) place: Location,
    /// The name.
    pub(super) name: SmolStr,
    /// What it is a name of.
    pub(super) space: Space,
    /// What is said of it.
    pub(super) role: Role,
    /// Whether a constant or a parameter is part of it.
    pub(super) made: bool,
    /// Whether the language wants a plain word here, rather than a text.
    pub(super) word: bool,
}

/// The names of a set.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The files and their trees.
    pub(super) loaded: Loaded,
    /// Every name, in order of files and places.
    pub(super) names: Vec<Occurrence>,
    /// Every keyword of a statement or an option, with the keyword that the option belongs to.
    pub(super) keywords: Vec<(Location, SmolStr, Option<SmolStr>)>,
    /// Every file that is named: an include, or the content of a program or a file.
    pub(super) links: Vec<(Location, SmolStr)>,
}

impl Index {
    pub(super) fn new(loaded: Loaded, model: &Model) -> Self {
        let mut walker = Walker {
            file: FileId(0),
            made: made(model),
            lists: HashSet::new(),
            templates: HashMap::new(),
            index: Self::default(),
        };
        for (file, tree) in &loaded.trees {
            for definition in &tree.definitions {
                match &definition.kind {
                    DefinitionKind::Constant { name, value: Value::List(_) } => {
                        walker.lists.insert(name.name.clone());
                    }
                    DefinitionKind::Template { name, .. } => {
                        walker.templates.entry(name.name.clone()).or_insert(Location::new(*file, name.span));
                    }
                    _ => {}
                }
            }
        }
        for (file, tree) in &loaded.trees {
            walker.file = *file;
            walker.definitions(&tree.definitions, &mut Vec::new());
        }
        let mut index = walker.index;
        index.names.sort_by_key(|name| name.place);
        index.loaded = loaded;
        index
    }

    /// The name that a byte of a file belongs to, or follows.
    pub(super) fn at(&self, file: FileId, offset: u32) -> Option<&Occurrence> {
        let here = |name: &&Occurrence| {
            name.place.file == file && name.place.span.start <= offset && offset <= name.place.span.end
        };
        self.names.iter().filter(here).min_by_key(|name| name.place.span.end - name.place.span.start)
    }

    /// Every place of the same name.
    pub(super) fn same<'i>(&'i self, name: &'i Occurrence) -> impl Iterator<Item = &'i Occurrence> {
        self.names.iter().filter(move |other| other.space == name.space && other.name == name.name)
    }
}

/// The names that the model knows at each place: what is written with `{{…}}` may stand for several.
fn made(model: &Model) -> HashMap<Location, Vec<SmolStr>> {
    let mut made: HashMap<Location, Vec<SmolStr>> = HashMap::new();
    let mut known: HashSet<(Location, SmolStr)> = HashSet::new();
    let mut add = |place: Location, name: &SmolStr| {
        if known.insert((place, name.clone())) {
            made.entry(place).or_default().push(name.clone());
        }
    };
    for definition in &model.definitions {
        add(definition.place, &definition.name);
        let references = definition.dependencies.iter().chain(&definition.contents).chain(&definition.consumer_for);
        references.chain(&definition.producer_for).for_each(|reference| add(reference.place, &reference.name));
        if let Some(name) = &definition.pipeline_name {
            add(name.place, &name.value);
        }
    }
    model.loose.iter().for_each(|reference| add(reference.place, &reference.name));
    model.externals().iter().for_each(|external| add(external.place, &external.name));
    made
}

struct Walker {
    file: FileId,
    made: HashMap<Location, Vec<SmolStr>>,
    lists: HashSet<SmolStr>,
    templates: HashMap<SmolStr, Location>,
    index: Index,
}

/// Parameters in scope, the innermost last.
type Scope = Vec<(SmolStr, Location)>;

impl Walker {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn ident(&mut self, ident: &Ident, space: Space, role: Role) {
        let place = self.at(ident.span);
        let name = ident.name.clone();
        self.index.names.push(Occurrence { place, name, space, role, made: false, word: true });
    }

    /// A text that names a service.
    fn name(&mut self, text: &Text, role: Role, scope: &Scope) {
        self.text(text, scope);
        let place = self.at(text.span);
        let names = match text.plain() {
            Some(name) => vec![name.clone()],
            None => self.made.get(&place).cloned().unwrap_or_default(),
        };
        let made = text.plain().is_none();
        for name in names {
            self.index.names.push(Occurrence { place, name, space: Space::Service, role, made, word: false });
        }
    }

    /// The constants and parameters in a text.
    fn text(&mut self, text: &Text, scope: &Scope) {
        if let Parts::Mixed(parts) = &text.parts {
            for part in parts {
                if let Part::Interpolation(ident) = part {
                    self.ident(ident, space_of(&ident.name, scope), Role::Reference);
                }
            }
        }
    }

    fn value(&mut self, value: &Value, scope: &Scope) {
        match value {
            Value::Text(text) => {
                self.text(text, scope);
                // A bare word that names a list stands for the list.
                if let Some(word) = text.plain().filter(|_| text.form == TextForm::Word) {
                    let space = space_of(word, scope);
                    if self.lists.contains(word) || space != Space::Constant {
                        let ident = Ident { name: word.clone(), span: text.span };
                        self.ident(&ident, space, Role::Reference);
                    }
                }
            }
            Value::List(list) => list.values.iter().for_each(|value| self.value(value, scope)),
        }
    }

    fn exec(&mut self, exec: &Exec, scope: &Scope) {
        for piece in exec.words.iter().flat_map(|word| &word.pieces) {
            match piece {
                Piece::Text(text) => self.text(text, scope),
                Piece::Variable(variable) => match &variable.otherwise {
                    Otherwise::Default(text) | Otherwise::Refuse(text) => self.text(text, scope),
                    Otherwise::Empty => {}
                },
            }
        }
    }

    fn statements(&mut self, statements: &[Statement], of: Option<&SmolStr>, scope: &Scope) {
        for statement in statements {
            let keyword = &statement.keyword;
            self.index.keywords.push((self.at(keyword.span), keyword.name.clone(), of.cloned()));
            let mut before: Option<&Text> = None;
            for argument in &statement.arguments {
                match argument {
                    Argument::Text(text) => {
                        let after = |word: &str| before.is_some_and(|before| before.is_word(word));
                        let names = match keyword.name.as_str() {
                            "depends-on" => !text.is_word("none"),
                            "in" => true,
                            "log" => after("through"),
                            _ => false,
                        };
                        if names {
                            self.name(text, Role::Reference, scope);
                        } else {
                            self.text(text, scope);
                        }
                        if let Some(path) = text.plain().filter(|_| after("file") && text.form == TextForm::Quoted) {
                            self.index.links.push((self.at(text.span), path.clone()));
                        }
                        before = Some(text);
                    }
                    Argument::List(list) => list.values.iter().for_each(|value| self.value(value, scope)),
                    Argument::Exec(exec) => self.exec(exec, scope),
                    Argument::Punctuation(..) => {}
                }
            }
            if let Some(options) = &statement.options {
                self.statements(&options.statements, Some(&keyword.name), scope);
            }
        }
    }

    fn definitions(&mut self, definitions: &[Definition], scope: &mut Scope) {
        for definition in definitions {
            self.definition(&definition.kind, Role::Definition, scope);
        }
    }

    fn definition(&mut self, kind: &DefinitionKind, role: Role, scope: &mut Scope) {
        match kind {
            DefinitionKind::Umask { mask } => self.text(mask, scope),
            DefinitionKind::Target { name, version } => {
                self.text(name, scope);
                if let Some(version) = version {
                    self.text(version, scope);
                }
            }
            DefinitionKind::Constant { name, value } => {
                self.ident(name, Space::Constant, Role::Definition);
                self.value(value, scope);
            }
            DefinitionKind::Include { path } => {
                if let Some(text) = path.plain() {
                    self.index.links.push((self.at(path.span), text.clone()));
                }
            }
            DefinitionKind::External { names, .. } => {
                for name in names {
                    self.name(name, Role::External, scope);
                }
            }
            DefinitionKind::Service { name, body, .. } => {
                self.name(name, role, scope);
                self.statements(&body.statements, None, scope);
            }
            DefinitionKind::Bundle { name, members, statements, .. } => {
                self.name(name, role, scope);
                for member in members {
                    self.name(member, Role::Reference, scope);
                }
                self.statements(statements, None, scope);
            }
            DefinitionKind::Extend { addition } => self.definition(addition, Role::Reference, scope),
            DefinitionKind::Raw { statement } => self.statements(std::slice::from_ref(statement), None, scope),
            DefinitionKind::Pipeline { name, stages } => {
                if let Some(name) = name {
                    self.name(name, Role::Definition, scope);
                }
                stages.iter().flatten().for_each(|name| self.name(name, Role::Reference, scope));
            }
            DefinitionKind::Template { name, parameters, definitions } => {
                self.ident(name, Space::Template, Role::Definition);
                let home = self.at(name.span);
                let mut inside = Scope::new();
                for parameter in parameters {
                    self.ident(&parameter.name, Space::Parameter(home), Role::Definition);
                    parameter.default.iter().for_each(|value| self.value(value, &Scope::new()));
                    inside.push((parameter.name.name.clone(), home));
                }
                self.definitions(definitions, &mut inside);
            }
            DefinitionKind::Use { template, arguments } => {
                self.ident(template, Space::Template, Role::Reference);
                for argument in arguments {
                    self.value(&argument.value, scope);
                    let home = argument.name.as_ref().and_then(|_| self.templates.get(&template.name).copied());
                    if let Some((name, home)) = argument.name.as_ref().zip(home) {
                        self.ident(name, Space::Parameter(home), Role::Reference);
                    }
                }
            }
            DefinitionKind::For { variable, values, definitions } => {
                self.value(values, scope);
                let home = self.at(variable.span);
                self.ident(variable, Space::Parameter(home), Role::Definition);
                scope.push((variable.name.clone(), home));
                self.definitions(definitions, scope);
                scope.pop();
            }
            DefinitionKind::ContInit { name, body } => {
                self.text(name, scope);
                self.statements(&body.statements, None, scope);
            }
            DefinitionKind::Main { body } | DefinitionKind::Stage2Hook { body } => {
                self.statements(&body.statements, None, scope);
            }
        }
    }
}

fn space_of(name: &str, scope: &Scope) -> Space {
    let parameter = scope.iter().rev().find(|(known, _)| known == name);
    parameter.map_or(Space::Constant, |(_, home)| Space::Parameter(*home))
}

/// What a definition is, its name, and where the name stands.
pub(super) fn title(kind: &DefinitionKind) -> (&'static str, Option<Span>) {
    match kind {
        DefinitionKind::Target { .. } => ("target", None),
        DefinitionKind::Umask { .. } => ("umask", None),
        DefinitionKind::Constant { name, .. } => ("let", Some(name.span)),
        DefinitionKind::Include { path } => ("include", Some(path.span)),
        DefinitionKind::External { kind, .. } => match kind {
            ExternalKind::Longrun => ("extern longrun", None),
            ExternalKind::Oneshot => ("extern oneshot", None),
            ExternalKind::Bundle => ("extern bundle", None),
            ExternalKind::Service => ("extern service", None),
        },
        DefinitionKind::Service { kind, name, .. } => match kind {
            ServiceKind::Longrun => ("longrun", Some(name.span)),
            ServiceKind::Oneshot => ("oneshot", Some(name.span)),
            ServiceKind::Unknown => ("service", Some(name.span)),
        },
        DefinitionKind::Bundle { name, .. } => ("bundle", Some(name.span)),
        DefinitionKind::Extend { addition } => ("extend", title(addition).1),
        DefinitionKind::Raw { .. } => ("raw", None),
        DefinitionKind::Pipeline { name, .. } => ("pipeline", name.as_ref().map(|name| name.span)),
        DefinitionKind::Template { name, .. } => ("template", Some(name.span)),
        DefinitionKind::Use { template, .. } => ("use", Some(template.span)),
        DefinitionKind::For { variable, .. } => ("for", Some(variable.span)),
        DefinitionKind::Main { .. } => ("main", None),
        DefinitionKind::ContInit { name, .. } => ("cont-init", Some(name.span)),
        DefinitionKind::Stage2Hook { .. } => ("stage2-hook", None),
    }
}
