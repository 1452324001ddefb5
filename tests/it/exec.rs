//! What `exec` and the statements around it do when they are run by the real execline.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use hermesc::report::human::{Style, render};
use proptest::prelude::*;

use crate::memory::check;

/// The `run` of a longrun with this body, under plain s6-rc.
fn run_of(body: &str) -> Vec<u8> {
    let text = format!("target s6-rc\nlongrun a {{\n{body}\n}}\n");
    let checked = check(&text);
    assert_eq!(checked.errors(), 0, "{}", render(&checked.diagnostics, &checked.sources, Style::default()));
    checked.model.definitions[0].programs.run.clone().expect("a run").bytes
}

fn has_execline() -> bool {
    let found = Path::new("/bin/execlineb").exists();
    if !found {
        eprintln!("exec: execline is not installed, so that nothing was run");
    }
    found
}

/// Runs a `run`, and gives its exit code and what it wrote.
fn start(run: &[u8], env: &[(&str, &str)]) -> (Option<i32>, Vec<u8>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("run");
    let mut file = std::fs::File::create(&path).expect("a file");
    file.write_all(run).expect("written");
    file.set_permissions(std::fs::Permissions::from_mode(0o755)).expect("executable");
    drop(file);
    // execlineb reads the file: starting it directly can meet a descriptor that a parallel fork still holds.
    let output = Command::new("/bin/execlineb")
        .args(["-P"])
        .arg(&path)
        .env_remove("HOST")
        .env_remove("OTHER")
        .envs(env.iter().copied())
        .output()
        .expect("started");
    (output.status.code(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The arguments that a program was given, by a program that prints them.
fn arguments(words: &str, env: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let run = run_of(&format!("    run exec printf '%s\\0' {words}"));
    let (code, out, err) = start(&run, env);
    assert_eq!(code, Some(0), "{err}\n{}", String::from_utf8_lossy(&run));
    out.strip_suffix(b"\0").expect("an end").split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

#[test]
fn variables_stay_one_word() {
    if !has_execline() {
        return;
    }
    let other = [("HOST", "a  b ${OTHER} $(x) *"), ("OTHER", "")];
    assert_eq!(arguments("${HOST}", &other), [b"a  b ${OTHER} $(x) *"]);
    assert_eq!(arguments("[${HOST}] ${OTHER} end", &other), [&b"[a  b ${OTHER} $(x) *]"[..], b"", b"end"]);
    assert_eq!(arguments("'${HOST}' ${HOST}", &[("HOST", "v")]), [&b"${HOST}"[..], b"v"]);
    assert_eq!(arguments(r#""a\\${HOST}" "\\\\${HOST}""#, &[("HOST", "v")]), [&br"a\v"[..], br"\\v"]);
    assert_eq!(arguments("${HOST}", &[]), [b""]);
}

#[test]
fn defaults_stand_for_what_is_unset_or_empty() {
    if !has_execline() {
        return;
    }
    for env in [&[][..], &[("HOST", "")]] {
        assert_eq!(arguments("${HOST:-127.0.0.1} x", env), [&b"127.0.0.1"[..], b"x"]);
        let (code, _, err) = start(&run_of("    run exec echo ${HOST:?set it} x"), env);
        assert_eq!((code, err.as_str()), (Some(100), "HOST: set it\n"));
    }
    for value in ["=", "(", "-n", "!", "x y", "!="] {
        assert_eq!(arguments("${HOST:-d}", &[("HOST", value)]), [value.as_bytes()]);
    }
}

#[test]
fn the_statements_around_a_program_do_what_they_say() {
    if !has_execline() {
        return;
    }
    let body = "    env GREETING = \"a  $b ${c}\"\n    cwd \"/\"\n    umask 027\n    limit open-files 77\n    nice 3\n    \
                redirect stderr to stdout\n    run sh \"\"\"\n        echo \"$GREETING|$(pwd)|$(umask)|$(ulimit -n)|$(nice)\"\n        \
                echo err >&2\n        \"\"\"";
    if !Path::new("/bin/s6-softlimit").exists() {
        eprintln!("exec: s6 is not installed, so that `limit` was not run");
        return;
    }
    let (code, out, err) = start(&run_of(body), &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(String::from_utf8_lossy(&out), "a  $b ${c}|/|0027|77|3\nerr\n");
}

#[test]
fn a_user_is_dropped_to_by_root_and_by_nobody_else() {
    if !has_execline() || !Path::new("/bin/s6-setuidgid").exists() {
        eprintln!("exec: s6 is not installed, so that `user` was not run");
        return;
    }
    let show = "run sh \"\"\"\n        echo \"$(id -u):$(id -g)|$HOME|$USER|$LOGNAME\"\n        \"\"\"";
    let named = run_of(&format!("    user daemon\n    {show}"));
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if root {
        let (_, out, err) = start(&named, &[]);
        assert_eq!(String::from_utf8_lossy(&out), "1:1|/usr/sbin|daemon|daemon\n", "{err}");
        let own = run_of(&format!("    user daemon\n    env HOME = \"/opt/data\"\n    {show}"));
        assert_eq!(String::from_utf8_lossy(&start(&own, &[]).1), "1:1|/opt/data|daemon|daemon\n");
        let ids = run_of(&format!("    user 7:8:9\n    {show}"));
        assert!(String::from_utf8_lossy(&start(&ids, &[]).1).starts_with("7:8|"));
    } else {
        eprintln!("exec: not root, so that no user was dropped to");
        let (_, out, err) = start(&named, &[("HOME", "/mine")]);
        assert!(String::from_utf8_lossy(&out).contains("|/mine|"), "{err}");
    }
}

/// A word of an `exec`, spelled in single quotes where it can be and in double quotes otherwise.
fn spelled(word: &str) -> String {
    if !word.contains(['\'', '\n']) {
        return format!("'{word}'");
    }
    let mut text = String::from("\"");
    for char in word.chars() {
        match char {
            '"' | '\\' | '$' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '{' => text.push_str("\\{"),
            _ => text.push(char),
        }
    }
    text + "\""
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_argument_arrives_as_it_was_written(words in prop::collection::vec(r#"[ -~\n\\'"$`{}#;é☃\t]{0,12}|\$\{HOST\}"#, 1..5)) {
        if has_execline() {
            let text: Vec<String> = words.iter().map(|word| spelled(word)).collect();
            let found = arguments(&format!("{} ${{HOST}}", text.join(" ")), &[("HOST", "v")]);
            let mut expected: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            expected.push(b"v".to_vec());
            prop_assert_eq!(found, expected, "{}", text.join(" "));
        }
    }
}

#[test]
fn a_statement_that_is_not_supported_is_refused() {
    let statements: BTreeMap<&str, &str> = [
        ("when", "when env A"),
        ("stop-on", "stop-on exit 78"),
        ("log", "log to \"/var/log/a\""),
        ("on-exit", "on-exit stop-container"),
        ("prepare", "prepare exec true"),
        ("cleanup", "cleanup exec true"),
        ("control-user", "control-user nobody"),
    ]
    .into();
    for (keyword, statement) in statements {
        let text = format!("target s6-rc\nlongrun a {{\n    {statement}\n    run exec true\n}}\n");
        let checked = check(&text);
        let ids: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect();
        assert_eq!(ids, ["unsupported-statement"], "{keyword}");
    }
}
