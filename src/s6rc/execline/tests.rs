//! Reading and writing words, against the recorded answers and the real execlineb.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::SyntaxErrorKind::{BadEscape, OpenQuote, TooDeep, TrailingBackslash, UnmatchedClose, UnmatchedOpen};
use super::*;

fn compiled(text: &[u8]) -> Result<Vec<String>, SyntaxError> {
    let escaped = |word: &Vec<u8>| word.escape_ascii().to_string();
    lex(text).map(|words| argv(&words).iter().map(escaped).collect())
}

#[track_caller]
fn accepts(text: &[u8], words: &[&str]) {
    assert_eq!(compiled(text).expect("accepted"), words, "{}", text.escape_ascii());
}

#[track_caller]
fn refuses(text: &[u8], kind: SyntaxErrorKind, span: Range<usize>) {
    assert_eq!(lex(text), Err(SyntaxError { kind, span }), "{}", text.escape_ascii());
}

#[test]
fn words_end_at_blanks() {
    accepts(b"", &[]);
    accepts(b" \t\r\n", &[]);
    accepts(b"a b\tc\rd\ne", &["a", "b", "c", "d", "e"]);
    accepts(b"a\x01b\x0bc\x1fd", &["a", "b", "c", "d"]);
    accepts(b"a\x7fb \xff", &["a\\x7fb", "\\xff"]);
    accepts("a\u{a0}b".as_bytes(), &["a\\xc2\\xa0b"]);
    accepts(b"set -e\ncd /x && ls | wc $X ~ *", &["set", "-e", "cd", "/x", "&&", "ls", "|", "wc", "$X", "~", "*"]);
}

#[test]
fn nul_ends_the_text() {
    accepts(b"a b\0c", &["a", "b"]);
    accepts(b"\0\"", &[]);
    refuses(b"\"a\0b\"", OpenQuote, 0..1);
    refuses(b"a\\\0", TrailingBackslash, 1..2);
}

#[test]
fn comments_begin_where_a_word_could() {
    accepts(b"#!/bin/sh\na # b\n#c", &["a"]);
    accepts(b"a#b \\#c \"#d\" ${#}", &["a#b", "#c", "#d", "${#}"]);
    accepts(b"{# a", &["{#", "a"]);
    accepts(b"# \"{\\", &[]);
}

#[test]
fn backslashes_outside_of_quotes() {
    accepts(br#"a\ b \{ \\ \" \n"#, &["a b", "{", "\\\\", "\\\"", "n"]);
    accepts(b"a \\\n b", &["a", "b"]);
    accepts(b"a\\\nb", &["a\\nb"]);
    accepts(b"a \\", &["a"]);
    refuses(b"a\\", TrailingBackslash, 1..2);
}

#[test]
fn quotes() {
    accepts(b"\"\" a\"\" \"b c\"d\"e\"", &["", "a", "b cde"]);
    accepts(br#""\a\b\t\n\v\f\r""#, &["\\x07\\x08\\t\\n\\x0b\\x0c\\r"]);
    accepts(br#""\x41\q\"\\\{""#, &["x41q\\\"\\\\{"]);
    accepts(b"\"a\\\nb\nc\"", &["ab\\nc"]);
    refuses(b"a b\"c", OpenQuote, 3..4);
    refuses(b"\"a\" \"b\\", OpenQuote, 4..5);
}

#[test]
fn numeric_escapes() {
    accepts(br#""\0x41" "\0x4g" "\0x414" "\0xfF""#, &["A", "\\x04g", "A4", "\\xff"]);
    accepts(br#""\0101" "\01018" "\018" "\0377""#, &["A", "A8", "\\x018", "\\xff"]);
    accepts(br#""\101" "\1010" "\8\99" "\255""#, &["e", "e0", "\\x08c", "\\xff"]);
    // The escape ends the text and its word with it.
    accepts(br#""\65"#, &["A"]);
    accepts(br#"{ } "a\0x41"#, &["", "aA"]);
    refuses(br#"a "b\0x00""#, BadEscape { value: Some(0) }, 4..9);
    refuses(br#""\00000""#, BadEscape { value: Some(0) }, 1..6);
    refuses(br#""\0400""#, BadEscape { value: Some(256) }, 1..6);
    refuses(br#""\256""#, BadEscape { value: Some(256) }, 1..5);
    refuses(br#""\0777 "#, BadEscape { value: Some(511) }, 1..6);
    refuses(br#""\08""#, BadEscape { value: None }, 1..3);
    refuses(br#""\0xg""#, BadEscape { value: None }, 1..4);
    refuses(br#""\0"#, BadEscape { value: None }, 1..3);
    refuses(br#""\00"#, BadEscape { value: Some(0) }, 1..4);
}

#[test]
fn blocks() {
    accepts(b"if { a { b } } c", &["if", " a", "  b", " ", "", "c"]);
    accepts(b"{ }", &[""]);
    accepts(b"{ {\n}\n}", &[" ", ""]);
    accepts(b"{ \" \" \"\" }", &["  ", " ", ""]);
    accepts(b"{a }b {} }} {{ \"{\" \\} a}", &["{a", "}b", "{}", "}}", "{{", "{", "}", "a}"]);
    refuses(b"a { b", UnmatchedOpen, 2..3);
    refuses(b"{ { } { a", UnmatchedOpen, 6..7);
    refuses(b"a {", UnmatchedOpen, 2..3);
    refuses(b"a } \"", UnmatchedClose, 2..3);
    refuses(b"a { \"", OpenQuote, 4..5);
}

#[test]
fn a_brace_before_a_backslash_leaves_its_word_unfinished() {
    accepts(b"{\\a", &["{a"]);
    accepts(b"{ {\\a }", &[" { a", ""]);
    accepts(b"{ }\\a }", &[" } a", ""]);
    accepts(b"{\\\nfoo", &["{foo"]);
    accepts(b"{\\\n{ foo }", &["{ foo", ""]);
    accepts(b"a {\\\n", &["a"]);
    accepts(b"a }\\", &["a"]);
    refuses(b"{\\\n}", UnmatchedClose, 3..4);
}

#[test]
fn words_know_their_place() {
    let words = lex(b"if { a\" b\" }\nc").expect("accepted");
    let places = words.iter().map(|word| (word.span.clone(), word.depth, word.kind)).collect::<Vec<_>>();
    let expected = [
        (0..2, 0, WordKind::Plain),
        (5..10, 1, WordKind::Quoted),
        (11..12, 0, WordKind::BlockEnd { open: 3 }),
        (13..14, 0, WordKind::Plain),
    ];
    assert_eq!(places, expected);
}

#[test]
fn hostile_nesting_is_bounded() {
    let many = 200_000;
    assert_eq!(lex(&b"{ ".repeat(many)).map_err(|error| error.kind), Err(UnmatchedOpen));
    for word in [&b"a "[..], b"{\\a ", b"{\\\n", b"} { "] {
        let text = [b"{ ".repeat(many), word.repeat(many)].concat();
        assert_eq!(lex(&text).map_err(|error| error.kind), Err(TooDeep), "{}", word.escape_ascii());
    }
    assert_eq!(lex(&b"a ".repeat(many)).map(|words| words.len()), Ok(many));
}

#[test]
fn quoting_is_as_plain_as_it_can_be() {
    let table: &[(&[u8], &str)] = &[
        (b"/etc/s6/x.sh", "/etc/s6/x.sh"),
        (b"a#b$X&&|;'*~`", "a#b$X&&|;'*~`"),
        ("größe".as_bytes(), "größe"),
        (b"", r#""""#),
        (b"#a", r##""#a""##),
        (b"{", r#""{""#),
        (b"${X}", "${X}"),
        (b"x${A}y${?}", "x${A}y${?}"),
        (b"${X", r#""${X""#),
        (b"{X}${Y}", r#""{X}${Y}""#),
        (b"${a b}", r#""${a b}""#),
        (b"a b", r#""a b""#),
        (b"a\\\"b", r#""a\\\"b""#),
        (b"set -e\n\tls\n", "\"set -e\n\tls\n\""),
        (b"\r\n", "\"\\r\n\""),
        (b"\x1b1", r#""\0x1b1""#),
        (b"\x01f\x7f", r#""\0x01f\0x7f""#),
        (b"a\xff9\xc3", r#""a\0xff9\0xc3""#),
        ("\u{a0}\u{202e}".as_bytes(), r#""\0xc2\0xa0\0xe2\0x80\0xae""#),
    ];
    for &(word, spelling) in table {
        assert_eq!(
            quoted(word).expect("no NUL").escape_ascii().to_string(),
            spelling.as_bytes().escape_ascii().to_string()
        );
    }
    assert_eq!(quoted(b"a\0b"), Err(NulByte { at: 1 }));
    for byte in 1..=255 {
        for word in [vec![byte], vec![byte, b'0'], vec![b'a', byte, b'F'], vec![b'\\', byte]] {
            assert_eq!(lex(&quoted(&word).expect("no NUL")).map(|words| argv(&words)), Ok(vec![word]));
        }
    }
}

/// Text of the bytes that `el_parse` tells apart, and now and then any others.
fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(&b"\0#\"\n\\.,abtnvfrcxE0123789{}{}  \t\r\"\\"[..]);
    let pieces: Vec<&[u8]> = vec![b"{ ", b" } ", b"{\\\n", b"}\\", b"\"\\0x", b"\"\\0", b"\\1", b"\" ", b" #", b"w "];
    let piece = prop_oneof![
        4 => telling.prop_map(|byte| vec![byte]),
        3 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_word() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(&b"#\"\n\\abx0123789{} \t\r\x1b\xc3\xa4"[..]);
    prop::collection::vec(prop_oneof![telling, 1..=255u8], 0..30)
}

proptest! {
    #![proptest_config(crate::properties::config(256))]

    #[test]
    fn quoted_words_come_back(words in prop::collection::vec(any_word(), 0..6)) {
        let mut text = Vec::new();
        for word in &words {
            quote(word, &mut text).expect("no NUL");
            text.push(b' ');
        }
        prop_assert_eq!(lex(&text).map(|words| argv(&words)), Ok(words));
    }

    #[test]
    fn quoted_words_come_back_from_a_block(word in any_word()) {
        let text = [&b"if { "[..], &quoted(&word).expect("no NUL"), b" }"].concat();
        let words = lex(&text).expect("accepted");
        prop_assert_eq!(&words[1].bytes, &word);
        prop_assert_eq!(argv(&words), [b"if".to_vec(), [b" ", &word[..]].concat(), Vec::new()]);
    }

    #[test]
    fn any_text_is_lexed_or_refused_at_a_place_in_it(text in any_text()) {
        match lex(&text) {
            Ok(words) => {
                let mut end = 0;
                for word in words {
                    prop_assert!(end <= word.span.start && word.span.start < word.span.end);
                    end = word.span.end;
                    if word.kind == WordKind::Plain {
                        prop_assert_eq!(&text[word.span], &word.bytes[..]);
                    }
                }
                prop_assert!(end <= text.len());
            }
            Err(error) => prop_assert!(error.span.start < error.span.end && error.span.end <= text.len()),
        }
    }

    #[test]
    fn spans_of_utf8_text_are_text(text in "[ \"\\\\{}#01xä€\n]{0,20}") {
        match lex(text.as_bytes()) {
            Ok(words) => prop_assert!(words.iter().all(|word| text.get(word.span.clone()).is_some())),
            Err(error) => prop_assert!(text.get(error.span).is_some()),
        }
    }
}

/// What the real s6-rc-compile 0.7.0.0 answered.
fn oracle() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/cases.json");
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).expect("JSON")
}

fn content(value: &Value) -> Option<Vec<u8>> {
    let from_hex =
        |hex: &str| (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect();
    value.as_str().map(|text| text.as_bytes().to_vec()).or_else(|| value["hex"].as_str().and_then(from_hex))
}

#[test]
fn agrees_with_the_recorded_answers() {
    let cases = oracle();
    let (mut accepted, mut compared, mut refused) = (0, 0, 0);
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let file = |end: &str| {
            let tree = case["tree"].as_object().expect("a tree");
            let found = tree.iter().find(|(path, _)| *path == end || path.ends_with(&format!("/{end}")));
            found.and_then(|(_, value)| content(value))
        };
        let oneshots = case["db"]["oneshots"].as_object().into_iter().flatten();
        for (oneshot, answer) in oneshots.filter(|(oneshot, _)| !oneshot.starts_with("s6rc-")) {
            for script in ["up", "down", "reload"] {
                let Some(text) = file(&format!("{oneshot}/{script}")) else {
                    assert!(
                        answer[script].as_array().is_none_or(Vec::is_empty),
                        "{name}: {script} of {oneshot} not found"
                    );
                    continue;
                };
                let ours = lex(&text).unwrap_or_else(|error| panic!("{name}: {script} of {oneshot}: {error}"));
                accepted += 1;
                // The argv of `reload` is not recorded.
                if let Some(expected) = answer[script].as_array() {
                    let expected = expected.iter().map(|word| content(word).expect("a word"));
                    assert_eq!(argv(&ours), expected.collect::<Vec<_>>(), "{name}: {script} of {oneshot}");
                    compared += 1;
                }
            }
        }
        let stderr = case["stderr"].as_str().unwrap_or_default();
        let Some((_, message)) = stderr.split_once("syntax error in src/") else { continue };
        let (path, reason) = message.trim_end().split_once(": ").unwrap_or((message.trim_end(), ""));
        let kind = lex(&file(path).expect("the file")).expect_err(name).kind;
        match reason {
            "unmatched {" => assert_eq!(kind, UnmatchedOpen, "{name}"),
            "unmatched }" => assert_eq!(kind, UnmatchedClose, "{name}"),
            "" => assert!(!matches!(kind, UnmatchedOpen | UnmatchedClose), "{name}: {kind}"),
            other => panic!("{name}: {other}"),
        }
        refused += 1;
        // It reads them in this order and stops at the first error.
        let (oneshot, script) = path.rsplit_once('/').expect("a file of a oneshot");
        for earlier in ["reload", "up", "down"].into_iter().take_while(|&earlier| earlier != script) {
            if let Some(text) = file(&format!("{oneshot}/{earlier}")) {
                assert!(lex(&text).is_ok(), "{name}: {earlier}");
                accepted += 1;
            }
        }
    }
    let counts = (accepted, compared, refused);
    assert!(accepted > compared && compared > 40 && refused > 10, "too little to compare: {counts:?}");
}

/// What execlineb makes of `text`, told by `printf`: its argv, or what it says.
fn execlineb(text: &[u8], file: &Path) -> Result<Vec<Vec<u8>>, String> {
    std::fs::write(file, [b"printf \"%s\\\\0\" x ", text].concat()).expect("written");
    let output = Command::new("execlineb").arg("-P").arg(file).output().expect("run");
    match output.status.code() {
        Some(0) => Ok(output.stdout.split(|&byte| byte == 0).map(<[u8]>::to_vec).skip(1).collect()),
        Some(100) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        code => panic!("{code:?} for {}: {}", text.escape_ascii(), output.stderr.escape_ascii()),
    }
}

/// `PROPTEST_CASES` says how many texts to try instead of 400.
#[test]
fn agrees_with_execlineb() {
    if Command::new("execlineb").args(["-c", ""]).output().is_err() {
        eprintln!("skipped: no execlineb");
        return;
    }
    let file = std::env::temp_dir().join(format!("hermesc-execline-{}", std::process::id()));
    let result = TestRunner::new(crate::properties::config(400)).run(&any_text(), |text| {
        match (lex(&text), execlineb(&text, &file)) {
            (Ok(words), Ok(mut theirs)) => {
                // After the last NUL there is nothing.
                prop_assert_eq!(theirs.pop(), Some(Vec::new()));
                prop_assert_eq!(argv(&words), theirs);
            }
            (Err(error), Err(theirs)) if theirs.contains("unmatched }") => {
                prop_assert_eq!(error.kind, UnmatchedClose);
            }
            (Err(error), Err(theirs)) if theirs.contains("unmatched {") => {
                prop_assert_eq!(error.kind, UnmatchedOpen);
            }
            // A brace that ends the text is plain "syntax error" to it.
            (Err(error), Err(_)) if error.kind == UnmatchedOpen => {
                prop_assert_eq!(text[error.span.start..].get(1).unwrap_or(&0), &0);
            }
            (Err(error), Err(_)) => prop_assert_ne!(error.kind, UnmatchedClose),
            (ours, theirs) => prop_assert!(false, "ours {:?}, theirs {:?}", ours, theirs),
        }
        Ok(())
    });
    let by_option =
        Command::new("execlineb").arg("-Pc").arg(std::ffi::OsStr::from_bytes(b"printf %s: { a\\ b } c")).output();
    std::fs::remove_file(&file).expect("removed");
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(by_option.expect("run").stdout, b" a b::c:");
}
