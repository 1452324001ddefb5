//! Writes the seeds of every target to `corpus/TARGET` beside this crate's manifest, from the repository as it is now.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (target, _) in hermesc_fuzz::TARGETS {
        let corpus = here.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        for (number, seed) in hermesc_fuzz::seeds(target, &here.join("..")).iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
