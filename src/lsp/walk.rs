//! Everything in a tree, one after the other.

use crate::syntax::ast::{Body, Definition, DefinitionKind, Statement};

/// A part of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'t> {
    /// A definition.
    Definition(&'t Definition),
    /// What stands between braces.
    Body(&'t Body),
    /// A statement or an option.
    Statement(&'t Statement),
}

/// Calls for every definition, body, statement and option, the outer one first.
pub(super) fn walk<'t>(definitions: &'t [Definition], visit: &mut dyn FnMut(Part<'t>)) {
    for definition in definitions {
        visit(Part::Definition(definition));
        let kind = match &definition.kind {
            DefinitionKind::Extend { addition } => addition,
            kind => kind,
        };
        match kind {
            DefinitionKind::Service { body, .. }
            | DefinitionKind::Main { body }
            | DefinitionKind::ContInit { body, .. }
            | DefinitionKind::Stage2Hook { body } => of_body(body, visit),
            DefinitionKind::Bundle { statements, .. } => of_statements(statements, visit),
            DefinitionKind::Raw { statement } => of_statements(std::slice::from_ref(statement), visit),
            DefinitionKind::Template { definitions, .. } | DefinitionKind::For { definitions, .. } => {
                walk(definitions, visit);
            }
            _ => {}
        }
    }
}

fn of_body<'t>(body: &'t Body, visit: &mut dyn FnMut(Part<'t>)) {
    visit(Part::Body(body));
    of_statements(&body.statements, visit);
}

fn of_statements<'t>(statements: &'t [Statement], visit: &mut dyn FnMut(Part<'t>)) {
    for statement in statements {
        visit(Part::Statement(statement));
        if let Some(options) = &statement.options {
            of_body(options, visit);
        }
    }
}
