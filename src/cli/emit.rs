//! `hermesc emit`

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile;
use crate::config;
use crate::fix::unified;
use crate::model::Model;
use crate::report::{count, safe_text};
use crate::resolve::{Disk, Files};
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

pub(super) fn run(arguments: &EmitArgs, color: ColorChoice) -> u8 {
    let options = match options(&arguments.input, &arguments.severities) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let files = Recorder::default();
    let checked = match compile::check_with(&files, &arguments.input.paths, &options) {
        Ok(checked) => checked,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    output::diagnostics(&checked, Stream::Err, color);
    if checked.errors() > 0 {
        Stream::Err.write("nothing was written\n");
        return PROBLEMS;
    }
    let model = &checked.model;
    let (directory, tree) = match (&arguments.rootfs, &arguments.output) {
        (Some(directory), _) => match image::image(model) {
            Some(tree) => (directory, tree),
            None => {
                return output::failure(
                    &format!(
                        "--rootfs writes the files of an image under s6-overlay, and the target is {}",
                        model.target
                    ),
                    Some("write `-o DIR` instead, or `target s6-overlay`"),
                );
            }
        },
        (None, Some(directory)) => {
            left_out(model);
            (directory, plan(model))
        }
        (None, None) => return output::failure("neither -o DIR nor --rootfs DIR was given", None),
    };
    if arguments.check || arguments.diff {
        return preview(&tree, directory, arguments);
    }
    let time = match source_date() {
        Ok(time) => time,
        Err(code) => return code,
    };
    match write(&tree, directory, How { force: arguments.force, sync: arguments.sync, time }) {
        Ok(written) => {
            let definitions = count(model.definitions.len(), "definition");
            let removed = if written.removed > 0 { format!(", {} removed", written.removed) } else { String::new() };
            Stream::Out.write(&format!(
                "{directory}: {definitions} for {}; {} written, {} unchanged{removed}\n",
                model.target,
                count(written.changed, "file"),
                written.unchanged,
            ));
            if arguments.rootfs.is_some() {
                let lines: String =
                    image::dockerfile(model, directory).iter().map(|line| format!("  {line}\n")).collect();
                Stream::Out.write(&format!("lines for the Dockerfile:\n{lines}"));
            }
            if let Some(reason) = written.in_place {
                Stream::Err.write(&safe_text(&format!("note: written file by file, since {reason}\n")));
            }
            match &arguments.depfile {
                Some(path) => {
                    // What says the target and the severities decides too.
                    let settings = options.around.iter().map(|directory| directory.join(config::FILE_NAME));
                    files.0.borrow_mut().extend(settings);
                    depfile(path, directory, &files)
                }
                None => FINE,
            }
        }
        Err(error @ WriteError::WouldLose { .. }) => would_lose(directory, &error),
        Err(error @ WriteError::Foreign { .. }) => output::failure(
            &error.to_string(),
            Some("name a new directory, or say --force to write beside them; files of the same name are then replaced"),
        ),
        Err(error) => output::failure(&error.to_string(), None),
    }
}

/// What would change, and nothing is written.
fn preview(tree: &FileTree, directory: &Utf8Path, arguments: &EmitArgs) -> u8 {
    let changes = match compare(tree, directory) {
        Ok(changes) => changes,
        Err(error) => return output::failure(&safe_text(&error.to_string()), None),
    };
    for (path, way) in &changes.ways {
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
            Stream::Out.write(&safe_text(&format!("{sign} {path}\n")));
        }
    }
    if changes.is_empty() {
        Stream::Err.write(&safe_text(&format!("{directory} is as it should be\n")));
        return FINE;
    }
    let by_hand = if changes.lost.is_empty() {
        String::new()
    } else {
        format!("; {} of it by hand, and `emit` would refuse", count(changes.lost.len(), "change"))
    };
    Stream::Err.write(&safe_text(&format!("{directory} is not what would be emitted{by_hand}\n")));
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
                (None, _) => Stream::Err.write(&safe_text(&format!("{} is in the way\n", one.path))),
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

/// The disk, and which files of it were read.
#[derive(Default)]
struct Recorder(RefCell<BTreeSet<Utf8PathBuf>>);

impl Files for Recorder {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.0.borrow_mut().insert(path.to_owned());
        Disk.read(path)
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Disk.real(path)
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        let names = Disk.list(path)?;
        if names.is_some() {
            // A file that is new in it counts.
            self.0.borrow_mut().insert(path.to_owned());
        }
        Ok(names)
    }
}

/// Writes what the output depends on. The output is told by its manifest, which is written last.
fn depfile(path: &Utf8Path, directory: &Utf8Path, files: &Recorder) -> u8 {
    let word = |path: &Utf8Path| {
        let plain = path.as_str().replace('\\', "\\\\").replace(' ', "\\ ").replace('#', "\\#");
        plain.replace('$', "$$").replace(':', "\\:")
    };
    let names = files.0.borrow();
    let inputs: String = names.iter().map(|path| format!(" \\\n  {}", word(path))).collect();
    // A file that is gone is no reason to stop.
    let phony: String = names.iter().map(|path| format!("\n{}:\n", word(path))).collect();
    let text = format!("{}:{inputs}\n{phony}", word(&directory.join(MANIFEST)));
    match write_file(path, text.as_bytes()) {
        Ok(()) => FINE,
        Err(error) => output::failure(&safe_text(&error.to_string()), None),
    }
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
