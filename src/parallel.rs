//! The same for each of many, by several threads at a time.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// No more threads than this are started.
const MAX_THREADS: usize = 8;
/// The stack of a thread in bytes, as large as the usual one of a process: how deep a text may be nested depends on it.
const STACK_BYTES: usize = 8 << 20;

/// How many threads work at the same time: as many as there are processors, within reason.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS)
}

/// A part of very many things has at least so many: with fewer, a thread costs more than it brings.
const MIN_PART: usize = 512;

/// So many of very many things make a part: several parts a thread, so that none has to wait long for the others.
pub(crate) fn size_of_part(all: usize) -> usize {
    all.div_ceil(threads() * 8).max(MIN_PART)
}

/// What `one` makes of each, in order. Below `many` of them a thread would cost more than it brings, and none is started.
pub(crate) fn each<T: Sync, R: Send + Sync>(all: &[T], many: usize, one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = if all.len() < many { 1 } else { threads().min(all.len()) };
    if threads < 2 {
        return all.iter().map(one).collect();
    }
    let made: Vec<OnceLock<R>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((item, made)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            all.get(at).zip(made.get(at))
        } {
            made.get_or_init(|| one(item));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where no thread can be had, this one does the work.
            let _ = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        }
        work();
    });
    made.into_iter().filter_map(OnceLock::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept() {
        let all: Vec<usize> = (0..1_000).collect();
        let doubled: Vec<usize> = all.iter().map(|number| number * 2).collect();
        assert_eq!(each(&all, 2, |number| number * 2), doubled);
        assert_eq!(each(&all, usize::MAX, |number| number * 2), doubled);
        assert!(each(&[] as &[usize], 0, |number| *number).is_empty());
        for number in [0, 1, MIN_PART, 10 * MIN_PART + 7, 100_000] {
            let all: Vec<usize> = (0..number).collect();
            let parts: Vec<&[usize]> = all.chunks(size_of_part(number)).collect();
            assert_eq!(each(&parts, 2, |part| part.to_vec()).concat(), all);
        }
    }
}
