//! Compiles the parser that `tree-sitter generate` wrote, and the scanner.

fn main() {
    let sources = ["src/parser.c", "src/scanner.c"];
    cc::Build::new().include("src").files(sources).warnings(false).std("c11").compile("tree-sitter-hermes");
    for source in sources {
        println!("cargo:rerun-if-changed={source}");
    }
}
