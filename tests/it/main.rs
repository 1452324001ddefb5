//! The integration tests, one module a subject.

// clippy.toml allows these in functions that are tests; all of this crate is.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod architecture;
mod cli;
mod completion;
mod diff;
mod diff_git;
mod diff_patch;
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
mod first_contact;
mod fix;
mod fix_directories;
mod format;
mod formats;
mod fuzz_seeds;
mod golden;
mod image;
mod import;
mod import_command;
mod init;
mod init_from;
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
mod progress;
mod properties;
mod rules;
mod scale;
mod schema;
mod supervised;
mod terminal;
mod tree_sitter;
mod trees;
mod vscode;
mod watch;
