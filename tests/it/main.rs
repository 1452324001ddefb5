//! The integration tests, one module a subject.

// clippy.toml allows these in functions that are tests; all of this crate is.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod architecture;
mod cli;
mod completion;
mod docs;
mod draw;
mod editors;
mod emacs;
mod emit;
mod emit_faults;
mod examples;
mod exec;
mod expand;
mod fatal_rows;
mod faults;
mod fix;
mod fix_directories;
mod format;
mod formats;
mod fuzz_seeds;
mod golden;
mod hostile;
mod image;
mod import;
mod import_command;
mod init;
mod inspect;
mod instance;
mod live;
mod lsp;
mod manual;
mod memory;
mod nvim;
mod oracle;
mod oracle_db;
mod oracle_live;
mod oracle_random;
mod packaging;
mod parser;
mod properties;
mod rules;
mod scale;
mod schema;
mod supervised;
mod tree_sitter;
mod trees;
mod vscode;
