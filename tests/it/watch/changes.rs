//! What is a change, of everything that was read, and what is none.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::program::{Watch, directory, put, service};

#[test]
fn a_run_follows_every_kind_of_change() {
    let watch = Watch::new(&["services"], directory(&[("services/a.hermes", &service("a"))]));
    let at = |name: &str| watch.path().join("services").join(name);
    watch.tells(1, "no problems in 1 file: 1 longrun");
    fs::write(at("a.hermes"), service("a") + &service("b")).unwrap();
    watch.tells(2, "no problems in 1 file: 2 longruns");
    // As editors save: a new file, moved over the old one.
    fs::write(at(".a.hermes.new"), service("a") + "longrun b { in user }\n").unwrap();
    fs::rename(at(".a.hermes.new"), at("a.hermes")).unwrap();
    watch.tells(3, "missing-run");
    // Or the old one aside, and a new one.
    fs::rename(at("a.hermes"), at("a.hermes~")).unwrap();
    fs::write(at("a.hermes"), service("a")).unwrap();
    watch.tells(4, "services/a.hermes changed\nno problems in 1 file: 1 longrun");
    fs::write(at("c.hermes"), service("c")).unwrap();
    watch.tells(5, "services/c.hermes is new\nno problems in 2 files");
    fs::remove_file(at("a.hermes")).unwrap();
    watch.tells(6, "services/a.hermes is gone\nno problems in 1 file");
    // What is none of the language changes nothing.
    fs::write(at("notes.txt"), "").unwrap();
    fs::write(at(".c.hermes.swp"), "").unwrap();
    fs::write(at("c.hermes"), service("d")).unwrap();
    watch.tells(7, "services/c.hermes changed");
    fs::remove_dir_all(at("")).unwrap();
    watch.tells(8, "there is no services");
    fs::create_dir(at("")).unwrap();
    watch.tells(9, "holds neither `.hermes` files nor");
    fs::write(at("e.hermes"), service("e")).unwrap();
    watch.tells(10, "no problems in 1 file");
    // A directory that is there again at once has no watch any more.
    fs::remove_dir_all(at("")).unwrap();
    put(watch.path(), "services/e.hermes", &service("f"));
    watch.tells(11, "no problems in 1 file");
    fs::write(at("e.hermes"), "longrun e {").unwrap();
    watch.tells(12, "unclosed");
}

#[test]
fn everything_that_was_read_is_watched() {
    let files = [
        ("a.hermes", "include \"parts/b.hermes\"\nlongrun a { run file \"scripts/a\"; in user }\n"),
        ("parts/b.hermes", &service("b")),
        ("scripts/a", "#!/bin/sh\nexec a\n"),
        ("image/Dockerfile", "FROM scratch\nCOPY rootfs/ /\nENTRYPOINT [\"/init\"]\n"),
    ];
    let watch = Watch::new(&["a.hermes", "--dockerfile", "image/Dockerfile"], directory(&files));
    watch.tells(1, "2 longruns");
    put(watch.path(), "parts/b.hermes", &(service("b") + &service("c")));
    watch.tells(2, "parts/b.hermes changed\nno problems in 3 files: 3 longruns");
    put(watch.path(), "scripts/a", "#!/bin/sh\nexec other\n");
    watch.tells(3, "scripts/a changed");
    fs::remove_file(watch.path().join("scripts/a")).unwrap();
    watch.tells(4, "cannot read scripts/a");
    put(watch.path(), "scripts/a", "#!/bin/sh\nexec a\n");
    watch.tells(5, "no problems");
    put(watch.path(), "image/Dockerfile", "FROM scratch\nENTRYPOINT [\"/bin/other\"]\n");
    watch.tells(6, "image/Dockerfile changed");
    put(watch.path(), "hermesc.toml", "[rules]\nunknown = 1\n");
    watch.tells(7, "hermesc.toml is new\nhermesc: ");
    fs::remove_file(watch.path().join("hermesc.toml")).unwrap();
    watch.tells(8, "hermesc.toml is gone");
    // Another include, in a directory that nobody watched.
    put(watch.path(), "more/d.hermes", &service("d"));
    put(watch.path(), "parts/b.hermes", "include \"../more/d.hermes\"\n");
    watch.tells(9, "parts/b.hermes changed");
    put(watch.path(), "more/d.hermes", &(service("d") + &service("e")));
    watch.tells(10, "more/d.hermes changed");
}

#[test]
fn a_burst_of_changes_is_one_run() {
    let watch = Watch::new(&["a.hermes"], directory(&[("a.hermes", &service("a"))]));
    watch.report();
    for number in 0..200 {
        put(watch.path(), "a.hermes", &service(&format!("a-{number}")));
    }
    put(watch.path(), "a.hermes", "longrun last {");
    let mut report = watch.report();
    let mut runs = 1;
    while !report.contains("longrun last") {
        report = watch.report();
        runs += 1;
    }
    // One, unless the machine was busy for the time in which nothing may change.
    assert!(runs < 20, "{runs} runs for one burst");
}

#[test]
fn what_is_changed_back_is_no_change() {
    let watch = Watch::new(&["services"], directory(&[("services/a.hermes", &service("a"))]));
    watch.report();
    // vim looks so whether it can write in a directory.
    put(watch.path(), "services/4913.hermes", "");
    fs::remove_file(watch.path().join("services/4913.hermes")).unwrap();
    put(watch.path(), "services/b.hermes", &service("b"));
    watch.tells(2, "no problems in 2 files");
}

#[test]
fn source_directories_are_watched() {
    let base = "image/etc/s6-overlay/s6-rc.d";
    let at = |name: &str| format!("{base}/{name}");
    let watch = Watch::new(&["image"], directory(&[("image/etc/motd", "")]));
    watch.tells(1, "holds neither");
    put(watch.path(), &at("web/type"), "longrun\n");
    watch.report();
    put(watch.path(), &at("web/run"), "#!/bin/sh\nexec web\n");
    fs::set_permissions(watch.path().join(at("web/run")), fs::Permissions::from_mode(0o755)).unwrap();
    put(watch.path(), "image/etc/s6-overlay/user-bundles.d/user/type", "bundle\n");
    put(watch.path(), "image/etc/s6-overlay/user-bundles.d/user/contents.d/web", "");
    put(watch.path(), &at("web/dependencies.d/base"), "");
    let mut report = watch.report();
    while !report.contains("no problems") {
        report = watch.report();
    }
    put(watch.path(), &at("web/dependencies.d/nothing"), "");
    assert!(watch.report().contains("`nothing` is not defined"));
    fs::remove_file(watch.path().join(at("web/dependencies.d/nothing"))).unwrap();
    assert!(watch.report().contains("no problems"));
    put(watch.path(), &at("cache/run"), "#!/bin/sh\nexec cache\n");
    assert!(watch.report().contains("cache"));
}

#[test]
fn links_are_followed() {
    // As Kubernetes does it: the files are links through a link that is exchanged.
    let files = [("one/a.hermes", &*service("a")), ("two/a.hermes", "longrun a {")];
    let directory = directory(&files);
    symlink("one", directory.path().join("data")).unwrap();
    fs::create_dir(directory.path().join("services")).unwrap();
    symlink("../data/a.hermes", directory.path().join("services/a.hermes")).unwrap();
    symlink("two", directory.path().join("next")).unwrap();
    let watch = Watch::new(&["services/a.hermes"], directory);
    watch.tells(1, "no problems");
    fs::rename(watch.path().join("next"), watch.path().join("data")).unwrap();
    watch.tells(2, "unclosed");
    put(watch.path(), "two/a.hermes", &service("a"));
    watch.tells(3, "no problems");
}

#[test]
fn several_sets_are_told_apart() {
    let files = [("a/a.hermes", service("a")), ("b/b.hermes", service("b"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let watch = Watch::new(&["a", "b", "--each"], directory(&files));
    watch.tells(1, "2 service sets: no problems");
    put(watch.path(), "b/b.hermes", "longrun b {");
    watch.tells(2, "== b\n");
}

#[test]
fn an_open_file_is_left_alone() {
    // What others do with a file that is read changes nothing.
    let watch = Watch::new(&["a.hermes"], directory(&[("a.hermes", &service("a"))]));
    watch.report();
    for _ in 0..10 {
        drop(File::open(watch.path().join("a.hermes")).unwrap());
        fs::read_dir(watch.path()).unwrap().for_each(drop);
    }
    put(watch.path(), "a.hermes", &service("b"));
    watch.tells(2, "a.hermes changed");
}
