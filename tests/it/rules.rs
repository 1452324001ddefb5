//! Every rule finds its bad example and is content with its good one.

use std::fs;
use std::path::Path;

use hermesc::compile::Checked;
use hermesc::diagnostic::Severity;
use hermesc::rules::{self, Example};

use crate::memory::{check, found};

/// What is found in an example that is text.
fn diagnostics_of(example: Example) -> Option<Checked> {
    match example {
        Example::Language(text) => Some(check(text)),
        Example::Tree(_) | Example::None => None,
    }
}

#[test]
fn examples_are_bad_and_good_as_they_say() {
    let (mut seen, mut not_run, mut wrong) = (0, 0, Vec::new());
    for rule in rules::all() {
        match diagnostics_of(rule.bad) {
            Some(checked) => {
                seen += 1;
                if !checked.diagnostics.iter().any(|diagnostic| diagnostic.rule == rule) {
                    wrong.push(format!("{}: bad, and not found: {:?}", rule.id, found(&checked)));
                }
            }
            None => not_run += 1,
        }
        match diagnostics_of(rule.good) {
            Some(checked) => {
                let bad = checked
                    .diagnostics
                    .iter()
                    .any(|diagnostic| diagnostic.rule == rule || diagnostic.severity == Severity::Error);
                if bad {
                    wrong.push(format!("{}: good, and found: {:?}", rule.id, found(&checked)));
                }
            }
            None => not_run += 1,
        }
    }
    // Directories are `trees`' to run.
    eprintln!("rules: {seen} examples of text were run; {not_run} are directories, or none");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 30, "only {seen} examples were run");
}

#[test]
fn ids_are_well_formed_and_unique() {
    let rules = rules::all();
    for rule in &rules {
        let kebab =
            rule.id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(kebab, "`{}` is not kebab-case", rule.id);
        assert!(!rule.summary.ends_with('.') && !rule.explanation.is_empty(), "{}", rule.id);
    }
    assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id), "an id stands twice");
}

/// Compares a file of this repository with what it should hold; `HERMESC_BLESS=1` writes it.
fn recorded(path: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("HERMESC_BLESS").is_some() {
        fs::write(&path, current).expect("a written file");
        return;
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == current, "{} is not current: run the tests once with HERMESC_BLESS=1", path.display());
}

#[test]
fn no_rule_vanishes_unnoticed() {
    let ids: String = rules::all().iter().map(|rule| format!("{}\n", rule.id)).collect();
    recorded("tests/it/rule_ids.txt", &ids);
}

#[test]
fn the_index_of_rules_is_current() {
    recorded("docs/rules.md", &rules::document());
}

/// The codes that a service of the language is given, with this text inside.
fn codes(inside: &str) -> Vec<&'static str> {
    let checked = check(&format!("longrun web {{\n{inside}\n}}\nbundle user {{ web }}\n"));
    assert_eq!(checked.errors(), 0, "{inside}: {:?}", found(&checked));
    checked.diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect()
}

fn shell(part: &str, lines: &str) -> String {
    format!("    {part} sh \"\"\"\n        {}\n        \"\"\"\n", lines.replace('\n', "\n        "))
}

#[test]
fn daemons_that_leave_are_found_behind_what_sets_them_up() {
    let rule = "background-process";
    for run in ["s6-setuidgid root /usr/sbin/sshd -e", "nice -n 5 crond", "fdmove -c 2 1 named -u bind"] {
        assert!(codes(&format!("    run exec {run}")).contains(&rule), "{run}");
    }
    for run in ["s6-setuidgid root /usr/sbin/sshd -De", "crond -f", "nginx", "my-sshd"] {
        assert!(!codes(&format!("    run exec {run}")).contains(&rule), "{run}");
    }
    assert!(codes(&shell("run", "prepare\nweb &")).contains(&rule));
    for run in ["web &\nwait", "helper &\nexec web", "if true; then\n    web &\nfi\nexec web"] {
        assert!(!codes(&shell("run", run)).contains(&rule), "{run}");
    }
}

#[test]
fn a_missing_exec_is_found_where_it_is_sure() {
    assert!(codes(&shell("run", "mkdir -p /run/web\nweb -f")).contains(&"no-exec"));
    for run in [
        "exec web -f",
        "trap 'stop' TERM\nweb -f",
        "while :; do web; done",
        "web -f\nsleep 5",
        "web || exit 1",
        "serve() {\n    exec web\n}\nserve",
        ". /lib/web.sh\nstart_web",
        "job\necho done",
    ] {
        assert!(!codes(&shell("run", run)).contains(&"no-exec"), "{run}");
    }
}

#[test]
fn a_gate_is_found_only_where_nothing_says_125() {
    let rule = "exit-loop";
    for run in
        ["[ -n \"$WEB\" ] || exit 0\nexec web", "if test \"$WEB\" = no; then\n    echo off\n    exit\nfi\nexec web"]
    {
        assert!(codes(&shell("run", run)).contains(&rule), "{run}");
        let finish = shell("finish", "[ \"$1\" = 0 ] && exit 125\nexit 0");
        assert!(!codes(&(shell("run", run) + &finish)).contains(&rule), "{run}");
    }
    for run in [
        "[ -f /etc/web ] || exit 0\nexec web",
        "[ -n \"$WEB\" ] || exit 1\nexec web",
        "if [ -z \"$WEB\" ]; then\n    sleep 60\n    exit 0\nfi\nexec web",
        "if [ -z \"$WEB\" ]; then\n    s6-svc -d .\n    exit 0\nfi\nexec web",
        "prepare\n[ -n \"$WEB\" ] || exit 0\nexec web",
        "[ -n \"$WEB\" ] && echo on\nexec web",
    ] {
        assert!(!codes(&shell("run", run)).contains(&rule), "{run}");
    }
}

#[test]
fn a_finish_is_measured_against_its_limit() {
    let rule = "finish-too-long";
    let run = "    run exec web\n";
    for (limit, finish, long) in [
        ("", "sleep 6\ntrue", true),
        ("", "sleep 3\nsleep 3", true),
        ("", "timeout -k 1 30 clean-up\ntrue", true),
        ("    timeout-finish 1s\n", "sleep 2", true),
        ("    timeout-finish 10s\n", "sleep 6", false),
        ("    timeout-finish never\n", "sleep 600", false),
        ("", "sleep 4", false),
        ("", "sleep \"$PAUSE\"", false),
        ("", "if [ \"$1\" = 1 ]; then\n    sleep 60\nfi", false),
        ("", "exit 0\nsleep 60", false),
    ] {
        let text = format!("{run}{limit}{}", shell("finish", finish));
        assert_eq!(codes(&text).contains(&rule), long, "{limit}{finish}");
    }
}

#[test]
fn zero_is_reported_and_never_is_not() {
    assert!(codes("    run exec web\n    timeout-kill 0s").contains(&"zero-timeout"));
    assert!(codes("    run exec web\n    timeout-finish 0ms").contains(&"zero-timeout"));
    for text in ["timeout-kill never", "timeout-finish never", "timeout-up 0s", "timeout-kill 1s"] {
        assert!(!codes(&format!("    run exec web\n    {text}")).contains(&"zero-timeout"), "{text}");
    }
}

#[test]
fn a_finish_that_always_gives_up_is_a_hint() {
    let run = "    run exec web\n";
    assert!(codes(&(run.to_owned() + &shell("finish", "echo gone\nexit 125"))).contains(&"never-restarted"));
    for finish in ["[ \"$1\" = 1 ] || exit 0\nexit 125", "if true; then\n    exit 125\nfi", "exit 0"] {
        assert!(!codes(&(run.to_owned() + &shell("finish", finish))).contains(&"never-restarted"), "{finish}");
    }
}
