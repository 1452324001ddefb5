//! A sign of life on work that takes longer than half a second: on standard error, where that is a terminal, and gone without
//! a trace before anything else is written.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::resolve::Files;

/// Work that is done before shows nothing.
const DELAY: Duration = Duration::from_millis(500);
/// How often it is drawn.
const TICK: Duration = Duration::from_millis(100);
/// Fewer definitions or files than this take no half second anywhere, and no thread is started for them.
pub(super) const MANY: usize = 1000;
/// Work on fewer bytes than this does neither (256 KiB).
const LARGE: u64 = 256 << 10;

/// Some work, under its name. What is shown is gone when this is dropped.
pub(super) struct Progress {
    shown: bool,
    began: Instant,
    work: Arc<Work>,
    thread: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

/// What is known of the work.
struct Work {
    stage: &'static str,
    /// The files that there are to do, where that is known.
    total: Option<usize>,
    done: AtomicUsize,
    bytes: AtomicU64,
}

impl Progress {
    /// Work of which nobody knows how much there is.
    pub(super) fn new(stage: &'static str) -> Self {
        Self::with(stage, None)
    }

    /// Work on so many files.
    pub(super) fn on_files(stage: &'static str, total: usize) -> Self {
        Self::with(stage, Some(total))
    }

    fn with(stage: &'static str, total: Option<usize>) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        Self {
            shown: !dumb && io::stderr().is_terminal(),
            began: Instant::now(),
            work: Arc::new(Work { stage, total, done: AtomicUsize::new(0), bytes: AtomicU64::new(0) }),
            thread: Mutex::new(None),
        }
    }

    /// Says that the work may be large; where nobody looks, nothing is done.
    pub(super) fn may_be_large(&self) {
        if !self.shown {
            return;
        }
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_some() {
            return;
        }
        let (work, began) = (Arc::clone(&self.work), self.began);
        let (end, ended) = mpsc::channel();
        let draw = move || {
            if ended.recv_timeout(DELAY.saturating_sub(began.elapsed())) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = bar(&work).with_elapsed(began.elapsed());
            loop {
                bar.set_position(work.done.load(Ordering::Relaxed) as u64);
                bar.tick();
                if ended.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            bar.finish_and_clear();
        };
        // Where no thread can be had, the work goes on in silence.
        *thread = thread::Builder::new().spawn(draw).ok().map(|handle| (end, handle));
    }

    /// The number of files that are done, to be counted up by who does them.
    pub(super) fn done(&self) -> &AtomicUsize {
        &self.work.done
    }

    /// The same files, counted when they are read: much of them is large work.
    pub(super) fn reading<'p>(&'p self, files: &'p (dyn Files + Sync)) -> Reading<'p> {
        Reading { progress: self, files }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, handle)) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            drop(end);
            let _ = handle.join();
        }
    }
}

/// Files, counted when they are read.
pub(super) struct Reading<'p> {
    progress: &'p Progress,
    files: &'p (dyn Files + Sync),
}

impl Reading<'_> {
    fn count(&self, bytes: &[u8]) {
        let work = &self.progress.work;
        if work.total.is_none() {
            work.done.fetch_add(1, Ordering::Relaxed);
        }
        let length = bytes.len() as u64;
        if work.bytes.fetch_add(length, Ordering::Relaxed) + length >= LARGE {
            self.progress.may_be_large();
        }
    }
}

impl Files for Reading<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.files.read(path).inspect(|bytes| self.count(bytes))
    }

    fn read_at(&self, path: &Utf8Path, real: &Utf8Path) -> io::Result<Vec<u8>> {
        self.files.read_at(path, real).inspect(|bytes| self.count(bytes))
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.files.real(path)
    }

    fn list(&self, path: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        self.files.list(path)
    }
}

/// Does some work; nothing is shown of it where it is known to be small.
pub(super) fn during<T>(stage: &'static str, large: bool, work: impl FnOnce() -> T) -> T {
    let progress = Progress::new(stage);
    if large {
        progress.may_be_large();
    }
    work()
}

fn bar(work: &Work) -> ProgressBar {
    let unicode = supports_unicode::on(supports_unicode::Stream::Stderr);
    let (ticks, bars) = if unicode { ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ", "━╸ ") } else { ("|/-\\ ", "=> ") };
    let (bar, template) = match work.total {
        Some(total) => (ProgressBar::new(total as u64), "{spinner} {msg} {bar:30} {pos} of {len} files, {elapsed}"),
        None => (ProgressBar::no_length(), "{spinner} {msg}, {elapsed}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    // The template is known to be one; without it, the crate's own is shown.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.tick_chars(ticks).progress_chars(bars));
    }
    bar.set_message(work.stage);
    bar
}
