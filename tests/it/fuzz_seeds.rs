//! What `fuzz/` looks for, for a few seconds: as many random changes of small seeds as there is time for.

use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../../fuzz/src/lib.rs"]
pub mod targets;

/// How long one target is tried for.
const TIME: Duration = Duration::from_millis(700);

/// Numbers that look random, and are the same in every run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

/// Some of the bytes are others, more or fewer, or from elsewhere in them.
fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(24)).min(bytes.len());
        let piece = match numbers.below(5) {
            0 => Vec::new(),
            1 => targets::PIECES[numbers.below(targets::PIECES.len())].as_bytes().to_vec(),
            2 => vec![u8::try_from(numbers.below(256)).unwrap()],
            3 => vec![0xfe, 1, 0, 9, u8::try_from(numbers.below(256)).unwrap()],
            _ => {
                let from = numbers.below(bytes.len() + 1);
                bytes[from..(from + numbers.below(60)).min(bytes.len())].to_vec()
            }
        };
        bytes.splice(at..end, piece);
    }
}

#[test]
fn whatever_a_rule_names_is_a_rule() {
    for (name, options) in targets::grow::RULES {
        for option in *options {
            let named = option.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(named, _)| named);
            for named in named.filter(|named| !named.contains(char::is_whitespace)) {
                let known = targets::grow::RULES.iter().any(|(known, _)| *known == named);
                assert!(known, "`{named}` in `{name}`");
            }
        }
        // What is chosen where nothing is left to choose with ends.
        assert!(targets::grow::grown(name, &[]).len() < 200, "{name}");
    }
}

#[test]
fn every_target_holds_for_changed_seeds() {
    for (name, target) in targets::TARGETS {
        let seeds = targets::seeds(name, Path::new(env!("CARGO_MANIFEST_DIR")));
        // Of the small ones, more can be tried in the same time.
        let small: Vec<_> = seeds.iter().filter(|seed| (1..600).contains(&seed.len())).collect();
        assert!(small.len() > 5, "only {} small seeds of {name}", small.len());
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        let begin = Instant::now();
        let mut runs = 0;
        while begin.elapsed() < TIME {
            let mut bytes = small[numbers.below(small.len())].clone();
            change(&mut bytes, &mut numbers);
            runs += 1;
            let fine = catch_unwind(|| target(&bytes)).is_ok();
            assert!(fine, "{name}, run {runs}, of \"{}\"", bytes.escape_ascii());
        }
        eprintln!("{name}: {runs} runs, from {} of {} seeds", small.len(), seeds.len());
    }
}
