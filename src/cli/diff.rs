//! `hermesc diff`

use camino::Utf8Path;
use clap::{Args, ValueEnum};

use crate::cli::output::Stream;
use crate::cli::versions::{self, Read, Version};
use crate::cli::{ColorChoice, FAILED, FINE, PROBLEMS};
use crate::compare::{Side, compare, json, patch, text};
use crate::report::json::text as json_text;
use crate::s6rc::target::Target;

#[derive(Debug, Args)]
#[command(override_usage = "hermesc diff [OPTIONS] <OLD> <NEW>\n       hermesc diff [OPTIONS] --rev <REV> <PATH>")]
pub(super) struct DiffArgs {
    /// The old set: a file of the language or a directory of some, s6-rc source directories as `check` takes them, the
    /// same in a revision of git as REV:PATH, or /dev/null for no set. With --rev, the set that is compared with what it
    /// was.
    #[arg(value_name = "OLD")]
    old: String,
    /// The new set, in the same way.
    #[arg(value_name = "NEW", required_unless_present = "rev", conflicts_with = "rev")]
    new: Option<String>,
    /// Compare PATH with what it was in a revision of git.
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// How the difference is shown.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// What to read both for, instead of what they say: `s6-overlay@3.2.3.2`, `s6-rc@0.6`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = crate::config::parse_target)]
    target: Option<Target>,
}

/// What `hermesc diff --help` says of exit codes.
pub(super) const HELP: &str = "\
Exit codes: 0 both mean the same, 1 they differ, 2 one of them could not be read, or
not all of it. With --format unified, bytes and modes decide, and not what they mean.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// By meaning, for people.
    Text,
    /// The bytes of the source directories, as `git apply` and `patch -p1` take them.
    Unified,
    /// By meaning, for programs.
    Json,
}

pub(super) fn run(arguments: &DiffArgs, color: ColorChoice) -> u8 {
    diff(arguments, color).unwrap_or_else(|code| code)
}

fn diff(arguments: &DiffArgs, color: ColorChoice) -> Result<u8, u8> {
    let path = Utf8Path::new(&arguments.old);
    let (old, new) = match (&arguments.rev, &arguments.new) {
        (Some(revision), _) => (Version::OfPath { revision, path }, Version::Given(&arguments.old)),
        (None, Some(new)) => (Version::Given(&arguments.old), Version::Given(new)),
        (None, None) => return Ok(FAILED),
    };
    let names = (old.to_string(), new.to_string());
    // Both are looked at, so that all that is wrong is said in one run.
    let (old, new) = (versions::read(&old, arguments.target), versions::read(&new, arguments.target));
    let (Read { set: old, errors: in_old }, Read { set: new, errors: in_new }) = (old?, new?);
    let target = old.as_ref().or(new.as_ref()).map_or_else(Target::default, Side::target);
    let (old, new) = (old.unwrap_or_else(|| Side::nothing(target)), new.unwrap_or_else(|| Side::nothing(target)));
    let names = (names.0.as_str(), names.1.as_str());
    let same = if arguments.format == Form::Unified {
        let patch = patch(&old, &new);
        Stream::Out.write_content(&patch);
        patch.is_empty()
    } else {
        let difference = compare(&old, &new);
        match arguments.format {
            Form::Json => {
                Stream::Out.write_content(json_text(&json(&difference, names, (&old, &new))).as_bytes());
            }
            _ => Stream::Out.write_drawn(&text(&difference, names, Stream::Out.style(color))),
        }
        difference.is_empty()
    };
    Ok(match (in_old + in_new, same) {
        (0, true) => FINE,
        (0, false) => PROBLEMS,
        _ => FAILED,
    })
}
