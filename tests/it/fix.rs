//! Severities, line formats and fixes, as people meet them.

use std::fs;

use crate::cli::hermesc;

const BROKEN: &str = "let unused = \"é\"\nlongrun web {\n    run exec web -p $PORT -d $DIR\n}\nbundle user { web }\n";

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
    assert!(diff.contains("+    run exec web -p ${PORT} -d ${DIR}"), "{diff}");
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
