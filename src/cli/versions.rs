//! Service sets that are compared: on the disk, in a revision of git, or none at all.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::settings::{self, Severities};
use crate::cli::{Input, output, sets};
use crate::compare::{Modes, Side};
use crate::compile::Options;
use crate::config::{self, Config};
use crate::diagnostic;
use crate::import;
use crate::report::lines::short;
use crate::report::{count, safe_text};
use crate::resolve::{Disk, Files, resolve_with};
use crate::revision::{Revision, RevisionError, Spelled};
use crate::s6rc::read::{self, Places, Refusal, Verbatim};
use crate::s6rc::target::Target;

/// A set as it was named.
#[derive(Debug)]
pub(super) enum Version<'a> {
    /// A path, `REV:PATH`, or `/dev/null`.
    Given(&'a str),
    /// A path as it was in a revision.
    OfPath {
        /// The revision.
        revision: &'a str,
        /// The path.
        path: &'a Utf8Path,
    },
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(text) => formatter.write_str(text),
            Self::OfPath { revision, path } => write!(formatter, "{path} ({revision})"),
        }
    }
}

/// A set that was read.
pub(super) struct Read {
    /// The set; nothing for `/dev/null`.
    pub(super) set: Option<Side>,
    /// How many errors kept parts of its text from being read.
    pub(super) errors: usize,
}

/// What can be read as it is.
pub(super) const VERBATIM: &str =
    "every entry must be a file of at most 16 MiB, a directory or a symbolic link, with a name in UTF-8";
/// The path that stands for no set, as diff(1) has it.
const NOTHING: &str = "/dev/null";

/// Reads a set; the exit code where it cannot be read at all.
pub(super) fn read(version: &Version<'_>, target: Option<Target>) -> Result<Read, u8> {
    match version {
        Version::Given(text) if *text == NOTHING => Ok(Read { set: None, errors: 0 }),
        Version::Given(text) if may_be_there(Utf8Path::new(text)) => on_disk(Utf8Path::new(text), target),
        Version::Given(text) => {
            let Some(Spelled { revision, path }) = Spelled::parse(text) else {
                let help =
                    "name a file or a directory; what is in a revision of git is REV:PATH, such as HEAD:services";
                return Err(output::failure(&safe_text(&format!("there is no {text}")), Some(help)));
            };
            let opened = Revision::open(Utf8Path::new("."), revision);
            let found = opened.and_then(|opened| Ok((opened.find(path)?, opened)));
            found.map_or_else(
                |error| Err(refused(text, &error)),
                |(path, opened)| in_revision(&opened, &path, text, target),
            )
        }
        Version::OfPath { revision, path } => {
            let shown = version.to_string();
            if !may_be_there(path) {
                // What is missing now is said once, by the other side.
                return Err(super::FAILED);
            }
            let (directory, name) = match path.file_name() {
                Some(name) if !path.is_dir() => (path.parent().unwrap_or(Utf8Path::new("")), Utf8Path::new(name)),
                _ => (*path, Utf8Path::new("")),
            };
            let directory = if directory.as_str().is_empty() { Utf8Path::new(".") } else { directory };
            let opened = Revision::open(directory, revision);
            let found = opened.and_then(|opened| Ok((opened.find_beside(name)?, opened)));
            found.map_or_else(
                |error| Err(refused(&shown, &error)),
                |(path, opened)| in_revision(&opened, &path, &shown, target),
            )
        }
    }
}

/// Whether something is at a path; where that cannot be told, whoever reads it says why.
fn may_be_there(path: &Utf8Path) -> bool {
    path.symlink_metadata().map_or_else(|error| !crate::disk::says_nothing_is_there(&error), |_| true)
}

fn refused(shown: &str, error: &RevisionError) -> u8 {
    output::failure(&safe_text(&format!("cannot read {shown}: {error}")), Some(&safe_text(&error.help())))
}

fn on_disk(path: &Utf8Path, target: Option<Target>) -> Result<Read, u8> {
    let Some(layout) = sets::recognise(path)? else {
        let input = Input { paths: vec![path.to_owned()], target };
        let options = settings::options(&input, &Severities::default())?;
        return text(&Disk, path, path.as_str(), &options);
    };
    let mut read = Verbatim::default();
    read.add(&layout).map_err(|(path, error)| refused_entry(path.as_str(), &error))?;
    let refused = |(path, error): Refusal| refused_entry(path.as_str(), &error);
    let said = target.is_some() || read::overlay_version(&layout).map_err(refused)?.is_some();
    let fits = read::target(&layout).map_err(refused)?;
    let target = target.unwrap_or_else(|| fitting(&read.tree, layout.overlay, fits));
    Ok(Read { set: Some(Side::of_directories(read.tree, layout.overlay, target, said, Modes::Whole)), errors: 0 })
}

fn in_revision(revision: &Revision, path: &Utf8Path, shown: &str, target: Option<Target>) -> Result<Read, u8> {
    let refused = |(path, error): Refusal| refused_entry(&format!("{path} in {shown}"), &error);
    let Some(layout) = read::recognise_in(revision, path).map_err(refused)? else {
        let hold_some = revision.names(path).map_err(refused)?.iter().any(|name| crate::source::is_member(name));
        if revision.is_directory(path.as_std_path()).map_err(refused)? && !hold_some {
            if revision.is_there(path.join("type").as_std_path()).map_err(refused)? {
                let help = "name the directory that holds it: a definition is compared with the others of its set";
                return Err(output::failure(&safe_text(&format!("{shown} is a single definition")), Some(help)));
            }
            let message = format!("{shown} holds neither `.hermes` files nor s6-rc source directories");
            return Err(output::failure(&safe_text(&message), Some("name a directory that does, or a `.hermes` file")));
        }
        let Config { target: fallback, policy, directory } = settings_of(revision, path)?;
        let around = directory.into_iter().collect();
        return text(revision, path, shown, &Options { target, fallback, around, policy });
    };
    let tree = revision.source_directories(&layout).map_err(refused)?;
    let said = target.is_some() || read::overlay_version_in(revision, &layout).map_err(refused)?.is_some();
    let fits = read::target_in(revision, &layout).map_err(refused)?;
    let target = target.unwrap_or_else(|| fitting(&tree, layout.overlay, fits));
    Ok(Read { set: Some(Side::of_directories(tree, layout.overlay, target, said, Modes::Executable)), errors: 0 })
}

fn fitting(tree: &crate::s6rc::plan::FileTree, overlay: bool, target: Target) -> Target {
    if overlay { import::fitting(tree, target) } else { target }
}

/// What the revision's own `hermesc.toml` says, the nearest one above a path.
fn settings_of(revision: &Revision, path: &Utf8Path) -> Result<Config, u8> {
    let above = path.ancestors().map(|directory| directory.join(config::FILE_NAME));
    let found: Option<(Utf8PathBuf, Vec<u8>)> =
        above.into_iter().find_map(|at| Some((at.clone(), revision.read(&at).ok()?)));
    let Some((at, bytes)) = found else { return Ok(Config::default()) };
    let config = config::parse(&at, &String::from_utf8_lossy(&bytes))
        .map_err(|error| output::failure(&safe_text(&error.to_string()), error.help.as_deref()))?;
    Ok(Config { directory: at.parent().map(Utf8Path::to_owned), ..config })
}

/// Reads text of the language. What of it cannot be read is said, and the rest is taken.
fn text(files: &dyn Files, path: &Utf8Path, shown: &str, options: &Options) -> Result<Read, u8> {
    let resolved = resolve_with(files, &[path.to_owned()], options.target, options.fallback, &options.around);
    let resolved = resolved.map_err(|(path, error)| unreadable(path.as_str(), &error))?;
    let found = options.policy.apply(resolved.diagnostics, &resolved.allows, &resolved.sources);
    let errors = diagnostic::errors(&found);
    if errors > 0 {
        let mut wrong = found;
        wrong.retain(|diagnostic| diagnostic.severity == diagnostic::Severity::Error);
        let said = format!("{shown}: {}; the rest of it is compared\n", count(errors, "error"));
        output::Stream::Err.write(&format!("{}{}", safe_text(&said), short(&wrong, &resolved.sources)));
    }
    Ok(Read { set: Some(Side::of_model(&resolved.model)), errors })
}

/// Why source directories could not be taken as they are.
fn refused_entry(path: &str, error: &std::io::Error) -> u8 {
    let message = output::reason(Utf8Path::new(path), error);
    output::failure(&safe_text(&message), Some(VERBATIM))
}

fn unreadable(path: &str, error: &std::io::Error) -> u8 {
    output::failure(&safe_text(&output::reason(Utf8Path::new(path), error)), None)
}
