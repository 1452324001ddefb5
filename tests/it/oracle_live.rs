//! The real compiler, where it is on PATH.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// s6-rc-compile.
pub struct Compiler {
    program: PathBuf,
}

impl Compiler {
    /// Looks for it on PATH.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|directory| directory.join("s6-rc-compile"))
            .find(|program| program.is_file())
            .map(|program| Self { program })
    }

    /// Whether it accepts these source directories below `root`.
    pub fn accepts(&self, root: &Path, sources: &[String]) -> bool {
        let out = tempfile::TempDir::new().expect("made");
        let status = Command::new(&self.program)
            .arg("-v0")
            .arg(out.path().join("db"))
            .args(sources)
            .current_dir(root)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("s6-rc-compile starts");
        status.success()
    }
}
