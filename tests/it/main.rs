//! The integration tests, one module a subject.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cli;
mod oracle;
mod oracle_db;
mod oracle_live;
mod oracle_random;
mod trees;
