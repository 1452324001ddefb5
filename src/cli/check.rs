//! `hermesc check`

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use crate::cli::output::{self, Stream};
use crate::cli::sets::{self, Directories};
use crate::cli::settings::{Severities, options};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile::{self, Checked, Options};
use crate::diagnostic;
use crate::fix::{self, Changes, Overlay};
use crate::model::Kind;
use crate::report::{count, lines, safe_text};
use crate::resolve::{Disk, Files};
use crate::s6rc::dockerfile;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    severities: Severities,
    #[command(flatten)]
    directories: Directories,
    /// Say nothing where everything is fine.
    #[arg(short, long)]
    quiet: bool,
    /// How problems are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Apply the fixes that are sure. None is kept that leaves more errors than before.
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing.
    #[arg(long)]
    diff: bool,
    /// The Dockerfile of the image that the files go into: whether it starts and copies what they stand for.
    #[arg(long, value_name = "PATH")]
    dockerfile: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One line each: `path:line:column: severity[code] message`.
    Short,
    /// Annotations of a GitHub workflow.
    Github,
}

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    let options = match options(&arguments.input, &arguments.severities) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let paths = match sets::tell_apart(&arguments.input.paths) {
        Ok(paths) => paths,
        Err(code) => return code,
    };
    if arguments.fix || arguments.diff {
        if !paths.layouts.is_empty() {
            let help = "`hermesc check` without it says what to change";
            return output::failure("--fix and --diff change text of the language only", Some(help));
        }
        return mend(arguments, &options, color);
    }
    let mut sets = match sets::check(paths, &arguments.directories, &options) {
        Ok(sets) => sets,
        Err(code) => return code,
    };
    if let (Some(path), Some(first)) = (&arguments.dockerfile, sets.first_mut())
        && let Err(error) = read_dockerfile(first, path, &options)
    {
        return output::unreadable(path, &error);
    }
    sets.iter().map(|checked| show(arguments, checked, color)).max().unwrap_or(FINE)
}

/// Checks a Dockerfile against what the sources say.
fn read_dockerfile(checked: &mut Checked, path: &Utf8Path, options: &Options) -> std::io::Result<()> {
    let bytes = Disk.read(path)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = checked.sources.add(path.to_owned(), text.clone().into_bytes());
    let found = dockerfile::check(&checked.model, file, &text);
    checked.diagnostics.extend(options.policy.apply(found, &[], &checked.sources));
    diagnostic::sort(&mut checked.diagnostics);
    Ok(())
}

/// Shows what was found, and gives the exit code.
fn show(arguments: &CheckArgs, checked: &Checked, color: ColorChoice) -> u8 {
    match arguments.format {
        Format::Human => output::diagnostics(checked, Stream::Out, color),
        Format::Short => Stream::Out.write(&lines::short(&checked.diagnostics, &checked.sources)),
        Format::Github => Stream::Out.write(&lines::github(&checked.diagnostics, &checked.sources)),
    }
    if checked.errors() > 0 {
        return PROBLEMS;
    }
    if checked.diagnostics.is_empty() && !arguments.quiet && arguments.format == Format::Human {
        Stream::Out.write(&format!("{}\n", summary(checked)));
    }
    FINE
}

/// Applies the sure fixes, or shows them.
fn mend(arguments: &CheckArgs, options: &Options, color: ColorChoice) -> u8 {
    let check =
        |changes: &Changes| compile::check_with(&Overlay { files: &Disk, changes }, &arguments.input.paths, options);
    // Only what was read as a source has places to edit, so that nothing else can be meant.
    let outcome = match fix::run(&check, &|_| true) {
        Ok(outcome) => outcome,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    if arguments.diff {
        Stream::Out.write(&outcome.changes.diff());
        return if outcome.checked.errors() > 0 { PROBLEMS } else { FINE };
    }
    if let Err((path, error)) = outcome.changes.write() {
        return output::failure(&format!("cannot write {path}: {error}"), Some("nothing was changed"));
    }
    for (word, list) in [("fixed", &outcome.applied), ("not fixed", &outcome.refused)] {
        for one in list {
            let line = format!("{word} {}:{}: {} [{}]", one.path, one.line, one.title, one.id);
            Stream::Err.write(&format!("{}\n", safe_text(&line)));
        }
    }
    show(arguments, &outcome.checked, color)
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
