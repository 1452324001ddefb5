//! What is found while the language is read, before there is a model to check.

mod statements;
mod text;
mod values;

pub use statements::*;
pub use text::*;
pub use values::*;

use crate::rules::Rule;

/// Every rule of this kind.
pub static ALL: &[&Rule] = &[
    &BAD_ESCAPE,
    &BAD_VALUE,
    &BARE_NUMBER,
    &BARE_VARIABLE,
    &BIDIRECTIONAL_CONTROL,
    &INCLUDE_CYCLE,
    &INCLUDE_MISSING,
    &NEWER_THAN_TARGET,
    &OTHER_LANGUAGE,
    &OVERWRITTEN_STATEMENT,
    &STATEMENT_OF_OTHER_TYPE,
    &SYNTAX,
    &TEMPLATE_ARGUMENTS,
    &TEMPLATE_RECURSION,
    &UNCLOSED,
    &UNKNOWN_CONSTANT,
    &UNKNOWN_DEFINITION,
    &UNKNOWN_INTERPRETER,
    &UNKNOWN_STATEMENT,
    &UNKNOWN_TARGET,
    &UNKNOWN_TEMPLATE,
    &UNREADABLE_SOURCE,
];
