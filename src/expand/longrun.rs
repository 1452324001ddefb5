//! A longrun and what its statements put around it: gate, readiness, logger, oneshot, `finish`.

use crate::diagnostic::Diagnostic;
use crate::expand::around::Before;
use crate::expand::finish::{self, Finish};
use crate::expand::line::Line;
use crate::expand::logger::Logger;
use crate::expand::{chain, gate, prepare};
use crate::model::{Definition, Extra, ExtraFile, Number, Placed, Program, Reference, ReferenceOrigin, TextMap};
use crate::resolve::draft::{Around, Draft, ProgramDraft, Ready};
use crate::rules::reading;
use crate::s6rc::target::Target;
use crate::source::Location;

/// The descriptor for readiness where none is said.
const NOTIFICATION_FD: u32 = 3;
/// The program that s6-notifyoncheck asks (s6 2.15.1.0).
const CHECK: &str = "data/check";

/// Adds a longrun's definitions.
pub(super) fn longrun(
    mut draft: Box<Draft>,
    target: &Target,
    definitions: &mut Vec<Definition>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(place) = draft.stop_container.filter(|_| !target.is_overlay()) {
        diagnostics.push(
            Diagnostic::new(&reading::STATEMENT_OF_OTHER_TYPE, "`on-exit stop-container` belongs to s6-overlay")
                .at(place, format!("the target is {target}"))
                .help("write `target s6-overlay`; what stops a machine is its own init's, such as s6-linux-init-hpr"),
        );
        draft.stop_container = None;
    }
    if let Some(ready) = &draft.ready {
        check(&mut draft.definition, ready, &draft.around, target, diagnostics);
    }
    let mut made = Vec::new();
    let oneshot = prepare::name(&draft);
    if let Some(name) = &oneshot {
        // What the service waits for, the oneshot waits for; the service waits for the oneshot.
        let dependencies = std::mem::take(&mut draft.definition.dependencies);
        made.extend(prepare::definition(name.clone(), &draft, dependencies, target, diagnostics));
        let place = draft.prepare.as_ref().or(draft.cleanup.as_ref()).map_or(draft.definition.place, |it| it.place);
        let reference = Reference { name: name.clone(), place, origin: ReferenceOrigin::Expanded };
        draft.definition.dependencies.push(reference);
    }
    let before = before(&draft, target, diagnostics);
    let mut definition = draft.definition;
    if let Some(first) = draft.logs.first() {
        let logger = Logger {
            service: &definition,
            dependencies: logger_dependencies(&definition, oneshot.is_some()),
            logs: &draft.logs,
            user: draft.around.user.as_ref().map(|user| &user.value),
            control_user: draft.control_user.as_ref().map(|user| user.value.as_str()),
        };
        let name = logger.name();
        made.extend(logger.definition(target));
        definition.producer_for = Some(Reference { name, place: first.place, origin: ReferenceOrigin::Expanded });
    }
    let wrote_run = draft.run.is_some();
    let run = draft.run.zip(before);
    definition.programs.run = run.and_then(|(run, before)| program(&run, &draft.around, &before, target, diagnostics));
    // What could not be written was reported, and is not missing.
    definition.incomplete |= wrote_run && definition.programs.run.is_none();
    let wanted = Finish {
        gated: draft.when.is_some(),
        stop_on: draft.stop_on.iter().map(|death| &death.value).collect(),
        stop_container: draft.stop_container.is_some(),
        written: draft.finish.is_some(),
    };
    let written =
        draft.finish.and_then(|finish| program(&finish, &Around::default(), &Before::default(), target, diagnostics));
    if wanted.is_needed() {
        let place = finish_place(draft.when.as_ref().map(|when| when.place), &draft.stop_on, draft.stop_container)
            .unwrap_or(definition.place);
        if let Some(written) = written {
            add_file(&mut definition, finish::WRITTEN, written, diagnostics);
        }
        definition.programs.finish =
            wanted.text(target).map(|bytes| Program { bytes, mode: 0o755, map: TextMap::Whole(place) });
    } else {
        definition.programs.finish = written;
    }
    definitions.push(definition);
    definitions.extend(made);
}

/// The first of the statements that make a `finish`.
fn finish_place<T>(
    when: Option<Location>,
    stop_on: &[Placed<T>],
    stop_container: Option<Location>,
) -> Option<Location> {
    when.or_else(|| stop_on.first().map(|death| death.place)).or(stop_container)
}

/// What the logger needs: the oneshot before its service, or what the target has every service need.
fn logger_dependencies(service: &Definition, prepared: bool) -> Vec<Reference> {
    let wanted = |known: &&Reference| prepared || known.origin == ReferenceOrigin::Default;
    service.dependencies.iter().filter(wanted).cloned().collect()
}

/// A file that the kernel starts.
fn program(
    program: &ProgramDraft,
    around: &Around,
    before: &Before,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Program> {
    let made = chain::executable(program, around, before, target, diagnostics)?;
    Some(Program { bytes: made.bytes, mode: 0o755, map: made.map })
}

/// What stands before `run`; nothing where it cannot be written.
fn before(draft: &Draft, target: &Target, diagnostics: &mut Vec<Diagnostic>) -> Option<Before> {
    let notify = draft.definition.number(Number::NotificationFd).map(|fd| fd.value);
    let gate = match &draft.when {
        Some(when) => gate::longrun(&when.value, notify, when.place, target, diagnostics)?,
        None => Vec::new(),
    };
    // Who says where errors go is followed.
    let stderr = (draft.logged.is_some() || !draft.logs.is_empty())
        && draft.around.redirects.iter().all(|redirect| redirect.value.fd != 2);
    Some(Before {
        stderr,
        control_user: draft.control_user.as_ref().map(|user| user.value.clone()),
        gate,
        ready: draft.ready.as_ref().map(|ready| poll(&ready.value)),
    })
}

/// The file that is asked whether the service is ready, and the descriptor. It runs as the service's user, with its
/// variables.
fn check(
    definition: &mut Definition,
    ready: &Placed<Ready>,
    around: &Around,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if definition.number(Number::NotificationFd).is_none() {
        definition.numbers.push((Number::NotificationFd, Placed::new(NOTIFICATION_FD, ready.place)));
    }
    let plain = Around {
        env_files: around.env_files.clone(),
        env: around.env.clone(),
        cwd: around.cwd.clone(),
        user: around.user.clone(),
        ..Around::default()
    };
    let asked = &ready.value.check;
    if let Some(asked) = program(asked, &plain, &Before::default(), target, diagnostics) {
        add_file(definition, CHECK, asked, diagnostics);
    }
}

/// The line that asks in the background (s6-notifyoncheck, s6 2.15.1.0); it is nobody's child, since a program that does
/// not know of it would leave it a zombie.
fn poll(ready: &Ready) -> Line {
    let mut line = Line::of(&["s6-notifyoncheck", "-d"]);
    for (option, value) in [
        ("-w", ready.interval),
        ("-t", ready.check_timeout),
        ("-T", ready.timeout),
        ("-n", Some(ready.tries.unwrap_or(0))),
    ] {
        if let Some(value) = value {
            line = line.and(option).and(value.to_string());
        }
    }
    line
}

/// Adds a file, unless it was written by hand.
fn add_file(definition: &mut Definition, path: &str, program: Program, diagnostics: &mut Vec<Diagnostic>) {
    let place = program.place();
    let Program { bytes, mode, .. } = program;
    if let Some((_, first)) = definition.files.iter().find(|(known, _)| known == path) {
        diagnostics.push(
            Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{path}` is written twice"))
                .at(place, "this becomes the file")
                .at(first.place, "and so does this")
                .help("give the one that is written by hand another name"),
        );
        return;
    }
    definition.files.push((path.into(), ExtraFile { content: Extra::File { bytes, mode }, place }));
}
