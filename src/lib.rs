//! hermesc: a small language for services, and the compiler that checks it and emits s6-rc source directories.
//!
//! One way through: text → [`syntax`] → [`resolve`] → [`model`] → [`rules`] → file tree → disk.

pub mod cli;
pub mod compare;
pub mod compile;
pub mod config;
pub mod diagnostic;
pub mod disk;
pub mod draw;
pub mod expand;
pub mod fix;
pub mod format;
pub mod graph;
pub mod import;
pub mod init;
pub mod inspect;
pub mod instance;
pub mod language;
pub mod language_reference;
pub mod lsp;
pub mod manual;
pub mod model;
mod parallel;
pub mod policy;
pub mod print;
#[cfg(test)]
#[path = "../tests/it/properties.rs"]
mod properties;
pub mod report;
pub mod resolve;
pub mod revision;
pub mod rules;
pub mod s6rc;
pub mod source;
pub mod syntax;
