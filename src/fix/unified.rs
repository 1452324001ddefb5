//! One file's change as git shows it.

use std::collections::HashMap;

use camino::Utf8Path;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use crate::fix::{Change, State};

/// What git calls no file, and one without bytes.
const NO_FILE: &str = "0000000";
const EMPTY_FILE: &str = "e69de29";

/// Lines around a change.
const CONTEXT: usize = 3;

/// A change of a text that is no file, in git's form.
#[must_use]
pub fn unified(path: &Utf8Path, before: &[u8], after: &[u8]) -> Vec<u8> {
    let state = |bytes: &[u8]| Some(State { bytes: bytes.to_vec(), mode: 0o644 });
    let mut out = Vec::new();
    if before != after {
        show(path, &Change { before: state(before), after: state(after) }, &mut out);
    }
    out
}

/// Adds a change of a file, in git's form.
pub fn show(path: &Utf8Path, change: &Change, out: &mut Vec<u8>) {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let (a, b) = (name("a", path), name("b", path));
    let mut head = format!("diff --git {a} {b}\n");
    match (before, after) {
        (Some(old), Some(new)) if old.mode != new.mode => {
            head.push_str(&format!("old mode {}\nnew mode {}\n", mode(old), mode(new)));
        }
        (None, Some(new)) => head.push_str(&format!("new file mode {}\n", mode(new))),
        (Some(old), None) => head.push_str(&format!("deleted file mode {}\n", mode(old))),
        _ => {}
    }
    // GNU patch asks before it removes a file that is empty already, unless a line says that it was.
    match (before, after) {
        (None, Some(new)) if new.bytes.is_empty() => head.push_str(&format!("index {NO_FILE}..{EMPTY_FILE}\n")),
        (Some(old), None) if old.bytes.is_empty() => head.push_str(&format!("index {EMPTY_FILE}..{NO_FILE}\n")),
        _ => {}
    }
    let (old, new) = (bytes(before), bytes(after));
    let is_binary = old.contains(&0) || new.contains(&0);
    if old != new && is_binary {
        head.push_str(&format!("Binary files {a} and {b} differ\n"));
    } else if old != new {
        let side = |name: &str, state: Option<&State>| {
            let name = if state.is_some() { name } else { "/dev/null" };
            // A tab ends a name with spaces, as git and diff(1) write it.
            if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
        };
        head.push_str(&format!("--- {}\n+++ {}\n", side(&a, before), side(&b, after)));
    }
    out.extend(head.bytes());
    if old != new && !is_binary {
        hunks(old, new, out);
    }
}

fn bytes(state: Option<&State>) -> &[u8] {
    state.map_or(&[], |state| &state.bytes)
}

/// The mode as git writes it, with the type of the file in front. Of the permission bits, git itself keeps only whether a file
/// is executable; the others are shown where it would hide a change.
fn mode(state: &State) -> String {
    let kind = if state.mode & FILE_TYPE == 0 { REGULAR } else { 0 };
    format!("{:06o}", kind | state.mode)
}

/// The bits of a mode that are the type of the file.
const FILE_TYPE: u32 = 0o170_000;
/// The type of a regular file.
const REGULAR: u32 = 0o100_000;
/// The mode of a symbolic link, as git has it: its bytes are where it leads.
pub const LINK: u32 = 0o120_000;

/// A name behind `a/` or `b/`, quoted where git quotes it.
fn name(side: &str, path: &Utf8Path) -> String {
    let text = path.as_str().trim_start_matches("./").trim_start_matches('/');
    if !text.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b'"' | b'\\')) {
        return format!("{side}/{text}");
    }
    let quoted: String = text
        .chars()
        .map(|char| match char {
            '"' | '\\' => format!("\\{char}"),
            char if char.is_ascii_control() => format!("\\{:03o}", u32::from(char)),
            char => char.to_string(),
        })
        .collect();
    format!("\"{side}/{quoted}\"")
}

/// Adds what differs between two texts, with the lines around it.
pub fn hunks(old: &[u8], new: &[u8], out: &mut Vec<u8>) {
    let lines = |bytes| -> Vec<&[u8]> { <[u8]>::split_inclusive(bytes, |byte| *byte == b'\n').collect() };
    let (old, new) = (lines(old), lines(new));
    for group in group_diff_ops(operations(&old, &new), CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let range = |start: usize, end: usize| match end - start {
            // Of nothing, the line before it is given.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            length => format!("{},{length}", start + 1),
        };
        let head = format!(
            "@@ -{} +{} @@\n",
            range(first.old_range().start, last.old_range().end),
            range(first.new_range().start, last.new_range().end)
        );
        out.extend(head.bytes());
        for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            let line: &[u8] = change.value();
            out.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            out.extend(line);
            if !line.ends_with(b"\n") {
                out.extend(b"\n\\ No newline at end of file\n");
            }
        }
    }
}

/// A comparison of lines that would take more steps than so many is not made.
const MAX_STEPS: usize = 100_000_000;

/// What turns the old lines into the new ones. Where too much is different, all that is between the lines that both begin and end
/// with is.
fn operations(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let begin = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (old.get(begin..).unwrap_or_default(), new.get(begin..).unwrap_or_default());
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (removed, added) = (old_rest.len() - end, new_rest.len() - end);
    let (old_middle, new_middle) =
        (old_rest.get(..removed).unwrap_or_default(), new_rest.get(..added).unwrap_or_default());
    if fewest(old_middle, new_middle).saturating_mul(removed + added) <= MAX_STEPS {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let mut operations = Vec::new();
    if begin > 0 {
        operations.push(DiffOp::Equal { old_index: 0, new_index: 0, len: begin });
    }
    operations.push(DiffOp::Replace { old_index: begin, old_len: removed, new_index: begin, new_len: added });
    if end > 0 {
        operations.push(DiffOp::Equal { old_index: begin + removed, new_index: begin + added, len: end });
    }
    operations
}

/// No fewer lines than so many are removed and added.
fn fewest<'l>(old: &[&'l [u8]], new: &[&'l [u8]]) -> usize {
    // How often each line is there, and where in the old lines.
    let mut known: HashMap<&'l [u8], (usize, usize, usize)> = HashMap::new();
    for (at, line) in old.iter().enumerate() {
        let (count, _, place) = known.entry(line).or_default();
        (*count, *place) = (*count + 1, at);
    }
    for line in new {
        known.entry(line).or_default().1 += 1;
    }
    let different: usize = known.values().map(|(old, new, _)| old.abs_diff(*new)).sum();
    // Of lines that are there once, those that stay in their order; each of the others goes and comes.
    let single = new.iter().filter_map(|line| known.get(line).filter(|(old, new, _)| (*old, *new) == (1, 1)));
    let (mut singles, mut lasts): (usize, Vec<usize>) = (0, Vec::new());
    for (_, _, place) in single {
        singles += 1;
        let pile = lasts.partition_point(|last| last < place);
        match lasts.get_mut(pile) {
            Some(last) => *last = *place,
            None => lasts.push(*place),
        }
    }
    different + 2 * (singles - lasts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, before: Option<(&[u8], u32)>, after: Option<(&[u8], u32)>) -> String {
        let state = |of: Option<(&[u8], u32)>| of.map(|(bytes, mode)| State { bytes: bytes.to_vec(), mode });
        let mut out = Vec::new();
        show(Utf8Path::new(path), &Change { before: state(before), after: state(after) }, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn modes_names_and_last_lines_are_as_git_writes_them() {
        assert_eq!(
            shown("./a b", Some((b"x", 0o644)), Some((b"x", 0o755))),
            "diff --git a/a b b/a b\nold mode 100644\nnew mode 100755\n"
        );
        assert_eq!(
            shown("a b", Some((b"x\r\ny", 0o644)), Some((b"x\ny", 0o644))),
            "diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -1,2 +1,2 @@\n-x\r\n+x\n y\n\\ No newline at end of file\n"
        );
        assert_eq!(
            shown("a\n\"", None, Some((b"x\n", 0o644))),
            "diff --git \"a/a\\012\\\"\" \"b/a\\012\\\"\"\nnew file mode 100644\n--- /dev/null\n\
             +++ \"b/a\\012\\\"\"\n@@ -0,0 +1 @@\n+x\n"
        );
        assert_eq!(
            shown("a", Some((b"", 0o644)), None),
            "diff --git a/a b/a\ndeleted file mode 100644\nindex e69de29..0000000\n"
        );
        assert!(shown("a", Some((b"\0", 0o644)), Some((b"", 0o644))).ends_with("Binary files a/a and b/a differ\n"));
    }

    #[test]
    fn what_differs_too_much_is_replaced_as_a_whole() {
        let lines = |prefix: &str, number: usize| -> Vec<String> {
            let middle = (0..number).map(|at| format!("{prefix}{at}\n"));
            ["begin\n".to_owned()].into_iter().chain(middle).chain(["end\n".to_owned()]).collect()
        };
        let mut reversed = lines("a", 30_000);
        if let Some(middle) = reversed.get_mut(1..30_001) {
            middle.reverse();
        }
        // Far apart, and few.
        let mut few = lines("a", 30_000);
        for at in [5, 20_000] {
            few.insert(at, "new\n".to_owned());
        }
        for (old, new, fewest) in [
            (lines("a", 10), lines("b", 10), 3),
            (lines("a", 9_000), lines("b", 9_000), 3),
            (lines("a", 9_000), lines("a", 9_001), 3),
            (lines("a", 30_000), reversed, 3),
            (lines("a", 30_000), few, 5),
            (Vec::new(), lines("b", 20_000), 1),
        ] {
            let slices =
                |lines: &'_ [String]| -> Vec<Vec<u8>> { lines.iter().map(|line| line.clone().into()).collect() };
            let (old, new) = (slices(&old), slices(&new));
            let (old, new): (Vec<&[u8]>, Vec<&[u8]>) =
                (old.iter().map(Vec::as_slice).collect(), new.iter().map(Vec::as_slice).collect());
            let operations = operations(&old, &new);
            assert!(operations.len() >= fewest);
            let made: Vec<&[u8]> = operations
                .iter()
                .flat_map(|operation| operation.iter_changes(&old, &new))
                .filter(|change| change.tag() != ChangeTag::Delete)
                .map(|change| change.value())
                .collect();
            assert_eq!(made, new);
        }
    }
}
