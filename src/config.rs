//! `hermesc.toml`, found upwards from the first input:
//!
//! ```toml
//! target = "s6-overlay@3.2"   # for files that name none
//!
//! [rules]
//! unused-let = "allow"        # allow, hint, warn or error
//! ```

use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::did_you_mean;
use crate::disk;
use crate::policy::{Level, Policy};
use crate::s6rc::target::{Target, UnknownTarget, show_version};

/// The name of the file.
pub const FILE_NAME: &str = "hermesc.toml";

/// Files above this many bytes are refused (1 MiB): nobody wrote them by hand.
pub const MAX_BYTES: u64 = 1 << 20;

/// What a file says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What to compile for where no source says it.
    pub target: Option<Target>,
    /// The levels of rules.
    pub policy: Policy,
    /// Where it lies: what is below may be included from everywhere below.
    pub directory: Option<Utf8PathBuf>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}{message}", where_it_is(path, *place))]
pub struct ConfigError {
    /// The file; empty where it is not known which.
    pub path: Utf8PathBuf,
    /// Line and column, from one, in characters.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

fn where_it_is(path: &Utf8Path, place: Option<(usize, usize)>) -> String {
    match place {
        Some((line, column)) => format!("{path}:{line}:{column}: "),
        None if path.as_str().is_empty() => String::new(),
        None => format!("{path}: "),
    }
}

/// The nearest `hermesc.toml` in the directory of `input`, or in one above it.
///
/// # Errors
///
/// The working directory is not known, or it cannot be told whether there is one. In a directory that this user may not enter
/// there is none.
pub fn find(input: &Utf8Path) -> Result<Option<Utf8PathBuf>, ConfigError> {
    let failed = |path: &Utf8Path, message| ConfigError { path: path.to_owned(), place: None, message, help: None };
    let unknown = |error| failed(Utf8Path::new(""), format!("the directory that this runs in is not known: {error}"));
    for at in places(input).map_err(unknown)? {
        match at.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                // A link that was found leads nowhere else.
                let real = at.canonicalize_utf8().map_err(|error| failed(&at, format!("cannot be read: {error}")))?;
                let around = at.parent().map(Utf8Path::canonicalize_utf8).transpose();
                let around = around.map_err(|error| failed(&at, format!("cannot be read: {error}")))?;
                if !around.is_some_and(|around| real.starts_with(around)) {
                    return Err(failed(&at, "cannot be read: a link that leads out of its directory".to_owned()));
                }
                return Ok(Some(at));
            }
            // What is no file is told by whoever reads it.
            Ok(_) => return Ok(Some(at)),
            Err(error) if disk::says_nothing_is_there(&error) || error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(failed(&at, format!("cannot be read: {error}"))),
        }
    }
    Ok(None)
}

/// Where a `hermesc.toml` is looked for, the nearest place first.
///
/// # Errors
///
/// The working directory is not known.
pub fn places(input: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let absolute = camino::absolute_utf8(input)?;
    // A file begins with the directory that it stands in.
    let start = if absolute.is_file() { absolute.parent() } else { Some(absolute.as_path()) };
    // What is above `..` is not what stands before it.
    let real = start.filter(|start| start.components().any(|part| part == Utf8Component::ParentDir));
    let real = real.and_then(|start| start.canonicalize_utf8().ok());
    let start = real.as_deref().or(start);
    Ok(start.into_iter().flat_map(Utf8Path::ancestors).map(|directory| directory.join(FILE_NAME)).collect())
}

/// Reads a file.
///
/// # Errors
///
/// It cannot be read, is no TOML, or says something that hermesc does not know, with the place.
pub fn read(path: &Utf8Path) -> Result<Config, ConfigError> {
    let failed = |error: io::Error| ConfigError {
        path: path.to_owned(),
        place: None,
        message: format!("cannot be read: {error}"),
        help: None,
    };
    let bytes = disk::read(path, MAX_BYTES).map_err(failed)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| failed(io::Error::other(error)))?;
    let mut config = parse(path, text)?;
    config.directory = path.parent().map(Utf8Path::to_owned);
    Ok(config)
}

/// Reads a text.
///
/// # Errors
///
/// It is no TOML, or says something that hermesc does not know, with the place.
pub fn parse(path: &Utf8Path, text: &str) -> Result<Config, ConfigError> {
    let refuse = |span: Option<std::ops::Range<usize>>, message: String, help: Option<String>| ConfigError {
        path: path.to_owned(),
        place: span.map(|span| line_column(text, span.start)),
        message,
        help,
    };
    let table = DeTable::parse(text).map_err(|error| refuse(error.span(), error.message().to_owned(), None))?;
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "target" => {
                let word = string(value).ok_or_else(|| {
                    refuse(Some(value.span()), "`target` is a text, such as \"s6-overlay@3.2\"".to_owned(), None)
                })?;
                config.target = Some(parse_target(word).map_err(|known| {
                    refuse(Some(value.span()), format!("there is no target `{word}`"), Some(known))
                })?);
            }
            "rules" => {
                let DeValue::Table(rules) = value.get_ref() else {
                    return Err(refuse(Some(value.span()), "`rules` is a table of codes".to_owned(), None));
                };
                for (id, level) in rules {
                    let level = string(level).and_then(Level::from_word).ok_or_else(|| {
                        let message = format!("the severity of `{}` is not one", id.get_ref());
                        let help = "severities are \"allow\", \"hint\", \"warn\" and \"error\"".to_owned();
                        refuse(Some(level.span()), message, Some(help))
                    })?;
                    config
                        .policy
                        .configure(id.get_ref(), level)
                        .map_err(|refusal| refuse(Some(id.span()), refusal.to_string(), Some(refusal.help())))?;
                }
            }
            unknown => {
                let help = did_you_mean(unknown, ["target", "rules"])
                    .map_or("keys are `target` and `rules`".to_owned(), |near| format!("did you mean `{near}`?"));
                return Err(refuse(Some(key.span()), format!("there is no key `{unknown}`"), Some(help)));
            }
        }
    }
    Ok(config)
}

fn string<'t>(value: &'t Spanned<DeValue<'_>>) -> Option<&'t str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The target that `NAME[@VERSION]` stands for.
///
/// # Errors
///
/// There is none; the text says which there are.
pub fn parse_target(text: &str) -> Result<Target, String> {
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    Target::find(name, version).map_err(|unknown| match unknown {
        UnknownTarget::Name => format!("targets are {}", Target::NAMES.join(" and ")),
        UnknownTarget::Version(family) => {
            let newest: Vec<String> = Target::versions(family).take(6).map(show_version).collect();
            format!("known versions of {family} are {}, and older ones", newest.join(", "))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        let error = parse(Utf8Path::new("hermesc.toml"), text).unwrap_err();
        (error.to_string(), error.help.unwrap_or_default())
    }

    #[test]
    fn what_is_not_known_is_refused_with_its_place() {
        assert_eq!(refused("\ntargt = 1\n").0, "hermesc.toml:2:1: there is no key `targt`");
        assert_eq!(refused("targt = 1\n").1, "did you mean `target`?");
        assert_eq!(refused("[rules]\nunused-lett = \"warn\"\n").0, "hermesc.toml:2:1: there is no code `unused-lett`");
        assert_eq!(
            refused("[rules]\nunused-let = 3\n").0,
            "hermesc.toml:2:14: the severity of `unused-let` is not one"
        );
        assert!(refused("[rules]\nsyntax = \"allow\"\n").0.contains("stays an error"));
        assert_eq!(refused("target = \"s7\"\n").0, "hermesc.toml:1:10: there is no target `s7`");
        assert!(refused("target = \n").0.starts_with("hermesc.toml:1:"));
    }

    #[test]
    fn a_good_file_is_read() {
        let text = "target = \"s6-rc@0.6\"\n[rules]\nunused-let = \"error\"\n";
        let config = parse(Utf8Path::new("hermesc.toml"), text).unwrap();
        assert_eq!(config.target, parse_target("s6-rc@0.6").ok());
    }
}
