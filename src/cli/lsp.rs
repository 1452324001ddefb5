//! `hermesc lsp`

use crate::cli::{FAILED, FINE, PROBLEMS, output};
use crate::lsp;

pub(super) fn run() -> u8 {
    match lsp::serve() {
        Ok(true) => FINE,
        // The protocol asks for this where `exit` comes without `shutdown`.
        Ok(false) => PROBLEMS,
        Err(error) => {
            output::failure(&format!("the client cannot be served: {error}"), None);
            FAILED
        }
    }
}
