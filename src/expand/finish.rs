//! `finish` of a service that stays down after some deaths, or takes the container with it.

use crate::expand::gate;
use crate::expand::line::{Line, write};
use crate::expand::variables::test;
use crate::resolve::draft::Death;
use crate::s6rc::target::Target;

/// The file that a written `finish` goes to where another one stands before it.
pub(super) const WRITTEN: &str = "data/finish";

/// Where s6-overlay looks for the container's exit code (s6-overlay 3.2.3.2, README).
const EXIT_CODE: &str = "/run/s6-linux-init-container-results/exitcode";

/// What s6-overlay stops the container with (s6-overlay 3.2.3.2, README).
const HALT: &str = "/run/s6/basedir/bin/halt";

/// What `finish` has to do.
#[derive(Debug, Default)]
pub(super) struct Finish<'d> {
    /// The service may be off by its `when`.
    pub(super) gated: bool,
    /// Deaths after which it stays down.
    pub(super) stop_on: Vec<&'d Death>,
    /// The container stops with it.
    pub(super) stop_container: bool,
    /// A person wrote a `finish` as well, which lies in [`WRITTEN`].
    pub(super) written: bool,
}

impl Finish<'_> {
    /// Whether there is anything to do.
    pub(super) fn is_needed(&self) -> bool {
        self.gated || !self.stop_on.is_empty() || self.stop_container
    }

    /// The file's text. s6-supervise gives the exit code, or 256, and the signal (s6 2.15.1.0, servicedir).
    pub(super) fn text(&self, target: &Target) -> Option<Vec<u8>> {
        let off = gate::OFF.to_string();
        let stay = || Line::of(&["exit", &off]);
        let is_off = Line::of(&[test(target), "${1}", "=", &off]);
        let mut lines = Vec::new();
        // One test where nothing comes between the two.
        let deaths = if self.written { self.stop_on(target) } else { self.all(target) };
        if self.written {
            if self.gated {
                lines.push(Line::of(&["ifelse"]).block(vec![is_off]).block(vec![stay()]));
            }
            let finish = Line::of(&[&format!("./{WRITTEN}"), "${1}", "${2}", "${3}", "${4}"]);
            lines.push(Line::of(&["foreground"]).block(vec![finish]));
        }
        if !self.written && !self.stop_container {
            lines.extend(deaths.map(|test| Line::of(&["if", "-t"]).block(vec![test])));
            lines.push(stay());
            return self.written_out(&lines, target);
        }
        // Its exit code is in `?` until the next `foreground` (execline's foreground).
        let keep = self.written && !self.stop_container;
        if keep {
            lines.push(Line::of(&["importas", "code", "?"]));
        }
        lines.extend(deaths.map(|test| Line::of(&["ifelse"]).block(vec![test]).block(vec![stay()])));
        if self.stop_container {
            let say = |code: &str| Line::of(&["redirfd", "-w", "1", EXIT_CODE, "echo", code]);
            // A death by a signal counts as 128 and its number, as shells have it.
            let killed = vec![
                Line::of(&["backtick", "-E", "code"]).block(vec![Line::of(&["expr", "128", "+", "${2}"])]),
                say("${code}"),
            ];
            let signalled = Line::of(&[test(target), "${1}", "=", "256"]);
            let tell = vec![Line::of(&["ifelse"]).block(vec![signalled]).block(killed), say("${1}")];
            lines.push(Line::of(&["foreground"]).block(tell));
            lines.push(Line::of(&[HALT]));
        }
        if keep {
            lines.push(Line::of(&["exit", "${code}"]));
        }
        self.written_out(&lines, target)
    }

    fn written_out(&self, lines: &[Line], target: &Target) -> Option<Vec<u8>> {
        let arguments = if self.written { "-S4" } else { "-S2" };
        let mut text = format!("{} {arguments}\n", target.execline_shebang().trim_end_matches(" -P")).into_bytes();
        write(lines, &mut text)?;
        Some(text)
    }

    /// The test for a `when` that does not hold and for all deaths.
    fn all(&self, target: &Target) -> Option<Line> {
        let off = Death::Exit(gate::OFF);
        let mut deaths = self.stop_on.clone();
        if self.gated && !deaths.contains(&&off) {
            deaths.insert(0, &off);
        }
        any(&deaths, target)
    }

    /// The test for all deaths.
    fn stop_on(&self, target: &Target) -> Option<Line> {
        any(&self.stop_on, target)
    }
}

/// A test that holds for one of some deaths.
fn any(deaths: &[&Death], target: &Target) -> Option<Line> {
    let mut line = Line::of(&[test(target)]);
    for (number, death) in deaths.iter().enumerate() {
        if number > 0 {
            line = line.and("-o");
        }
        line = match death {
            Death::Exit(code) => line.and("${1}").and("=").and(code.to_string()),
            Death::Signal(signal) => {
                ["${1}", "=", "256", "-a", "${2}", "="].iter().fold(line, Line::and).and(signal.to_string())
            }
        };
    }
    (!deaths.is_empty()).then_some(line)
}
