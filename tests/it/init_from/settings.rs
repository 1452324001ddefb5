//! What is told of settings, names and secrets.

use hermesc::init::from::Kind;
use hermesc::s6rc::target::{Family, Target};

use super::{converted, sound};

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
