//! `hermesc init --from`: files of other tools as text of the language.
//!
//! `HERMESC_BLESS=1 cargo test --test it init_from` writes what is below `tests/golden/init-from` anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use camino::Utf8Path;
use hermesc::format::format;
use hermesc::init::from::{Converted, Fault, Kind, MAX_BYTES, Options, convert};
use hermesc::model::Model;
use hermesc::report::human::{Style, render};
use hermesc::s6rc::plan::plan;
use hermesc::s6rc::target::{Family, Target};
use hermesc::s6rc::write::{How, write};
use proptest::prelude::*;

use crate::exec::{has_execline, start};
use crate::golden::compare;
use crate::memory::check;

fn hermesc(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments).current_dir(directory).env("NO_COLOR", "1").output().expect("hermesc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The files that are read, below `tests/golden/init-from/KIND/CASE/`.
fn inputs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/init-from");
    let mut found = Vec::new();
    for kind in fs::read_dir(root).expect("kinds") {
        for case in fs::read_dir(kind.expect("a kind").path()).expect("cases") {
            let files = fs::read_dir(case.expect("a case").path()).expect("files");
            found.extend(
                files
                    .map(|file| file.expect("a file").path())
                    .filter(|path| !path.ends_with("expected.hermes") && !path.ends_with("told.txt")),
            );
        }
    }
    found.sort();
    found
}

fn kind_of(path: &Path, text: &str) -> Kind {
    Kind::of(Utf8Path::from_path(path).expect("UTF-8"), text).expect("a kind")
}

fn converted(kind: Kind, text: &str, target: Target) -> Result<Converted, Fault> {
    convert(text.as_bytes(), &Options { kind, path: Utf8Path::new("file"), file: "services.hermes", target })
}

#[test]
fn files_become_what_was_recorded() {
    let mut differences = Vec::new();
    assert!(inputs().len() >= 8, "{:?}", inputs());
    for path in inputs() {
        let folder = path.parent().expect("a folder");
        let output =
            hermesc(folder, &["init", "--from", path.file_name().expect("a name").to_str().expect("UTF-8"), "-"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        compare(&folder.join("expected.hermes"), Some(&text(&output.stdout)), &mut differences);
        compare(&folder.join("told.txt"), Some(&text(&output.stderr)), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What the text is, checked as it would be on the disk: in its one style, and without anything to complain of.
fn sound(converted: &Converted, about: &str) -> Model {
    assert_eq!(format(&converted.text).text, converted.text, "{about}");
    let checked = check(&converted.text);
    let told = render(&checked.diagnostics, &checked.sources, Style::default());
    assert!(checked.diagnostics.is_empty(), "{about}\n{told}\n{}", converted.text);
    checked.model
}

#[test]
fn what_is_written_is_sound_for_every_target() {
    let mut compiled = 0;
    for path in inputs() {
        let input = fs::read_to_string(&path).expect("text");
        for name in ["s6-overlay", "s6-overlay@3.0.0.0", "s6-rc", "s6-rc@0.5.3.0"] {
            let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
            let target = Target::find(name, version).expect("a target");
            let about = format!("{} for {target}", path.display());
            let converted = converted(kind_of(&path, &input), &input, target).expect("text");
            let model = sound(&converted, &about);
            assert!(!plan(&model).entries.is_empty() || !model.container.is_empty(), "{about}");
            compiled += usize::from(target.family == Family::S6Rc && compiles(&model, &about));
        }
    }
    eprintln!("init-from: s6-rc-compile accepts {compiled} of what was written");
}

/// Whether the real compiler is there, and then accepts what is emitted.
fn compiles(model: &Model, about: &str) -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("source");
    let root = Utf8Path::from_path(&source).expect("UTF-8");
    write(&plan(model), root, How::default()).expect("written");
    let compile = Command::new("s6-rc-compile").arg(directory.path().join("compiled")).arg(&source).output();
    let Ok(output) = compile else { return false };
    assert!(output.status.success(), "{about}: {output:?}");
    true
}

/// Every setting of the files is in the text, or told.
#[test]
fn nothing_is_dropped_in_silence() {
    let target = Target::newest(Family::S6Overlay);
    for (key, value, expected) in [
        ("priority", "5", "`priority=5`"),
        ("startsecs", "9", "`startsecs=9`"),
        ("nonsense", "9", "`nonsense=9`"),
        ("umask", "027", "umask 027"),
        ("directory", "/srv", "cwd \"/srv\""),
        ("user", "www-data", "user www-data"),
        ("stopsignal", "USR1", "down-signal SIGUSR1"),
        ("stopwaitsecs", "90", "timeout-kill 90s"),
        ("killasgroup", "true", "flag-timeout-killpg"),
        ("exitcodes", "0,7", "stop-on exit 0, 7"),
        ("autorestart", "false", "finish exec exit 125"),
        ("stderr_logfile", "NONE", "redirect stderr to \"/dev/null\""),
        ("redirect_stderr", "true", "redirect stderr to stdout"),
        ("stdout_logfile", "/var/log/x.log", "log to \"/var/log/web\" { keep 10; rotate-at 50MiB; timestamp none }"),
        ("environment", "A=\"b c\"", "env A = \"b c\""),
    ] {
        let file = format!("[program:web]\ncommand=web\n{key}={value}\n");
        let text = converted(Kind::Supervisord, &file, target).expect("text").text;
        assert!(text.contains(expected), "{key}={value}\n{text}");
    }
    for (setting, expected) in [
        ("ports: [\"80:80\"]", "`ports: 80:80`"),
        ("nonsense: 9", "`nonsense: 9`"),
        ("working_dir: /srv", "cwd \"/srv\""),
        ("user: www-data", "user www-data"),
        ("stop_signal: SIGUSR1", "down-signal SIGUSR1"),
        ("stop_grace_period: 1m30s", "timeout-kill 90s"),
        ("restart: on-failure", "stop-on exit 0"),
        ("restart: no", "finish exec exit 125"),
        ("environment: {A: b c}", "env A = \"b c\""),
        ("environment: [\"A=b c\"]", "env A = \"b c\""),
        ("environment: {A: \"${B:-c}\"}", "run exec env A=${B:-c} web"),
        ("healthcheck: {test: [CMD, up], interval: 5s}", "check exec up"),
        ("healthcheck: {test: a && b}", "check sh \"a && b\""),
    ] {
        let file = format!("services:\n  web:\n    command: web\n    {setting}\n");
        let text = converted(Kind::Compose, &file, target).expect("text").text;
        assert!(text.contains(expected), "{setting}\n{text}");
    }
}

/// A word as a person would quote it for Python's `shlex`, with `%` doubled.
fn for_supervisord(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\"'\"'").replace('%', "%%"))
}

/// The arguments that the one service of a text gives to its program, when execline runs it.
fn arguments(kind: Kind, file: &str) -> Vec<String> {
    let converted =
        converted(kind, file, Target::newest(Family::S6Rc)).unwrap_or_else(|fault| panic!("{fault:?}\n{file}"));
    let checked = check(&converted.text);
    let run = &checked.model.definitions[0].programs.run.as_ref().expect("a run").bytes;
    let host = [("HOST", "a  b")];
    let out = if run.starts_with(b"#!/bin/sh\n") {
        Command::new("sh").arg("-c").arg(String::from_utf8_lossy(run).as_ref()).envs(host).output().expect("sh").stdout
    } else {
        let (code, out, err) = start(run, &host);
        assert_eq!(code, Some(0), "{err}\n{}", converted.text);
        out
    };
    String::from_utf8(out).expect("UTF-8").strip_suffix('\0').expect("an end").split('\0').map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(crate::properties::config(40))]

    #[test]
    fn words_arrive_as_they_were_written(words in prop::collection::vec(r#"[ -"$-:<-~é☃]{0,10}|\$\{HOST\}|\$\$?[A-Z]{1,3}\$|\{\{a\}\}"#, 1..5)) {
        if has_execline() {
            let quoted: Vec<String> = words.iter().map(|word| for_supervisord(word)).collect();
            let file = format!("[program:a]\ncommand=printf '%%s\\0' {}\n", quoted.join(" "));
            prop_assert_eq!(arguments(Kind::Supervisord, &file), words.clone());

            let mut all = vec!["printf".to_owned(), "%s\\0".to_owned()];
            all.extend(words.iter().cloned());
            let list = serde_json::to_string(&all).expect("JSON");
            let file = format!("FROM x\nCMD {list}\n");
            prop_assert_eq!(arguments(Kind::Dockerfile, &file), words.clone());
            let file = format!("services:\n  a:\n    command: {}\n", list.replace('$', "$$"));
            prop_assert_eq!(arguments(Kind::Compose, &file), words);
        }
    }
}

#[test]
fn variables_are_the_containers() {
    if !has_execline() {
        return;
    }
    let file = "[program:a]\ncommand=printf '%%s\\0' x%(ENV_HOST)s \"%(ENV_OWN)s\" %(program_name)s-%(process_num)02d\nenvironment=OWN=\"it's\"\n";
    assert_eq!(arguments(Kind::Supervisord, file), ["xa  b", "it's", "a-00"]);
    let file = "services:\n  a:\n    command: printf '%s\\0' $HOST ${HOST:-x} \"${NONE:-a;b}\" $$HOST\n";
    // go-shellwords takes `\0` for `0` outside of quotes only.
    let found = arguments(Kind::Compose, file);
    assert_eq!(found, ["a  b", "a  b", "a;b", "$HOST"]);
    let file =
        "services:\n  a:\n    command: [sh, -c, 'printf \"%s\\0\" \"$$A\"']\n    environment: {A: \"<${HOST}>\"}\n";
    assert_eq!(arguments(Kind::Compose, file), ["<a  b>"]);
    let file = "FROM x\nCMD printf '%s\\0' \"$HOST\" | cat\n";
    assert_eq!(arguments(Kind::Dockerfile, file), ["a  b"]);
}

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

#[test]
fn a_file_that_is_there_stays_and_steps_work() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    fs::write(path.join("supervisord.conf"), "[program:web]\ncommand=web\n").expect("written");
    fs::write(path.join("services.hermes"), "mine").expect("written");
    let output = hermesc(path, &["init", "--from", "supervisord.conf"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(path.join("services.hermes")).expect("text"), "mine");
    let output = hermesc(path, &["init", "--from", "supervisord.conf", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("services.hermes: written, 1 service of supervisord.conf for s6-overlay"), "{said}");
    let steps: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  hermesc ")).collect();
    assert_eq!(steps.len(), 2, "{said}");
    for step in steps {
        let output = hermesc(path, &step.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(0), "{step}: {output:?}");
    }
    // The text names the file that it is in.
    let output = hermesc(path, &["init", "--from", "supervisord.conf", "shop.hermes"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(fs::read_to_string(path.join("shop.hermes")).expect("text").contains("#     hermesc check shop.hermes"));
}

#[test]
fn standard_input_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .args(["init", "--from", "-", "-"])
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), b"services:\n  a:\n    command: [a]\n")
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("longrun a {"), "{output:?}");
}

/// Names that s6-rc refuses, that belong to the target, or that the language makes itself are altered, and that is told.
#[test]
fn names_are_made_sound() {
    let file = "[program:s6-rc-x]\ncommand=a\n[program:user]\ncommand=b\n[program:web-log]\ncommand=c\n[program:web]\ncommand=d\n\
                stdout_logfile=/var/log/web.log\n[program:none]\ncommand=e\n[program:Web]\ncommand=f\n[group:none]\nprograms=none\n";
    let converted = converted(Kind::Supervisord, file, Target::newest(Family::S6Overlay)).expect("text");
    let model = sound(&converted, "names");
    let mut names: Vec<String> = model.definitions.iter().map(|definition| definition.name.to_string()).collect();
    names.sort();
    assert_eq!(
        names,
        ["Web-3", "none", "none-2", "user", "user-2", "web-2", "web-2-log", "web-log", "x"],
        "{}",
        converted.text
    );
    let told =
        |setting: &str| converted.notes.iter().any(|note| note.setting == setting && note.why.starts_with("called"));
    for name in ["[program:s6-rc-x]", "[program:user]", "[program:web]", "[program:Web]", "[group:none]"] {
        assert!(told(name), "{name}: {:?}", converted.notes);
    }
}

#[test]
fn secrets_are_not_copied() {
    let file = "services:\n  a:\n    command: a\n    environment:\n      DB_PASSWORD: s3cr3t\n      API_TOKEN: s3cr3t\n      URL: https://u:s3cr3t@x/\n\
                \x20     DB_PASSWORD_FILE: /run/secrets/db\n      SAFE: https://u:${P}@x/\n";
    let converted = converted(Kind::Compose, file, Target::newest(Family::S6Overlay)).expect("text");
    let told: String = converted.notes.iter().map(|note| format!("{}{}", note.setting, note.why)).collect();
    assert!(!converted.text.contains("s3cr3t") && !told.contains("s3cr3t"), "{}", converted.text);
    assert!(converted.text.contains("env DB_PASSWORD_FILE = \"/run/secrets/db\""), "{}", converted.text);
    assert!(converted.text.contains("SAFE=https://u:${P}@x/"), "{}", converted.text);
    assert_eq!(converted.notes.iter().filter(|note| note.why.contains("secret")).count(), 3, "{:?}", converted.notes);
}
