//! `hermesc import`

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use crate::cli::output::{self, Stream};
use crate::cli::progress::{self, MANY};
use crate::cli::versions::VERBATIM;
use crate::cli::{FINE, places};
use crate::import::{self, Imported, Options};
use crate::print::Scripts;
use crate::report::{count, safe_text};
use crate::s6rc::read::{self, Layout, Verbatim};
use crate::s6rc::target::Target;
use crate::s6rc::write::{self, WriteError};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// s6-rc source directories, or an image's root that holds some, as `hermesc check` takes them; together they become
    /// one text.
    #[arg(required = true, value_name = "DIR")]
    paths: Vec<Utf8PathBuf>,
    /// The file to write, instead of the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
    /// Where long scripts go: into the text, or into files in a directory beside FILE, as what is no text does.
    #[arg(long, value_enum, default_value_t = Where::Inline)]
    scripts: Where,
    /// Turn flat `dependencies` and `contents`, which are deprecated, into directories.
    #[arg(long)]
    modernise: bool,
    /// What the directories are for, instead of what their layout says: `s6-overlay@3.2.3.2`, `s6-rc@0.6`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = crate::config::parse_target)]
    target: Option<Target>,
    /// Replace FILE where it is there already.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    /// Into the text.
    Inline,
    /// Into files of their own.
    Files,
}

pub(super) fn run(arguments: &ImportArgs) -> u8 {
    import(arguments).unwrap_or_else(|code| code)
}

fn import(arguments: &ImportArgs) -> Result<u8, u8> {
    if let Some(path) = arguments.output.as_ref().filter(|path| !arguments.force && path.symlink_metadata().is_ok()) {
        let help = Some("name a new file, or say --force to replace it");
        return Err(output::failure(&format!("{path} is there already"), help));
    }
    if arguments.scripts == Where::Files && arguments.output.is_none() {
        let help = Some("add `-o FILE`: the scripts go into a directory beside it");
        return Err(output::failure("--scripts files needs a file to be beside of", help));
    }
    let layouts = layouts(&arguments.paths)?;
    let mut read = Verbatim::default();
    progress::during("reading", true, || layouts.iter().try_for_each(|layout| read.add(layout))).map_err(
        |(path, error)| {
            output::failure(&format!("cannot import {}: {error}", safe_text(path.as_str())), Some(VERBATIM))
        },
    )?;
    if read.tree.entries.is_empty() {
        let paths = arguments.paths.iter().map(|path| path.as_str()).collect::<Vec<_>>().join(", ");
        let help = "name the directory that holds the definitions, or the image's root";
        return Err(output::failure(&format!("{paths} holds nothing to import"), Some(help)));
    }
    let modernised = if arguments.modernise { import::modernise(&mut read.tree) } else { 0 };
    let assumed = layouts.first().map(read::target).transpose();
    let assumed = assumed.map_err(|(path, error)| output::unreadable(&path, &error))?.unwrap_or_default();
    let overlay = layouts.first().is_some_and(|layout| layout.overlay);
    let target =
        arguments.target.unwrap_or_else(|| if overlay { import::fitting(&read.tree, assumed) } else { assumed });
    let path = arguments.output.clone().unwrap_or_else(|| Utf8PathBuf::from("services.hermes"));
    let beside = Utf8PathBuf::from(format!("{}.files", path.file_stem().unwrap_or("services")));
    let options = Options {
        target,
        path: &path,
        scripts: match (arguments.scripts, &arguments.output) {
            (_, None) => Scripts::Inline,
            (Where::Inline, Some(_)) => Scripts::InlineText(&beside),
            (Where::Files, Some(_)) => Scripts::Files(&beside),
        },
    };
    let many = read.tree.entries.len() >= MANY;
    let imported = progress::during("printing, and reading again", many, || import::import(&read.tree, &options));
    let imported = imported.map_err(|error| {
        let help = match error {
            import::ImportError::TooLarge(_) => "say `-o FILE`: it then becomes a file beside the text",
            import::ImportError::NotTheSame(_) => "nothing was written; this is a mistake in hermesc: please report it",
        };
        output::failure(&format!("cannot import: {error}"), Some(help))
    })?;
    remarks(&imported, &read, modernised);
    let Some(file) = &arguments.output else {
        Stream::Out.write_content(imported.printed.text.as_bytes());
        return Ok(FINE);
    };
    let directory = file.with_file_name(&beside);
    if !imported.printed.files.is_empty() && !arguments.force && directory.symlink_metadata().is_ok() {
        let help = Some("name another file, or say --force to write into it");
        return Err(output::failure(&format!("{directory} is there already"), help));
    }
    write(file, &imported).map_err(|error| output::unwritten(&error))?;
    let also = match imported.printed.files.len() {
        0 => String::new(),
        number => format!(", and {} in {directory}", count(number, "file")),
    };
    let definitions = count(imported.definitions, "definition");
    Stream::Out.write(&format!("{file}: {definitions} for {target}{also}\n"));
    Ok(FINE)
}

/// What the paths stand for: one set, in one of the two layouts.
fn layouts(paths: &[Utf8PathBuf]) -> Result<Vec<Layout>, u8> {
    let mut layouts = Vec::new();
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => return Err(output::unreadable(path, &error)),
            Ok(metadata) => {
                places::other_than_source(path)?;
                if !metadata.is_dir() {
                    return Err(places::not_a_directory(path));
                }
                let Some(layout) = super::sets::recognised(path)? else {
                    let message = format!("{path} holds no s6-rc source directories");
                    return Err(output::failure(&safe_text(&message), Some(&safe_text(&places::directories(path)))));
                };
                layouts.push(layout);
            }
        }
    }
    if layouts.iter().any(|layout| layout.overlay) && !layouts.iter().all(|layout| layout.overlay) {
        let help = "import them one by one, into a file each";
        return Err(output::failure("some of the directories have s6-overlay's layout, and some do not", Some(help)));
    }
    Ok(layouts)
}

/// Says what people should know of the text.
fn remarks(imported: &Imported, read: &Verbatim, modernised: usize) {
    let say = |message: String, help: &str| {
        Stream::Err.write(&format!("{}\n  help: {help}\n", safe_text(&message)));
    };
    if let Some((path, mode)) = read.other_modes.first() {
        let number = count(read.other_modes.len(), "directory");
        say(
            format!("note: {number} with another mode than the others, such as {path} ({mode:04o})"),
            "`hermesc emit` gives all directories the same mode",
        );
    }
    if modernised > 0 {
        say(format!("note: {} turned into directories", count(modernised, "flat list")), "the text gives the new form");
    }
    if !imported.unknown.is_empty() {
        say(
            format!("note: not defined here, and written as `extern`: {}", imported.unknown.join(", ")),
            "something else must define them, such as the base image; a misspelt name would be among them",
        );
    }
    if imported.nothing_starts {
        say(
            "note: nothing that is defined here is in the bundle `user`: written with a comment that allows it"
                .to_owned(),
            "another layer must fill the bundle; delete the comment where there is none",
        );
    }
    if imported.errors > 0 {
        say(
            format!("note: {} in what was imported", count(imported.errors, "error")),
            "`hermesc check` shows them; the text is not emitted before they are mended",
        );
    }
}

fn write(file: &Utf8Path, imported: &Imported) -> Result<(), WriteError> {
    let beside = file.parent().unwrap_or(Utf8Path::new(""));
    for (path, bytes) in &imported.printed.files {
        write::write_file_below(beside, path, bytes)?;
    }
    write::write_file(file, imported.printed.text.as_bytes())
}
