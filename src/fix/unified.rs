//! One file's change as git shows it.

use camino::Utf8Path;
use similar::{Algorithm, ChangeTag, capture_diff_slices, group_diff_ops};

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
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT) {
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
}
