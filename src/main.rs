//! The `hermesc` program: see [`hermesc::cli`].

fn main() -> std::process::ExitCode {
    hermesc::cli::run()
}
