//! Names and texts that are none.

use std::fs;

use super::Place;

#[test]
fn names_are_names() {
    let place = Place::new();
    let long = "a".repeat(256);
    for (name, code) in [
        (r"a\u{1b}[31m", "awkward-name"),
        (r"a\nb", "bad-name"),
        (r"..", "bad-name"),
        (r".", "bad-name"),
        (r"a/b", "bad-name"),
        (r"/etc/passwd", "bad-name"),
        (r"../../x", "bad-name"),
        (r"\0", "bad-value"),
        ("", "bad-name"),
        (long.as_str(), "bad-name"),
        (r"a\u{202e}b", "awkward-name"),
        (r".hidden", "bad-name"),
        ("-rf", "awkward-name"),
    ] {
        let ran = place.check(format!("longrun \"{name}\" {{ run exec x; in user }}\n"));
        let said = ran.said();
        assert!(said.contains(code), "{name}: {said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\0']), "{said:?}");
        if code != "awkward-name" {
            ran.says(1, code);
            place.run(&["emit", "given/set.hermes", "-o", "out"]).says(1, "nothing was written");
            assert!(!place.path("out").exists(), "{name}");
        }
    }
    place.check("longrun Web { run exec x; in user }\nlongrun web { run exec x; in user }\n").says(0, "case-twins");
}

#[test]
fn paths_of_files_stay_below_the_definition() {
    let place = Place::new();
    let deep = vec!["d"; 33].join("/");
    let long = "n".repeat(256);
    for path in ["../x", "/x", "a/../../x", ".", "", "a//b", r"a\0b", &deep, &long] {
        for text in [
            format!("longrun a {{ run exec x; raw \"{path}\" text \"t\"; in user }}\n"),
            format!("longrun a {{ run exec x; data \"{path}\" text \"t\"; in user }}\n"),
            format!("raw \"{path}\" text \"t\"\n"),
        ] {
            place.check(text).says(1, "bad-value");
        }
    }
    place.check("raw \".hermesc.json\" text \"{}\"\n").says(1, "bad-value");
}

#[test]
fn texts_are_text() {
    let place = Place::new();
    place.check(b"longrun a { run exec x\xff; in user }\n").says(1, "unreadable-source");
    place.check(b"longrun a { run exec x\0y; in user }\n").says(1, "NUL");
    place.check("longrun a { run sh \"\"\"\n  a\\0b\n  \"\"\"; in user }\n".replace("\\0", "\0")).says(1, "NUL");
    for control in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        for text in [
            format!("longrun a {{ run exec \"{control}x\"; in user }}\n"),
            format!("longrun a {{ run exec x; in user }} # {control}\n"),
            format!("longrun a{control} {{ run exec x; in user }}\n"),
            format!("longrun a {{ run sh \"\"\"\n  exec {control}x\n  \"\"\"; in user }}\n"),
        ] {
            let ran = place.check(text);
            assert!(!ran.says(1, "bidirectional-control").said().contains(control));
        }
    }
    place
        .check(format!("longrun a {{ run exec {}; in user }}\n", "w ".repeat(600_000)))
        .says(1, "that a line may have");
    place.check(format!("longrun a {{ run exec {}; in user }}\n", "w".repeat(900_000))).says(0, "");
    fs::File::create(place.path("given/set.hermes")).unwrap().set_len((64 << 20) + 1).unwrap();
    for command in ["check", "fmt"] {
        place.run(&[command, "given/set.hermes"]).says(2, "larger than 64 MiB");
    }
    place.run_with(&["fmt", "-"], &vec![b'#'; (64 << 20) + 1]).says(2, "larger than 64 MiB");
}

#[test]
fn nesting_ends() {
    let place = Place::new();
    let (open, close) = (|text: &str| text.repeat(20_000), |text: &str| text.repeat(20_000));
    for text in [
        format!("longrun a {{ {}{} }}\n", open("{"), close("}")),
        format!("{}longrun a {{ run exec x; in user }}{}\n", open("for a in [\"x\"] {\n"), close("}\n")),
        format!("longrun a {{ {} }}\n", open("when {\n")),
        format!("let a = {}{}\n", open("["), close("]")),
        open("longrun {\n"),
        open("\"\"\"\n"),
        open("${"),
        open("{{"),
        open("template t("),
        format!("longrun a {{ run exec x {}{} }}\n", open("${A:-"), close("}")),
    ] {
        let ran = place.check(text);
        assert_eq!(ran.output.status.code(), Some(1), "{}", ran.said());
        ran.says(1, "");
        place.run(&["fmt", "--check", "given/set.hermes"]).says(1, "");
    }
}

#[test]
fn a_dockerfile_is_only_read() {
    let place = Place::new();
    place.write("given/set.hermes", "longrun a { run exec x; in user }\n");
    let check = |text: Vec<u8>| {
        place.write("given/Dockerfile", text);
        place.run(&["check", "--format", "short", "given/set.hermes", "--dockerfile", "given/Dockerfile"])
    };
    for text in [
        b"FROM \x1b]8;;http://x\x07y\nENTRYPOINT [\"\x1b[31m\"]\nCOPY \xff\xfe ../../secret/word /\n".to_vec(),
        "ENTRYPOINT [".repeat(10_000).into_bytes(),
        "RUN x \\\n".repeat(200_000).into_bytes(),
        vec![b'['; 2 << 20],
        vec![0; 1 << 20],
    ] {
        let ran = check(text);
        assert!(matches!(ran.output.status.code(), Some(0 | 1)), "{}", ran.said());
        assert!(!ran.said().contains('\u{1b}'), "{}", ran.said());
    }
    fs::File::create(place.path("given/Dockerfile")).unwrap().set_len((64 << 20) + 1).unwrap();
    place.run(&["check", "given/set.hermes", "--dockerfile", "given/Dockerfile"]).says(2, "larger than 64 MiB");
}

#[test]
fn messages_to_the_language_server_are_bounded() {
    let place = Place::new();
    for (input, word) in [
        (&b"Content-Length: 99999999999999\r\n\r\n{"[..], "larger than 256 MiB"),
        (b"Content-Length: 18446744073709551616\r\n\r\n{", "no Content-Length"),
        (b"Content-Length: 268435456\r\n\r\n{", "ends early"),
        (b"\r\n\r\n", "no Content-Length"),
        (vec![b'x'; 1 << 20].as_slice(), "does not end"),
        (b"Content-Length: 2\r\n\r\n[]", "no message of the protocol"),
        (b"Content-Length: 5\r\n\r\n\x1b[31m", "no message of the protocol"),
    ] {
        let ran = place.run_with(&["lsp"], input);
        assert!(!ran.says(2, word).said().contains('\u{1b}'));
    }
}

#[test]
fn marks_may_be_far_apart_and_wide() {
    let place = Place::new();
    let far = " ".repeat(70_000);
    place.write("given/set.hermes", format!("longrun a {{ run exec x }};{far}longrun a {{ run exec x }}\n"));
    place.run(&["check", "given"]).says(1, "defined twice").says(1, "a longrun here");
    let wide = "ä".repeat(70_000);
    place.write("given/set.hermes", format!("longrun a {{ run exec x; in user; {wide} }}\n"));
    place.run(&["check", "given"]).says(1, "expected a statement");
    let wide = "x".repeat(70_000);
    place.write("given/set.hermes", format!("longrun a {{ run exec x; in user; {wide} }}\n"));
    place.run(&["check", "given"]).says(1, "unknown-statement");
}
