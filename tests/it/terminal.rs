//! Programs on a terminal of their own: keys are pressed, and what is shown is read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A program on a terminal of its own.
pub struct Terminal {
    program: Child,
    keys: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    pub fn new(command: &[&str], directory: &Path, variables: &[(&str, String)]) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keys).expect("a terminal");
        unlockpt(&keys).expect("a terminal");
        let name = ptsname(&keys, Vec::new()).expect("a name").into_string().expect("UTF-8");
        let side = OpenOptions::new().read(true).write(true).open(name).expect("the other side");
        let again = || Stdio::from(side.try_clone().expect("a descriptor"));
        let program = Command::new("setsid")
            .arg("--ctty")
            .args(command)
            .current_dir(directory)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(again())
            .stdout(again())
            .stderr(again())
            .spawn()
            .expect("setsid starts");
        let keys = File::from(keys);
        let mut screen = keys.try_clone().expect("a descriptor");
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = screen.read(&mut buffer) {
                if length == 0 || send.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { program, keys, screen: receive, seen: String::new() }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys");
    }

    /// What is shown until a text comes, and that text.
    pub fn wait(&mut self, until: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(at) = self.seen.find(until) {
                let rest = self.seen.split_off(at + until.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let more = self.screen.recv_timeout(left).unwrap_or_else(|_| panic!("no {until:?} in {:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// What is shown until the program ends, and how it ends.
    pub fn end(mut self) -> (String, ExitStatus) {
        let status = self.program.wait().expect("an end");
        // Nobody holds the other side any more.
        while let Ok(more) = self.screen.recv() {
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
        (std::mem::take(&mut self.seen), status)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
