//! The same work on many things, by as many threads as there are processors.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// With fewer things than this a thread costs more than it brings.
pub(crate) const MANY: usize = 512;

fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(8)
}

/// So many things make a part: several parts a thread, so that none has to wait long for the others.
pub(crate) fn size_of_part(all: usize) -> usize {
    all.div_ceil(threads() * 8).max(MANY)
}

/// Does the same with each part, and gives what came out in their order. Nothing where a thread ended early.
pub(crate) fn each<P: Sync, R: Send>(parts: &[P], one: impl Fn(&P) -> R + Sync) -> Option<Vec<R>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, part)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, parts.get(at)?)))
        {
            done.push((at, one(part)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads().min(parts.len()))
            // Where there is no thread to be had, the others do its work.
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().ok()?);
        }
        Some(done)
    })?;
    done.sort_by_key(|(at, _)| *at);
    Some(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_in_order() {
        for all in [0, 1, MANY, 10 * MANY + 7, 100_000] {
            let things: Vec<usize> = (0..all).collect();
            let parts: Vec<&[usize]> = things.chunks(size_of_part(all)).collect();
            assert_eq!(each(&parts, |part| part.to_vec()).unwrap().concat(), things);
        }
    }
}
