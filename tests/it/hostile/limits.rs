//! `docs/limits.md` against the source: every limit that it names is the one in force, and none is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Limits of what is shown or tried, which nobody can run into.
const NOT_FOR_PEOPLE: &[&str] = &[
    "cli::inputs::MAX_DEPTH",
    "compare::renames::MAX_ROUNDS",
    "fix::MAX_ROUNDS",
    "graph::MAX_STARTS",
    "instance::directory::MAX_DEPTH",
    "lsp::hints::MAX_NAMES",
    "lsp::hover::MAX_LISTED",
    "parallel::MAX_THREADS",
    "report::snippet::MAX_SHOWN_LINE",
    "rules::shell::lexer::MAX_DEPTH",
    "rules::tally_too_large::MAX_TALLY",
    "rules::unspawnable_shebang::MAX_LINE",
    "s6rc::execline::MAX_INDENT",
    "syntax::incremental::MAX_TRIES",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every `const` of numbers, as `room::file::NAME`, with what it is.
fn constants() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found = Vec::new();
    for file in files {
        let below = file.strip_prefix(&root).expect("below").with_extension("");
        let module: Vec<&str> = below.iter().filter_map(|part| part.to_str()).filter(|part| *part != "mod").collect();
        for line in fs::read_to_string(&file).expect("a text").lines() {
            let line = line.trim_start();
            let line = line.strip_prefix("pub(super) ").or(line.strip_prefix("pub ")).unwrap_or(line);
            let Some((name, rest)) = line.strip_prefix("const ").and_then(|line| line.split_once(": ")) else {
                continue;
            };
            let Some((_, value)) = rest.split_once(" = ") else { continue };
            found.push((format!("{}::{name}", module.join("::")), value.trim_end_matches(';').replace('_', "")));
        }
    }
    found
}

/// The number that an expression of a limit is.
fn value(expression: &str) -> Option<u64> {
    let expression =
        expression.strip_prefix("Duration::fromsecs(").map_or(expression, |rest| rest.trim_end_matches(')'));
    match expression.split_once(" << ") {
        Some((number, shift)) => Some(number.parse::<u64>().ok()? << shift.parse::<u32>().ok()?),
        None => expression.parse().ok(),
    }
}

/// The number that people read: `64 MiB`, `200,000`, `60 s`.
fn read(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let number: u64 = number.replace(',', "").parse().ok()?;
    let factor = match unit {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "" | "bytes" | "s" => 1,
        _ => return None,
    };
    Some(number * factor)
}

#[test]
fn the_page_of_limits_is_what_the_source_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/limits.md");
    let text = fs::read_to_string(page).expect("docs/limits.md");
    let constants = constants();
    let mut named = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [_, limit, place] = cells.as_slice() else { panic!("three columns: {line}") };
        for place in place.split(", ").map(|place| place.trim_matches('`')) {
            let (_, expression) = constants
                .iter()
                .find(|(name, _)| name == place)
                .unwrap_or_else(|| panic!("{place} is not in the source"));
            assert_eq!(read(limit), value(expression), "{line}: the source says {expression}");
            named.insert(place.to_owned());
        }
    }
    assert!(named.len() > 15, "{named:?}");
    let missing: Vec<&String> = constants
        .iter()
        .map(|(name, _)| name)
        .filter(|name| name.contains("::MAX_") && !named.contains(*name) && !NOT_FOR_PEOPLE.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/limits.md does not tell of {missing:?}");
}
