//! What is refused, and how that is told.

use std::fs;

use camino::Utf8Path;
use hermesc::format::format;
use hermesc::init::from::{Kind, MAX_BYTES, Options, convert};
use hermesc::s6rc::target::{Family, Target};

use super::{converted, hermesc, inputs, kind_of, text};

#[test]
fn damaged_files_are_refused_and_nothing_panics() {
    const PIECES: &[&str] = &[
        "\n",
        " ",
        "\t",
        "\"",
        "'",
        "\\",
        "$",
        "${",
        "}",
        "{{",
        "%",
        "%(",
        ")s",
        "%(ENV_A)s",
        "%(process_num)02d",
        "[",
        "]",
        ":",
        "=",
        "#",
        ";",
        "&a ",
        "*a",
        "<<: ",
        "- ",
        "? ",
        "!!x ",
        "|",
        ">",
        "---",
        "\u{202e}",
        "\0",
        "é",
        "numprocs=9",
        "command=",
        "4294967296",
    ];
    let target = Target::newest(Family::S6Overlay);
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut below = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % end.max(1) as u64).expect("a number")
    };
    let (mut runs, mut fine) = (0, 0);
    for path in inputs() {
        let input = fs::read_to_string(&path).expect("text");
        let kind = kind_of(&path, &input);
        for _ in 0..120 {
            let mut bytes = input.clone().into_bytes();
            for _ in 0..=below(4) {
                let at = below(bytes.len());
                let end = (at + below(12)).min(bytes.len());
                let piece = PIECES[below(PIECES.len())].as_bytes().to_vec();
                bytes.splice(at..end, piece);
            }
            let options = Options { kind, path: Utf8Path::new("file"), file: "services.hermes", target };
            runs += 1;
            match convert(&bytes, &options) {
                Ok(converted) => {
                    fine += 1;
                    assert_eq!(format(&converted.text).text, converted.text, "{}", bytes.escape_ascii());
                }
                Err(fault) => {
                    let mistake = fault.message.contains("cannot be services");
                    assert!(
                        !mistake || fault.message.contains("circle") || fault.message.contains("NUL"),
                        "{fault:?}\n{}",
                        bytes.escape_ascii()
                    );
                }
            }
        }
    }
    eprintln!("init-from: {runs} damaged files, of which {fine} still say services");
    assert!(fine > 50 && fine < runs, "{fine} of {runs}");
}

/// A short file cannot ask for much memory or time.
#[test]
fn bombs_are_refused() {
    let target = Target::newest(Family::S6Overlay);
    let name = "n".repeat(50_000);
    let expansions = "%(program_name)s".repeat(50_000);
    let supervisord = format!("[program:{name}]\ncommand=a {expansions}\n");
    let many: String = (0..9).map(|number| format!("[program:p{number}]\ncommand=a %(process_num)d %(process_num)02d\nprocess_name=%(process_num)d\nnumprocs=500\n")).collect();
    let value = "v".repeat(500);
    let variables: String = (0..1000).map(|number| format!("  V{number}: {value}\n")).collect();
    let aliases: String = (0..5000).map(|number| format!("  s{number}: {{command: a, environment: *e}}\n")).collect();
    let compose = format!("x-e: &e\n{variables}services:\n{aliases}");
    for (kind, file) in [(Kind::Supervisord, &supervisord), (Kind::Supervisord, &many), (Kind::Compose, &compose)] {
        let fault = converted(kind, file, target).expect_err("too much");
        let message = fault.message;
        assert!(message.contains("more than"), "{message}");
    }
}

#[test]
fn mistakes_are_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let big = "x".repeat(MAX_BYTES + 1);
    for (name, content) in [
        ("empty.conf", ""),
        ("nginx.conf", "server { listen 80; }\n"),
        ("a.hermes", "longrun a { run exec a }\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("tabs.yml", "services:\n\tweb:\n\t\tcommand: web\n"),
        ("images.yml", "services:\n  db:\n    image: postgres\n"),
        (
            "circle.yml",
            "services:\n  a:\n    command: a\n    depends_on: [b]\n  b:\n    command: b\n    depends_on: [a]\n",
        ),
        ("unknown.yml", "services:\n  a:\n    command: a\n    depends_on: [b]\n"),
        ("supervisord.conf", "[program:web]\ncommand=web 'x\n"),
        ("none.conf", "[supervisord]\nnodaemon=true\n"),
        ("group.conf", "[program:web]\ncommand=web\n[group:all]\nprograms=web,mail\n"),
        ("bool.conf", "[program:web]\ncommand=web\nautostart=maybe\n"),
        ("Dockerfile", "FROM x\nENTRYPOINT [\"/init\"]\nCOPY rootfs /\n"),
        ("Dockerfile.base", "FROM x\nRUN make\n"),
        ("Dockerfile.quotes", "FROM x\nCMD ['a', 'b']\n"),
        ("large.yml", &big),
    ] {
        fs::write(path.join(name), content).expect("written");
    }
    fs::write(path.join("latin.conf"), b"[program:web]\ncommand=caf\xe9\n").expect("written");
    for (arguments, expected) in [
        (&["--from", "missing.conf"][..], "there is no missing.conf"),
        (&["--from", "."], "is a directory"),
        (&["--from", "empty.conf"], "empty.conf is neither a supervisord.conf, a compose file, nor a Dockerfile"),
        (&["--from", "nginx.conf"], "--from-format"),
        (&["--from", "a.hermes"], "a file of the language already"),
        (&["--from", "pod.yaml"], "it has no `services:`"),
        (&["--from", "tabs.yml"], "tabs.yml:2: a tab indents this line"),
        (&["--from", "images.yml"], "hermesc init --from Dockerfile"),
        (&["--from", "circle.yml"], "depend on each other in a circle"),
        (&["--from", "unknown.yml"], "unknown.yml:4: `a` depends on `b`"),
        (&["--from", "supervisord.conf"], "supervisord.conf:2: `command`: No closing quotation"),
        (&["--from", "none.conf"], "no `[program:NAME]`"),
        (&["--from", "group.conf"], "group.conf:4: [group:all] names `mail`"),
        (&["--from", "bool.conf"], "bool.conf:3: `autostart=maybe` is not true or false"),
        (&["--from", "latin.conf"], "latin.conf:2: it is no text in UTF-8"),
        (&["--from", "Dockerfile"], "hermesc import"),
        (&["--from", "Dockerfile.base"], "neither ENTRYPOINT nor CMD"),
        (&["--from", "Dockerfile.quotes"], "Dockerfile.quotes:2: this looks like a list"),
        (&["--from", "large.yml"], "larger than 1 MiB"),
        (&["--from", "nginx.conf", "--from-format", "supervisord"], "nginx.conf:1: a setting stands before"),
        (&["--from", "Dockerfile", "--template", "web"], "cannot be used with"),
        (&["--from-format", "compose"], "--from"),
        (&["supervisord.conf"], "hermesc init --from supervisord.conf"),
    ] {
        let output = hermesc(path, &[&["init"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
        assert!(text(&output.stderr).contains(expected), "{arguments:?}\n{}", text(&output.stderr));
        assert!(!path.join("services.hermes").exists(), "{arguments:?}");
    }
}
