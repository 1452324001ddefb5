//! What must hold for any bytes: one function a target, for cargo-fuzz and for the tests, and the seeds that they begin with.
//!
//! Texts are bytes that are a file of the language, so that every example is a seed. What begins with 0xff, which no text
//! does, is a row of [`PIECES`], one a byte; what begins with 0xfd chooses among the rules of [`grow`]; behind 0xfe there
//! are edits, four bytes each.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile::{self, Checked};
use hermesc::import::{self, ImportError};
use hermesc::init::from::{self, Kind};
use hermesc::print::{Scripts, print};
use hermesc::resolve::Files;
use hermesc::s6rc::plan::{Entry, FileTree, plan};
use hermesc::s6rc::target::{Family, Target};
use hermesc::s6rc::{execline, write};
use hermesc::source::FileId;
use hermesc::syntax::ast::{Definition, DefinitionKind};
use hermesc::syntax::{Reading, parse};

/// What must hold for any bytes.
pub type Check = fn(&[u8]);

/// The targets and their names.
pub const TARGETS: &[(&str, Check)] = &[
    ("parse", parsed),
    ("format", formatted),
    ("check", checked),
    ("emit", emitted),
    ("import", imported),
    ("execline", quoted),
    ("lsp", served),
    ("init", begun),
    ("told", told),
    ("fix", mended),
];

/// Pieces that mean something to the language.
#[rustfmt::skip]
pub const PIECES: &[&str] = &[
    "\n", "\n    ", " ", "{", "}", "[", "]", "(", ")", "\"", "\"\"\"", "'", "\\", ";", "#", "##", "${A}", "{{", "}}", "=", "|", ",",
    "longrun a {\n", "oneshot b {\n", "bundle user { a, b }\n", "template t(a: name) {\n", "use t(b)\n", "for x in [\"1\", \"2\"] {\n",
    "let x = \"v\"\n", "pipeline p = a | c\n", "include \"x\"\n", "target s6-overlay\n", "target s6-rc\n", "extern longrun e\n",
    "main {\n", "stage2-hook {\n", "cont-init c {\n", "container {\n", "longrun {{x}} {\n", "raw ", "extends ", "}\n",
    "run exec sleep 5", "run sh \"\"\"\nexec x\n\"\"\"", "up exec true", "down exec false", "finish exec echo ${1}", "in user",
    "depends-on a", "depends-on b", "ready fd 3", "ready fd 3 timeout 5s", "log to /var/log/a", "user www", "env A \"b\"", "cd /srv",
    "timeout-kill 5s", "down-signal SIGINT", "essential", "data f text \"t\"", "file \"a/b\" text \"c\" mode 644", "dynamic-env ",
    "restart never", "max-death-tally 9", "flag ", "umask 022", "limit ", "with-contenv", "{{x}}", "é", "\u{202e}", "\u{feff}", "\r\n",
    "\0", "5s", "a", "b", "x", "-", "0", "4294967296", "# hermesc: allow(no-exec)\n", "execline \"\"\"\nif { true } x\n\"\"\"",
];

/// One file of the language, and nothing else.
struct Memory<'t>(&'t [u8], &'t std::collections::BTreeMap<Utf8PathBuf, Vec<u8>>);

impl Files for Memory<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.1.get(path) {
            _ if path == "set.hermes" => Ok(self.0.to_vec()),
            Some(bytes) => Ok(bytes.clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn real(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(hermesc::resolve::normal(path))
    }

    fn list(&self, _: &Utf8Path) -> io::Result<Option<Vec<String>>> {
        Ok(None)
    }
}

fn check(text: &[u8]) -> Checked {
    check_with(text, &std::collections::BTreeMap::new())
}

fn check_with(text: &[u8], files: &std::collections::BTreeMap<Utf8PathBuf, Vec<u8>>) -> Checked {
    compile::check(&Memory(text, files), &["set.hermes".into()], None).expect("it is in memory")
}

/// The text that bytes stand for, and the edits behind it.
fn text(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0xfe).unwrap_or(bytes.len());
    let (text, edits) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    match text {
        [0xfd, choices @ ..] => (grow::grown("set", choices), edits),
        [0xff, row @ ..] => (row.iter().map(|byte| PIECES[usize::from(*byte) % PIECES.len()]).collect(), edits),
        _ => (String::from_utf8_lossy(text).into_owned(), edits),
    }
}

/// Where edits are, how long what they replace is, and what by. There is always one.
fn edits(bytes: &[u8]) -> impl Iterator<Item = (u16, u8, &'static str)> {
    let first = if bytes.len() < 4 { &[99, 7, 40, 3][..] } else { bytes };
    first
        .chunks_exact(4)
        .take(16)
        .map(|edit| (u16::from_le_bytes([edit[0], edit[1]]), edit[2], PIECES[usize::from(edit[3]) % PIECES.len()]))
}

/// The last place at or before one where a character begins.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn replaced(text: &mut String, (at, length, piece): (u16, u8, &str)) -> (usize, usize) {
    let start = floor(text, usize::from(at) % (text.len() + 1));
    let end = floor(text, start + usize::from(length)).max(start);
    text.replace_range(start..end, piece);
    (start, end)
}

/// A text is read; and read again after each edit, it is what a fresh reading makes of it.
pub fn parsed(bytes: &[u8]) {
    let (mut text, changes) = text(bytes);
    let mut reading = Reading::new(text.clone());
    for edit in edits(changes) {
        replaced(&mut text, edit);
        reading = reading.again(text.clone());
        let fresh = parse(FileId(0), &text);
        assert_eq!(format!("{:?}", reading.tree()), format!("{:?}", fresh.tree), "{text}");
        let found = reading.diagnostics(FileId(0));
        assert_eq!(format!("{found:?}"), format!("{:?}", fresh.diagnostics), "{text}");
        for label in fresh.diagnostics.iter().flat_map(|found| &found.labels) {
            assert!(text.get(label.location.span.range()).is_some(), "a label beside the text: {text}");
        }
    }
}

/// What a text says, as far as layout has no part in it: what is found and what it is about, comments, documentation, files.
fn meaning(text: &str) -> String {
    let parsed = parse(FileId(0), text);
    let mut out = String::new();
    for comment in &parsed.tree.comments {
        writeln!(out, "comment {}", &text[comment.span.range()]).expect("a string");
    }
    documentation(&parsed.tree.definitions, &mut out);
    let checked = check(text.as_bytes());
    let mut found: Vec<&str> = checked.diagnostics.iter().map(|found| found.rule.id).collect();
    found.sort_unstable();
    for id in found {
        writeln!(out, "found {id}").expect("a string");
    }
    // Of what could not be read nothing is emitted.
    if parsed.diagnostics.is_empty() {
        writeln!(out, "{:?}", plan(&checked.model)).expect("a string");
    }
    out
}

fn documentation(definitions: &[Definition], out: &mut String) {
    for definition in definitions {
        writeln!(out, "documentation {:?}", definition.documentation).expect("a string");
        if let DefinitionKind::Template { definitions, .. } | DefinitionKind::For { definitions, .. } = &definition.kind
        {
            documentation(definitions, out);
        }
    }
}

/// Lays a text out, and finds that it says the same and that doing it again changes nothing.
pub fn laid_out(text: &str) -> String {
    let formatted = hermesc::format::format(text).text;
    assert_eq!(hermesc::format::format(&formatted).text, formatted, "not the same again, of\n{text}");
    let (before, after) = (meaning(text), meaning(&formatted));
    if let Some((before, after)) = before.lines().zip(after.lines()).find(|(before, after)| before != after) {
        let differences: Vec<_> = hermesc::format::changes(text, &formatted);
        panic!("another meaning: {before:.300}\n{after:.300}\nof\n{text}\nedits\n{differences:#?}");
    }
    assert_eq!(before.lines().count(), after.lines().count(), "{text}");
    formatted
}

/// A text is laid out.
pub fn formatted(bytes: &[u8]) {
    laid_out(&text(bytes).0);
}

/// A text, or bytes that are none, are checked, and every problem is somewhere in them.
pub fn checked(bytes: &[u8]) {
    let (text, raw) = text(bytes);
    let checked = check(text.as_bytes());
    for found in &checked.diagnostics {
        assert!(!found.labels.is_empty(), "no place: {}", found.message);
        for label in &found.labels {
            assert!(text.get(label.location.span.range()).is_some(), "beside the text: {}", found.message);
        }
    }
    check(raw);
}

/// The files of a text without errors are those of the text that its model is printed as, and of the one that they are imported as.
pub fn emitted(bytes: &[u8]) {
    let checked = check(text(bytes).0.as_bytes());
    let planned = plan(&checked.model);
    if checked.errors() != 0 {
        return;
    }
    let Ok(printed) = print(&checked.model, Scripts::Inline) else { return };
    let again = check_with(printed.text.as_bytes(), &printed.files);
    assert_eq!(again.errors(), 0, "{:?}\n{}", again.diagnostics, printed.text);
    let other = plan(&again.model);
    for (path, entry) in &planned.entries {
        assert_eq!(other.entries.get(path), Some(entry), "{path}\n{}", printed.text);
    }
    assert_eq!(other.entries.len(), planned.entries.len(), "{}", printed.text);
    let options =
        import::Options { target: checked.model.target, path: Utf8Path::new("set.hermes"), scripts: Scripts::Inline };
    // It compares.
    if let Err(error @ ImportError::NotTheSame(_)) = import::import(&planned, &options) {
        panic!("{error}\n{}", printed.text);
    }
}

/// The tree that bytes stand for: entries with 0xfe between them, each a letter for its kind, a path, and behind a newline
/// what it holds; behind 0xfd, grown ones.
fn tree(bytes: &[u8]) -> FileTree {
    let mut tree = FileTree::default();
    let entries = match bytes {
        [0xfd, choices @ ..] => grow::entries(choices),
        _ => bytes.split(|byte| *byte == 0xfe).map(<[u8]>::to_vec).collect(),
    };
    for entry in entries.iter().take(200) {
        let Some((kind, rest)) = entry.split_first() else { continue };
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let content = rest.get(end + 1..).unwrap_or_default();
        let Ok(path) = str::from_utf8(&rest[..end]) else { continue };
        let fits = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\0') && name.len() < 256;
        if !path.split('/').all(fits) || path.split('/').count() > 30 || path == write::MANIFEST {
            continue;
        }
        let path = Utf8PathBuf::from(path);
        let above: Vec<_> = path.ancestors().skip(1).filter(|above| !above.as_str().is_empty()).collect();
        let blocked = |above: &&Utf8Path| tree.entries.get(*above).is_some_and(|entry| *entry != Entry::Directory);
        if tree.entries.contains_key(&path) || above.iter().any(blocked) {
            continue;
        }
        let mode = [0o644, 0o755, 0o600, 0o4755, 0o664][usize::from(kind % 5)];
        let made = match kind {
            b'd' => Entry::Directory,
            b'l' => match str::from_utf8(content) {
                Ok(target) if !target.is_empty() && !target.contains('\0') => Entry::Link(target.into()),
                _ => continue,
            },
            _ => Entry::File { bytes: content.to_vec(), mode },
        };
        tree.entries.extend(above.into_iter().map(|above| (above.into(), Entry::Directory)));
        tree.entries.insert(path.into(), made);
    }
    tree
}

/// A tree as [`tree`] reads it.
fn packed(tree: &FileTree) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, entry) in &tree.entries {
        let (kind, content) = match entry {
            Entry::Directory => (b'd', &b""[..]),
            Entry::Link(target) => (b'l', target.as_str().as_bytes()),
            Entry::File { bytes, mode } => (if mode & 0o100 == 0 { b'i' } else { b'e' }, bytes.as_slice()),
        };
        if out.len() + content.len() < 1 << 16 {
            out.extend([&[kind], path.as_str().as_bytes(), b"\n", content, &[0xfe]].concat());
        }
    }
    out
}

/// A tree is imported, and gives itself again.
pub fn imported(bytes: &[u8]) {
    let tree = tree(bytes);
    // One way at a time: which one is as good as random.
    let family = [Family::S6Overlay, Family::S6Rc][bytes.len() % 2];
    let beside = Utf8Path::new("f");
    let scripts = [Scripts::Inline, Scripts::InlineText(beside), Scripts::Files(beside)][bytes.len() / 2 % 3];
    let target = import::fitting(&tree, Target::newest(family));
    match import::import(&tree, &import::Options { target, path: Utf8Path::new("set.hermes"), scripts }) {
        Ok(imported) => {
            let again = check_with(imported.printed.text.as_bytes(), &imported.printed.files);
            assert_eq!(plan(&again.model).entries, tree.entries, "{}", imported.printed.text);
        }
        Err(ImportError::TooLarge(_)) => {}
        Err(error @ ImportError::NotTheSame(_)) => panic!("{error}"),
    }
}

/// Words of execline are read at their places; and what is quoted is read back.
pub fn quoted(bytes: &[u8]) {
    match execline::lex(bytes) {
        Ok(words) => {
            let mut again = Vec::new();
            for word in &words {
                assert!(bytes.get(word.span.clone()).is_some());
                execline::quote(&word.bytes, &mut again).expect("no NUL is in a word");
                again.push(b'\n');
            }
            let read = execline::lex(&again).expect("quoted words are read");
            assert!(read.iter().map(|word| &word.bytes).eq(words.iter().map(|word| &word.bytes)), "{again:?}");
        }
        Err(error) => assert!(error.span.end <= bytes.len(), "{error} beside the text"),
    }
    match execline::quoted(bytes) {
        Ok(text) => {
            let words = execline::lex(&text).expect("a quoted word is read");
            assert_eq!(words.iter().map(|word| word.bytes.as_slice()).collect::<Vec<_>>(), [bytes]);
        }
        Err(error) => assert_eq!(bytes.get(error.at), Some(&0)),
    }
}

pub mod grow;
mod lsp;
mod told;
pub use lsp::served;
pub use told::{mended, told};

/// Choices for [`grow`], the same in every run.
fn choices() -> Vec<Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut choice = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let row = |length: usize| std::iter::once(0xfd).chain((0..length).map(|_| choice() % 0xfd)).collect();
    (0..40).map(|number| 10 + number * 4).map(row).collect()
}

/// Every file below a directory whose name ends in one of these, in the order of their paths.
fn files(root: &Path, ends: &[&str]) -> Vec<Vec<u8>> {
    let Ok(listed) = fs::read_dir(root) else { return Vec::new() };
    let mut paths: Vec<_> = listed.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path.to_str().is_some_and(|path| ends.iter().any(|end| path.ends_with(end))) {
            found.extend(fs::read(&path).ok().filter(|bytes| bytes.len() < 1 << 16));
        }
    }
    found
}

/// Files of other tools: what becomes of them is in the one style, and has no errors but those that the file has.
pub fn begun(bytes: &[u8]) {
    for kind in Kind::ALL {
        let path = Utf8Path::new("file");
        let options = from::Options { kind: *kind, path, file: "set.hermes", target: Target::default() };
        match from::convert(bytes, &options) {
            Ok(converted) => {
                assert_eq!(hermesc::format::format(&converted.text).text, converted.text);
                assert_eq!(check(converted.text.as_bytes()).errors(), 0, "{}", converted.text);
            }
            Err(fault) => {
                // What a file may say, and no service can be: a circle, NUL in a word, a line without an end.
                let known = ["circle", "NUL", "long", "large"].iter().any(|word| fault.message.contains(word));
                assert!(known || !fault.message.starts_with("what it says cannot be services"), "{fault:?}");
            }
        }
    }
}

/// What a target begins with, from the repository at a path: its examples and golden files, as they are now.
pub fn seeds(target: &str, repository: &Path) -> Vec<Vec<u8>> {
    let mut texts = files(&repository.join("examples"), &[".hermes"]);
    texts.extend(files(&repository.join("tests/golden"), &[".hermes"]));
    match target {
        "import" => {
            let packed = texts.iter().map(|text| packed(&plan(&check(text).model)));
            packed.chain(choices()).collect()
        }
        "execline" => {
            let plans = texts.iter().flat_map(|text| plan(&check(text).model).entries);
            let scripts = plans.filter_map(|(path, entry)| match entry {
                Entry::File { bytes, .. } if matches!(path.file_name(), Some("up" | "down" | "run")) => Some(bytes),
                _ => None,
            });
            scripts.collect()
        }
        "init" => {
            let mut seeds =
                files(&repository.join("tests/golden/init-from"), &[".conf", ".yml", ".yaml", "Dockerfile"]);
            seeds.extend([
                b"[program:a]\ncommand=a 'b' %(ENV_C)s\nenvironment=A=\"b\",C=d\nnumprocs=1\n".to_vec(),
                b"[program:a]\ncommand=a\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\n".to_vec(),
                b"services:\n  a: &a\n    command: b $C ${D:-e}\n    environment: {A: b}\n  c: {<<: *a, depends_on: [a]}\n".to_vec(),
                b"FROM a AS b\nFROM b\nENV A=b\nWORKDIR $A\nUSER 1:2\nCMD [\"a\", \"b\"]\n".to_vec(),
            ]);
            seeds
        }
        _ => {
            texts.push((0..=u8::MAX).rev().filter(|byte| *byte != 0xfe).collect());
            texts.extend(choices());
            texts
        }
    }
}
