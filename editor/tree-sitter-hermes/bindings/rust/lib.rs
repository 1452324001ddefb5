//! The tree-sitter grammar of the hermes language, and its queries.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_hermes() -> *const ();
}

/// The language, for `tree_sitter::Parser::set_language`.
// SAFETY: the function that tree-sitter generates has this type.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_hermes) };

/// What each word is, for colours.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// The languages of scripts.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
/// Scopes, definitions and references.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
/// What can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// What stands further in.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
