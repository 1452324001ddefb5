//! What is different between two texts, line by line.

use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// What is not understood after so long is replaced as a whole.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whole lines that take the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes that go: from the start of a line to that of another.
    pub range: Range<usize>,
    /// The text that comes instead, with its line breaks.
    pub text: String,
}

/// The changes that make one text of another, in order.
#[must_use]
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let operations = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(Instant::now() + PATIENCE));
    let (mut line, mut at) = (0, 0);
    let mut offset = |to: usize| {
        at += old.get(line..to).unwrap_or_default().iter().map(|line| line.len()).sum::<usize>();
        line = to;
        at
    };
    operations
        .iter()
        .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
        .map(|operation| Change {
            range: offset(operation.old_range().start)..offset(operation.old_range().end),
            text: new.get(operation.new_range()).unwrap_or_default().concat(),
        })
        .collect()
}
