//! `hermesc graph`

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::cli::output::{self, Stream};
use crate::cli::progress::{self, MANY};
use crate::cli::sets::One;
use crate::draw;
use crate::s6rc::write::write_file;

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    #[command(flatten)]
    one: One,
    /// The form of the picture.
    #[arg(long, value_enum, default_value_t = Form::Dot)]
    format: Form,
    /// The file to write, instead of the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For Graphviz.
    Dot,
    /// A flowchart that GitHub and GitLab show in Markdown.
    Mermaid,
    /// For programs: everything that the pictures show.
    Json,
    /// A picture.
    Svg,
    /// A page to click and search in, which needs no network.
    Html,
}

pub(super) fn run(arguments: &GraphArgs) -> u8 {
    let (checked, code) = match arguments.one.read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    let draw = || {
        let picture = draw::picture(&checked.model, &checked.sources);
        match arguments.format {
            Form::Dot => draw::dot(&picture),
            Form::Mermaid => draw::mermaid(&picture),
            Form::Json => draw::json(&picture),
            Form::Svg => draw::svg(&picture),
            Form::Html => draw::html(&picture),
        }
    };
    let text = progress::during("drawing", checked.model.definitions.len() >= MANY, draw);
    match &arguments.output {
        None => Stream::Out.write_content(text.as_bytes()),
        Some(path) => {
            if let Err(error) = write_file(path, text.as_bytes()) {
                return output::unwritten(&error);
            }
        }
    }
    code
}
