//! `prepare` and `cleanup`: a oneshot before a service, whose `down` runs when the service is down.

use smol_str::{SmolStr, format_smolstr};

use crate::diagnostic::Diagnostic;
use crate::expand::around::Before;
use crate::expand::line::{Line, write};
use crate::expand::{chain, gate};
use crate::model::{Definition, Kind, Program, Reference, TextMap};
use crate::resolve::draft::{Around, Draft, ProgramDraft};
use crate::s6rc::target::Target;

/// The name of the oneshot that a service has before it, if it has one.
pub(super) fn name(draft: &Draft) -> Option<SmolStr> {
    let service = &draft.definition.name;
    match (&draft.prepare, &draft.cleanup) {
        (None, None) => None,
        (None, Some(_)) => Some(format_smolstr!("{service}-cleanup")),
        _ => Some(format_smolstr!("{service}-prepare")),
    }
}

/// The oneshot. It runs as root, with the service's variables, and where the service's `when` holds.
pub(super) fn definition(
    name: SmolStr,
    draft: &Draft,
    dependencies: Vec<Reference>,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Definition> {
    let place = draft.prepare.as_ref().or(draft.cleanup.as_ref())?.place;
    let mut definition = Definition::new(name, Kind::Oneshot, place);
    definition.uses.clone_from(&draft.definition.uses);
    definition.dependencies = dependencies;
    let around =
        Around { env_files: draft.around.env_files.clone(), env: draft.around.env.clone(), ..Around::default() };
    let gate = match &draft.when {
        Some(when) => gate::oneshot(&when.value, when.place, target, diagnostics)?,
        None => Vec::new(),
    };
    let before = Before { gate, ..Before::default() };
    let mut program = |program: &ProgramDraft| {
        let made = chain::command_line(program, &around, &before, target, diagnostics)?;
        Some(Program { bytes: made.bytes, mode: 0o644, map: made.map })
    };
    definition.programs.up = Some(if let Some(prepare) = &draft.prepare {
        program(prepare)?
    } else {
        // s6-rc wants an `up`.
        let mut bytes = Vec::new();
        write(&[Line::of(&["exit", "0"])], &mut bytes)?;
        Program { bytes, mode: 0o644, map: TextMap::Whole(place) }
    });
    if let Some(cleanup) = &draft.cleanup {
        definition.programs.down = Some(program(cleanup)?);
    }
    Some(definition)
}
