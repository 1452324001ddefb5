//! s6's own programs, run in a directory and for a bounded time.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::directory::Directory;

/// Runs a tool in a directory; nothing where it exits 0, else what it said.
pub(super) fn run(tool: &str, arguments: &[&str], directory: &Directory, limit: Duration) -> Result<(), String> {
    let said = |why: &str| format!("{tool} {}: {why}", arguments.join(" "));
    let mut child = Command::new(find(tool))
        .args(arguments)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => said("not found in PATH, nor in /command"),
            _ => said(&error.to_string()),
        })?;
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() >= end => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(said(&format!("did not end within {} s", limit.as_secs())));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(said(&error.to_string())),
        }
    };
    if status.success() {
        return Ok(());
    }
    let mut message = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        let _ = stderr.read_to_string(&mut message);
    }
    let message = message.trim();
    Err(said(&if message.is_empty() { status.to_string() } else { message.to_owned() }))
}

/// Where a tool is: in PATH, or where s6-overlay has it, whose `docker exec` has another PATH.
fn find(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|directory| directory.join(tool)).find(|path| path.is_file());
    in_path.unwrap_or_else(|| {
        let overlay = Path::new("/command").join(tool);
        if overlay.is_file() { overlay } else { PathBuf::from(tool) }
    })
}

/// Waits until something holds; whether it did before the time was up.
pub(super) fn until(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !holds() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}
