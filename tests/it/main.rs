//! The integration tests, one module a subject.

// Tests end where something is not as it should be.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod cli;
mod image;
mod instance;
