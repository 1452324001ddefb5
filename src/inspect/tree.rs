//! Trees of text.

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
    let mut lines: Vec<(String, &str)> = Vec::new();
    let mut stack: Vec<(&Branch, String, String)> =
        roots.iter().rev().map(|root| (root, String::new(), String::new())).collect();
    let [fork, last, along, blank] =
        if unicode { ["├─ ", "└─ ", "│  ", "   "] } else { ["|- ", "`- ", "|  ", "   "] };
    while let Some((branch, own, below)) = stack.pop() {
        lines.push((format!("{own}{}", branch.label), &branch.note));
        for (at, child) in branch.children.iter().enumerate().rev() {
            let (mark, under) = if at + 1 == branch.children.len() { (last, blank) } else { (fork, along) };
            stack.push((child, format!("{below}{mark}"), format!("{below}{under}")));
        }
    }
    let width = |label: &str| label.chars().count();
    let noted = lines.iter().filter(|(_, note)| !note.is_empty()).map(|(label, _)| width(label));
    let column = noted.filter(|width| *width <= FARTHEST).max().unwrap_or_default() + 2;
    let mut out = String::new();
    for (label, note) in &lines {
        if note.is_empty() {
            out.push_str(&format!("{label}\n"));
        } else {
            let gap = column.saturating_sub(width(label)).max(2);
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
}
