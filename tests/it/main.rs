//! The integration tests, one module a subject.

mod cli;
mod oracle;
mod oracle_db;
mod oracle_live;
mod trees;
