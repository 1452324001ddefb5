//! `hermesc lsp` as an editor uses it: the real program, over pipes.

mod changing;
mod client;
mod features;
mod formatting;
mod lifecycle;
mod random;
mod reading;
mod sets;
mod work;
