//! Fixes of source directories, as people meet them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use camino::Utf8PathBuf;
use hermesc::model::Kind;
use hermesc::s6rc::read::{Pending, Request, read, source};
use tempfile::TempDir;

use crate::trees::write;

/// A layer with what can be mended: a script without its bit, CRLF, a byte order mark, shell in `up`, no `type`.
const BROKEN: &str = "== img/etc/s6-overlay/s6-rc.d/setup/type
oneshot
== img/etc/s6-overlay/s6-rc.d/setup/dependencies.d/base
== img/etc/s6-overlay/s6-rc.d/setup/up
/etc/s6-overlay/scripts/make-data
== img/etc/s6-overlay/scripts/make-data 640
#!/command/with-contenv sh
mkdir -p /data
== img/etc/s6-overlay/s6-rc.d/shell/type
oneshot
== img/etc/s6-overlay/s6-rc.d/shell/dependencies.d/base
== img/etc/s6-overlay/s6-rc.d/shell/up
mkdir -p /data && chown www /data
== img/etc/s6-overlay/s6-rc.d/bash/type
oneshot
== img/etc/s6-overlay/s6-rc.d/bash/dependencies.d/base
== img/etc/s6-overlay/s6-rc.d/bash/up
#!/bin/bash
set -e
mkdir -p /srv
== img/etc/s6-overlay/s6-rc.d/web/type
longrun
== img/etc/s6-overlay/s6-rc.d/web/run 755
#!/bin/sh\r
exec httpd -f\r
== img/etc/s6-overlay/s6-rc.d/log/run 755
\u{feff}#!/bin/sh
exec cat
== img/etc/s6-overlay/s6-rc.d/log/dependencies.d/base
== img/etc/s6-overlay/user-bundles.d/user/contents.d/setup
== img/etc/s6-overlay/user-bundles.d/user/contents.d/shell
== img/etc/s6-overlay/user-bundles.d/user/contents.d/bash
== img/etc/s6-overlay/user-bundles.d/user/contents.d/web
== img/etc/s6-overlay/user-bundles.d/user/contents.d/log
";

fn tree(text: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), text);
    directory
}

/// What `check` says in a directory: exit code, standard output, standard error.
fn check(directory: &Path, arguments: &[&str]) -> (Option<i32>, Vec<u8>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .arg("check")
        .args(arguments)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .output()
        .expect("hermesc starts");
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).expect("UTF-8"))
}

/// Every file below a directory with its bytes and mode; where a link leads.
fn files(directory: &Path) -> BTreeMap<String, (Vec<u8>, u32)> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).expect("a directory") {
            let path = entry.expect("an entry").path();
            let metadata = fs::symlink_metadata(&path).expect("there");
            let name = path.strip_prefix(directory).expect("below").display().to_string();
            if metadata.is_dir() {
                open.push(path);
            } else if metadata.is_symlink() {
                found.insert(name, (fs::read_link(&path).expect("a link").display().to_string().into_bytes(), 0));
            } else {
                found.insert(name, (fs::read(&path).expect("readable"), metadata.permissions().mode() & 0o7777));
            }
        }
    }
    found
}

#[test]
fn a_layer_is_mended_once() {
    let directory = tree(BROKEN);
    assert_eq!(check(directory.path(), &["img"]).0, Some(1));
    let (code, out, told) = check(directory.path(), &["--fix", "img"]);
    let out = String::from_utf8(out).expect("UTF-8");
    assert_eq!(code, Some(0), "{out}{told}");
    let found = files(directory.path());
    let file = |path: &str| {
        let (bytes, mode) =
            found.get(&format!("img/etc/s6-overlay/{path}")).unwrap_or_else(|| panic!("{path}: {told}"));
        (String::from_utf8(bytes.clone()).expect("UTF-8"), *mode)
    };
    assert_eq!(file("scripts/make-data").1, 0o751);
    // No interpreter is named, so none is sure.
    assert_eq!(file("s6-rc.d/shell/up").0, "mkdir -p /data && chown www /data\n");
    assert_eq!(file("s6-rc.d/bash/up").0, "/etc/s6-overlay/s6-rc.d/bash/up-script\n");
    assert_eq!(file("s6-rc.d/bash/up-script"), ("#!/bin/bash\nset -e\nmkdir -p /srv\n".to_owned(), 0o755));
    assert_eq!(file("s6-rc.d/web/run"), ("#!/bin/sh\nexec httpd -f\n".to_owned(), 0o755));
    // Only suggested, so not made.
    assert!(!found.contains_key("img/etc/s6-overlay/s6-rc.d/web/dependencies.d/base"));
    assert_eq!(file("s6-rc.d/log/run"), ("#!/bin/sh\nexec cat\n".to_owned(), 0o755));
    assert_eq!(file("s6-rc.d/log/type").0, "longrun\n");
    assert_eq!(told.lines().filter(|line| line.starts_with("fixed ")).count(), 5, "{told}");
    let (code, _, again) = check(directory.path(), &["--fix", "img"]);
    assert_eq!((code, again.as_str()), (Some(0), ""));
    assert_eq!(files(directory.path()), found);
}

#[test]
fn a_diff_changes_nothing_and_can_be_applied() {
    for program in ["git", "patch"] {
        let (shown, fixed) = (tree(BROKEN), tree(BROKEN));
        let before = files(shown.path());
        let (_, diff, told) = check(shown.path(), &["--diff", "img"]);
        assert_eq!((files(shown.path()), told.as_str()), (before, ""));
        let text = String::from_utf8(diff.clone()).expect("UTF-8");
        assert!(text.contains("\nold mode 100640\nnew mode 100751\n"), "{text}");
        assert!(
            text.contains("\nnew file mode 100755\n--- /dev/null\n+++ b/img/etc/s6-overlay/s6-rc.d/bash/up-script\n"),
            "{text}"
        );
        assert!(text.contains("-exec httpd -f\r\n"), "{text}");
        let arguments: &[&str] = if program == "git" { &["apply", "-"] } else { &["-p1", "--binary", "-s"] };
        let child = Command::new(program)
            .args(arguments)
            .current_dir(shown.path())
            .env("GIT_CEILING_DIRECTORIES", "/")
            .stdin(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("not run: {program} is not installed");
            continue;
        };
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), &diff).expect("written");
        assert!(child.wait().expect("it ends").success(), "{program}\n{text}");
        check(fixed.path(), &["--fix", "img"]);
        let bytes = |directory: &TempDir| -> BTreeMap<String, Vec<u8>> {
            files(directory.path()).into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
        };
        assert_eq!(bytes(&shown), bytes(&fixed), "{program}");
    }
}

#[test]
fn nothing_outside_of_what_was_named_is_changed() {
    let directory = tree(BROKEN);
    let root = directory.path();
    // The base image has a file to mend too, one definition is a link out, and one file is.
    let base = "== base/etc/s6-overlay/s6-rc.d/db/type\nlongrun\n== base/etc/s6-overlay/s6-rc.d/db/run 755\n#!/bin/sh\r\n\
                == elsewhere/type\nlongrun\n== elsewhere/run\n#!/bin/sh\r\n== elsewhere/finish\n#!/bin/sh\r\n";
    write(root, base);
    let services = root.join("img/etc/s6-overlay/s6-rc.d");
    std::os::unix::fs::symlink("../../../../elsewhere", services.join("linked")).expect("linked");
    std::os::unix::fs::symlink("../../../../../elsewhere/finish", services.join("web/finish")).expect("linked");
    std::os::unix::fs::symlink("run", services.join("log/finish")).expect("linked");
    let outside = |root: &Path| {
        let kept = files(root).into_iter().filter(|(path, _)| !path.starts_with("img/") || path.contains("/finish"));
        kept.collect::<BTreeMap<_, _>>()
    };
    let before = outside(root);
    // The scripts are not below this path.
    let (_, _, told) = check(root, &["--fix", "img/etc/s6-overlay/s6-rc.d", "--against", "base"]);
    assert!(told.contains("fixed img/etc/s6-overlay/s6-rc.d/web/run:1: end the lines"), "{told}");
    assert!(!told.contains("make it executable"), "{told}");
    check(root, &["--fix", "img", "--against", "base"]);
    assert_eq!(outside(root), before);
}

#[test]
fn a_name_that_the_base_image_may_have_is_not_written_anew() {
    let layer = format!("{BROKEN}== img/etc/s6-overlay/s6-rc.d/web/dependencies.d/setups\n");
    let directory = tree(&layer);
    let (code, _, told) = check(directory.path(), &["--fix", "img"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(!told.contains("unknown-name"), "{told}");
    assert!(directory.path().join("img/etc/s6-overlay/s6-rc.d/web/dependencies.d/setups").exists());
    // A plain source directory is all there is.
    let directory = tree(
        "== src/web/type\nlongrun\n== src/web/run\n#!/bin/sh\n== src/web/dependencies.d/setups\n== src/setup/type\nbundle\n== src/setup/contents.d/\n",
    );
    let (_, _, told) = check(directory.path(), &["--fix", "src"]);
    assert!(told.contains("rename it to `setup`"), "{told}");
    assert!(directory.path().join("src/web/dependencies.d/setup").exists());
}

#[test]
fn bytes_that_are_no_text_stay_what_they_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let web = directory.path().join("src/web one");
    fs::create_dir_all(&web).expect("made");
    fs::write(web.join("type"), "longrun\n").expect("written");
    fs::write(web.join("run"), b"#!/bin/sh\r\nexec \xff\x1b[1m\rx\r\nno newline").expect("written");
    let (_, diff, _) = check(directory.path(), &["--diff", "src"]);
    let child = Command::new("git")
        .args(["apply", "-"])
        .current_dir(directory.path())
        .env("GIT_CEILING_DIRECTORIES", "/")
        .stdin(Stdio::piped())
        .spawn();
    let mended = b"#!/bin/sh\nexec \xff\x1b[1m\rx\nno newline".as_slice();
    if let Ok(mut child) = child {
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), &diff).expect("written");
        assert!(child.wait().expect("it ends").success(), "{}", String::from_utf8_lossy(&diff));
        assert_eq!(fs::read(web.join("run")).expect("readable"), mended);
        fs::write(web.join("run"), b"#!/bin/sh\r\nexec \xff\x1b[1m\rx\r\nno newline").expect("written");
    } else {
        eprintln!("not run: git is not installed");
    }
    check(directory.path(), &["--fix", "src"]);
    assert_eq!(fs::read(web.join("run")).expect("readable"), mended);
}

#[test]
fn a_failed_write_is_told_as_it_is() {
    // A mode that can be set, and comes before the files that cannot be written.
    let text = BROKEN.replace("img/etc/s6-overlay/scripts/make-data", "img/etc/make-data");
    let directory = tree(&text.replace("/etc/s6-overlay/scripts/make-data", "/etc/make-data"));
    let before = files(directory.path());
    // No file may have a byte, for anybody: the system answers EFBIG.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_hermesc")])
        .args(["check", "--fix", "img"])
        .current_dir(directory.path())
        .output()
        .expect("sh starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("hermesc: cannot write img/") && told.contains("nothing was changed"), "{told}");
    assert!(!told.contains("fixed "), "{told}");
    assert_eq!(files(directory.path()), before);
    let (_, _, told) = check(directory.path(), &["--fix", "img"]);
    assert!(told.contains("make it executable"), "{told}");
}

#[test]
fn the_reader_sees_files_that_are_to_be_and_none_that_is_to_go() {
    let directory = tree(
        "== web/type\nlongrun\n== web/run\n#!/bin/sh\n== web/producer-for\nlog\n== log/type\nlongrun\n== log/run\n#!/bin/sh\n",
    );
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("UTF-8");
    let mut pending = Pending::default();
    pending.set(root.join("web/producer-for"), None);
    pending.set(root.join("web/type"), Some((Arc::from(b"oneshot\n".as_slice()), 0o644)));
    pending.set(root.join("web/dependencies.d/log"), Some((Arc::from([]), 0o644)));
    let request = Request { layouts: vec![source(&root)], pending, ..Request::default() };
    let (model, sources) = read(&request).expect("read");
    let web = model.get("web").expect("a definition");
    assert_eq!(web.kind, Kind::Oneshot);
    assert_eq!(web.dependencies.iter().map(|needed| needed.name.as_str()).collect::<Vec<_>>(), ["log"]);
    let facts = web.directory.as_ref().expect("facts");
    let paths: Vec<&str> = facts.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["dependencies.d", "dependencies.d/log", "run", "type"]);
    // Each file once: what is counted is what people see.
    assert_eq!(sources.iter().filter(|(_, source)| source.path.ends_with("web/type")).count(), 1);
}

#[test]
fn a_terminal_is_shown_escapes_and_obeys_none() {
    let directory = tree("== src/web/type\nlongrun\n== src/web/run\n#!/bin/sh\r\nprintf '\u{1b}[2J'\r\n");
    let command = format!("{} check --diff src", env!("CARGO_BIN_EXE_hermesc"));
    let script = Command::new("script")
        .args(["-q", "-c", &command, "/dev/null"])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output();
    let Ok(output) = script else {
        eprintln!("not run: script(1) is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("+printf '\\u{1b}[2J'") && text.contains("-#!/bin/sh\\r"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(check(directory.path(), &["--diff", "src"]).1.contains(&0x1b));
}
