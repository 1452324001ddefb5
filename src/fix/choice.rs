//! Which of many fixes go together: none on top of another, and none that makes it worse.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::source::Span;

/// The parts of files that something takes the place of.
#[derive(Debug)]
pub struct Taken<F> {
    /// Ends by starts: none of them overlaps another.
    spans: HashMap<F, BTreeMap<u32, u32>>,
}

impl<F> Default for Taken<F> {
    fn default() -> Self {
        Self { spans: HashMap::new() }
    }
}

impl<F: Hash + Eq> Taken<F> {
    /// Whether something of a file is taken.
    pub fn holds(&self, file: &F) -> bool {
        self.spans.contains_key(file)
    }

    /// Whether a part shares a byte with one that is taken, or begins where one does.
    pub fn touches(&self, file: &F, part: Span) -> bool {
        let Some(spans) = self.spans.get(file) else { return false };
        let before = spans.range(..=part.start).next_back();
        let behind = spans.range(part.start..).find(|(start, _)| **start > part.start);
        before.is_some_and(|(start, end)| *start == part.start || *end > part.start)
            || behind.is_some_and(|(start, _)| *start < part.end)
    }

    /// Takes a part.
    pub fn take(&mut self, file: F, part: Span) {
        let end = self.spans.entry(file).or_default().entry(part.start).or_default();
        *end = part.end.max(*end);
    }
}

/// As many of some things, in their order, as an attempt accepts together, with what came of the last one that was accepted:
/// all of them, or else those of each half that go with what was taken before, and so on. Halves that are left after
/// `tries` are not taken.
///
/// # Errors
///
/// What an attempt fails with.
pub fn soundest<'i, T, R, E>(
    items: &'i [T],
    tries: usize,
    mut attempt: impl FnMut(&[&'i T]) -> Result<Option<R>, E>,
) -> Result<(Vec<&'i T>, Option<R>), E> {
    let (mut good, mut best) = (Vec::new(), None);
    let mut left = vec![items];
    for _ in 0..tries {
        let Some(part) = left.pop() else { break };
        let kept = good.len();
        good.extend(part);
        if let Some(result) = attempt(&good)? {
            best = Some(result);
            continue;
        }
        good.truncate(kept);
        if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            left.extend([second, first]);
        }
    }
    Ok((good, best))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn parts_touch_where_they_share_a_byte_or_begin_together() {
        let mut taken = Taken::default();
        for (start, end) in [(4, 8), (8, 8), (12, 20)] {
            taken.take("f", Span { start, end });
        }
        let touches = |start, end| taken.touches(&"f", Span { start, end });
        for (start, end) in [(4, 4), (5, 5), (7, 9), (0, 5), (8, 10), (7, 9), (19, 30), (0, 40), (11, 13)] {
            assert!(touches(start, end), "{start}..{end}");
        }
        for (start, end) in [(0, 4), (3, 3), (9, 12), (9, 9), (20, 30)] {
            assert!(!touches(start, end), "{start}..{end}");
        }
        assert!(!taken.touches(&"g", Span { start: 5, end: 6 }) && taken.holds(&"f") && !taken.holds(&"g"));
    }

    #[test]
    fn one_bad_thing_among_many_is_found_in_few_attempts() {
        let items: Vec<u32> = (0..10_000).collect();
        let mut attempts = 0;
        let mut attempt = |some: &[&u32]| {
            attempts += 1;
            Ok::<_, Infallible>((!some.contains(&&7_777)).then_some(some.len()))
        };
        let (good, best) = soundest(&items, usize::MAX, &mut attempt).unwrap();
        assert_eq!((good.len(), best), (9_999, Some(9_999)));
        assert!(good.is_sorted() && attempts < 40, "{attempts} attempts");
        let (good, _) = soundest(&items, 2, |some| Ok::<_, Infallible>((some.len() <= 5_000).then_some(()))).unwrap();
        assert_eq!(good.len(), 5_000);
        let (good, best) = soundest(&items[..4], 9, |_| Ok::<Option<()>, Infallible>(None)).unwrap();
        assert!(good.is_empty() && best.is_none());
    }
}
