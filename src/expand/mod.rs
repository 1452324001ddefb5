//! Sugar written out: a draft becomes the definitions and files that it stands for under a target.

mod around;
mod chain;
mod container;
mod finish;
mod gate;
mod line;
mod logger;
mod longrun;
mod prepare;
mod variables;

pub use container::container;

use crate::diagnostic::Diagnostic;
use crate::model::{Definition, Kind, Program, TextMap};
use crate::resolve::draft::{Around, Bytes, Draft, ProgramDraft, ProgramKind};
use crate::s6rc::target::Target;
use around::Before;

/// Adds the definitions that a draft stands for.
pub fn service(
    draft: Box<Draft>,
    target: &Target,
    definitions: &mut Vec<Definition>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match draft.definition.kind {
        Kind::Longrun => longrun::longrun(draft, target, definitions, diagnostics),
        Kind::Oneshot => definitions.push(oneshot(draft, target, diagnostics)),
        Kind::Bundle => definitions.push(draft.definition),
    }
}

fn oneshot(draft: Box<Draft>, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Definition {
    let mut definition = draft.definition;
    let gate = match &draft.when {
        Some(when) => gate::oneshot(&when.value, when.place, target, diagnostics).unwrap_or_default(),
        None => Vec::new(),
    };
    let before = Before { gate, ..Before::default() };
    let mut command_line = |program: Option<ProgramDraft>| {
        let made = chain::command_line(&program?, &draft.around, &before, target, diagnostics)?;
        Some(Program { bytes: made.bytes, mode: 0o644, map: made.map })
    };
    definition.programs.up = command_line(draft.up);
    definition.programs.down = command_line(draft.down);
    definition.programs.reload = command_line(draft.reload);
    definition
}

/// The bytes of a file that is a program by itself.
pub fn script(program: &ProgramDraft, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Option<Bytes> {
    match &program.kind {
        ProgramKind::Verbatim(bytes) => Some(bytes.clone()),
        _ => chain::executable(program, &Around::default(), &Before::default(), target, diagnostics),
    }
}

/// Text that was made from one place.
fn made(bytes: Vec<u8>, program: &ProgramDraft) -> Bytes {
    Bytes { bytes, map: TextMap::Whole(program.place) }
}
