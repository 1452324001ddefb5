//! Severities, line formats and fixes, as people meet them.

use std::fs;

use crate::cli::hermesc;

const BROKEN: &str = "let unused = \"é\"\nlongrun web {\n    run exec serve -p $PORT -d $DIR\n}\nbundle user { web }\n";

fn file(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.hermes");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

fn out(arguments: &[&str]) -> (Option<i32>, String) {
    let output = hermesc(arguments);
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[test]
fn fixes_are_applied_once_and_a_diff_writes_nothing() {
    let (_directory, path) = file(BROKEN);
    let (_, diff) = out(&["check", "--diff", &path]);
    assert!(diff.contains("+    run exec serve -p ${PORT} -d ${DIR}"), "{diff}");
    assert_eq!(fs::read_to_string(&path).unwrap(), BROKEN);
    let (code, told) = out(&["check", "--fix", &path]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.matches("fixed ").count(), 2, "{told}");
    let mended = fs::read_to_string(&path).unwrap();
    assert!(mended.contains("-p ${PORT} -d ${DIR}"), "{mended}");
    let (_, again) = out(&["check", "--fix", &path]);
    assert!(!again.contains("fixed "), "{again}");
    assert_eq!(fs::read_to_string(&path).unwrap(), mended);
}

#[test]
fn severities_are_set_from_outside_and_inside() {
    let sound = BROKEN.replace("$PORT", "1").replace("$DIR", "2");
    let (directory, path) = file(&sound);
    let (code, shown) = out(&["check", "--format", "short", &path]);
    assert_eq!(code, Some(0));
    assert!(shown.contains(":1:5: warning[unused-let] "), "{shown}");
    assert_eq!(out(&["check", "--deny", "warnings", &path]).0, Some(1));
    assert_eq!(out(&["check", "--format", "short", "--allow", "unused-let", &path]), (Some(0), String::new()));
    let (code, told) = out(&["check", "--deny", "unused-lett", &path]);
    assert_eq!(code, Some(2));
    assert!(told.contains("did you mean `unused-let`?"), "{told}");
    assert_eq!(out(&["check", "--allow", "syntax", &path]).0, Some(2));
    fs::write(directory.path().join("hermesc.toml"), "[rules]\nunused-let = \"error\"\n").unwrap();
    assert_eq!(out(&["check", &path]).0, Some(1));
    fs::write(&path, format!("# hermesc: allow(unused-let) kept for later\n{sound}")).unwrap();
    assert_eq!(out(&["check", "--format", "short", &path]), (Some(0), String::new()));
    fs::write(&path, format!("{sound}# hermesc: allow-file(unused-let, same-fds)\n")).unwrap();
    let (_, shown) = out(&["check", "--format", "short", &path]);
    assert!(shown.contains("warning[unused-allow]") && shown.lines().count() == 1, "{shown}");
}

#[test]
fn annotations_are_escaped() {
    let (_directory, path) = file("longrun \"a%\\u{1b}/b\" {\n    run exec x\n}\nbundle user { \"a%\\u{1b}/b\" }\n");
    let (code, shown) = out(&["check", "--format", "github", &path]);
    assert_eq!(code, Some(1));
    assert!(shown.starts_with("::error file=") && shown.contains(",line=1,col=9,title=bad-name::"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

/// A layer of an image with a mistake of each kind that has a sure mend, and a link out of it.
fn layer() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("rootfs");
    let put = |path: &str, text: &str| {
        let path = root.join("etc/s6-overlay").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("s6-rc.d/setup/type", "oneshot\r\n");
    put("s6-rc.d/setup/up", "#!/bin/sh\nset -e\nmkdir -p /data && chown www \"/data\"\n");
    put("s6-rc.d/setup/dependencies.d/base", "");
    put("s6-rc.d/data/type", "oneshot\n");
    put("s6-rc.d/data/up", "/etc/s6-overlay/scripts/data\n");
    put("s6-rc.d/data/dependencies.d/base", "");
    put("scripts/data", "#!/bin/sh\ntrue\n");
    put("s6-rc.d/web/type", "longrun\n");
    put("s6-rc.d/web/run", "#!/command/with-contenv sh\r\nexec httpd\r\n");
    put("s6-rc.d/web/dependencies", "setup\ndata\n");
    put("s6-rc.d/web/timeout-kill", "\u{feff}30000\n");
    put("user-bundles.d/user/contents.d/web", "");
    fs::write(directory.path().join("outside"), "#!/bin/sh\r\ntrue\r\n").unwrap();
    std::os::unix::fs::symlink("../../../../../outside", root.join("etc/s6-overlay/s6-rc.d/web/finish")).unwrap();
    let root = root.to_str().unwrap().to_owned();
    (directory, root)
}

/// Every file below a directory, with its mode.
fn tree(root: &str) -> Vec<(String, u32, String)> {
    use std::os::unix::fs::PermissionsExt;
    let mut open = vec![std::path::PathBuf::from(root)];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.path().symlink_metadata().unwrap();
            if metadata.is_dir() {
                open.push(entry.path());
            } else if metadata.is_file() {
                let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(entry.path()).unwrap();
                found.push((name, metadata.permissions().mode() & 0o777, text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn directories_are_mended_as_far_as_it_is_sure() {
    let (directory, root) = layer();
    let before = tree(&root);
    let (_, diff) = out(&["check", "--diff", &root]);
    for line in ["new mode 100755", "+/etc/s6-overlay/s6-rc.d/setup/up-script", "deleted file mode 100644"] {
        assert!(diff.contains(line), "{line}\n{diff}");
    }
    assert_eq!(tree(&root), before, "a diff writes nothing");
    let (_, told) = out(&["check", "--fix", "--format", "short", &root]);
    assert_eq!(told.matches("fixed ").count(), 6, "{told}");
    assert!(!told.contains("script-missing"), "what is to be there is seen: {told}");
    let after = tree(&root);
    let file = |name: &str| {
        let found =
            after.iter().find(|(known, ..)| known.strip_prefix("etc/s6-overlay/").is_some_and(|known| known == name));
        found.map(|(_, mode, text)| (*mode, text.as_str()))
    };
    assert_eq!(file("s6-rc.d/setup/type").unwrap().1, "oneshot\n");
    assert_eq!(file("s6-rc.d/setup/up").unwrap().1, "/etc/s6-overlay/s6-rc.d/setup/up-script\n");
    let script = file("s6-rc.d/setup/up-script").unwrap();
    assert_eq!(script, (0o755, "#!/bin/sh\nset -e\nmkdir -p /data && chown www \"/data\"\n"));
    assert_eq!(file("scripts/data").unwrap().0, 0o755);
    assert_eq!(file("s6-rc.d/web/run").unwrap().1, "#!/command/with-contenv sh\nexec httpd\n");
    assert_eq!(file("s6-rc.d/web/dependencies"), None);
    assert_eq!(file("s6-rc.d/web/dependencies.d/setup").unwrap(), (0o644, ""));
    assert_eq!(file("s6-rc.d/web/timeout-kill").unwrap().1, "30000\n");
    let outside = fs::read_to_string(directory.path().join("outside")).unwrap();
    assert_eq!(outside, "#!/bin/sh\r\ntrue\r\n", "nothing behind a link is touched");
    let (_, again) = out(&["check", "--fix", "--format", "short", &root]);
    assert!(!again.contains("fixed "), "{again}");
    assert_eq!(tree(&root), after);
}

#[test]
fn a_script_in_a_plain_source_directory_is_handed_to_its_shell() {
    let directory = tempfile::tempdir().unwrap();
    let service = directory.path().join("source/setup");
    fs::create_dir_all(&service).unwrap();
    fs::write(service.join("type"), "oneshot\n").unwrap();
    fs::write(service.join("up"), "#!/bin/sh -e\nmkdir \"a b\" && touch c\n").unwrap();
    let source = directory.path().join("source");
    let (_, told) = out(&["check", "--fix", source.to_str().unwrap()]);
    assert!(told.contains("hand the script to `/bin/sh`"), "{told}");
    let up = fs::read_to_string(service.join("up")).unwrap();
    assert_eq!(up, "/bin/sh -e -c \"mkdir \\\"a b\\\" && touch c\n\"\n");
}

#[test]
fn many_hints_of_a_rule_are_counted() {
    let services: String = (0..5)
        .map(|number| format!("longrun s{number} {{\n    ready fd 3\n    run exec s\n    in user\n}}\n"))
        .collect();
    let (_directory, path) = file(&services);
    let (code, told) = out(&["check", &path]);
    assert_eq!(code, Some(0));
    assert_eq!(told.matches("\nreadiness-without-timeout\n").count() + 1, 3, "{told}");
    assert!(told.contains("2 more hints of `readiness-without-timeout`"), "{told}");
    assert!(told.ends_with("5 hints in 1 file\n"), "{told}");
    assert_eq!(out(&["check", "--format", "short", &path]).1.lines().count(), 5);
}
