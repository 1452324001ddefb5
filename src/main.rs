//! The `hermesc` program: see [`hermesc::cli`].

/// A tree is many small pieces, made on several threads: the C library's own allocator takes a quarter of the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hermesc::cli::run()
}
