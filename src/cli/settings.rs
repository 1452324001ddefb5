//! Severities and the target, from the command line and from `hermesc.toml`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::{Input, output};
use crate::compile::Options;
use crate::config::{self, Config, ConfigError};
use crate::diagnostic::Severity;
use crate::policy::{Level, Policy};

/// What every command that checks takes.
#[derive(Debug, Default, Args)]
pub(super) struct Severities {
    /// Make a code's problems errors; `all`, or `warnings` for whatever is a warning.
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Make a code's problems warnings; `all` for every code.
    #[arg(long, value_name = "CODE")]
    warn: Vec<String>,
    /// Do not show a code's problems; `all` for every code. What cannot be compiled stays an error.
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
}

impl Severities {
    /// Gives the codes their levels; the exit code where that makes no sense.
    pub(super) fn give(&self, policy: &mut Policy) -> Result<(), u8> {
        for (ids, level) in [
            (&self.deny, Level::Show(Severity::Error)),
            (&self.warn, Level::Show(Severity::Warning)),
            (&self.allow, Level::Allow),
        ] {
            for id in ids {
                policy
                    .give(id, level)
                    .map_err(|refusal| output::failure(&refusal.to_string(), Some(&refusal.help())))?;
            }
        }
        Ok(())
    }
}

/// What is said beside the files; the exit code where it makes no sense.
pub(super) fn options(input: &Input, severities: &Severities) -> Result<Options, u8> {
    let found = input.paths.first().map(|path| config::find(path)).transpose();
    let refused = |error: ConfigError| output::failure(&error.to_string(), error.help.as_deref());
    let found: Option<Utf8PathBuf> = found.map_err(refused)?.flatten();
    let config = found.map(|path| config::read(&path)).transpose().map_err(refused)?.unwrap_or_default();
    let Config { target: fallback, mut policy, directory } = config;
    severities.give(&mut policy)?;
    Ok(Options { target: input.target, fallback, around: directory.into_iter().collect(), policy })
}
