//! `when`: a condition as programs that exit 0 where it holds, and what stands before a program that runs only then.

use crate::diagnostic::Diagnostic;
use crate::expand::line::Line;
use crate::expand::{chain, variables};
use crate::resolve::draft::{Condition, Otherwise, Word, WordPiece};
use crate::s6rc::target::Target;
use crate::source::Location;

/// With this exit code `run` says that its condition does not hold, and `finish` passes it on: s6-supervise takes it from
/// `finish` as a permanent failure (s6 2.15.1.0, servicedir).
pub(super) const OFF: u8 = 125;

/// What a variable must hold for `when env NAME`, as an extended regular expression; case does not matter.
const TRUTHY: &str = "^(1|true|yes|on)$";

/// The lines before a longrun that runs only where the condition holds. Where it has a descriptor for readiness, it says
/// that it is ready before it goes: what depends on it is started all the same, as it would be without the descriptor.
pub(super) fn longrun(
    condition: &Condition,
    notify: Option<u32>,
    place: Location,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Line>> {
    let off = OFF.to_string();
    let mut lines = Vec::new();
    for (negated, test) in tests(condition, place, target, diagnostics)? {
        lines.push(match notify {
            None => word_if(Line::of(&["if"]), negated).and("-x").and(&off).block(test),
            Some(fd) => {
                let ready = Line::of(&["fdmove", "1", &fd.to_string(), "echo"]);
                let off = vec![Line::of(&["foreground"]).block(vec![ready]), Line::of(&["exit", &off])];
                // `ifelse -n` takes the first block where the test fails.
                word_if(Line::of(&["ifelse"]), !negated).block(test).block(off)
            }
        });
    }
    Some(lines)
}

/// The lines before a oneshot's program that is skipped, as if it had succeeded, where the condition does not hold.
pub(super) fn oneshot(
    condition: &Condition,
    place: Location,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Line>> {
    let tests = tests(condition, place, target, diagnostics)?;
    Some(tests.into_iter().map(|(negated, test)| word_if(Line::of(&["if"]), negated).and("-t").block(test)).collect())
}

/// `-n` where the test must fail.
fn word_if(line: Line, negated: bool) -> Line {
    if negated { line.and("-n") } else { line }
}

/// The tests that must hold one after the other; true stands with those that must fail.
fn tests(
    condition: &Condition,
    place: Location,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(bool, Vec<Line>)>> {
    match condition {
        Condition::And(all) => {
            let mut each = Vec::new();
            for one in all {
                each.extend(tests(one, place, target, diagnostics)?);
            }
            Some(each)
        }
        Condition::Not(one) if !matches!(**one, Condition::Not(_)) => {
            Some(vec![(true, test(one, place, target, diagnostics)?)])
        }
        other => Some(vec![(false, test(other, place, target, diagnostics)?)]),
    }
}

/// Lines that exit 0 where the condition holds, and something else where it does not.
fn test(
    condition: &Condition,
    place: Location,
    target: &Target,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Line>> {
    let program = variables::test(target);
    let command = |words: Vec<Vec<WordPiece>>| {
        let words: Vec<Word> = words.into_iter().map(|pieces| Word { place, pieces }).collect();
        let mut lines = Vec::new();
        variables::command(&words, target, &mut lines);
        lines
    };
    let bytes = |text: &[u8]| WordPiece::Bytes(text.to_vec());
    let variable = |name: &smol_str::SmolStr| WordPiece::Variable { name: name.clone(), otherwise: Otherwise::Empty };
    Some(match condition {
        Condition::Truthy(name) => {
            let mut lines =
                command(vec![vec![bytes(b"case")], vec![bytes(b"-i")], vec![bytes(b"--")], vec![variable(name)]]);
            if let Some(last) = lines.pop() {
                let yes = Line::of(&[TRUTHY]).block(vec![Line::of(&["exit", "0"])]);
                lines.push(last.block(vec![yes]));
            }
            lines.push(Line::of(&["exit", "1"]));
            lines
        }
        Condition::Equals(name, value) => {
            let mut wanted = b"x".to_vec();
            wanted.extend_from_slice(value);
            command(vec![
                vec![bytes(program.as_bytes())],
                vec![bytes(b"x"), variable(name)],
                vec![bytes(b"=")],
                vec![bytes(&wanted)],
            ])
        }
        Condition::Path(path) => {
            command(vec![vec![bytes(program.as_bytes())], vec![bytes(b"-e")], path.pieces.clone()])
        }
        Condition::Command(program) => chain::command(program, target, diagnostics)?,
        Condition::Not(one) => {
            vec![Line::of(&["if", "-n"]).block(test(one, place, target, diagnostics)?), Line::of(&["exit", "0"])]
        }
        Condition::And(all) => {
            let (last, before) = all.split_last()?;
            let mut lines = Vec::new();
            for one in before {
                lines.push(Line::of(&["if"]).block(test(one, place, target, diagnostics)?));
            }
            lines.extend(test(last, place, target, diagnostics)?);
            lines
        }
        Condition::Or(some) => {
            let (last, before) = some.split_last()?;
            let mut lines = Vec::new();
            for one in before {
                let block = test(one, place, target, diagnostics)?;
                lines.push(Line::of(&["ifelse"]).block(block).block(vec![Line::of(&["exit", "0"])]));
            }
            lines.extend(test(last, place, target, diagnostics)?);
            lines
        }
    })
}
