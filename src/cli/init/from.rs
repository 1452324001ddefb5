//! `hermesc init --from FILE`

use std::io::{self, IsTerminal, Read};

use camino::Utf8Path;

use crate::cli::init::{FromFormat, InitArgs, Place};
use crate::cli::output::{self, Stream};
use crate::cli::{ColorChoice, FINE};
use crate::init::from::{self, Converted, Fault, Kind, MAX_BYTES, Note, Options};
use crate::report::{count, safe_text};
use crate::s6rc::target::{Family, Target};

/// What a file may be, for those whose file is something else.
const KINDS: &str = "a supervisord.conf, a compose file or a Dockerfile";

pub(super) fn begin(arguments: &InitArgs, path: &Utf8Path, place: &Place) -> Result<u8, u8> {
    let bytes = read(path)?;
    let kind = kind(arguments.from_format, path, &bytes)?;
    let target = arguments.target.unwrap_or_else(|| Target::newest(Family::S6Overlay));
    let shown = if path == "-" { Utf8Path::new("standard input") } else { path };
    let options = Options { kind, path: shown, file: place.name(), target };
    let converted = from::convert(&bytes, &options).map_err(|fault| refusal(shown, &fault))?;
    let what = match kind {
        Kind::Supervisord | Kind::Compose => count(converted.services, "service"),
        Kind::Dockerfile => "the program".to_owned(),
    };
    place.write(&converted.text, &format!("{what} of {shown} for {target}"))?;
    notes(shown, place, &converted);
    place.next("read its comments, put right what they name", &target);
    Ok(FINE)
}

/// The bytes of a file, or of standard input; more than one file may have are not read.
fn read(path: &Utf8Path) -> Result<Vec<u8>, u8> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    let read = if path == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let help = format!("name the file in it: {KINDS}; `hermesc import` reads directories of s6-rc");
                return Err(output::failure(&safe_text(&format!("{path} is a directory")), Some(&help)));
            }
            Ok(metadata) if !metadata.is_file() => {
                let help = "name a file, or `-` for the standard input";
                return Err(output::failure(&safe_text(&format!("{path} is no regular file")), Some(help)));
            }
            Ok(_) => std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
            Err(error) => Err(error),
        }
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let help = (error.kind() == io::ErrorKind::NotFound).then(|| format!("name {KINDS}"));
            Err(output::failure(&safe_text(&output::reason(path, &error)), help.as_deref()))
        }
    }
}

fn kind(said: Option<FromFormat>, path: &Utf8Path, bytes: &[u8]) -> Result<Kind, u8> {
    if let Some(said) = said {
        return Ok(match said {
            FromFormat::Supervisord => Kind::Supervisord,
            FromFormat::Compose => Kind::Compose,
            FromFormat::Dockerfile => Kind::Dockerfile,
        });
    }
    if path.extension() == Some("hermes") {
        let message = format!("{path} is a file of the language already");
        return Err(output::failure(&safe_text(&message), Some("check it: `hermesc check FILE`")));
    }
    Kind::of(path, &String::from_utf8_lossy(bytes)).ok_or_else(|| {
        let message = format!("{path} is neither {}", KINDS.replace(" or", ", nor"));
        let help = "`--from-format supervisord`, `compose` or `dockerfile` says what it is all the same";
        output::failure(&safe_text(&message), Some(help))
    })
}

fn refusal(path: &Utf8Path, fault: &Fault) -> u8 {
    let line = fault.line.map(|line| format!("{line}:")).unwrap_or_default();
    let message = format!("{path}:{line} {}", fault.message);
    output::failure(&safe_text(&message), fault.help.as_deref().map(safe_text).as_deref())
}

/// Says what the text does not hold.
fn notes(path: &Utf8Path, place: &Place, converted: &Converted) {
    if converted.warnings > 0 {
        let warnings = count(converted.warnings, "warning");
        Stream::Err.write(&format!("\n`hermesc check` has {warnings} about what the file says\n"));
    }
    if converted.notes.is_empty() {
        return;
    }
    let number = count(converted.notes.len(), "setting");
    let mut said = format!("\n{number} not carried over as written; {} says each at its place:\n", place.name());
    for Note { line, service, setting, why } in &converted.notes {
        let line = if *line == 0 { String::new() } else { format!("{line}:") };
        let service = if service.is_empty() { String::new() } else { format!("{service}: ") };
        let told = format!("  {path}:{line} {service}{setting}: {why}");
        // Whole lines for programs that read them, and whole words for people.
        let told = if io::stderr().is_terminal() {
            let width = Stream::Err.style(ColorChoice::Never).width;
            let options = textwrap::Options::new(width)
                .subsequent_indent("    ")
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            textwrap::fill(&told, options)
        } else {
            told
        };
        said.push_str(&format!("{told}\n"));
    }
    Stream::Err.write(&safe_text(&said));
}
