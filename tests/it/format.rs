//! `hermesc fmt`: one style, and nothing else is different.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use hermesc::format::{changes, format};
use hermesc::print::{Scripts, print};
use proptest::prelude::*;

use crate::fuzz_seeds::targets::laid_out;
use crate::memory::check;
use crate::parser::{PIECES, examples, floor};

fn golden(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format");
    let text = fs::read_to_string(folder.join(format!("{name}.hermes"))).unwrap();
    let formatted = laid_out(&text);
    let path = folder.join(format!("{name}.formatted.hermes"));
    if std::env::var_os("HERMESC_BLESS").is_some() {
        fs::write(&path, &formatted).unwrap();
    }
    assert_eq!(formatted, fs::read_to_string(path).unwrap());
}

#[test]
fn everything_that_can_be_written() {
    golden("input");
}

#[test]
fn what_cannot_be_read_stays() {
    golden("damaged");
}

#[test]
fn nothing_is_left_alone_without_reason() {
    for text in examples() {
        let formatted = format(&text);
        assert_eq!(formatted.left, Vec::<usize>::new());
        assert_eq!(formatted.text, text, "an example in another style");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format");
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(format(&text("input.hermes")).left, Vec::<usize>::new());
    assert_eq!(format(&text("damaged.hermes")).left, [3, 10, 11, 16, 18, 20]);
}

#[test]
fn what_is_printed_has_the_style() {
    let mut seen = 0;
    for text in examples() {
        let checked = check(&text);
        let Ok(printed) = print(&checked.model, Scripts::Inline) else { continue };
        assert_eq!(format(&printed.text).text, printed.text);
        seen += 1;
    }
    assert!(seen > 5);
}

#[test]
fn line_ends_are_kept() {
    let text = "longrun  a  {\r\n  up sh \"\"\"\r\n  x\r\n  \"\"\"\r\n}\r\n";
    assert_eq!(laid_out(text), "longrun a {\r\n    up sh \"\"\"\r\n        x\r\n        \"\"\"\r\n}\r\n");
    assert_eq!(laid_out("longrun a {\r\n}\n"), "longrun a {}\n");
    // What cannot be read and ends with a line that goes on stays so.
    let once = laid_out("longrun we: {run ex` e\u{3}}\\\r\n \n");
    assert_eq!(laid_out(&once), once);
    assert_eq!(laid_out("\u{feff}longrun a {}"), "\u{feff}longrun a {}\n");
    assert_eq!(laid_out(""), "");
    assert_eq!(laid_out("\n\n"), "");
}

#[test]
fn changes_make_the_one_of_the_other() {
    let (before, after) = ("a\nb\nc\nd", "a\nB\nc\nx\nd\n");
    let found = changes(before, after);
    let mut text = before.to_owned();
    for change in found.iter().rev() {
        text.replace_range(change.range.clone(), &change.text);
    }
    assert_eq!(text, after);
    assert_eq!((found.len(), &found[0].text[..]), (2, "B\n"));
}

/// Another layout of the same text: other blanks in front of lines, empty lines, comments.
fn shaken(text: &str, choices: &[u8]) -> String {
    let mut out = String::new();
    let mut fence = false;
    let mut choices = choices.iter().copied().cycle();
    for line in text.lines() {
        let quotes = line.matches("\"\"\"").count();
        let choice = choices.next().unwrap_or_default();
        if fence || quotes > 0 {
            out.push_str(line);
        } else {
            let blanks = ["", " ", "\t", "      "][usize::from(choice % 4)];
            write!(out, "{blanks}{}", line.trim()).unwrap();
            out.push_str(["", "", "  ", " # said", "\n", "\n\n\n"][usize::from(choice / 4 % 6)]);
        }
        out.push('\n');
        fence ^= quotes % 2 == 1;
    }
    out
}

proptest! {
    #![proptest_config(crate::properties::config(192))]

    #[test]
    fn a_layout_has_no_meaning(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let examples = examples();
        let text: &String = which.get(&examples);
        laid_out(&shaken(text, &choices));
    }

    #[test]
    fn any_row_of_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        laid_out(&pieces.concat());
    }

    #[test]
    fn any_text(text in any::<String>()) {
        laid_out(&text);
    }

    #[test]
    fn mutated_examples(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..200,
        piece in prop::sample::select(PIECES),
    ) {
        let examples = examples();
        let text = which.get(&examples);
        let start = floor(text, at.index(text.len()));
        let end = floor(text, start + length).max(start);
        laid_out(&format!("{}{piece}{}", &text[..start], &text[end..]));
    }
}

#[test]
fn a_comma_at_the_end_of_a_statement_does_not_take_the_next_line() {
    laid_out("longrun a {\n    depends-on b,; c\n    # Comment.\n    down-signal SIGHUP\n}\n");
}

#[test]
fn what_looks_like_a_command_becomes_none() {
    laid_out("oneshot a {\n    up exec(true\n    down exec[ true\n}\n");
    laid_out("oneshot a {\n    up exec\"b\" c\n    down exec=d\n}\n");
}

#[test]
fn a_second_byte_order_mark_is_left_alone() {
    laid_out("\u{feff}\u{feff}longrun a { }\n");
}

/// A directory with files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &tempfile::TempDir, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .arg("fmt")
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const ROUGH: &str = "longrun a {run exec true}\n";
const SMOOTH: &str = "longrun a { run exec true }\n";

#[test]
fn files_and_directories_are_laid_out_in_their_places() {
    let folder =
        folder(&[("a.hermes", ROUGH), ("deep/er/b.hermes", SMOOTH), ("other.txt", ROUGH), (".git/c.hermes", ROUGH)]);
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    std::os::unix::fs::symlink("a.hermes", folder.path().join("link.hermes")).unwrap();
    assert_eq!(
        run(&folder, &["--check", "a.hermes", "deep"], ""),
        (Some(1), "a.hermes\n".to_owned(), "1 of 2 files would change\n".to_owned())
    );
    let (code, diff, _) = run(&folder, &["--diff", "a.hermes"], "");
    assert_eq!(code, Some(1));
    assert!(diff.contains("-longrun a {run exec true}\n+longrun a { run exec true }\n"), "{diff}");
    assert_eq!(read("a.hermes"), ROUGH);
    assert_eq!(run(&folder, &["link.hermes"], ""), (Some(0), String::new(), "1 of 1 file changed\n".to_owned()));
    assert!(folder.path().join("link.hermes").is_symlink());
    assert_eq!(
        (read("a.hermes").as_str(), read(".git/c.hermes").as_str(), read("other.txt").as_str()),
        (SMOOTH, ROUGH, ROUGH)
    );
    assert_eq!(run(&folder, &["."], ""), (Some(0), String::new(), "3 files are laid out already\n".to_owned()));
}

#[test]
fn what_cannot_be_looked_at_is_told_and_not_left_out() {
    let folder = folder(&[("a.hermes", "longrun   a { run exec x }\n")]);
    let link = |name: &str, target: &str| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).expect("a link");
    };
    link("to-nothing.hermes", "nowhere");
    link("to-less.hermes", "a.hermes/below");
    let (code, _, said) = run(&folder, &["."], "");
    assert_eq!(code, Some(0), "{said}");
    fs::write(folder.path().join("a.hermes"), "longrun   a { run exec x }\n").expect("written");
    link("to-too-much.hermes", &"x".repeat(300));
    let (code, _, said) = run(&folder, &["."], "");
    assert!(code == Some(2) && said.contains("to-too-much.hermes"), "{code:?} {said}");
    let text = fs::read_to_string(folder.path().join("a.hermes")).expect("readable");
    assert_eq!(text, "longrun   a { run exec x }\n", "something was written all the same");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder(&[]);
    assert_eq!(run(&folder, &["-"], ROUGH), (Some(0), SMOOTH.to_owned(), String::new()));
    assert_eq!(run(&folder, &["-", "--check"], ROUGH), (Some(1), String::new(), String::new()));
    assert_eq!(run(&folder, &["-", "--check"], SMOOTH), (Some(0), String::new(), String::new()));
    let (code, diff, _) = run(&folder, &["-", "--diff"], ROUGH);
    assert_eq!((code, diff.contains("+longrun a { run exec true }")), (Some(1), true), "{diff}");
    let (code, out, told) = run(&folder, &["-"], "longrun a {run exec true}\n  what  {\n");
    assert_eq!((code, out.as_str()), (Some(1), "longrun a { run exec true }\nwhat  {\n"));
    assert!(told.contains("what begins at line 2 cannot be read and stays as it is"), "{told}");
}

#[test]
fn what_is_no_text_is_refused_and_nothing_is_written() {
    let folder = folder(&[("a.hermes", ROUGH)]);
    fs::write(folder.path().join("b.hermes"), b"# one\n\xff").unwrap();
    let (code, _, told) = run(&folder, &["."], "");
    assert_eq!(code, Some(2));
    assert!(told.contains("./b.hermes is not UTF-8 on line 2"), "{told}");
    assert_eq!(fs::read_to_string(folder.path().join("a.hermes")).unwrap(), ROUGH);
    let (code, _, told) = run(&folder, &["-", "a.hermes"], "");
    assert_eq!((code, told.contains("cannot be laid out together")), (Some(2), true), "{told}");
    let (code, _, told) = run(&folder, &["nowhere"], "");
    assert_eq!((code, told.contains("there is no nowhere")), (Some(2), true), "{told}");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, _, told) = run(&folder, &["empty"], "");
    assert_eq!((code, told.contains("empty holds no `.hermes` files")), (Some(2), true), "{told}");
}
