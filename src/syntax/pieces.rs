//! A large text in several pieces at once.
//!
//! Where a step through a text begins decides what it is and where it ends. So steps may be done ahead, from places where one
//! will probably begin; what was guessed wrong is thrown away, and the result is the same as that of one step after the other.

use memchr::memmem;

use crate::parallel;
use crate::source::FileId;
use crate::syntax::parse::{Lowering, Parsed};

/// A piece has at least so many bytes (64 KiB): below, a thread costs more than it brings.
const MIN_BYTES: usize = 64 << 10;

/// How a definition ends, as a rule.
const CLOSE: &[u8] = b"\n}\n";

/// What some steps made.
pub(super) struct Piece {
    /// Where the first one began.
    pub(super) start: usize,
    /// Where the next one begins; nothing at the end of the text.
    pub(super) end: Option<usize>,
    /// What they made.
    pub(super) parsed: Parsed,
}

/// Where pieces begin: each at the end of a definition, as far as one can tell without reading what is before. Nothing where
/// the text is small.
pub(super) fn starts(text: &str, from: usize) -> Vec<usize> {
    let number = (text.len() / MIN_BYTES).min(parallel::threads());
    if number < 2 {
        return Vec::new();
    }
    let mut starts = vec![from];
    for piece in 1..number {
        let middle = (text.len() / number).saturating_mul(piece);
        let close = text.as_bytes().get(middle..).and_then(|rest| memmem::find(rest, CLOSE));
        let start = close.map(|close| middle + close + 2);
        starts.extend(start.filter(|start| starts.last().is_some_and(|last| last < start)));
    }
    starts
}

/// Does the steps of all pieces, each up to where the next one begins.
pub(super) fn parse(file: FileId, text: &str, starts: &[usize]) -> Vec<Piece> {
    let piece = |start: usize, limit: Option<usize>| {
        let mut lowering = Lowering::new(file, text);
        // In a large text, a vector that grows step by step is copied again and again.
        let here = text.get(start..limit.unwrap_or(text.len())).unwrap_or_default();
        lowering.tree.definitions.reserve(memmem::find_iter(here.as_bytes(), CLOSE).count());
        let mut at = Some(start);
        while let Some(here) = at.filter(|here| limit.is_none_or(|limit| *here < limit)) {
            at = lowering.step(here);
        }
        Piece { start, end: at, parsed: lowering.finish() }
    };
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let pieces: Vec<(usize, Option<usize>)> = starts.iter().copied().zip(ends).collect();
    parallel::each(&pieces, 2, |(start, limit)| piece(*start, *limit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, starts: &[usize]) -> String {
        let mut lowering = Lowering::new(FileId(0), text);
        lowering.all(0, parse(FileId(0), text, starts));
        format!("{:#?}", lowering.finish())
    }

    /// Definitions, a text in which a definition seems to end, and damage.
    const PARTS: &[&str] = &[
        "longrun a {\n    run exec x\n}\n",
        "oneshot b {\n    up sh \"\"\"\n}\nlongrun no {\n}\n\"\"\"\n}\n",
        "## documented\nbundle user { a, b }\n",
        "longrun open {\n    run exec y\n",
        "}\n",
        "bnudle what { a }\n# a comment\n",
        "let x = \"1\"\n",
    ];

    proptest! {
        #![proptest_config(crate::properties::config(256))]

        #[test]
        fn pieces_make_no_difference(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..12),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        ) {
            let text = parts.concat();
            let mut starts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            starts.push(0);
            starts.sort_unstable();
            starts.dedup();
            prop_assert_eq!(read(&text, &starts), read(&text, &[]));
        }
    }

    #[test]
    fn a_large_text_is_made_of_pieces() {
        let text = PARTS[..3].concat().repeat(3_000);
        let found = starts(&text, 0);
        if parallel::threads() > 1 {
            assert!(found.len() > 1);
        }
        assert!(read(&text, &found) == read(&text, &[]), "the same in pieces");
    }
}
