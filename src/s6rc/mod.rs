//! What is s6's: targets, execline, source directories as they are planned, written and read.

pub mod dockerfile;
pub mod execline;
pub mod image;
mod order;
pub mod plan;
pub mod read;
pub mod target;
pub mod write;
