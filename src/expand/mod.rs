//! Sugar written out: a draft becomes the definitions and files that it stands for under a target.

mod around;
mod chain;
mod container;
mod line;
mod variables;

pub use container::container;

use crate::diagnostic::Diagnostic;
use crate::model::{Definition, Program, TextMap};
use crate::resolve::draft::{Around, Bytes, Draft, ProgramDraft, ProgramKind};
use crate::s6rc::target::Target;

/// Adds the definitions that a draft stands for.
pub fn service(draft: Draft, target: &Target, definitions: &mut Vec<Definition>, diagnostics: &mut Vec<Diagnostic>) {
    let mut definition = draft.definition;
    let around = draft.around;
    let mut executable = |program: Option<ProgramDraft>, around: &Around| {
        program.and_then(|program| {
            let made = chain::executable(&program, around, target, diagnostics)?;
            Some(Program { bytes: made.bytes, mode: 0o755, map: made.map })
        })
    };
    let none = Around::default();
    definition.programs.run = executable(draft.run, &around);
    definition.programs.finish = executable(draft.finish, &none);
    let mut command_line = |program: Option<ProgramDraft>| {
        program.and_then(|program| {
            let made = chain::command_line(&program, &around, target, diagnostics)?;
            Some(Program { bytes: made.bytes, mode: 0o644, map: made.map })
        })
    };
    definition.programs.up = command_line(draft.up);
    definition.programs.down = command_line(draft.down);
    definition.programs.reload = command_line(draft.reload);
    definitions.push(definition);
}

/// The bytes of a file that is a program by itself.
pub fn script(program: &ProgramDraft, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Option<Bytes> {
    match &program.kind {
        ProgramKind::Verbatim(bytes) => Some(bytes.clone()),
        _ => chain::executable(program, &Around::default(), target, diagnostics),
    }
}

/// Text that was made from one place.
fn made(bytes: Vec<u8>, program: &ProgramDraft) -> Bytes {
    Bytes { bytes, map: TextMap::Whole(program.place) }
}
