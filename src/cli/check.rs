//! `hermesc check`

use camino::Utf8PathBuf;
use clap::Args;
use glob::Pattern;

use crate::cli::output::{self, Stream};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile::{self, Checked};
use crate::model::Kind;
use crate::report::count;
use crate::resolve::Disk;
use crate::s6rc::read::{self, Layout, Request};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: Input,
    /// For source directories: what lies beneath, such as a base image's tree. It defines names, and is not checked
    /// itself; of several, the first is the lowest.
    #[arg(long, value_name = "DIR")]
    against: Vec<Utf8PathBuf>,
    /// For source directories: names that may stay unknown, such as `init-*`. They are warnings then.
    #[arg(long, value_name = "PATTERN", value_parser = parse_pattern)]
    allow_unknown: Vec<Pattern>,
    /// Say nothing where everything is fine.
    #[arg(short, long)]
    quiet: bool,
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

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    let sets = match sets(arguments) {
        Ok(sets) => sets,
        Err(code) => return code,
    };
    let mut code = FINE;
    for checked in &sets {
        output::diagnostics(checked, Stream::Out, color);
        if checked.errors() > 0 {
            code = PROBLEMS;
        } else if checked.diagnostics.is_empty() && !arguments.quiet {
            Stream::Out.write(&format!("{}\n", summary(checked)));
        }
    }
    code
}

/// The service sets that the paths stand for, checked.
fn sets(arguments: &CheckArgs) -> Result<Vec<Checked>, u8> {
    let mut texts: Vec<Utf8PathBuf> = Vec::new();
    let mut layouts: Vec<Layout> = Vec::new();
    for path in &arguments.input.paths {
        match read::recognise(path) {
            Some(layout) => layouts.push(layout),
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
            None => texts.push(path.clone()),
        }
    }
    for path in &arguments.against {
        if !path.is_dir() {
            return Err(output::failure(
                &format!("{path} is not a directory"),
                Some("`--against` takes a base image's tree"),
            ));
        }
    }
    let mut sets = Vec::new();
    if !texts.is_empty() {
        let checked = compile::check(&Disk, &texts, arguments.input.target);
        sets.push(checked.map_err(|(path, error)| output::unreadable(&path, &error))?);
    }
    let lower = |path: &Utf8PathBuf| read::recognise(path).unwrap_or_else(|| read::source(path));
    let against: Vec<Layout> = arguments.against.iter().map(lower).collect();
    for layouts in read::group(layouts, arguments.input.target) {
        let request = Request {
            layouts,
            against: against.clone(),
            target: arguments.input.target,
            allowed: arguments.allow_unknown.clone(),
        };
        sets.push(compile::check_directories(&request).map_err(|(path, error)| output::unreadable(&path, &error))?);
    }
    Ok(sets)
}

/// What was found sound.
fn summary(checked: &Checked) -> String {
    let of = |kind: Kind| checked.model.definitions.iter().filter(|definition| definition.kind == kind).count();
    let files = checked.sources.iter().count();
    if checked.model.definitions.is_empty() {
        return format!("no problems, and no services either, in {}", count(files, "file"));
    }
    let parts: Vec<String> = [(Kind::Longrun, "longrun"), (Kind::Oneshot, "oneshot"), (Kind::Bundle, "bundle")]
        .into_iter()
        .map(|(kind, word)| (of(kind), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    format!("no problems in {}: {} for {}", count(files, "file"), parts.join(", "), checked.model.target)
}
