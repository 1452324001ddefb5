//! How much one run may make of its sources, so that a few lines cannot fill the memory: see `docs/limits.md`.

use crate::diagnostic::{Diagnostic, Guesses};
use crate::resolve::Resolver;
use crate::resolve::scope::Scope;
use crate::rules::reading;
use crate::source::Location;
use crate::syntax::ast::{self, DefinitionKind};

/// Definitions that `use` and `for` may make in one run: more are refused, so that a few lines cannot fill the memory.
pub(super) const MAX_MADE: usize = 200_000;

/// Bytes and list items that constants and parameters may put into texts and lists in one run, for the same reason (64 MiB).
pub(super) const MAX_PUT_IN: usize = 64 << 20;

/// Bytes of text that templates and loops may make of what stands in them, in one run, for the same reason: as many as a file
/// could hold that says it without them (64 MiB).
pub(super) const MAX_REPEATED_BYTES: usize = 64 << 20;

/// Bytes that `file` may bring in one run (256 MiB).
pub(super) const MAX_CARRIED_BYTES: usize = 256 << 20;

/// Constants that need other constants, below this depth, are refused.
pub(super) const MAX_CONSTANT_DEPTH: usize = 64;

/// Problems in templates and loops above this many are not told: they repeat themselves.
pub(super) const MAX_REPEATED: usize = 10_000;

/// How much was made so far.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) definitions: usize,
    pub(super) repeated: usize,
    put_in: usize,
    carried: usize,
    pub(super) guesses: Guesses,
}

impl Resolver<'_> {
    /// Counts a definition, a use or a turn of a loop; false, and reported once, where there are too many.
    pub(super) fn may_make(&mut self, scope: &Scope, place: Location) -> bool {
        self.made.definitions += 1;
        if self.made.definitions == MAX_MADE + 1 {
            let message = format!("more than {MAX_MADE} definitions, uses and turns of loops");
            let mut diagnostic = Diagnostic::new(&reading::UNREADABLE_SOURCE, message)
                .at(place, "this one and what follows is left out");
            diagnostic = scope.uses.iter().rev().fold(diagnostic, |known, place| known.at(*place, "used here"));
            self.diagnostics.push(diagnostic);
        }
        self.made.definitions <= MAX_MADE
    }

    /// Counts what a template or a loop makes of the text in it; false, and reported once, where it is too much.
    pub(super) fn may_repeat(&mut self, scope: &Scope, definition: &ast::Definition) -> bool {
        let counted = matches!(
            definition.kind,
            DefinitionKind::Raw { .. }
                | DefinitionKind::Pipeline { .. }
                | DefinitionKind::External { .. }
                | DefinitionKind::ContInit { .. }
        );
        let place = scope.at(definition.span);
        if counted && !self.may_make(scope, place) {
            return false;
        }
        // What is in a loop is counted when its turn comes.
        if matches!(definition.kind, DefinitionKind::For { .. }) {
            return true;
        }
        let bytes = (definition.span.end - definition.span.start) as usize;
        let (known, limit) = (self.made.repeated, MAX_REPEATED_BYTES);
        self.made.repeated = known.saturating_add(bytes);
        let what = "templates and loops make";
        self.made.repeated <= limit || self.too_much(scope, place, known, limit, what)
    }

    /// Counts what `file` brings; false, and reported once, where it is too much.
    pub(super) fn may_carry(&mut self, scope: &Scope, place: Location, bytes: usize) -> bool {
        let (known, limit) =
            (self.made.carried, if scope.uses.is_empty() { MAX_CARRIED_BYTES } else { MAX_REPEATED_BYTES });
        self.made.carried = known.saturating_add(bytes);
        self.made.carried <= limit || self.too_much(scope, place, known, limit, "`file` brings")
    }

    /// Counts what constants and parameters put in; false, and reported once, where it is too much.
    pub(super) fn may_put_in(&mut self, place: Location, size: usize) -> bool {
        if self.made.put_in > MAX_PUT_IN {
            return false;
        }
        self.made.put_in += size;
        if self.made.put_in > MAX_PUT_IN {
            let message = format!("constants and parameters stand for more than {} MiB of text", MAX_PUT_IN >> 20);
            self.diagnostics
                .push(Diagnostic::new(&reading::UNREADABLE_SOURCE, message).at(place, "this one is one too many"));
        }
        self.made.put_in <= MAX_PUT_IN
    }

    /// Reports that a limit is passed, at the first that passes it.
    fn too_much(&mut self, scope: &Scope, place: Location, known: usize, limit: usize, what: &str) -> bool {
        if known <= limit {
            let message = format!("{what} more than {} MiB", limit >> 20);
            let mut diagnostic = Diagnostic::new(&reading::UNREADABLE_SOURCE, message)
                .at(place, "this one and what follows is left out");
            diagnostic = scope.uses.iter().rev().fold(diagnostic, |known, place| known.at(*place, "used here"));
            self.diagnostics.push(diagnostic);
        }
        false
    }
}
