//! What `hermesc check` found, in the format that was asked for.

use clap::ValueEnum;

use crate::cli::output::{self, Stream, tally};
use crate::cli::sets::Set;
use crate::cli::{ColorChoice, FAILED, FINE, PROBLEMS, places};
use crate::compile::Checked;
use crate::model::Kind;
use crate::report::json::json;
use crate::report::sarif::sarif;
use crate::report::{self, Found, count, lines, safe_text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// One line each: `path:line:column: severity[code] message`.
    Short,
    /// Annotations of a GitHub workflow.
    Github,
    /// One document in JSON, with everything that is known of each problem.
    Json,
    /// One document in SARIF 2.1.0, which code scanning reads.
    Sarif,
}

/// Shows what was found, and gives the exit code: the highest of the sets'.
pub(super) fn show(sets: &[Set], format: Format, quiet: bool, color: ColorChoice) -> u8 {
    match format {
        Format::Human => return human(sets, quiet, color, None),
        Format::Short | Format::Github => {
            let lines = if format == Format::Short { lines::short } else { lines::github };
            for checked in sets.iter().filter_map(|set| set.checked.as_ref().ok()) {
                Stream::Out.write(&lines(&checked.diagnostics, &checked.sources));
            }
        }
        Format::Json => Stream::Out.write_content(json(&told(sets)).as_bytes()),
        Format::Sarif => Stream::Out.write_content(sarif(&told(sets)).as_bytes()),
    }
    sets.iter().map(code).max().unwrap_or(FINE)
}

/// The sets as the formats for programs take them.
fn told(sets: &[Set]) -> Vec<report::Set<'_>> {
    fn one(set: &Set) -> report::Set<'_> {
        let found = match &set.checked {
            Ok(Checked { model, sources, diagnostics }) => {
                Ok(Found { target: model.target.to_string(), diagnostics, sources })
            }
            Err((path, error)) => Err(output::reason(path, error)),
        };
        report::Set { roots: &set.roots, found }
    }
    sets.iter().map(one).collect()
}

/// The exit code of one set; what could not be read is said.
fn code(set: &Set) -> u8 {
    match &set.checked {
        Ok(checked) if checked.errors() > 0 => PROBLEMS,
        Ok(_) => FINE,
        Err((path, error)) => output::unreadable(path, error),
    }
}

/// Shows what was found to people, of each set no more than fits into so many lines, and gives the exit code.
pub(super) fn human(sets: &[Set], quiet: bool, color: ColorChoice, lines: Option<usize>) -> u8 {
    let several = sets.len() > 1;
    let lines = lines.map(|lines| lines / sets.len().max(1));
    let mut worst = FINE;
    for set in sets {
        let sound = set.checked.as_ref().is_ok_and(|checked| checked.diagnostics.is_empty());
        if several && !(sound && quiet) {
            let roots: Vec<&str> = set.roots.iter().map(|root| root.as_str()).collect();
            Stream::Out.write(&format!("== {}\n", safe_text(&roots.join(", "))));
        }
        match &set.checked {
            Ok(checked) if !sound => output::diagnostics_within(checked, Stream::Out, color, lines),
            Ok(checked) if !quiet => {
                Stream::Out.write(&format!("{}\n", summary(checked)));
                if checked.model.definitions.is_empty() {
                    Stream::Out.write(&format!("  help: {}\n", places::BEGIN));
                }
            }
            _ => {}
        }
        if several && !(sound && quiet) {
            Stream::Out.write("\n");
        }
        worst = worst.max(code(set));
    }
    if several {
        let found = || sets.iter().filter_map(|set| set.checked.as_ref().ok());
        let tally = tally(found().flat_map(|checked| &checked.diagnostics));
        let failed = sets.len() - found().count();
        let failed = if failed > 0 { format!(", {failed} could not be read") } else { String::new() };
        if !(quiet && tally.is_empty() && worst < FAILED) {
            let tally = if tally.is_empty() { "no problems" } else { &tally };
            Stream::Out.write(&format!("{}{failed}: {tally}\n", count(sets.len(), "service set")));
        }
    }
    worst
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
