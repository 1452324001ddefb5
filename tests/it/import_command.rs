//! `hermesc import` as people call it, and what it refuses.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output};

use camino::Utf8Path;

use crate::cli::hermesc;
use crate::import::{Made, image, make, on_disk, temporary};

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_program_imports_and_emits() {
    let (_directory, path) = temporary();
    let (from, text, to) = (path.join("from"), path.join("deep/set.hermes"), path.join("to"));
    let mut entries = image();
    let long = format!("#!/bin/sh\n{}", "true\n".repeat(60)).into_bytes();
    entries.push(("s6-rc.d/web/data/long".to_owned(), Made::File(long.clone(), 0o755)));
    make(from.as_std_path(), &entries);
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str(), "--scripts", "files"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("written as `extern`: init-services"), "{}", told(&output));
    assert!(told(&output).contains("6 definitions for s6-overlay"), "{}", told(&output));
    let files = on_disk(path.join("deep/set.files").as_std_path());
    assert_eq!(files["web/data/long"], ('f', 0o644, long));
    assert_eq!(files["web/data/logo.bin"].2, [0, 255, b'"']);
    assert_eq!(files.values().filter(|(kind, ..)| *kind == 'f').count(), 2);
    let output = hermesc(&["emit", text.as_str(), "-o", to.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(on_disk(from.as_std_path()), on_disk(to.as_std_path()));
    // Without a file, the text goes to the standard output and everything else to the other one.
    let output = hermesc(&["import", from.as_str()]);
    assert!(output.stdout.starts_with(b"target s6-overlay "), "{}", told(&output));
}

#[test]
fn a_layer_that_starts_nothing_can_be_emitted() {
    let (_directory, path) = temporary();
    let (from, text, to) = (path.join("s6-rc.d"), path.join("set.hermes"), path.join("to"));
    make(
        from.as_std_path(),
        &[
            ("base-app/dependencies.d/prepare".to_owned(), Made::File(Vec::new(), 0o644)),
            ("prepare/type".to_owned(), Made::File(b"oneshot\n".to_vec(), 0o644)),
            ("prepare/up".to_owned(), Made::File(b"true\n".to_vec(), 0o644)),
        ],
    );
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("nothing that is defined here is in the bundle `user`"), "{}", told(&output));
    let output = hermesc(&["emit", text.as_str(), "-o", to.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(on_disk(from.as_std_path()), on_disk(to.join("s6-rc.d").as_std_path()));
}

#[test]
fn a_broken_tree_is_imported_with_a_word_and_not_emitted() {
    let (_directory, path) = temporary();
    let (from, text, to) = (path.join("from"), path.join("set.hermes"), path.join("to"));
    make(from.as_std_path(), &[("a/type".to_owned(), Made::File(b"longrun\n".to_vec(), 0o644))]);
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("1 error in what was imported"), "{}", told(&output));
    let output = hermesc(&["emit", text.as_str(), "-o", to.as_str()]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("missing-run"), "{}", told(&output));
}

#[test]
fn what_cannot_be_imported_is_refused_before_anything_is_written() {
    type Setup = fn(&Utf8Path);
    let cases: [(&str, Setup, &str); 7] = [
        ("a FIFO", |from| fifo(&from.join("a/pipe")), "neither a file nor a directory nor a symbolic link"),
        (
            "a name that is not UTF-8",
            |from| fs::write(from.as_std_path().join("a").join(std::ffi::OsStr::from_bytes(b"x\xff")), "").unwrap(),
            "its name is not UTF-8",
        ),
        (
            "a link that is not UTF-8",
            |from| symlink(std::ffi::OsStr::from_bytes(b"x\xff"), from.join("a/link")).unwrap(),
            "the path that the link says is not UTF-8",
        ),
        (
            "a huge file",
            |from| fs::File::create(from.join("a/huge")).unwrap().set_len((16 << 20) + 1).unwrap(),
            "larger than 16 MiB",
        ),
        (
            "too deep",
            |from| fs::create_dir_all(from.join("a").join(vec!["d"; 40].join("/"))).unwrap(),
            "more than 32 directories deep",
        ),
        (
            "a file where the directory should be",
            |from| {
                fs::remove_dir_all(from).unwrap();
                fs::write(from, "").unwrap();
            },
            "is not a directory",
        ),
        (
            "a single definition",
            |from| {
                fs::rename(from.join("a"), from.with_file_name("a")).unwrap();
                fs::remove_dir(from).unwrap();
                fs::rename(from.with_file_name("a"), from).unwrap();
            },
            "is a single definition",
        ),
    ];
    for (name, setup, expected) in cases {
        let (_directory, path) = temporary();
        let (from, text) = (path.join("from"), path.join("set.hermes"));
        make(
            from.as_std_path(),
            &[
                ("a/type".to_owned(), Made::File(b"oneshot\n".to_vec(), 0o644)),
                ("a/up".to_owned(), Made::File(b"true\n".to_vec(), 0o644)),
            ],
        );
        setup(&from);
        let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", told(&output));
        assert!(told(&output).contains(expected), "{name}: {}", told(&output));
        assert!(!text.exists(), "{name}");
    }
}

#[test]
fn what_cannot_stand_in_a_text_is_a_file_beside_it() {
    let (_directory, path) = temporary();
    let (from, text, to) = (path.join("from"), path.join("set.hermes"), path.join("to"));
    let file = |bytes: Vec<u8>| Made::File(bytes, 0o644);
    make(
        from.as_std_path(),
        &[
            ("a/type".to_owned(), file(b"oneshot\n".to_vec())),
            ("a/up".to_owned(), file(b"true\n".to_vec())),
            ("a/line".to_owned(), file(vec![b'x'; 2 << 20])),
            ("a/binary".to_owned(), file(vec![0xff; 9])),
        ],
    );
    let output = hermesc(&["import", from.as_str()]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("a/line is too large to stand in a text"), "{}", told(&output));
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert!(told(&output).contains("and 2 files in"), "{}", told(&output));
    fs::remove_file(&text).unwrap();
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("set.files is there already") && !text.exists(), "{}", told(&output));
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str(), "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let output = hermesc(&["emit", text.as_str(), "-o", to.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(on_disk(from.as_std_path()), on_disk(to.as_std_path()));
}

fn fifo(path: &Utf8Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo starts");
    assert!(made.success());
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_forced() {
    let (_directory, path) = temporary();
    let (from, text) = (path.join("from"), path.join("set.hermes"));
    make(from.as_std_path(), &image());
    fs::write(&text, "mine").unwrap();
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert_eq!(fs::read_to_string(&text).unwrap(), "mine");
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str(), "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(fs::read_to_string(&text).unwrap().starts_with("target "));
}

#[test]
fn a_link_to_the_directory_is_the_directory_and_nothing_is_nothing() {
    let (_directory, path) = temporary();
    let (from, link, empty) = (path.join("from"), path.join("link"), path.join("empty"));
    make(from.as_std_path(), &image());
    symlink("from", &link).unwrap();
    let (there, through) = (hermesc(&["import", from.as_str()]), hermesc(&["import", link.as_str()]));
    assert_eq!(there.status.code(), Some(0), "{}", told(&there));
    assert_eq!(there.stdout, through.stdout);
    fs::create_dir(&empty).unwrap();
    let output = hermesc(&["import", empty.as_str()]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("holds no s6-rc source directories"), "{}", told(&output));
}

#[test]
fn flat_lists_become_directories_where_it_is_asked_for() {
    let plain = |text: &str| Made::File(text.as_bytes().to_vec(), 0o644);
    let entries = [
        ("all/type", plain("bundle\n")),
        ("all/contents", plain("# both\n  a\nb\n\n")),
        ("a/type", plain("oneshot\n")),
        ("a/up", plain("true\n")),
        ("a/dependencies", plain("b\n")),
        ("b/type", plain("oneshot\n")),
        ("b/up", plain("true\n")),
        ("b/dependencies", plain("c \n")),
        ("c /type", plain("oneshot\n")),
        ("c /up", plain("true\n")),
        ("c /dependencies", plain("a\n")),
        ("c /dependencies.d", Made::Directory),
    ];
    let entries = entries.map(|(path, made)| (path.to_owned(), made));
    let (_directory, path) = temporary();
    let (from, text, to) = (path.join("from"), path.join("set.hermes"), path.join("to"));
    make(from.as_std_path(), &entries);
    let output = hermesc(&["import", "--modernise", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("2 flat lists turned into directories"), "{}", told(&output));
    let output = hermesc(&["emit", text.as_str(), "-o", to.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let (mut old, new) = (on_disk(from.as_std_path()), on_disk(to.as_std_path()));
    for (list, names) in [("all/contents", vec!["a", "b"]), ("a/dependencies", vec!["b"])] {
        old.remove(list).unwrap();
        old.insert(format!("{list}.d"), ('d', 0o755, Vec::new()));
        old.extend(names.into_iter().map(|name| (format!("{list}.d/{name}"), ('f', 0o644, Vec::new()))));
    }
    assert_eq!(old, new);
}

#[test]
fn a_tree_under_another_mask_has_one_line_for_it() {
    let (_directory, path) = temporary();
    let from = path.join("from");
    let file = |text: &str, mode: u32| Made::File(text.as_bytes().to_vec(), mode);
    let entries = [
        ("a/type", file("longrun\n", 0o664)),
        ("a/run", file("#!/bin/sh\nexec a\n", 0o775)),
        ("a/data/key", file("k", 0o600)),
        ("b/type", file("bundle\n", 0o664)),
        ("b/contents.d/a", file("", 0o664)),
    ];
    make(from.as_std_path(), &entries.into_iter().map(|(path, made)| (path.to_owned(), made)).collect::<Vec<_>>());
    let mut open = vec![from.clone()];
    while let Some(directory) = open.pop() {
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o775)).unwrap();
        open.extend(
            directory.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_dir()),
        );
    }
    let (text, tree) = (path.join("a.hermes"), path.join("tree"));
    let output = hermesc(&["import", from.as_str(), "-o", text.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let written = fs::read_to_string(&text).unwrap();
    assert!(written.contains("\numask 002\n") && written.matches("mode ").count() == 1, "{written}");
    let output = hermesc(&["emit", text.as_str(), "-o", tree.as_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let mode = |path: &str| fs::metadata(tree.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!([mode("a"), mode("a/data"), mode("b/contents.d")], [0o775; 3]);
    assert_eq!(
        [mode("a/type"), mode("a/run"), mode("a/data/key"), mode("b/contents.d/a")],
        [0o664, 0o775, 0o600, 0o664]
    );
}
