//! `hermesc watch`: what `check` or `emit` does, again after each change.

mod notice;
mod screen;

use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::check::Subject;
use crate::cli::emit::{self, Destination};
use crate::cli::inputs::{Aspect, Change, Inputs};
use crate::cli::output::{self, Stream};
use crate::cli::sets::{Job, Set};
use crate::cli::{ColorChoice, FINE, show};
use crate::compile::Checked;
use crate::config;
use crate::policy::Policy;
use crate::resolve::values;
use crate::s6rc::read;
use notice::Watcher;
use screen::Screen;

#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    subject: Subject,
    /// Write the source directories after each change that leaves no errors, as `hermesc emit -o DIR` does.
    #[arg(short, long, value_name = "DIR", group = "destination", conflicts_with_all = CHECKS)]
    output: Option<Utf8PathBuf>,
    /// Write the files of the image, as `hermesc emit --rootfs DIR` does.
    #[arg(long, value_name = "DIR", group = "destination", conflicts_with_all = CHECKS)]
    rootfs: Option<Utf8PathBuf>,
    /// Write into a directory that holds files which hermesc did not write, and over what was changed by hand since.
    #[arg(long, requires = "destination")]
    force: bool,
    /// Look at the files every second, or as often as is said, instead of being told by the system: for mounts of which it
    /// does not tell, such as those of NFS and of Docker Desktop.
    #[arg(long, value_name = "DURATION", value_parser = parse_interval, num_args = 0..=1, require_equals = true,
        default_missing_value = "1s")]
    poll: Option<Duration>,
    /// Keep what earlier runs said on the screen.
    #[arg(long)]
    no_clear: bool,
}

/// What `hermesc watch --help` says beside the options.
pub(super) const HELP: &str = "\
Runs at the start, and again when something changes that a run was made from: the files and what \
they include or take in with `file`, files of the language that are new in a directory, everything \
in source directories, `hermesc.toml`, and the Dockerfile. What is emitted does not count.

A mistake in a file, or a file that is missing for a while, ends nothing. Ctrl-C does.";

/// What only a check takes.
const CHECKS: [&str; 4] = ["against", "allow_unknown", "each", "dockerfile"];
/// A run begins when nothing has changed for so long.
const QUIET: Duration = Duration::from_millis(100);
/// A run begins after so many looks, whatever still changes.
const LOOKS: usize = 20;
/// So many paths or changes are named.
const NAMED: usize = 2;
/// More often than this is not looked.
const SHORTEST: u32 = 50;

fn parse_interval(text: &str) -> Result<Duration, String> {
    let milliseconds = values::duration(text).map_err(|_| "durations have a unit: ms, s, m or h".to_owned())?;
    if milliseconds < SHORTEST {
        return Err(format!("at least {SHORTEST}ms"));
    }
    Ok(Duration::from_millis(milliseconds.into()))
}

pub(super) fn run(arguments: &WatchArgs, color: ColorChoice) -> u8 {
    // What no file can mend.
    if let Err(code) = arguments.subject.severities.give(&mut Policy::default()) {
        return code;
    }
    let mut watcher = Watcher::new(arguments.poll);
    let mut screen = Screen::new(arguments.no_clear, color);
    let mut changes = Vec::new();
    for number in 1_u64.. {
        if !screen.begin(&head(arguments, number), &why(&changes)) {
            break;
        }
        let inputs = Inputs::default();
        let code = once(arguments, &inputs, &screen, color);
        let new = watcher.follow(&inputs.directories());
        if let Some(note) = &watcher.note {
            Stream::Err.write(&format!("{note}\n"));
        }
        screen.end(code);
        changes = next(&mut watcher, &inputs, new);
    }
    // Nobody reads any more.
    FINE
}

/// What is watched.
fn head(arguments: &WatchArgs, number: u64) -> String {
    let paths = first(&arguments.subject.input.paths.iter().map(ToString::to_string).collect::<Vec<_>>());
    let into = arguments.output.as_ref().or(arguments.rootfs.as_ref());
    let into = into.map(|directory| format!(", emitting to {directory}")).unwrap_or_default();
    format!("watching {paths}{into}; run {number}")
}

/// Why it is looked at again.
fn why(changes: &[Change]) -> String {
    first(&changes.iter().map(|change| format!("{} {}", change.path, change.word)).collect::<Vec<_>>())
}

/// The first of some names, and how many there are beside.
fn first(names: &[String]) -> String {
    match names.get(..NAMED).filter(|_| names.len() > NAMED) {
        Some(first) => format!("{} and {} more", first.join(", "), names.len() - NAMED),
        None => names.join(", "),
    }
}

/// One run, and its exit code.
fn once(arguments: &WatchArgs, inputs: &Inputs, screen: &Screen, color: ColorChoice) -> u8 {
    run_once(arguments, inputs, screen, color).unwrap_or_else(|code| code)
}

fn run_once(arguments: &WatchArgs, inputs: &Inputs, screen: &Screen, color: ColorChoice) -> Result<u8, u8> {
    let subject = &arguments.subject;
    places(&subject.input.paths, inputs);
    if arguments.output.is_none() && arguments.rootfs.is_none() {
        let sets = subject.check(inputs, &|job| before(job, inputs))?;
        for checked in sets.iter().filter_map(|set: &Set| set.checked.as_ref().ok()) {
            after(checked, inputs);
        }
        return Ok(show::human(&sets, false, color, screen.lines()));
    }
    let checked = emit::read(&subject.input, &subject.severities, inputs)?;
    output::diagnostics_within(&checked, Stream::Err, color, screen.lines());
    let destination = Destination {
        output: arguments.output.as_deref(),
        rootfs: arguments.rootfs.as_deref(),
        force: arguments.force,
        sync: false,
    };
    emit::write_out(&checked, &destination).map(|_| FINE)
}

/// Remembers what decides how a run begins: what the paths are, and `hermesc.toml`.
fn places(paths: &[Utf8PathBuf], inputs: &Inputs) {
    for path in paths {
        inputs.add(path, Aspect::Entry);
        for directory in read::looked_into(path) {
            inputs.add(&directory, Aspect::Names);
        }
    }
    let configs = paths.first().and_then(|path| config::places(path).ok()).unwrap_or_default();
    for place in configs {
        inputs.add(&place, Aspect::Entry);
        if place.is_file() {
            break;
        }
    }
}

/// Remembers source directories before they are read; of text, what is read is remembered by itself.
fn before(job: &Job, inputs: &Inputs) {
    for directory in job.request.iter().flat_map(read::directories) {
        inputs.add_tree(&directory);
    }
    for directory in job.against.iter().flat_map(|path| read::looked_into(path)) {
        inputs.add(&directory, Aspect::Names);
    }
}

/// Remembers what else of an image was read, and what was looked for there.
fn after(checked: &Checked, inputs: &Inputs) {
    let Some(tree) = &checked.model.tree else { return };
    for (_, source) in checked.sources.iter() {
        inputs.add(&source.path, Aspect::Entry);
    }
    let images = tree.image.iter();
    for path in images.flat_map(|image| tree.programs.iter().map(|file| image.join(below_root(&file.path)))) {
        inputs.add(&path, Aspect::Entry);
    }
}

fn below_root(path: &Utf8Path) -> &Utf8Path {
    path.strip_prefix("/").unwrap_or(path)
}

/// Waits for changes, and until they are over. `new` where directories are watched that were not before.
fn next(watcher: &mut Watcher, inputs: &Inputs, new: bool) -> Vec<Change> {
    // What changed before a directory was watched was not told.
    let mut look = new;
    let mut took = Duration::ZERO;
    loop {
        if !look {
            watcher.wait(took);
        }
        let start = Instant::now();
        let mut now = inputs.now();
        if now != *inputs {
            for _ in 0..LOOKS {
                thread::sleep(QUIET);
                let before = std::mem::replace(&mut now, inputs.now());
                if before == now {
                    break;
                }
            }
            let changes = inputs.changes(&now);
            // What was changed back is none.
            if !changes.is_empty() {
                return changes;
            }
        }
        // A directory may have come, or come again.
        look = watcher.follow(&inputs.directories());
        took = start.elapsed();
    }
}
