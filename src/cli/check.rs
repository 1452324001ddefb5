//! `hermesc check`

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::cli::output::{self, Stream};
use crate::cli::{ColorChoice, FINE, Input, PROBLEMS};
use crate::compile::{self, Checked};
use crate::diagnostic;
use crate::model::Kind;
use crate::report::count;
use crate::resolve::{Disk, Files};
use crate::s6rc::dockerfile;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: Input,
    /// Say nothing where everything is fine.
    #[arg(short, long)]
    quiet: bool,
    /// The Dockerfile of the image that the files go into: whether it starts and copies what they stand for.
    #[arg(long, value_name = "PATH")]
    dockerfile: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &CheckArgs, color: ColorChoice) -> u8 {
    let mut checked = match compile::check(&Disk, &arguments.input.paths, arguments.input.target) {
        Ok(checked) => checked,
        Err((path, error)) => return output::unreadable(&path, &error),
    };
    if let Some(path) = &arguments.dockerfile
        && let Err(error) = read_dockerfile(&mut checked, path)
    {
        return output::unreadable(path, &error);
    }
    output::diagnostics(&checked, Stream::Out, color);
    if checked.errors() > 0 {
        return PROBLEMS;
    }
    if checked.diagnostics.is_empty() && !arguments.quiet {
        Stream::Out.write(&format!("{}\n", summary(&checked)));
    }
    FINE
}

/// Checks a Dockerfile against what the sources say.
fn read_dockerfile(checked: &mut Checked, path: &Utf8Path) -> std::io::Result<()> {
    let bytes = Disk.read(path)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = checked.sources.add(path.to_owned(), text.clone().into_bytes());
    checked.diagnostics.extend(dockerfile::check(&checked.model, file, &text));
    diagnostic::sort(&mut checked.diagnostics);
    Ok(())
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
