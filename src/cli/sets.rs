//! What the paths of `hermesc check` stand for: text of the language, or source directories.

use camino::Utf8PathBuf;
use clap::Args;
use glob::Pattern;

use crate::cli::output;
use crate::compile::{self, Checked, Options};
use crate::resolve::Disk;
use crate::s6rc::read::{self, Layout, Request};

/// What only source directories take.
#[derive(Debug, Args)]
pub(super) struct Directories {
    /// For source directories: what lies beneath, such as a base image's tree. It defines names, and is not checked
    /// itself; of several, the first is the lowest.
    #[arg(long, value_name = "DIR")]
    against: Vec<Utf8PathBuf>,
    /// For source directories: names that may stay unknown, such as `init-*`. They are warnings then.
    #[arg(long, value_name = "PATTERN", value_parser = parse_pattern)]
    allow_unknown: Vec<Pattern>,
}

/// What `hermesc check --help` says of directories.
pub(super) const HELP: &str = "\
What a PATH is:
  FILE                     text of the language
  DIR with .hermes files   input of the language, whatever else it holds
  DIR with etc/s6-overlay  an image's root, or a layer of one: s6-overlay's own definitions
                           lie beneath it. So is a DIR with such a rootfs/ or root/ in it,
                           one with s6-rc.d or user-bundles.d in it, and s6-rc.d itself.
                           Each such PATH is a service set of its own
  DIR of definitions       an s6-rc source directory; all such PATHs are one service set,
                           as s6-rc-compile takes them

The target of a plain source directory is the newest s6-rc. In s6-overlay's layout it is the
version that is installed in the image, or else the newest. `--target` says otherwise, and
with `--target s6-rc` all directories are one service set.

Examples:
  hermesc check /etc/s6-rc/source
  hermesc check rootfs --against ../base-image/rootfs
  hermesc check rootfs --allow-unknown 'init-*' --target s6-overlay@3.2.3.0";

fn parse_pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).map_err(|error| error.to_string())
}

/// The paths, told apart.
pub(super) struct Paths {
    /// Text of the language; one service set.
    pub(super) texts: Vec<Utf8PathBuf>,
    /// Source directories.
    pub(super) layouts: Vec<Layout>,
}

/// Tells the paths apart; the exit code where one is neither.
pub(super) fn tell_apart(paths: &[Utf8PathBuf]) -> Result<Paths, u8> {
    let mut told = Paths { texts: Vec::new(), layouts: Vec::new() };
    for path in paths {
        match read::recognise(path) {
            Some(layout) => told.layouts.push(layout),
            None if read::is_definition(path) => {
                return Err(output::failure(
                    &format!("{path} is a single definition"),
                    Some("name the directory that holds it: a definition is checked with the others of its set"),
                ));
            }
            None if read::holds_nothing(path) => {
                return Err(output::failure(
                    &format!("{path} holds neither `.hermes` files nor s6-rc source directories"),
                    Some("name the directory of the definitions, the image's root, or a `.hermes` file"),
                ));
            }
            None => told.texts.push(path.clone()),
        }
    }
    Ok(told)
}

/// The service sets that the paths stand for, checked.
pub(super) fn check(paths: Paths, directories: &Directories, options: &Options) -> Result<Vec<Checked>, u8> {
    for path in &directories.against {
        if !path.is_dir() {
            return Err(output::failure(
                &format!("{path} is not a directory"),
                Some("`--against` takes a base image's tree"),
            ));
        }
    }
    let mut sets = Vec::new();
    if !paths.texts.is_empty() {
        let checked = compile::check_with(&Disk, &paths.texts, options);
        sets.push(checked.map_err(|(path, error)| output::unreadable(&path, &error))?);
    }
    let lower = |path: &Utf8PathBuf| read::recognise(path).unwrap_or_else(|| read::source(path));
    let against: Vec<Layout> = directories.against.iter().map(lower).collect();
    for layouts in read::group(paths.layouts, options.target) {
        let request = Request {
            layouts,
            against: against.clone(),
            target: options.target,
            allowed: directories.allow_unknown.clone(),
            pending: read::Pending::default(),
        };
        let checked = compile::check_directories(&request, &options.policy);
        sets.push(checked.map_err(|(path, error)| output::unreadable(&path, &error))?);
    }
    Ok(sets)
}
