//! An instance whose template has a log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::scan::{Scan, is_root, until};

/// A template with all that the language has for one; `@` is the directory of the test.
const SUGAR: &str = r#"target s6-rc 0.5.4.1
template gateway(profile: name) {
    longrun gateway-{{profile}} {
        stop-on exit 0, 78
        finish sh """
            echo "$1" >>@/finished
            """
        run sh """
            echo start >>@/starts
            read -r line <@/go
            echo "err $line" >&2
            i=0
            while test $i -lt 400; do
                echo "line $i of many, which are longer than they need to be"
                echo "secret $i"
                i=$((i + 1))
            done
            exit 78
            """
        log to "@/logs/{{profile}}" { keep 2; rotate-at 4096B; deselect "^secret"; USER }
    }
}
"#;

/// `gateway` is stopped for ever by 78, has a logger of its own, and a `finish` beside the one that hermesc writes.
fn logged(user: &str, prepare: impl FnOnce(&Scan)) -> Option<(Scan, String)> {
    let scan = Scan::start()?;
    let source = SUGAR.replace('@', &scan.path("")[..scan.path("").len() - 1]).replace("USER", user);
    fs::write(scan.path("t.hermes"), source).expect("source");
    for directory in ["", "logs"] {
        let _ = fs::create_dir(scan.path(directory));
        fs::set_permissions(scan.path(directory), fs::Permissions::from_mode(0o777)).expect("mode");
    }
    assert!(Command::new("mkfifo").arg(scan.path("go")).status().expect("mkfifo").success());
    prepare(&scan);
    scan.works(&["gateway", "profile=coder"]);
    assert!(until(10, || Path::new(&scan.path("starts")).exists()), "it starts");
    fs::write(scan.path("go"), "hello\n").expect("a reader");
    assert!(until(10, || scan.svstat("gateway-coder") == "false true"), "78 is permanent");
    assert!(until(10, || fs::read_to_string(scan.path("finished")).is_ok_and(|text| text == "78\n")));
    // A rotation may come at any time, the last line included.
    let files = || -> Vec<(String, String)> {
        let entries = fs::read_dir(scan.path("logs/coder")).into_iter().flatten().flatten();
        let named = entries.map(|entry| (entry.file_name().into_string().expect("text"), entry.path()));
        let kept = named.filter(|(name, _)| name.starts_with('@') || name == "current");
        kept.map(|(name, path)| (name, fs::read_to_string(path).unwrap_or_default())).collect()
    };
    assert!(until(10, || files().iter().any(|(_, text)| text.contains("line 399 "))), "{:?}", files());
    let old = files().iter().filter(|(name, _)| name.starts_with('@')).count();
    let text: String = files().into_iter().map(|(_, text)| text).collect();
    assert_eq!(old, 2, "two old files are kept");
    assert!(!text.contains("secret"), "{text}");
    let stamped = |line: &str| line.len() > 31 && line.as_bytes()[4] == b'-' && line.as_bytes()[10] == b' ';
    assert!(text.lines().all(stamped), "{text}");
    let current = scan.path("logs/coder/current");
    Some((scan, current))
}

#[test]
fn a_template_with_a_logger_logs() {
    let Some((scan, _)) = logged("", |_| {}) else { return };
    assert_eq!(fs::read_to_string(scan.path("starts")).expect("starts"), "start\n");
}

#[test]
fn logs_are_written_by_their_user_past_a_lock_of_roots() {
    if !is_root() {
        eprintln!("not run: only root can leave a lock of root's behind");
        return;
    }
    let Some((_scan, current)) = logged("user daemon", |scan| {
        let directory = scan.path("logs/coder");
        fs::create_dir(&directory).expect("a directory");
        std::os::unix::fs::chown(&directory, Some(1), Some(1)).expect("daemon's");
        fs::write(format!("{directory}/lock"), "").expect("a lock");
        fs::set_permissions(format!("{directory}/lock"), fs::Permissions::from_mode(0o600)).expect("mode");
    }) else {
        return;
    };
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&fs::metadata(current).expect("current")), 1);
}
