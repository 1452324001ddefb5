//! How the property tests are run: the same cases each time, so that a run says something about a change and not about luck.
//!
//! `PROPTEST_CASES=5000 PROPTEST_RNG_SEED=7 cargo test` looks further, elsewhere. What it finds becomes a test of its own.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, or those that `PROPTEST_CASES` says.
pub fn config(cases: u32) -> Config {
    let said = |name: &str| std::env::var_os(name).is_some();
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if !said("PROPTEST_CASES") {
        config.cases = cases;
    }
    if !said("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(0x6865_726d_6573);
    }
    config
}
