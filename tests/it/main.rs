//! The integration tests, one module a subject.

mod cli;
mod fix;
