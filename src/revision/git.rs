//! The program `git`: asked once for a list, and kept open for the bytes of objects.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::{Pid, Signal, kill_process};

use crate::revision::RevisionError;

/// A call of git that asks nobody anything.
fn command(directory: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command
        .args(["--no-pager", "-c", "core.fsmonitor=false"])
        .current_dir(directory)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        // What is missing is not fetched: how is said by the repository itself, which may be anybody's. The second is for git
        // before 2.45, which does not know the first.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn not_started(error: &io::Error) -> RevisionError {
    match error.kind() {
        io::ErrorKind::NotFound => RevisionError::NoGit,
        _ => RevisionError::Failed(error.to_string()),
    }
}

/// How long git may take for one answer: a named pipe where it wants a file would keep it for ever.
const PATIENCE: Duration = Duration::from_secs(20);

fn took_too_long() -> String {
    format!("it did not answer for {} s", PATIENCE.as_secs())
}

/// Ends a process that takes too long, unless this is dropped before.
#[derive(Debug)]
struct Watch {
    /// What is told of an answer; its end is the end of the watch.
    over: Option<mpsc::Sender<()>>,
}

impl Watch {
    fn over(child: &Child) -> Self {
        let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (sender, told) = mpsc::channel::<()>();
        let wait = move || {
            let ended = loop {
                match told.recv_timeout(PATIENCE) {
                    Ok(()) => {}
                    Err(ended) => break ended,
                }
            };
            if let (mpsc::RecvTimeoutError::Timeout, Some(process)) = (ended, process) {
                let _ = kill_process(process, Signal::KILL);
            }
        };
        // Where no thread can be had, git is waited for.
        Self { over: thread::Builder::new().spawn(wait).ok().map(|_| sender) }
    }

    /// Says that there was an answer.
    fn go_on(&self) {
        if let Some(over) = &self.over {
            let _ = over.send(());
        }
    }
}

/// Runs git in a directory that is there: what it printed, or what it said where it failed.
pub(super) fn git(directory: &Utf8Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, RevisionError> {
    let child = command(directory).args(arguments).spawn().map_err(|error| not_started(&error))?;
    let watch = Watch::over(&child);
    let output = child.wait_with_output().map_err(|error| not_started(&error))?;
    drop(watch);
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    if output.status.signal() == Some(Signal::KILL.as_raw()) {
        return Err(RevisionError::Failed(took_too_long()));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default();
    let said = first.strip_prefix("fatal: ").unwrap_or(first);
    Ok(Err(if said.is_empty() { output.status.to_string() } else { said.to_owned() }))
}

/// No more than so many bytes are read of one part (1 MiB): a path is shorter.
const MAX_RECORD: u64 = 1 << 20;

/// What git prints, each part ended by a zero, as it comes: nobody knows how much it will be.
pub(super) struct Records {
    child: Child,
    watch: Option<Watch>,
    /// How many parts there were.
    answered: usize,
    answers: BufReader<ChildStdout>,
}

/// Runs git in a directory that is there, and reads on while it runs.
pub(super) fn records(directory: &Utf8Path, arguments: &[&str]) -> Result<Records, RevisionError> {
    let child = command(directory).args(arguments).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| not_started(&error))?;
    let answers = child.stdout.take().ok_or_else(|| RevisionError::Failed("it has no output".to_owned()))?;
    let watch = Some(Watch::over(&child));
    Ok(Records { child, watch, answered: 0, answers: BufReader::new(answers) })
}

impl Records {
    /// The next part; nothing at the end, if git says that it was one.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, RevisionError> {
        let failed = |error: io::Error| RevisionError::Failed(error.to_string());
        let mut part = Vec::new();
        (&mut self.answers).take(MAX_RECORD).read_until(0, &mut part).map_err(failed)?;
        match part.pop() {
            Some(0) => {
                self.answered += 1;
                if self.answered.is_multiple_of(1_000) {
                    self.watch.iter().for_each(Watch::go_on);
                }
                return Ok(Some(part));
            }
            Some(_) => return Err(RevisionError::Failed("what it listed cannot be read".to_owned())),
            None => {}
        }
        let status = self.child.wait().map_err(failed)?;
        self.watch = None;
        match status.signal() {
            _ if status.success() => Ok(None),
            Some(signal) if signal == Signal::KILL.as_raw() => Err(RevisionError::Failed(took_too_long())),
            _ => Err(RevisionError::Failed(status.to_string())),
        }
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `git cat-file --batch`, which is started when the first object is read.
#[derive(Debug)]
pub(super) struct Objects {
    directory: Utf8PathBuf,
    process: Option<Process>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    /// Nothing once it was closed, which ends the process.
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.ask.take());
        let _ = self.child.wait();
    }
}

impl Objects {
    pub(super) fn new(directory: &Utf8Path) -> Self {
        Self { directory: directory.to_owned(), process: None }
    }

    /// The bytes of an object, by the name that git gave it.
    pub(super) fn read(&mut self, object: &str, limit: usize) -> io::Result<Vec<u8>> {
        let process = match self.process.take() {
            Some(process) => process,
            None => start(&self.directory)?,
        };
        let process = self.process.insert(process);
        let _watch = Watch::over(&process.child);
        let lost = || io::Error::other("`git cat-file` ended");
        // One question at a time, so that neither waits for the other.
        let ask = process.ask.as_mut().ok_or_else(lost)?;
        ask.write_all(format!("{object}\n").as_bytes())?;
        ask.flush()?;
        let mut head = String::new();
        process.answers.read_line(&mut head)?;
        // `OBJECT blob SIZE`; or `OBJECT missing`
        let mut words = head.trim_end().rsplit(' ');
        let size = words.next().and_then(|size| size.parse::<u64>().ok()).filter(|_| words.next() == Some("blob"));
        let size = size.ok_or_else(|| io::Error::other(format!("git has no bytes of object {object}")))?;
        let body = (&mut process.answers).take(size);
        let mut bytes = Vec::new();
        if size > limit as u64 {
            // The next answer stands behind it.
            let mut body = body;
            io::copy(&mut body, &mut io::sink())?;
        } else {
            let mut body = body;
            body.read_to_end(&mut bytes)?;
        }
        let mut newline = [0];
        process.answers.read_exact(&mut newline)?;
        if size > limit as u64 {
            return Err(io::Error::other(format!("larger than {limit} bytes")));
        }
        Ok(bytes)
    }
}

fn start(directory: &Utf8Path) -> io::Result<Process> {
    let mut child =
        command(directory).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (ask, answers) = (child.stdin.take(), child.stdout.take().map(BufReader::new));
    let answers = answers.ok_or_else(|| io::Error::other("`git cat-file` has no output"))?;
    Ok(Process { child, ask, answers })
}
