//! `hermesc lsp` as an editor uses it: the real program, over pipes.

mod client;
mod features;
mod formatting;
mod lifecycle;
mod random;
mod sets;
mod work;
