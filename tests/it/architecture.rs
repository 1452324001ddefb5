//! The source keeps to ARCHITECTURE.md: which room may use which, and who may touch the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms and what each may use, from the table.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("a readable document");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
    document
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').collect();
            let (room, uses) = (cells.first()?.trim().trim_end_matches('`'), cells.get(2)?);
            Some((room.to_owned(), names(uses)))
        })
        .collect()
}

/// Every source file with its room; the roots of the crate belong to none.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut sources = Vec::new();
    let mut directories = vec![root().join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a readable directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            // A module of unit tests.
            if path.ends_with("tests.rs") {
                continue;
            }
            let below = path.strip_prefix(root().join("src")).expect("below src").to_owned();
            let first = below.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
            let room = first.trim_end_matches(".rs").to_owned();
            if !matches!(room.as_str(), "lib" | "main") {
                let text = fs::read_to_string(&path).expect("readable source");
                sources.push((room, below, text));
            }
        }
    }
    sources
}

/// The text without its comments and its unit tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn rooms_use_what_they_may() {
    let rooms = rooms();
    let mut seen = 0;
    let mut wrong = BTreeSet::new();
    for (room, path, text) in sources() {
        let allowed = rooms.get(&room).unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{room}`"));
        for rest in code(&text).split("crate::").skip(1) {
            let used: String =
                rest.chars().take_while(|char| char.is_ascii_lowercase() || *char == '_' || *char == '6').collect();
            if used != room && room != "cli" && !allowed.contains(&used) {
                wrong.insert(format!("src/{} uses `{used}`", path.display()));
            }
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md does not allow that {wrong:#?}");
    assert!(seen > 100, "only {seen} uses were found");
}

#[test]
fn the_disk_is_touched_where_it_may_be() {
    const READS: &[&str] = &["std::fs", "read_dir"];
    const WRITES: &[&str] = &["fs::write", "create_dir", "fs::rename", "remove_", "File::create", "set_permissions"];
    const ENDS: &[&str] = &["process::exit", "ExitCode"];
    let holds = |code: &str, words: &[&str]| words.iter().any(|word| code.contains(word));
    for (room, path, text) in sources() {
        let code = code(&text);
        let reads = matches!(room.as_str(), "cli" | "config" | "disk" | "fix" | "instance" | "resolve" | "s6rc");
        assert!(reads || !holds(&code, READS), "src/{} reads the disk", path.display());
        let writes = matches!(room.as_str(), "fix" | "instance") || path.starts_with("s6rc/write");
        assert!(writes || !holds(&code, WRITES), "src/{} changes the disk", path.display());
        assert!(room == "cli" || !holds(&code, ENDS), "src/{} knows of exit codes", path.display());
    }
}
