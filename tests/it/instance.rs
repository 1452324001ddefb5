//! `hermesc instantiate` against a live s6-svscan. Every wait is bounded; without s6 a test says so and passes.

mod logging;
mod refusals;
mod registering;
mod scan;
mod users;

pub use scan::until;
