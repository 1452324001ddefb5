//! The parts of the way, for 1,000 and 10,000 services: `cargo bench`.

#![allow(clippy::expect_used)] // a bench that cannot start should say why

mod generate;

use camino::{Utf8Path, Utf8PathBuf};
use divan::{Bencher, black_box};
use hermesc::resolve::{Files, Resolved, resolve};
use hermesc::s6rc::plan::plan;
use hermesc::source::FileId;
use hermesc::{compile, rules, syntax};

const SIZES: [usize; 2] = [1_000, 10_000];

/// One file in memory.
struct One(String);

impl Files for One {
    fn read(&self, _: &Utf8Path) -> std::io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn real(&self, path: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
        Ok(hermesc::resolve::normal(path))
    }

    fn list(&self, _: &Utf8Path) -> std::io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}

fn main() {
    divan::main();
}

fn resolved(services: usize) -> Resolved {
    resolve(&One(generate::services(services)), &roots(), None).expect("read")
}

fn roots() -> [Utf8PathBuf; 1] {
    [Utf8PathBuf::from("services.hermes")]
}

#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, services: usize) {
    let text = generate::services(services);
    bencher.bench(|| syntax::parse(FileId(0), black_box(&text)));
}

/// Parsing included: there is no tree to resolve without it.
#[divan::bench(args = SIZES)]
fn parse_and_resolve(bencher: Bencher<'_, '_>, services: usize) {
    let files = One(generate::services(services));
    bencher.bench(|| resolve(black_box(&files), &roots(), None).expect("read"));
}

#[divan::bench(args = SIZES)]
fn check_rules(bencher: Bencher<'_, '_>, services: usize) {
    let resolved = resolved(services);
    bencher.bench(|| rules::check(black_box(&resolved.model), &resolved.sources));
}

#[divan::bench(args = SIZES)]
fn plan_files(bencher: Bencher<'_, '_>, services: usize) {
    let resolved = resolved(services);
    bencher.bench(|| plan(black_box(&resolved.model)));
}

#[divan::bench(args = SIZES)]
fn whole_check(bencher: Bencher<'_, '_>, services: usize) {
    let files = One(generate::services(services));
    bencher.bench(|| compile::check(black_box(&files), &roots(), None).expect("read"));
}
