//! `hermesc init`

mod from;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::cli::FINE;
use crate::cli::output::{self, Stream};
use crate::config::parse_target;
use crate::diagnostic::did_you_mean;
use crate::init::{self, FILE, TEMPLATES, Template};
use crate::report::{safe_line, safe_text};
use crate::s6rc::target::{Family, Target};
use crate::s6rc::write::write_file;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The file to write, or a directory to write `services.hermes` into; `-` is the standard output.
    #[arg(value_name = "PATH", default_value = FILE)]
    path: Utf8PathBuf,
    /// What to begin with; `list` names what there is.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Begin with what a file of another tool says: a supervisord.conf, a compose file or a Dockerfile; `-` is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "template")]
    from: Option<Utf8PathBuf>,
    /// What that file is, where its name and its text do not say it.
    #[arg(long, value_enum, requires = "from")]
    from_format: Option<FromFormat>,
    /// What to write for, instead of the newest s6-overlay: `s6-overlay@3.2.3.0`, `s6-rc`.
    #[arg(long, value_name = "NAME[@VERSION]", value_parser = parse_target)]
    target: Option<Target>,
    /// Replace the file where it is there already.
    #[arg(long)]
    force: bool,
    /// Print the text, and write nothing.
    #[arg(long)]
    stdout: bool,
}

/// What a file of another tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FromFormat {
    /// The programs of supervisord.
    Supervisord,
    /// The services of a compose file.
    Compose,
    /// The program of a Dockerfile.
    Dockerfile,
}

pub(super) fn run(arguments: &InitArgs) -> u8 {
    init(arguments).unwrap_or_else(|code| code)
}

fn init(arguments: &InitArgs) -> Result<u8, u8> {
    if arguments.template.as_deref() == Some("list") {
        Stream::Out.write(&list());
        return Ok(FINE);
    }
    let place = Place::of(arguments)?;
    if let Some(path) = &arguments.from {
        return from::begin(arguments, path, &place);
    }
    let template = template(arguments.template.as_deref(), arguments.target)?;
    let target = arguments.target.unwrap_or_else(|| Target::newest(template.family));
    let text = template.text(&target, place.name());
    let about = format!("the template `{}` for {target}", template.name);
    place.write(&text, &about)?;
    place.next("put your own names and commands in", &target);
    Ok(FINE)
}

/// The templates, one a line.
fn list() -> String {
    TEMPLATES.iter().map(|template| format!("{:<8} {}\n", template.name, template.about)).collect()
}

/// The template that is meant.
fn template(name: Option<&str>, target: Option<Target>) -> Result<&'static Template, u8> {
    let family = target.map(|target| target.family);
    let Some(name) = name else {
        return Template::default_of(family.unwrap_or(Family::S6Overlay))
            .ok_or_else(|| output::failure("there is no template for this target", None));
    };
    let Some(template) = Template::find(name) else {
        let near = did_you_mean(name, TEMPLATES.iter().map(|template| template.name));
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        let help = format!("{near}`hermesc init --template list` names what there is");
        return Err(output::failure(&format!("there is no template `{}`", safe_text(name)), Some(&help)));
    };
    if let Some(family) = family.filter(|family| *family != template.family) {
        let fitting: Vec<&str> =
            TEMPLATES.iter().filter(|template| template.family == family).map(|template| template.name).collect();
        let message = format!("the template `{name}` is for {}, not for {family}", template.family);
        let help = format!("for {family} there is {}", fitting.join(", "));
        return Err(output::failure(&message, Some(&help)));
    }
    Ok(template)
}

/// Where the text goes.
enum Place {
    Stdout,
    File(Utf8PathBuf),
}

impl Place {
    /// What the arguments say; that a file is there already is said before any work is done.
    fn of(arguments: &InitArgs) -> Result<Self, u8> {
        if arguments.stdout || arguments.path == "-" {
            return Ok(Self::Stdout);
        }
        let path = if arguments.path.is_dir() { arguments.path.join(FILE) } else { arguments.path.clone() };
        if path.extension() != Some("hermes") {
            let help = if path.is_file() && arguments.from.is_none() {
                format!("to begin with what it says, write `hermesc init --from {path}`")
            } else {
                format!("`hermesc` reads files by that ending: name it {}", path.with_extension("hermes"))
            };
            let message = format!("{path} does not end with .hermes");
            return Err(output::failure(&safe_text(&message), Some(&safe_text(&help))));
        }
        if !arguments.force && path.symlink_metadata().is_ok() {
            let help = "name a new file, or say --force to replace it; `hermesc check` says what is in it";
            return Err(output::failure(&safe_text(&format!("{path} is there already")), Some(help)));
        }
        Ok(Self::File(path))
    }

    /// What the text is to call its file.
    fn name(&self) -> &str {
        match self {
            Self::Stdout => FILE,
            Self::File(path) => path.file_name().unwrap_or(FILE),
        }
    }

    /// Writes the text, and says so.
    fn write(&self, text: &str, about: &str) -> Result<(), u8> {
        let Self::File(path) = self else {
            Stream::Out.write_content(text.as_bytes());
            return Ok(());
        };
        write_file(path, text.as_bytes()).map_err(|error| output::unwritten(&error))?;
        Stream::Out.write(&format!("{}\n", safe_line(&format!("{path}: written, {about}"))));
        Ok(())
    }

    /// Says what to do next with a file that was written.
    fn next(&self, first: &str, target: &Target) {
        let Self::File(path) = self else { return };
        let mut said = format!("\nNext: {first}, and run\n");
        for step in init::next_steps(target, path.as_str()) {
            said.push_str(&format!("  {step}\n"));
        }
        Stream::Out.write(&safe_text(&said));
    }
}
