//! How bash and zsh ask. Other shells do as the crate has it.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{self, EnvCompleter};

/// bash, which hands words over as it breaks them: at blanks, and also at `=`, `:` and `@`.
pub(super) struct Bash;

/// zsh, which can also load the script as a function of its own.
pub(super) struct Zsh;

const BASH: &str = include_str!("bash.sh");
const ZSH: &str = include_str!("zsh.sh");

/// A script with its names put in. `program` becomes one word of the shell.
fn script(template: &str, variable: &str, program: &str) -> String {
    let plain = program.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '/' | '.' | '_' | '-' | '+'));
    let quoted = if plain { program.to_owned() } else { format!("'{}'", program.replace('\'', r"'\''")) };
    template.replace("@VARIABLE@", variable).replace("@PROGRAM@", &quoted)
}

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        env::Bash.name()
    }

    fn is(&self, name: &str) -> bool {
        env::Bash.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        out.write_all(script(BASH, variable, completer).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        directory: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        env::Bash.write_complete(command, words, directory, out)
    }
}

impl EnvCompleter for Zsh {
    fn name(&self) -> &'static str {
        env::Zsh.name()
    }

    fn is(&self, name: &str) -> bool {
        env::Zsh.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        out.write_all(script(ZSH, variable, completer).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        directory: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        env::Zsh.write_complete(command, words, directory, out)
    }
}
