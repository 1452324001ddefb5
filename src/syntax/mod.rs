//! Text to syntax tree. Never fails: what is not the language becomes a diagnostic, and what stands around it is read.

pub mod ast;
mod definitions;
mod exec;
mod expected;
mod incremental;
mod parse;
mod pieces;
mod shift;
mod statements;
mod text;

pub use incremental::Reading;
pub use parse::{MAX_LINE_BYTES, Parsed, parse};

pub(crate) use grammar::{Grammar, Rule};
pub(crate) use text::interpolated;

#[allow(missing_docs)] // made by pest; the grammar documents its rules
mod grammar {
    /// The parser that `grammar/hermes.pest` describes.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/hermes.pest"]
    pub struct Grammar;
}
