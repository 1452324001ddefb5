//! What README.md and docs/ show is what the program does.
//!
//! - Every ```` ```hermes ```` block is checked and has no errors, ```` ```hermes-bad ```` has some. A ```` ```hermes-fragment ````
//!   is the inside of a service.
//! - `<!-- file: NAME -->` in front of a block makes it a file for the commands behind it.
//! - In ```` ```console ```` blocks, commands that begin with `hermesc` are run and their output is compared.
//! - Between `<!-- NAME -->` and `<!-- end of NAME -->` stands what `language_reference` writes.
//!
//! `HERMESC_BLESS=1` writes what is compared here anew.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use hermesc::language_reference;

use crate::cli::hermesc;

/// A fenced block of a document.
struct Block {
    info: String,
    /// The line of its opening fence, from 1.
    line: usize,
    /// Where its text is.
    text: Range<usize>,
    /// The name in a `<!-- file: NAME -->` on the line before.
    file: Option<String>,
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    // Rules are documented by a generator, and their examples have tests of their own.
    let docs = fs::read_dir(root.join("docs")).expect("docs/ is there");
    paths.extend(docs.map(|entry| entry.expect("an entry").path()).filter(|path| {
        path.extension().is_some_and(|extension| extension == "md")
            && path.file_name().is_some_and(|name| name != "rules.md")
    }));
    paths.sort();
    paths
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let (mut offset, mut previous) = (0, "");
    for (number, line) in document.split_inclusive('\n').enumerate() {
        let end = offset + line.len();
        if let Some(info) = line.trim_end().strip_prefix("```") {
            if let Some(block) = open.take() {
                blocks.push(Block { text: block.text.start..offset, ..block });
            } else {
                let file = previous.trim().strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->"));
                let file = file.map(str::to_owned);
                open = Some(Block { info: info.to_owned(), line: number + 1, text: end..end, file });
            }
        }
        (offset, previous) = (end, line);
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// A fragment as a file: in a service of the kind that its statements belong to, with the names that it may refer to.
fn wrapped(fragment: &str) -> String {
    let begins =
        |word: &str| fragment.lines().any(|line| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
    let oneshot = begins("up") || begins("down") || begins("reload");
    let (kind, program) = if oneshot { ("oneshot", "up") } else { ("longrun", "run") };
    let filler = if begins(program) { String::new() } else { format!("{program} exec true\n") };
    format!("extern service setup, database, cache\n{kind} web {{\n{filler}{fragment}}}\nbundle user {{ web }}\n")
}

#[test]
fn examples_in_documents_are_what_they_claim_to_be() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut checked = 0;
    for path in documents() {
        let document = fs::read_to_string(&path).expect("a readable document");
        for block in blocks(&document) {
            let text = &document[block.text.clone()];
            let (text, sound) = match block.info.as_str() {
                "hermes" => (text.to_owned(), true),
                "hermes-fragment" => (wrapped(text), true),
                "hermes-bad" => (text.to_owned(), false),
                _ => continue,
            };
            let file = directory.path().join("example.hermes");
            fs::write(&file, &text).expect("a written example");
            let output = hermesc(&["check", file.to_str().expect("a path in UTF-8")]);
            let stdout = String::from_utf8_lossy(&output.stdout);
            let expected = Some(i32::from(!sound));
            assert_eq!(output.status.code(), expected, "{}:{}\n{text}\n{stdout}", path.display(), block.line);
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} examples were found");
}

/// Runs a line of a console block as a shell does, with its errors in its output.
fn run(command: &str, directory: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_hermesc"));
    let found = std::env::var("PATH").expect("PATH");
    let path = format!("{}:{found}", program.parent().expect("a directory").display());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(directory)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .expect("sh starts");
    String::from_utf8_lossy(&output.stdout).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A console block with the output that its commands really have.
fn replayed(block: &str, directory: &Path) -> String {
    let mut out = String::new();
    let mut keep = true;
    for line in block.split_inclusive('\n') {
        if let Some(command) = line.strip_prefix("$ ") {
            out.push_str(line);
            keep = !command.starts_with("hermesc ");
            if !keep {
                out.push_str(&run(command, directory));
            }
        } else if keep {
            out.push_str(line);
        }
    }
    out
}

#[test]
fn commands_in_documents_print_what_is_shown() {
    let mut seen = 0;
    for path in documents() {
        let directory = tempfile::tempdir().expect("a directory");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        std::os::unix::fs::symlink(examples, directory.path().join("examples")).expect("a link");
        let document = fs::read_to_string(&path).expect("a readable document");
        let mut current = String::new();
        let mut copied = 0;
        for block in blocks(&document) {
            let text = &document[block.text.clone()];
            if let Some(name) = &block.file {
                fs::write(directory.path().join(name), text).expect("a written file");
            }
            if block.info == "console" {
                current.push_str(&document[copied..block.text.start]);
                current.push_str(&replayed(text, directory.path()));
                copied = block.text.end;
                seen += 1;
            }
        }
        current.push_str(&document[copied..]);
        compare(&path, &document, &current);
    }
    assert!(seen > 2, "only {seen} console blocks were found");
}

#[test]
fn the_reference_holds_the_tables_of_the_language() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    let document = fs::read_to_string(&path).expect("a readable document");
    let mut current = document.clone();
    for (name, table) in [
        ("definitions", language_reference::definitions()),
        ("statements", language_reference::statements()),
        ("options of ready", language_reference::options("ready")),
        ("options of log", language_reference::options("log")),
    ] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let start = current.find(&begin).expect("the table's beginning") + begin.len();
        let stop = current.find(&end).expect("the table's end");
        current.replace_range(start..stop, &table);
    }
    compare(&path, &document, &current);
}

/// A document is as it should be, or is made so where that is asked for.
fn compare(path: &Path, document: &str, current: &str) {
    if std::env::var_os("HERMESC_BLESS").is_some() {
        if document != current {
            fs::write(path, current).expect("a written document");
        }
        return;
    }
    for (number, (is, should)) in document.lines().zip(current.lines()).enumerate() {
        assert_eq!(is, should, "{}:{}: run the tests once with HERMESC_BLESS=1", path.display(), number + 1);
    }
    assert_eq!(document, current, "{} ends differently", path.display());
}

#[test]
fn links_in_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = documents();
    paths.extend(["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name)));
    let decisions = fs::read_dir(root.join("docs/decisions")).expect("docs/decisions/ is there");
    paths.extend(decisions.map(|entry| entry.expect("an entry").path()));
    let mut links = 0;
    for path in paths {
        let document = fs::read_to_string(&path).expect("a readable document");
        for link in document.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let to = path.parent().expect("a directory").join(target);
            assert!(to.exists(), "{}: there is no {target}", path.display());
            links += 1;
        }
    }
    assert!(links > 5, "only {links} links were found");
}

#[test]
fn the_readme_lists_every_command() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let help = hermesc(&["--help"]);
    let help = String::from_utf8_lossy(&help.stdout);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A line that is indented further goes on with the description above.
    let commands: Vec<&str> =
        commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 3, "{help}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(readme.contains(&format!("| `hermesc {command}")), "README.md has no row for `hermesc {command}`");
    }
}
