//! `hermesc watch`: the program runs, files are changed as editors and people change them, and what it says is read.
//!
//! A run that should not be is not waited for: the number in the head of the next one tells.

mod changes;
mod emitting;
mod ending;
mod polling;
mod program;
mod screen;
