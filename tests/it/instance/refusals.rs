//! What is refused, and left as it was.

use std::fs;
use std::path::Path;

use super::scan::Scan;

#[test]
fn values_that_are_no_names_are_refused() {
    let scan = Scan::quiet();
    let long = "a".repeat(300);
    for value in ["../../etc", "", "a\nb", &long, ".hidden", "-x", "a b", "a/b", "{{id}}", "\u{e4}"] {
        for template in ["worker", "logged"] {
            let output = scan.instantiate(&[template, &format!("id={value}")]);
            assert_eq!(output.status.code(), Some(1), "{template} {value:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("the value of `id`"), "{value:?}: {said}");
        }
    }
    for given in
        [&["elsewhere", "id=x", "prefix=../"][..], &["elsewhere", "id=x", "prefix=."], &["two", "id=x"], &["worker"]]
    {
        assert_eq!(scan.instantiate(given).status.code(), Some(1), "{given:?}");
    }
    for given in [
        &["wor ker", "id=x"][..],
        &["worker", "x"],
        &["worker", "id=x", "id=y"],
        &["worker", "id=x", "--control-user", "no such"],
    ] {
        assert_eq!(scan.instantiate(given).status.code(), Some(2), "{given:?}");
    }
    assert!(scan.visible().is_empty() && scan.unfinished().is_empty());
}

#[test]
fn links_and_foreign_directories_are_left_alone() {
    let scan = Scan::quiet();
    let victim = scan.path("victim");
    fs::create_dir(&victim).expect("directory");
    fs::write(format!("{victim}/keep"), "").expect("file");
    std::os::unix::fs::symlink(&victim, scan.path("scan/worker-x")).expect("link");
    std::os::unix::fs::symlink(&victim, scan.path("scan/.hermesc-1-1")).expect("link");
    fs::create_dir(scan.path("scan/worker-y")).expect("directory");
    for given in
        [&["worker", "id=x"][..], &["worker", "id=x", "--remove"], &["worker", "id=y"], &["worker", "id=y", "--remove"]]
    {
        let output = scan.instantiate(given);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{given:?}");
    }
    assert!(Path::new(&victim).join("keep").exists());
    assert_eq!(scan.visible(), ["worker-x", "worker-y"]);
    assert_eq!(fs::read_dir(&victim).expect("directory").count(), 1, "nothing was written through the link");
}
