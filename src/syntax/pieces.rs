//! A large text in several pieces at once.
//!
//! Where a step through a text begins decides what it is and where it ends. So steps may be done ahead, from places where one
//! will probably begin; what was guessed wrong is thrown away, and the result is the same as that of one step after the other.

use std::num::NonZero;
use std::thread;

use crate::source::FileId;
use crate::syntax::parse::{Lowering, Parsed};

/// A piece has at least so many bytes (64 KiB): below, a thread costs more than it brings.
const MIN_BYTES: usize = 64 << 10;
/// No more than so many pieces are made.
const MAX_PIECES: usize = 16;
/// The stack of a thread in bytes, as large as the usual one of a process: how deep a text may be nested depends on it.
const STACK_BYTES: usize = 8 << 20;

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
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_PIECES);
    let number = (text.len() / MIN_BYTES).min(threads);
    if number < 2 {
        return Vec::new();
    }
    let mut starts = vec![from];
    for piece in 1..number {
        let middle = (text.len() / number).saturating_mul(piece);
        let close = text.as_bytes().get(middle..).and_then(|rest| rest.windows(3).position(|bytes| bytes == b"\n}\n"));
        let start = close.map(|close| middle + close + 2);
        starts.extend(start.filter(|start| starts.last().is_some_and(|last| last < start)));
    }
    starts
}

/// Does the steps of all pieces, each up to where the next one begins.
pub(super) fn parse(file: FileId, text: &str, starts: &[usize]) -> Vec<Piece> {
    let piece = |start: usize, limit: Option<usize>| {
        let mut lowering = Lowering::new(file, text);
        let mut at = Some(start);
        while let Some(here) = at.filter(|here| limit.is_none_or(|limit| *here < limit)) {
            at = lowering.step(here);
        }
        Piece { start, end: at, parsed: lowering.finish() }
    };
    let Some((first, others)) = starts.split_first() else { return Vec::new() };
    thread::scope(|scope| {
        let started: Vec<_> = others
            .iter()
            .enumerate()
            .map(|(number, start)| {
                let (start, limit) = (*start, others.get(number + 1).copied());
                thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, move || piece(start, limit))
            })
            .collect();
        let mut pieces = vec![piece(*first, others.first().copied())];
        // A piece that could not be made is read step by step.
        pieces.extend(started.into_iter().flatten().filter_map(|thread| thread.join().ok()));
        pieces
    })
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
        if thread::available_parallelism().is_ok_and(|threads| threads.get() > 1) {
            assert!(found.len() > 1);
        }
        assert!(read(&text, &found) == read(&text, &[]), "the same in pieces");
    }
}
