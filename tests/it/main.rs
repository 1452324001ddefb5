//! The integration tests, one module a subject.

mod cli;
mod image;
mod instance;
