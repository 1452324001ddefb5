//! `hermesc check`

use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile::{self, Checked};
use crate::model::Kind;
use crate::report::count;
use crate::resolve::Disk;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: Input,
    /// Say nothing where everything is fine.
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    let checked = match compile::check(&Disk, &arguments.input.paths, arguments.input.target) {
        Ok(checked) => checked,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    output::diagnostics(&checked, Stream::Out, color);
    if checked.errors() > 0 {
        return PROBLEMS;
    }
    if checked.diagnostics.is_empty() && !arguments.quiet {
        Stream::Out.write(&format!("{}\n", summary(&checked)));
    }
    FINE
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
