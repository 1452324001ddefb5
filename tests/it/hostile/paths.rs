//! Includes, `file`, source directories: nothing outside is read, and nothing that never ends.

use std::fs;
use std::os::unix::net::UnixListener;

use super::{CANARY, Place};

const OUTSIDE: &str = "outside of the directories that were named";

#[test]
fn includes_and_files_stay_below_what_was_named() {
    let place = Place::new();
    let absolute = place.path("secret/word").display().to_string();
    for path in ["../secret/word", absolute.as_str(), "below/../../secret/word", "link", "folder/word", "loop"] {
        fs::create_dir_all(place.path("given/below")).unwrap();
        for (name, target) in [("link", "../secret/word"), ("folder", "../secret"), ("loop", "loop")] {
            let _ = fs::remove_file(place.path(&format!("given/{name}")));
            place.link(&format!("given/{name}"), target);
        }
        let reason = if path == "loop" { "Too many levels" } else { OUTSIDE };
        for text in [
            format!("longrun a {{ run file \"{path}\"; in user }}\n"),
            format!("raw \"x\" file \"{path}\"\nlongrun a {{ run exec x; in user }}\n"),
            format!("include \"{path}\"\nlongrun a {{ run exec x; in user }}\n"),
            format!("include \"{path}.hermes\"\n").replace("link.hermes", "folder").replace("loop.hermes", "loop"),
        ] {
            place.write("given/set.hermes", text);
            for input in ["given", "given/set.hermes"] {
                place.run(&["check", input]).says(1, reason);
                place.run(&["emit", input, "-o", "out"]).says(1, "nothing was written");
                assert!(!place.path("out").exists());
                let list = place.run(&["list", input]);
                assert!(!list.said().contains(CANARY), "{}", list.said());
            }
        }
    }
}

#[test]
fn what_is_named_widens_what_may_be_read() {
    let place = Place::new();
    place.write("common/lib.hermes", "longrun lib { run file \"../common/run\"; in user }\n");
    place.write("common/run", "#!/bin/sh\nexec lib\n");
    place.write("given/set.hermes", "include \"../common/lib.hermes\"\n");
    place.run(&["check", "given"]).says(1, OUTSIDE);
    place.run(&["check", "given", "common"]).says(0, "1 longrun");
    place.run(&["check", "given", "common/lib.hermes"]).says(0, "1 longrun");
    // A configuration in the directory around both says that they belong together; one inside says nothing of outside.
    place.write("given/hermesc.toml", "");
    place.run(&["check", "given"]).says(1, OUTSIDE);
    place.remove("given/hermesc.toml");
    place.write("hermesc.toml", "");
    place.run(&["check", "given"]).says(0, "1 longrun");
}

#[test]
fn members_of_a_directory_are_no_way_out() {
    let place = Place::new();
    place.write("given/set.hermes", "longrun a { run exec x; in user }\n");
    place.link("given/other.hermes", "../secret/word.hermes");
    place.run(&["check", "given"]).says(2, OUTSIDE);
    // What a person names may be a link to anywhere.
    place.link("named.hermes", place.path("given/set.hermes"));
    place.run(&["check", "named.hermes"]).says(0, "1 longrun");
}

#[test]
fn nothing_is_waited_for() {
    let place = Place::new();
    let _socket = UnixListener::bind(place.path("given/socket")).expect("a socket");
    place.fifo("given/fifo");
    place.link("given/zero", "/dev/zero");
    for (name, reason) in [("fifo", "not a regular file"), ("socket", "not a regular file"), ("zero", OUTSIDE)] {
        for text in [format!("longrun a {{ run file \"{name}\"; in user }}\n"), format!("include \"{name}\"\n")] {
            place.check(text.clone()).says(1, "include-missing");
            place.run(&["check", "given/set.hermes"]).says(1, reason);
        }
        for arguments in [
            &["check", &format!("given/{name}")][..],
            &["fmt", &format!("given/{name}")],
            &["emit", &format!("given/{name}"), "-o", "out"],
            &["list", &format!("given/{name}")],
        ] {
            place.run(arguments).says(2, "not a regular file");
        }
        place.write("given/set.hermes", "longrun a { run exec x; in user }\n");
        place
            .run(&["check", "given/set.hermes", "--dockerfile", &format!("given/{name}")])
            .says(2, "not a regular file");
    }
    place.fifo("given/member.hermes");
    place.run(&["check", "given"]).says(2, "not a regular file");
    place.remove("given/member.hermes");
    place.fifo("given/hermesc.toml");
    place.run(&["check", "given"]).says(2, "hermesc.toml: cannot be read: not a regular file");
    place.remove("given/hermesc.toml");
    place.write("given/hermesc.toml", vec![b'#'; (1 << 20) + 1]);
    place.run(&["check", "given"]).says(2, "larger than 1 MiB");
    place.write("given/hermesc.toml", "target = \"\\u001b[31m\"\n");
    let ran = place.run(&["check", "given"]);
    assert!(!ran.says(2, "there is no target").said().contains('\u{1b}'));
    place.write("given/hermesc.toml", format!("{}{}", "a=[".repeat(50_000), "]".repeat(50_000)));
    place.run(&["check", "given"]).says(2, "hermesc.toml");
}

#[test]
fn source_directories_lead_nowhere_else() {
    let place = Place::new();
    let tree = "given/s6-rc.d";
    place.write(&format!("{tree}/web/type"), "longrun\n");
    place.write(&format!("{tree}/web/run"), "#!/bin/sh\nexec web\n");
    place.write(&format!("{tree}/user/type"), "bundle\n");
    place.write(&format!("{tree}/user/contents.d/web"), "");
    place.fifo(&format!("{tree}/web/finish"));
    place.link(&format!("{tree}/web/data"), "../../../secret");
    place.link(&format!("{tree}/web/notification-fd"), "../../../secret/word");
    place.link(&format!("{tree}/web/timeout-kill"), "/dev/zero");
    let _socket = UnixListener::bind(place.path(&format!("{tree}/web/socket"))).expect("a socket");
    for format in ["human", "short", "json", "sarif"] {
        let ran = place.run(&["check", "--format", format, "given"]);
        assert!(matches!(ran.output.status.code(), Some(0 | 1)), "{}", ran.said());
        assert!(!ran.said().contains(CANARY), "{}", ran.said());
    }
    place.run(&["import", "given"]).says(2, "neither a file nor a directory nor a symbolic link");
    for name in ["finish", "socket"] {
        place.remove(&format!("{tree}/web/{name}"));
    }
    // Links are imported as links: what they lead to is not read.
    let ran = place.run(&["import", "given"]);
    ran.says(0, "link \"/dev/zero\"").says(0, "link \"../../../secret/word\"");
    // Deep, and in a circle.
    let mut deep = place.path(&format!("{tree}/web/deep"));
    for _ in 0..40 {
        fs::create_dir(&deep).unwrap();
        deep.push("d");
    }
    place.run(&["import", "given"]).says(2, "more than 32 directories deep");
    place.link(&format!("{tree}/web/deep/up"), "../..");
    place.run(&["check", "given"]);
    place.link("given/around", "..");
    place.run(&["check", "given/around/given"]);
    // Large, without a byte on the disk.
    let huge = fs::File::create(place.path(&format!("{tree}/web/huge"))).unwrap();
    huge.set_len((16 << 20) + 1).unwrap();
    fs::remove_dir_all(place.path(&format!("{tree}/web/deep"))).unwrap();
    place.run(&["import", "given"]).says(2, "larger than 16 MiB");
}

/// What is `/secret` in the image is not the `/secret` of whoever looks, and what lies beside the image is not in it.
#[test]
fn links_of_an_image_stay_in_it() {
    let place = Place::new();
    let services = "given/etc/s6-overlay/s6-rc.d";
    let secret = place.path("secret").display().to_string();
    let inside = format!("given{secret}");
    place.write(&format!("{services}/web/type"), "longrun\n");
    place.write(&format!("{services}/web/run"), "#!/bin/sh\nexec web\n");
    place.write(&format!("{services}/user/type"), "bundle\n");
    place.write(&format!("{services}/user/contents.d/web"), "");
    place.write(&format!("secret/{CANARY}"), CANARY);
    place.write(&format!("secret/web/{CANARY}"), CANARY);
    // A list, a definition and scripts whose paths are absolute, and mean the image's own.
    place.write(&format!("{inside}/seen"), "");
    place.link(&format!("{services}/web/dependencies.d"), &secret);
    place.run(&["check", "given"]).says(1, "`seen` is not defined");
    place.remove(&format!("{services}/web/dependencies.d"));
    place.write(&format!("{inside}/web/type"), "longrun\n");
    place.write(&format!("{inside}/web/run"), "#!/bin/sh\nexec seen\n");
    place.write(&format!("{inside}/web/dependencies.d/seen-too"), "");
    place.link(&format!("{services}/linked"), format!("{secret}/web"));
    place.run(&["check", "given"]).says(1, "`seen-too` is not defined");
    place.remove(&format!("{services}/linked"));
    place.link("given/etc/cont-init.d", &secret);
    place.run(&["check", "given"]).says(0, "before the cont-init scripts are done");
    // A definition that lies elsewhere.
    place.link(&format!("{services}/elsewhere"), "../../../../secret/web");
    place.run(&["check", "given"]).says(1, "the link `elsewhere` leads nowhere");
    // An image whose services lie elsewhere.
    for (link, target) in [
        ("away/etc/s6-overlay/s6-rc.d", place.path(services)),
        ("away/etc/s6-overlay/user-bundles.d", place.path("secret")),
        ("away/etc/s6-overlay", place.path("given/etc/s6-overlay")),
        ("away/etc", place.path("given/etc")),
        ("away/root", place.path("given")),
    ] {
        let _ = fs::remove_dir_all(place.path("away"));
        fs::create_dir_all(place.path(link).parent().unwrap()).unwrap();
        place.link(link, target);
        for command in ["check", "import", "list"] {
            place.run(&[command, "away"]).says(2, "links lead out of away");
        }
    }
    // What a person names may be a link to anywhere.
    place.link("named", place.path("given"));
    place.link("s6-rc.d", place.path(services));
    place.run(&["check", "named"]).says(1, "the link `elsewhere` leads nowhere");
    place.run(&["check", "s6-rc.d"]).says(0, "a link that leads out of what is checked");
    // Without an image, links are those of the machine, and lead out.
    place.link("elsewhere", "secret");
    place.write("plain/web/type", "longrun\n");
    place.write("plain/web/run", "#!/bin/sh\nexec web\n");
    place.write("plain/user/type", "bundle\n");
    place.write("plain/user/contents.d/web", "");
    place.link("plain/elsewhere", "../elsewhere/web");
    place.link("plain/web/dependencies.d", &secret);
    place.run(&["check", "plain"]).says(0, "`elsewhere` cannot be read: a link that leads out of what is checked");
}

#[test]
fn a_look_outside_is_not_even_tried() {
    let place = Place::new();
    let traced = |arguments: &[&str]| {
        let done = std::process::Command::new("strace")
            .args(["-f", "-qq", "-e", "trace=open,openat,openat2", "-o"])
            .arg(place.path("log"))
            .arg(env!("CARGO_BIN_EXE_hermesc"))
            .args(arguments)
            .current_dir(place.0.path())
            .output();
        done.is_ok_and(|output| output.status.code().is_some_and(|code| code < 3))
            .then(|| fs::read_to_string(place.path("log")).expect("a log"))
    };
    place.link("given/link", "../secret/word");
    place.link("given/folder", "../secret");
    place.write(
        "given/set.hermes",
        "include \"../secret/word.hermes\"\ninclude \"folder\"\nlongrun a { run file \"link\"; in user }\n",
    );
    let Some(log) = traced(&["check", "given/set.hermes"]) else {
        eprintln!("strace cannot be used here: the test of what is opened was not run");
        return;
    };
    assert!(log.contains("set.hermes"), "{log}");
    let outside: Vec<&str> = log.lines().filter(|line| line.contains("secret") || line.contains("/link\"")).collect();
    assert!(outside.is_empty(), "{outside:#?}");
}
