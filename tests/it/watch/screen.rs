//! What is on a terminal.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use rustix::process::Signal;

use crate::terminal::Terminal;

use super::program::{directory, put, service};

/// A terminal of so many rows and columns on which files are watched.
fn on_terminal(arguments: &str, rows: usize, columns: usize, term: &str, directory: &Path) -> Terminal {
    let program = env!("CARGO_BIN_EXE_hermesc");
    let script = format!("stty rows {rows} cols {columns}; exec {program} watch {arguments}");
    let variables = [("TERM", term.to_owned()), ("LC_ALL", "C.UTF-8".to_owned()), ("NO_COLOR", "1".to_owned())];
    Terminal::new(&["sh", "-c", &script], directory, &variables)
}

const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

#[test]
fn the_screen_is_cleared_for_each_run() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    let mut terminal = on_terminal("a.hermes", 24, 80, "xterm", directory.path());
    let first = terminal.wait("Ctrl-C ends\r\n");
    let (before, report) = first.split_once(CLEAR).expect("a clear screen");
    // What was on the screen is moved up, not lost.
    assert_eq!(before, "\r\n".repeat(24));
    assert!(report.starts_with("watching a.hermes; run 1\r\n\r\nno problems in 1 file"), "{report}");
    assert!(!report.contains('\u{1b}'), "{report:?}");
    put(directory.path(), "a.hermes", &service("b"));
    let second = terminal.wait("Ctrl-C ends\r\n");
    assert!(second.starts_with(&format!("{CLEAR}watching a.hermes; run 2\r\na.hermes changed\r\n\r\n")), "{second:?}");
    terminal.press("\u{3}");
    let (rest, status) = terminal.end();
    assert_eq!((rest.as_str(), status.signal()), ("^C", Some(Signal::INT.as_raw())));
}

#[test]
fn only_what_fits_onto_the_screen_is_shown() {
    let broken: String = (0..40).map(|number| format!("longrun a{number} {{ in user }}\n")).collect();
    let warned = "longrun never { run exec never }\n";
    let directory = directory(&[("a.hermes", &(warned.to_owned() + &broken))]);
    for (rows, columns) in [(24, 80), (60, 200), (10, 40)] {
        let mut terminal = on_terminal("a.hermes", rows, columns, "xterm", directory.path());
        let report = terminal.wait("Ctrl-C ends\r\n");
        let (_, report) = report.split_once(CLEAR).expect("a clear screen");
        let shown = report.matches("missing-run").count();
        assert!(shown == 1 || report.lines().count() < rows, "{rows}: {report}");
        assert!(report.contains(&format!("… and {} more, which `hermesc check` shows", 41 - shown)), "{report}");
        // The worst is shown, wherever it stands.
        assert!(!report.contains("unreachable-service"), "{report}");
        assert!(report.contains("40 errors, 1 warning in 1 file"), "{report}");
    }
}

#[test]
fn nothing_is_cleared_where_that_is_not_wanted() {
    let directory = directory(&[("a.hermes", &service("a"))]);
    for (arguments, term) in [("a.hermes --no-clear", "xterm"), ("a.hermes", "dumb")] {
        put(directory.path(), "a.hermes", &service("a"));
        let mut terminal = on_terminal(arguments, 24, 80, term, directory.path());
        let mut told = terminal.wait("Ctrl-C ends\r\n");
        put(directory.path(), "a.hermes", &service("bb"));
        told += &terminal.wait("Ctrl-C ends\r\n");
        assert!(!told.contains('\u{1b}'), "{told:?}");
        assert!(told.contains("\r\n\r\nwatching a.hermes; run 2\r\na.hermes changed\r\nno problems"), "{told:?}");
    }
}
