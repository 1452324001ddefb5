//! Every fenced block of every page is run: pages are programs, and each has a directory of its own.
//!
//! | block | what happens |
//! | --- | --- |
//! | `hermes` | is compiled; it has exactly the errors that `error=CODE,…` says and the warnings of `warning=…` |
//! | `hermes fragment` | the same, as the inside of a service |
//! | `console` | the commands behind `$ ` are run one after the other; what they print is what is shown |
//! | `sh` | is run, and succeeds; with `file=` it is a script for the commands behind it |
//! | `json`, `toml`, `yaml` | is parsed; in YAML, this repository's action and hooks are looked up |
//! | `dockerfile` | has instructions that there are |
//! | `text`, `pest` | is a drawing, or a part of the grammar |
//! | others | are not run, and say why |
//!
//! `file=PATH` puts a block into the page's directory, `mode=755` with that mode. `check=PATH` compiles that path instead of
//! the block alone. `needs=PROGRAM` runs it only where the program is. `not-run="…"` says why a block is not run; those
//! are listed in `not_run.txt`. Calls of hermesc are looked at in all of them, and in code within lines.
//!
//! `HERMESC_BLESS=1` writes what is compared here anew.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::calls::Program;
use super::compare;
use super::markdown::{Block, Page, pages, root};
use super::workflows::Offered;

/// Pages that are written from the program; the tests of what they are written from hold their examples.
const GENERATED: &[&str] = &["docs/rules.md"];

const INSTRUCTIONS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// What is told at the end.
#[derive(Default)]
struct Tally {
    ran: BTreeMap<String, usize>,
    not_run: Vec<String>,
    missing: Vec<String>,
    wrong: Vec<String>,
    calls: usize,
}

/// A page that is being run.
struct Run<'a> {
    page: &'a Page,
    directory: TempDir,
    offered: &'a Offered,
}

impl Run<'_> {
    fn command(&self, script: &str) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_hermesc")).parent().expect("a directory");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
        Command::new("sh")
            .args(["-c", script])
            .current_dir(self.directory.path())
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.directory.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            // A `make` around the tests would number those in them.
            .env_remove("MAKELEVEL")
            .env_remove("MAKEFLAGS")
            .output()
            .expect("sh starts")
    }

    /// Puts a block that is a file into the page's directory.
    fn file(&self, block: &Block) {
        let Some(name) = block.info.get("file") else { return };
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(&path, &block.text).expect("a written file");
        if let Some(mode) = block.info.get("mode") {
            let mode = u32::from_str_radix(mode, 8).expect("a mode in octal");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        }
    }

    /// Compiles a text of the language.
    fn compile(&self, block: &Block) -> Result<(), String> {
        let alone = tempfile::tempdir().expect("a directory");
        let path = match (block.info.get("check"), block.info.get("file")) {
            (Some(path), _) | (None, Some(path)) => path.to_owned(),
            (None, None) => {
                let fragment = block.info.get("fragment").is_some();
                let text = if fragment { wrapped(&block.text) } else { block.text.clone() };
                let path = alone.path().join("example.hermes");
                fs::write(&path, text).expect("a written example");
                path.to_string_lossy().into_owned()
            }
        };
        let output = self.command(&format!("hermesc check --format json {path}"));
        let report: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
        let sets = report["sets"].as_array().expect("sets");
        let found = sets.iter().flat_map(|set| set["diagnostics"].as_array().expect("diagnostics"));
        let found: Vec<(&str, &str)> = found
            .map(|one| (one["severity"].as_str().expect("a severity"), one["code"].as_str().expect("a code")))
            .collect();
        for severity in ["error", "warning"] {
            let mut codes: Vec<&str> = found.iter().filter(|one| one.0 == severity).map(|one| one.1).collect();
            let mut claimed = block.info.list(severity);
            codes.sort_unstable();
            codes.dedup();
            claimed.sort_unstable();
            if codes != claimed {
                return Err(format!(
                    "{severity}={} is said, and found is {severity}={}",
                    claimed.join(","),
                    codes.join(",")
                ));
            }
        }
        Ok(())
    }

    /// A console block with the output that its commands really have.
    fn replayed(&self, block: &str) -> String {
        let mut out = String::new();
        let mut lines = block.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            out.push_str(&format!("{line}\n"));
            let mut command = format!("exec 2>&1\n{command}\n");
            while let Some(more) = lines.peek().and_then(|line| line.strip_prefix("> ")) {
                out.push_str(&format!("> {more}\n"));
                command.push_str(&format!("{more}\n"));
                lines.next();
            }
            let output = self.command(&command);
            // Where the directory is differs from run to run.
            let here = self.directory.path().to_string_lossy();
            let text = String::from_utf8_lossy(&output.stdout).replace(here.as_ref(), "…");
            out.extend(text.lines().map(|line| format!("{}\n", line.trim_end())));
        }
        out
    }

    fn run(&self, block: &Block, current: &mut String) -> Result<(), String> {
        self.file(block);
        match block.info.kind.as_str() {
            "hermes" => self.compile(block),
            "console" => {
                let start = current.len() - (self.page.text.len() - block.range.start);
                let shown = self.replayed(&block.text);
                assert_eq!(self.page.text[block.range.clone()], block.text, "a console block is indented");
                current.replace_range(start..start + block.text.len(), &shown);
                Ok(())
            }
            "sh" if block.info.get("file").is_none() => {
                let output = self.command(&format!("set -e\n{}", block.text));
                let told = String::from_utf8_lossy(&output.stderr);
                if output.status.success() { Ok(()) } else { Err(format!("{}: {told}", output.status)) }
            }
            "json" => serde_json::from_str::<Value>(&block.text).map(drop).map_err(|error| error.to_string()),
            "toml" => toml::from_str::<toml::Table>(&block.text).map(drop).map_err(|error| error.to_string()),
            "yaml" => {
                let wrong = self.offered.mistakes(&block.text);
                if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
            }
            "dockerfile" => dockerfile(&block.text),
            // A drawing, a part of the grammar (`grammar.rs` holds it), or a file for the commands behind it.
            "text" | "pest" => Ok(()),
            _ if block.info.get("file").is_some() => Ok(()),
            kind => Err(format!("a block of the kind `{kind}` says why it is not run, or is a file")),
        }
    }
}

/// Whether every instruction is one, and the first begins an image.
fn dockerfile(text: &str) -> Result<(), String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let word = line.split_whitespace().next().unwrap_or_default();
        if !INSTRUCTIONS.contains(&word) {
            return Err(format!("`{word}` is no instruction"));
        }
    }
    Ok(())
}

/// A fragment as a file: in a service of the kind that its statements belong to, with the names that it may refer to.
fn wrapped(fragment: &str) -> String {
    let begins =
        |word: &str| fragment.lines().any(|line| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
    let oneshot = begins("up") || begins("down") || begins("reload");
    let (kind, program) = if oneshot { ("oneshot", "up") } else { ("longrun", "run") };
    let filler = if begins(program) { String::new() } else { format!("{program} exec true\n") };
    let named = ["setup", "database", "cache"]
        .into_iter()
        .filter(|name| fragment.lines().any(|line| line.starts_with("depends-on ") && line.contains(name)));
    let named: String = named.map(|name| format!("extern service {name}\n")).collect();
    format!("{named}{kind} web {{\n{filler}{fragment}}}\nbundle user {{ web }}\n")
}

/// Whether a reader is told which file a block is: the info string is not shown.
fn is_named(page: &Page, number: usize, name: &str) -> bool {
    let start = number.checked_sub(1).map_or(0, |before| page.blocks[before].range.end);
    let before = page.text[start..page.blocks[number].range.start].rsplit_once("```").map_or("", |text| text.0);
    let behind = page.blocks.get(number + 1).map(commands).unwrap_or_default();
    before.contains(name) || behind.contains(name)
}

/// What a block calls: all of it, or the commands without their output.
fn commands(block: &Block) -> String {
    if block.info.kind != "console" {
        return block.text.clone();
    }
    let lines = block.text.lines().filter_map(|line| line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_there(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").expect("PATH")).any(|directory| directory.join(program).is_file())
}

fn run_page(page: &Page, program: &Program, offered: &Offered, tally: &mut Tally) {
    let run = Run { page, directory: tempfile::tempdir().expect("a directory"), offered };
    symlink(root().join("examples"), run.directory.path().join("examples")).expect("a link");
    let mut current = page.text.clone();
    if page.text.lines().any(|line| ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark))) {
        tally.wrong.push(format!("{}: a merge was not finished", page.name));
    }
    for line in &page.indented {
        tally.wrong.push(format!("{}:{line}: code is fenced here, so that it says what it is", page.name));
    }
    for (number, block) in page.blocks.iter().enumerate() {
        let place = format!("{}:{}", page.name, block.line);
        let (mistakes, calls) = program.mistakes(&commands(block));
        tally.wrong.extend(mistakes.into_iter().map(|mistake| format!("{place}: {mistake}")));
        tally.calls += calls;
        if block.info.get("file").is_some_and(|name| !is_named(page, number, name)) {
            tally
                .wrong
                .push(format!("{place}: the text in front of it, or the commands behind it, do not name the file"));
        }
        if let Some(reason) = block.info.get("not-run") {
            assert!(!reason.is_empty(), "{place}: why is it not run?");
            tally.not_run.push(format!("{}: {}: {reason}\n", page.name, block.info.kind));
            continue;
        }
        if let Some(program) = block.info.list("needs").into_iter().find(|program| !is_there(program)) {
            tally.missing.push(format!("{place}: there is no {program} here"));
            continue;
        }
        match run.run(block, &mut current) {
            Ok(()) if matches!(block.info.kind.as_str(), "text" | "pest") => {}
            Ok(()) => *tally.ran.entry(block.info.kind.clone()).or_default() += 1,
            Err(error) => tally.wrong.push(format!("{place}: {error}\n{}", block.text)),
        }
    }
    for (line, span) in &page.spans {
        let (mistakes, calls) = program.mistakes(span);
        tally.wrong.extend(mistakes.into_iter().map(|mistake| format!("{}:{line}: {mistake}", page.name)));
        tally.calls += calls;
    }
    compare(&page.path, &page.text, &current);
}

#[test]
fn every_block_does_what_it_shows() {
    let (program, offered) = (Program::ask(), Offered::ask());
    let mut tally = Tally::default();
    for page in pages().iter().filter(|page| !GENERATED.contains(&page.name.as_str())) {
        run_page(page, &program, &offered, &mut tally);
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    for missing in &tally.missing {
        eprintln!("docs: not run: {missing}");
    }
    eprintln!("docs: blocks that were run: {:?}; marked as not to be run: {}", tally.ran, tally.not_run.len());
    eprintln!("docs: calls of hermesc that were looked at: {}", tally.calls);
    let ran: usize = tally.ran.values().sum();
    assert!(ran > 50 && tally.calls > 60, "only {ran} blocks and {} calls were found", tally.calls);

    tally.not_run.sort();
    let path = root().join("tests/it/docs/not_run.txt");
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    compare(&path, &recorded, &tally.not_run.concat());
}
