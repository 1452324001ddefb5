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

pub fn has_execline() -> bool {
    let found = Path::new("/bin/execlineb").exists();
    if !found {
        eprintln!("exec: execline is not installed, so that nothing was run");
    }
    found
}

/// Runs a `run`, and gives its exit code and what it wrote.
pub fn start(run: &[u8], env: &[(&str, &str)]) -> (Option<i32>, Vec<u8>, String) {
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
    // At the end of a word execline takes this for the variable as well.
    assert_eq!(arguments("'$HOST' '[$HOST' ${HOST}", &[("HOST", "v")]), [&b"$HOST"[..], b"[$HOST", b"v"]);
    assert_eq!(arguments("'$HOST' ${HOST} ${OTHER}", &other), [b"$HOST", other[0].1.as_bytes(), b""]);
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
    // `nice` adds to what the tests themselves run with.
    let own = std::process::Command::new("nice").output().expect("nice starts").stdout;
    let own: i32 = String::from_utf8_lossy(&own).trim().parse().expect("a number");
    assert_eq!(String::from_utf8_lossy(&out), format!("a  $b ${{c}}|/|0027|77|{}\nerr\n", own + 3));
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
    #![proptest_config(crate::properties::config(60))]

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

/// A condition, what it comes to with these variables, and how it is written.
#[derive(Debug, Clone)]
enum Condition {
    Truthy(&'static str),
    Equals(&'static str, &'static str),
    Path(bool),
    Command(bool),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

impl Condition {
    fn holds(&self, env: &BTreeMap<&str, &str>) -> bool {
        match self {
            Self::Truthy(name) => env
                .get(name)
                .is_some_and(|value| ["1", "true", "yes", "on"].contains(&value.to_ascii_lowercase().as_str())),
            Self::Equals(name, value) => env.get(name).copied().unwrap_or_default() == *value,
            Self::Path(there) | Self::Command(there) => *there,
            Self::Not(one) => !one.holds(env),
            Self::And(all) => all.iter().all(|one| one.holds(env)),
            Self::Or(some) => some.iter().any(|one| one.holds(env)),
        }
    }

    fn written(&self) -> String {
        let joined = |all: &[Self], word: &str| {
            format!("({})", all.iter().map(Self::written).collect::<Vec<_>>().join(&format!(" {word} ")))
        };
        match self {
            Self::Truthy(name) => format!("env {name}"),
            Self::Equals(name, value) => {
                format!("env {name} = \"{}\"", value.replace('\\', "\\\\").replace('{', "\\x7b"))
            }
            Self::Path(there) => format!("path \"{}\"", if *there { "/" } else { "/nowhere at all" }),
            Self::Command(holds) => format!("command sh \"\"\"exit {}\"\"\"", i32::from(!holds)),
            Self::Not(one) => format!("not {}", one.written()),
            Self::And(all) => joined(all, "and"),
            Self::Or(some) => joined(some, "or"),
        }
    }
}

const VALUES: &[&str] = &["", "1", "TRUE", "off", "-n", "(", "=", "a b", "${HOST}", "x${OTHER}", "{", "}", "\\"];

fn conditions() -> impl Strategy<Value = Condition> {
    let name = || prop::sample::select(vec!["HOST", "OTHER"]);
    let leaf = prop_oneof![
        name().prop_map(Condition::Truthy),
        (name(), prop::sample::select(VALUES)).prop_map(|(name, value)| Condition::Equals(name, value)),
        any::<bool>().prop_map(Condition::Path),
        any::<bool>().prop_map(Condition::Command),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner, 2..4).prop_map(Condition::Or),
        ]
    })
}

/// Whether a longrun runs is what the condition says of its environment.
fn holds_as_written(condition: &Condition, variables: [(&'static str, Option<&'static str>); 2], notify: bool) {
    let env: BTreeMap<&str, &str> = variables.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let given: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, *value)).collect();
    // 2 is a descriptor that is always there.
    let ready = if notify { "    raw notification-fd text \"2\\n\"\n" } else { "" };
    let run = run_of(&format!("{ready}    when {}\n    run exec echo runs", condition.written()));
    let (code, out, err) = start(&run, &given);
    let expected = if condition.holds(&env) { (Some(0), "runs\n") } else { (Some(125), "") };
    let out = String::from_utf8_lossy(&out);
    assert_eq!((code, out.as_ref()), expected, "{err}\n{}", String::from_utf8_lossy(&run));
}

#[test]
fn a_backslash_in_an_empty_environment() {
    if has_execline() {
        let host = || Condition::Truthy("HOST");
        let either = Condition::Or(vec![Condition::Equals("HOST", "\\"), host()]);
        let condition = Condition::Not(Box::new(Condition::And(vec![either, host()])));
        holds_as_written(&condition, [("HOST", None), ("OTHER", None)], false);
    }
}

proptest! {
    #![proptest_config(crate::properties::config(150))]

    #[test]
    fn conditions_hold_as_they_are_written(
        condition in conditions(),
        host in prop::option::of(prop::sample::select(VALUES)),
        other in prop::option::of(prop::sample::select(VALUES)),
        notify in any::<bool>(),
    ) {
        if has_execline() {
            holds_as_written(&condition, [("HOST", host), ("OTHER", other)], notify);
        }
    }
}

#[test]
fn a_oneshot_is_skipped_where_its_condition_does_not_hold() {
    if !has_execline() {
        return;
    }
    let checked =
        check("target s6-rc\noneshot a {\n    when env HOST\n    up exec echo up\n    down exec echo down\n}\n");
    let a = checked.model.get("a").expect("a");
    for (program, word) in [(&a.programs.up, "up\n"), (&a.programs.down, "down\n")] {
        let bytes = &program.as_ref().expect("a program").bytes;
        for (env, expected) in [(&[("HOST", "yes")][..], word), (&[], "")] {
            let (code, out, err) = start(bytes, env);
            assert_eq!((code, String::from_utf8_lossy(&out).as_ref()), (Some(0), expected), "{err}");
        }
    }
}
