//! What is written after each run.

use std::fs;

use super::program::{Watch, directory, put, service};

#[test]
fn what_is_emitted_starts_no_run() {
    let files = [("a.hermes", service("a")), ("tree/.keep", String::new())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    // The output lies in the directory that is watched.
    let watch = Watch::new(&[".", "-o", "out"], directory(&files));
    let run = || fs::read_to_string(watch.path().join("out/s6-rc.d/a/run")).unwrap_or_default();
    watch.tells(1, "out: 2 definitions");
    assert!(run().contains("\na\n"), "{}", run());
    put(watch.path(), "a.hermes", "longrun a { run exec changed; in user }\n");
    watch.tells(2, "\na.hermes changed\nout: 2 definitions for s6-overlay 3.2.3.2; 1 file written");
    assert!(run().contains("changed"), "{}", run());
    // Nothing is written where there are errors.
    put(watch.path(), "a.hermes", "longrun a { run exec again; in user\n");
    watch.tells(3, "nothing was written\nproblems");
    assert!(run().contains("changed"), "{}", run());
    put(watch.path(), "a.hermes", "longrun a { run exec again; in user }\n");
    watch.tells(4, "1 file written");
    assert!(run().contains("again"), "{}", run());
}

#[test]
fn the_files_of_an_image_are_emitted_too() {
    let watch = Watch::new(&["a.hermes", "--rootfs", "root"], directory(&[("a.hermes", &service("a"))]));
    watch.tells(1, "COPY [\"root/etc/\", \"/etc/\"]");
    put(watch.path(), "a.hermes", &service("b"));
    watch.tells(2, "a.hermes changed\nroot: ");
    assert!(watch.path().join("root/etc/s6-overlay/s6-rc.d/b/run").is_file());
}
