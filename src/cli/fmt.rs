//! `hermesc fmt`

use std::io::{self, Read};
use std::sync::atomic::Ordering;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use walkdir::WalkDir;

use crate::cli::output::{self, Stream};
use crate::cli::progress::{MANY, Progress};
use crate::cli::{FINE, PROBLEMS, places};
use crate::config;
use crate::fix::{Changes, unified};
use crate::format::format;
use crate::report::{count, safe_line, safe_text};
use crate::resolve::{self, Disk, Files};
use crate::source::MAX_SOURCE_BYTES;

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Files of the language, directories in which `.hermes` files are looked for at every depth, or `-` for standard input,
    /// which goes to standard output.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// Change nothing, and name the files that would change; 1 is the exit code where there are some.
    #[arg(long)]
    check: bool,
    /// Change nothing, and show what would change; 1 is the exit code where there is something.
    #[arg(long)]
    diff: bool,
}

/// What standard input is called.
const STDIN: &str = "-";
/// So many lines are named.
const LINES_SHOWN: usize = 5;

pub(super) fn run(arguments: &FmtArgs) -> u8 {
    let result = if arguments.paths.iter().any(|path| path == STDIN) { stream(arguments) } else { files(arguments) };
    result.unwrap_or_else(|code| code)
}

/// From standard input to standard output.
fn stream(arguments: &FmtArgs) -> Result<u8, u8> {
    if arguments.paths.len() > 1 {
        let help = Some("`hermesc fmt -` reads one text; run it again for the files");
        return Err(output::failure("standard input cannot be laid out together with files", help));
    }
    let mut bytes = Vec::new();
    let limit = MAX_SOURCE_BYTES as u64 + 1;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| output::failure(&format!("cannot read standard input: {error}"), None))?;
    let text = text(Utf8Path::new("standard input"), &bytes).map_err(|refusal| refusal.tell())?;
    let formatted = format(text);
    let changes = formatted.text != text;
    if arguments.diff {
        Stream::Out.write_content(&unified(Utf8Path::new("stdin.hermes"), &bytes, formatted.text.as_bytes()));
    } else if !arguments.check {
        Stream::Out.write_content(formatted.text.as_bytes());
    }
    remark(Utf8Path::new("standard input"), &formatted.left);
    let only_looked = arguments.check || arguments.diff;
    Ok(if (only_looked && changes) || !formatted.left.is_empty() { PROBLEMS } else { FINE })
}

/// Files in their places.
fn files(arguments: &FmtArgs) -> Result<u8, u8> {
    let mut changes = Changes::default();
    let (mut remarks, mut different) = (Vec::new(), Vec::new());
    let paths = paths(&arguments.paths)?;
    let progress = Progress::on_files("laying out", paths.len());
    if paths.len() >= MANY {
        progress.may_be_large();
    }
    let mut lay_out = |path: &Utf8PathBuf| -> Result<(), Refusal> {
        let bytes = progress.reading(&Disk).read(path).map_err(|error| Refusal::Unreadable(path.clone(), error))?;
        let text = text(path, &bytes)?;
        let formatted = format(text);
        if !formatted.left.is_empty() {
            remarks.push((path.clone(), formatted.left));
        }
        if formatted.text != text {
            // What a link names is changed, not the link.
            let place = path.canonicalize_utf8().ok().filter(|_| path.is_symlink()).unwrap_or_else(|| path.clone());
            let set = changes.replace(&place, formatted.text.into_bytes());
            set.map_err(|(path, error)| Refusal::Unreadable(path, error))?;
            different.push(path.clone());
        }
        progress.done().fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let all = paths.iter().try_for_each(&mut lay_out);
    drop(progress);
    for (path, left) in &remarks {
        remark(path, left);
    }
    all.map_err(|refusal| refusal.tell())?;
    let (seen, has_left) = (paths.len(), !remarks.is_empty());
    if arguments.diff {
        Stream::Out.write_content(&changes.diff());
    } else if arguments.check {
        for path in &different {
            Stream::Out.write(&format!("{}\n", safe_line(path.as_str())));
        }
    } else {
        changes.write().map_err(|error| {
            let what = format!("cannot write {}: {}", error.path, error.error);
            output::failure(&safe_text(&what), Some("nothing was changed"))
        })?;
    }
    let only_looked = arguments.check || arguments.diff;
    if !(has_left && different.is_empty()) {
        Stream::Err.write(&summary(different.len(), seen, only_looked));
    }
    Ok(if (only_looked && !different.is_empty()) || has_left { PROBLEMS } else { FINE })
}

fn summary(different: usize, seen: usize, only_looked: bool) -> String {
    let verb = if only_looked { "would change" } else { "changed" };
    let is = if seen == 1 { "is" } else { "are" };
    match different {
        0 => format!("{} {is} laid out already\n", count(seen, "file")),
        _ => format!("{different} of {} {verb}\n", count(seen, "file")),
    }
}

/// Says what was left as it was.
fn remark(path: &Utf8Path, left: &[usize]) {
    let lines: Vec<String> = left.iter().map(usize::to_string).collect();
    if lines.is_empty() {
        return;
    }
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let shown: Vec<&str> = lines.iter().take(LINES_SHOWN).map(String::as_str).collect();
    let more = if lines.len() > LINES_SHOWN { ", …" } else { "" };
    let said = format!(
        "{path}: what begins at {word} {}{more} cannot be read and stays as it is: `hermesc check` says why",
        shown.join(", ")
    );
    Stream::Err.write(&format!("{}\n", safe_line(&said)));
}

/// The files that the paths stand for.
fn paths(given: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, u8> {
    let mut paths = Vec::new();
    for path in given {
        let metadata = path.metadata().map_err(|error| output::unreadable(path, &error))?;
        if !metadata.is_dir() {
            paths.push(path.clone());
            continue;
        }
        let before = paths.len();
        let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        let walk = WalkDir::new(path)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
        for entry in walk {
            let entry =
                entry.map_err(|error| output::failure(&safe_text(&format!("cannot read {path}: {error}")), None))?;
            let is_link = entry.path_is_symlink();
            if !entry.file_type().is_dir()
                && let Ok(file) = Utf8PathBuf::from_path_buf(entry.into_path())
                && file.extension() == Some("hermes")
            {
                // A link that is found in a directory may not lead out, as where it is checked; one to nothing is no file.
                match if is_link { may_be_read(path, &file) } else { Ok(()) } {
                    Ok(()) => paths.push(file),
                    Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                    Err(error) => return Err(output::unreadable(&file, &error)),
                }
            }
        }
        if paths.len() == before {
            return Err(places::no_language(path));
        }
    }
    paths.dedup();
    Ok(paths)
}

/// Whether a file that was found in a directory leads to one that may be read.
fn may_be_read(directory: &Utf8Path, file: &Utf8Path) -> io::Result<()> {
    let around: Vec<Utf8PathBuf> = config::find(directory)
        .map_err(io::Error::other)?
        .and_then(|config| config.parent().map(Utf8Path::to_owned))
        .into_iter()
        .collect();
    resolve::may_be_read(&Disk, &[directory.to_owned()], &around, file)
}

/// Why a file cannot be laid out.
enum Refusal {
    Unreadable(Utf8PathBuf, io::Error),
    NoText { message: String, help: Option<&'static str> },
}

impl Refusal {
    /// Says it.
    fn tell(&self) -> u8 {
        match self {
            Self::Unreadable(path, error) => output::unreadable(path, error),
            Self::NoText { message, help } => output::failure(&safe_text(message), *help),
        }
    }
}

fn text<'b>(path: &Utf8Path, bytes: &'b [u8]) -> Result<&'b str, Refusal> {
    if bytes.len() > MAX_SOURCE_BYTES {
        let limit = MAX_SOURCE_BYTES >> 20;
        return Err(Refusal::NoText { message: format!("{path} is larger than {limit} MiB"), help: None });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.get(..error.valid_up_to()).unwrap_or_default().split(|byte| *byte == b'\n').count();
        Refusal::NoText { message: format!("{path} is not UTF-8 on line {line}"), help: Some("save it as UTF-8") }
    })
}
