//! Trees of text.

use crate::inspect::COLUMNS;

/// A line of a tree, and what hangs on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    /// What it is.
    pub(super) label: String,
    /// What is said of it, in a column of its own; may be empty.
    pub(super) note: String,
    /// What hangs on it.
    pub(super) children: Vec<Branch>,
}

impl Branch {
    pub(super) fn new(label: impl Into<String>, note: impl Into<String>) -> Self {
        Self { label: label.into(), note: note.into(), children: Vec::new() }
    }
}

/// Notes begin at the same column, but not behind this one.
const FARTHEST: usize = 44;

/// Draws trees, one below the other; the first line of each stands at the left.
pub(super) fn trees(roots: &[Branch], unicode: bool) -> String {
    let mut lines: Vec<(String, String, &str)> = Vec::new();
    let mut stack: Vec<(&Branch, String, String)> =
        roots.iter().rev().map(|root| (root, String::new(), String::new())).collect();
    let [fork, last, along, blank] =
        if unicode { ["├─ ", "└─ ", "│  ", "   "] } else { ["|- ", "`- ", "|  ", "   "] };
    while let Some((branch, own, below)) = stack.pop() {
        let hanging = if branch.children.is_empty() { "" } else { along };
        lines.push((format!("{own}{}", branch.label), format!("{below}{hanging}"), &branch.note));
        for (at, child) in branch.children.iter().enumerate().rev() {
            let (mark, under) = if at + 1 == branch.children.len() { (last, blank) } else { (fork, along) };
            stack.push((child, format!("{below}{mark}"), format!("{below}{under}")));
        }
    }
    let width = |label: &str| label.chars().count();
    let noted = lines.iter().filter(|(_, _, note)| !note.is_empty()).map(|(label, ..)| width(label));
    let column = noted.filter(|width| *width <= FARTHEST).max().unwrap_or_default() + 2;
    let mut out = String::new();
    for (label, under, note) in &lines {
        let gap = column.saturating_sub(width(label)).max(2);
        if note.is_empty() {
            out.push_str(&format!("{label}\n"));
        } else if width(label) > column && width(label) + gap + width(note) > COLUMNS {
            // A name that is too long has its note below it.
            out.push_str(&format!("{label}\n{under}  {note}\n"));
        } else {
            out.push_str(&format!("{label}{}{note}\n", " ".repeat(gap)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_hang_together() {
        let mut a = Branch::new("a", "");
        let mut b = Branch::new("b", "one");
        b.children.push(Branch::new("c", "two"));
        a.children = vec![b, Branch::new("d", "")];
        assert_eq!(trees(&[a.clone()], true), "a\n├─ b     one\n│  └─ c  two\n└─ d\n");
        assert_eq!(trees(&[a], false), "a\n|- b     one\n|  `- c  two\n`- d\n");
    }

    #[test]
    fn a_long_name_has_its_note_below() {
        let long = "n".repeat(76);
        let mut top = Branch::new("top", "");
        let mut parent = Branch::new(long.clone(), "one");
        parent.children.push(Branch::new("c", "two"));
        top.children = vec![parent, Branch::new(long.clone(), "three")];
        assert_eq!(trees(&[top], true), format!("top\n├─ {long}\n│  │    one\n│  └─ c  two\n└─ {long}\n     three\n"));
    }
}
