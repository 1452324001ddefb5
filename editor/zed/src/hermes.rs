//! Starts `hermesc lsp`, which must be in PATH.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Hermes;

impl zed::Extension for Hermes {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree.which("hermesc").ok_or("hermesc is not in PATH: `cargo install --path .` in its repository")?;
        Ok(Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Hermes);
