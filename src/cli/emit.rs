//! `hermesc emit`

use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::inputs::{Aspect, Inputs};
use crate::cli::output::{self, Stream};
use crate::cli::progress::{self, MANY, Progress};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS, places};
use crate::compile::{self, Checked};
use crate::config;
use crate::fix::unified;
use crate::model::Model;
use crate::report::{count, safe_line, safe_text};
use crate::resolve::Files;
use crate::s6rc::image;
use crate::s6rc::plan::{Entry, FileTree, plan};
use crate::s6rc::write::{How, MANIFEST, Way, WriteError, compare, current, write, write_file};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // one a flag
pub(super) struct EmitArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    severities: Severities,
    /// The directory to write. Under s6-overlay it is the image's `etc/s6-overlay`, and gets `s6-rc.d` and, since
    /// 3.2.3.1, `user-bundles.d`; for s6-rc it is the source directory itself.
    #[arg(short, long, value_name = "DIR", required_unless_present = "rootfs")]
    output: Option<Utf8PathBuf>,
    /// Write the files of the image instead, as they stand below its root: `etc/s6-overlay`, cont-init scripts, the
    /// wrapper around the main program and the stage 2 hook. The Dockerfile's lines for them are printed.
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    rootfs: Option<Utf8PathBuf>,
    /// Write into a directory that holds files which hermesc did not write, and over what was changed by hand since. Files of
    /// the same name are replaced, others are kept.
    #[arg(long)]
    force: bool,
    /// Write nothing, and name what would change; 1 is the exit code where something would.
    #[arg(long)]
    check: bool,
    /// Write nothing, and show what would change as a diff.
    #[arg(long)]
    diff: bool,
    /// Also write the names of all files that were read, as make and ninja take them.
    #[arg(long, value_name = "FILE")]
    depfile: Option<Utf8PathBuf>,
    /// Wait until everything is on the disk: without it, a power cut may take what was written last.
    #[arg(long)]
    sync: bool,
}

/// Where is written, and how.
pub(super) struct Destination<'a> {
    pub(super) output: Option<&'a Utf8Path>,
    pub(super) rootfs: Option<&'a Utf8Path>,
    pub(super) force: bool,
    pub(super) sync: bool,
}

pub(super) fn run(arguments: &EmitArgs, color: ColorChoice) -> u8 {
    emit(arguments, color).unwrap_or_else(|code| code)
}

fn emit(arguments: &EmitArgs, color: ColorChoice) -> Result<u8, u8> {
    places::language(&arguments.input.paths)?;
    let files = Inputs::default();
    let checked = read(&arguments.input, &arguments.severities, &files)?;
    output::diagnostics(&checked, Stream::Err, color);
    places::nothing_described(&checked);
    let destination = Destination {
        output: arguments.output.as_deref(),
        rootfs: arguments.rootfs.as_deref(),
        force: arguments.force,
        sync: arguments.sync,
    };
    if arguments.check || arguments.diff {
        let (directory, tree) = tree(&checked, &destination)?;
        return Ok(preview(&tree, directory, arguments));
    }
    let directory = write_out(&checked, &destination)?;
    if let Some(Ok(Some(settings))) = arguments.input.paths.first().map(|path| config::find(path)) {
        // What says the target and the severities decides too.
        files.add(&settings, Aspect::Entry);
    }
    Ok(arguments.depfile.as_ref().map_or(FINE, |path| depfile(path, directory, &files)))
}

/// Reads and checks what is to be emitted; the exit code where it cannot be read.
pub(super) fn read(input: &Input, severities: &Severities, files: &(dyn Files + Sync)) -> Result<Checked, u8> {
    let options = options(input, severities)?;
    let progress = Progress::new("checking");
    let checked = compile::check_with(&progress.reading(files), &input.paths, &options);
    drop(progress);
    checked.map_err(|(path, error)| output::unreadable(&path, &error))
}

/// The files that are to be written, and where; the exit code where there are none.
fn tree<'a>(checked: &Checked, destination: &Destination<'a>) -> Result<(&'a Utf8Path, FileTree), u8> {
    if checked.errors() > 0 {
        Stream::Err.write("nothing was written\n");
        return Err(PROBLEMS);
    }
    if let Some(directory) = destination.rootfs.or(destination.output).filter(|directory| directory.is_file()) {
        let message = safe_text(&format!("{directory} is a file, not a directory to write into"));
        return Err(output::failure(&message, Some("name a directory, such as rootfs/etc/s6-overlay")));
    }
    let model = &checked.model;
    match (destination.rootfs, destination.output) {
        (Some(directory), _) => {
            let tree = planning(model, image::image).ok_or_else(|| {
                let message = "--rootfs writes the files of an image under s6-overlay, and the target is";
                let help = Some("write `-o DIR` instead, or `target s6-overlay`");
                output::failure(&format!("{message} {}", model.target), help)
            })?;
            Ok((directory, tree))
        }
        (None, Some(directory)) => {
            left_out(model);
            Ok((directory, planning(model, plan)))
        }
        (None, None) => Err(output::failure("neither -o DIR nor --rootfs DIR was given", None)),
    }
}

/// Plans a model, which takes its time where that is large.
fn planning<T>(model: &Model, plan: impl FnOnce(&Model) -> T) -> T {
    progress::during("planning", model.definitions.len() >= MANY, || plan(model))
}

/// Writes what was checked, unless there are errors, says what was written, and gives the directory; the exit code where
/// nothing was written.
pub(super) fn write_out<'a>(checked: &Checked, destination: &Destination<'a>) -> Result<&'a Utf8Path, u8> {
    let (directory, tree) = tree(checked, destination)?;
    let model = &checked.model;
    let time = source_date()?;
    let progress = Progress::on_files("writing", files(&tree));
    if tree.entries.len() >= MANY {
        progress.may_be_large();
    }
    let how = How { force: destination.force, sync: destination.sync, time, done: Some(progress.done()) };
    let written = write(&tree, directory, how);
    drop(progress);
    match written {
        Ok(written) => {
            let definitions = count(model.definitions.len(), "definition");
            let removed = if written.removed > 0 { format!(", {} removed", written.removed) } else { String::new() };
            Stream::Out.write(&format!(
                "{directory}: {definitions} for {}; {} written, {} unchanged{removed}\n",
                model.target,
                count(written.changed, "file"),
                written.unchanged,
            ));
            if destination.rootfs.is_some() {
                let lines: String = dockerfile(model, directory).iter().map(|line| format!("  {line}\n")).collect();
                Stream::Out.write(&format!("lines for the Dockerfile:\n{lines}"));
            }
            if let Some(reason) = written.in_place {
                Stream::Err.write(&format!("{}\n", safe_line(&format!("note: written file by file, since {reason}"))));
            }
            Ok(directory)
        }
        Err(error @ WriteError::WouldLose { .. }) => Err(would_lose(directory, &error)),
        Err(error @ WriteError::Foreign { .. }) => Err(output::failure(
            &error.to_string(),
            Some("name a new directory, or say --force to write beside them; files of the same name are then replaced"),
        )),
        Err(error) => Err(output::unwritten(&error)),
    }
}

/// The lines of a Dockerfile beside which hermesc runs: COPY takes paths from the build context on, and none outside of it.
fn dockerfile(model: &Model, directory: &Utf8Path) -> Vec<String> {
    let real = directory.canonicalize_utf8().ok();
    if real.as_ref().is_some_and(|real| real == "/") {
        return image::dockerfile(model, None);
    }
    let here = Utf8Path::new(".").canonicalize_utf8().ok();
    if let Some(below) = real.as_ref().zip(here).and_then(|(real, here)| real.strip_prefix(here).ok()) {
        return image::dockerfile(model, Some(below));
    }
    let real = real.as_deref().unwrap_or(directory);
    let name = real.file_name().unwrap_or("rootfs");
    let mut lines = vec![format!(
        "# COPY reads nothing outside of the build context: for `{}`, write the path that leads from there to {}",
        name.escape_debug(),
        real.as_str().escape_debug()
    )];
    lines.extend(image::dockerfile(model, Some(Utf8Path::new(name))));
    lines
}

/// The number of files and links.
fn files(tree: &FileTree) -> usize {
    tree.entries.values().filter(|entry| !matches!(entry, Entry::Directory)).count()
}

/// What would change, and nothing is written.
fn preview(tree: &FileTree, directory: &Utf8Path, arguments: &EmitArgs) -> u8 {
    let changes = match compare(tree, directory) {
        Ok(changes) => changes,
        Err(error) => return output::failure(&safe_text(&error.to_string()), None),
    };
    for (path, way) in &changes.ways {
        let path: &Utf8Path = path;
        if arguments.diff {
            let (old, new) = (current(directory, path), tree.entries.get(path));
            let new = if let Some(Entry::File { bytes, .. }) = new { bytes.as_slice() } else { &[] };
            Stream::Out.write_content(&unified(path, &old, new));
        } else if !matches!(tree.entries.get(path), Some(Entry::Directory)) || *way == Way::Replace {
            let sign = match way {
                Way::Add => '+',
                Way::Replace => '~',
                Way::Remove => '-',
            };
            Stream::Out.write(&format!("{}\n", safe_line(&format!("{sign} {path}"))));
        }
    }
    if changes.is_empty() {
        Stream::Err.write(&format!("{}\n", safe_line(&format!("{directory} is as it should be"))));
        return FINE;
    }
    let by_hand = if changes.lost.is_empty() {
        String::new()
    } else {
        format!("; {} of it by hand, and `emit` would refuse", count(changes.lost.len(), "change"))
    };
    Stream::Err.write(&format!("{}\n", safe_line(&format!("{directory} is not what would be emitted{by_hand}"))));
    PROBLEMS
}

/// Shows what would be lost.
fn would_lose(directory: &Utf8Path, error: &WriteError) -> u8 {
    if let WriteError::WouldLose { lost, .. } = error {
        for one in lost.iter().take(SHOWN) {
            match (&one.current, &one.new) {
                (Some(current), new) => {
                    Stream::Err.write_content(&unified(&one.path, current, new.as_deref().unwrap_or_default()));
                }
                (None, _) => Stream::Err.write(&format!("{}\n", safe_line(&format!("{} is in the way", one.path)))),
            }
        }
        if lost.len() > SHOWN {
            Stream::Err.write(&format!("and {} more\n", lost.len() - SHOWN));
        }
    }
    let help = format!(
        "nothing was written to {directory}; say it in the source, or use --force to write over it: `-` is what is there"
    );
    output::failure(&safe_text(&error.to_string()), Some(&safe_text(&help)))
}

/// At most so many changes by hand are shown.
const SHOWN: usize = 10;

/// `SOURCE_DATE_EPOCH`, seconds since 1970: the time of everything that is written (reproducible-builds.org).
fn source_date() -> Result<Option<SystemTime>, u8> {
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = value.to_str().and_then(|text| text.parse::<u64>().ok());
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    time.map(Some).ok_or_else(|| {
        output::failure(
            "SOURCE_DATE_EPOCH is not a number of seconds",
            Some("unset it, or give it the time of the sources"),
        )
    })
}

/// Writes what the output depends on. The output is told by its manifest, which is written last.
fn depfile(path: &Utf8Path, directory: &Utf8Path, files: &Inputs) -> u8 {
    let word = |path: &Utf8Path| {
        let plain = path.as_str().replace('\\', "\\\\").replace(' ', "\\ ").replace('#', "\\#");
        plain.replace('$', "$$").replace(':', "\\:")
    };
    let names = files.paths();
    let strange = names.iter().map(Utf8PathBuf::as_path).chain([directory]).find(|path| !may_be_named(path));
    if let Some(strange) = strange {
        let message = format!("{path} cannot name {strange}: make would take its characters for more than a name");
        return output::failure(&safe_text(&message), Some("give the file another name"));
    }
    let inputs: String = names.iter().map(|path| format!(" \\\n  {}", word(path))).collect();
    // A file that is gone is no reason to stop.
    let phony: String = names.iter().map(|path| format!("\n{}:\n", word(path))).collect();
    let text = format!("{}:{inputs}\n{phony}", word(&directory.join(MANIFEST)));
    match write_file(path, text.as_bytes()) {
        Ok(()) => FINE,
        Err(error) => output::failure(&safe_text(&error.to_string()), None),
    }
}

/// Whether make takes a path for a name, once blanks and the like are escaped: there is no escape for these.
fn may_be_named(path: &Utf8Path) -> bool {
    !path.as_str().contains(|char: char| char.is_control() || matches!(char, ';' | '=' | '%' | '|'))
}

/// Says which parts of the container have no place below `etc/s6-overlay`.
fn left_out(model: &Model) {
    if model.container.is_empty() {
        return;
    }
    let paths: Vec<String> = model.container.iter().map(|file| format!("/{}", file.path)).collect();
    Stream::Err.write(&format!(
        "warning: not written: {}\n  help: they are files of the image; `hermesc emit --rootfs DIR` writes them too\n",
        paths.join(", ")
    ));
}
