//! Where is written: whatever lies in the output, and whatever its manifest says.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::Place;
use crate::emit::snapshot;

const TEXT: &str = "longrun a { run exec x; in user }\n";

fn secret(place: &Place) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    snapshot(&place.path("secret")).expect("a directory")
}

#[test]
fn a_manifest_leads_nowhere_else() {
    let place = Place::new();
    place.write("given/set.hermes", TEXT);
    let before = secret(&place);
    let absolute = place.path("secret/word").display().to_string();
    for (path, stamp) in [
        ("../secret/word", ""),
        (absolute.as_str(), ""),
        ("a/../../secret/word", ""),
        ("../secret", "directory"),
        ("..", "directory"),
        (".", "directory"),
        ("", "directory"),
        ("/", "directory"),
    ] {
        for manifest in [
            format!("{{\"version\":2,\"entries\":{{\"{path}\":\"{stamp}\"}}}}"),
            format!("{{\"version\":2,\"entries\":{{}},\"next\":{{\"{path}\":\"{stamp}\"}}}}"),
            format!("{{\"version\":1,\"entries\":[\"{path}\"]}}"),
        ] {
            place.write("out/.hermesc.json", &manifest);
            for more in [&[][..], &["--force"], &["--check"]] {
                place.run(&[&["emit", "given", "-o", "out"], more].concat()).says(2, "is not below the directory");
            }
            assert_eq!(secret(&place), before, "{manifest}");
            assert!(!place.path("out/s6-rc.d").exists());
        }
    }
}

#[test]
fn links_in_the_output_are_not_followed() {
    let place = Place::new();
    place.write("given/set.hermes", TEXT);
    place.write("secret/run", super::CANARY);
    let before = secret(&place);
    // Said to be ours: a file behind a link, and the link itself.
    for stamp in ["link ../secret", "directory"] {
        let _ = fs::remove_dir_all(place.path("out"));
        place.write(
            "out/.hermesc.json",
            format!("{{\"version\":2,\"entries\":{{\"s6-rc.d\":\"{stamp}\",\"s6-rc.d/word\":\"link x\",\"s6-rc.d/run\":\"link x\",\"gone/word\":\"link x\"}}}}"),
        );
        place.link("out/s6-rc.d", "../secret");
        place.link("out/gone", "../secret");
        for more in [&["--check"][..], &["--diff"], &[], &["--force"]] {
            let ran = place.run(&[&["emit", "given", "-o", "out"], more].concat());
            assert!(!ran.said().contains(super::CANARY), "{}", ran.said());
            assert_eq!(secret(&place), before, "{more:?}: {}", ran.said());
        }
        assert!(!place.path("out/s6-rc.d").is_symlink());
    }
    // Each file a link to outside: shown and replaced as links, never read or written through.
    place.run(&["emit", "given", "-o", "out", "--force"]).says(0, "");
    for file in ["s6-rc.d/a/run", "s6-rc.d/a/type", "user-bundles.d/user/type"] {
        place.remove(&format!("out/{file}"));
        place.link(&format!("out/{file}"), place.path("secret/word"));
    }
    for more in [&["--check"][..], &["--diff"], &[], &["--force"]] {
        let ran = place.run(&[&["emit", "given", "-o", "out"], more].concat());
        assert!(!ran.said().contains(super::CANARY), "{more:?}: {}", ran.said());
    }
    assert_eq!(secret(&place), before);
    assert!(!place.path("out/s6-rc.d/a/run").is_symlink());
    // The manifest too.
    place.remove("out/.hermesc.json");
    place.link("out/.hermesc.json", place.path("secret/word"));
    place.run(&["emit", "given", "-o", "out"]).says(2, "a symbolic link, which is not followed");
    assert_eq!(secret(&place), before);
}

#[test]
fn nothing_in_the_output_is_waited_for() {
    let place = Place::new();
    place.write("given/set.hermes", TEXT);
    place.fifo("pipe");
    for (more, code) in [(&["--check"][..], 1), (&["--diff"], 1), (&[], 2), (&["--force"], 0)] {
        place.run(&[&["emit", "given", "-o", "pipe"], more].concat()).says(code, "");
    }
    place.run(&["emit", "given", "-o", "out"]).says(0, "");
    place.remove("out/s6-rc.d/a/run");
    place.fifo("out/s6-rc.d/a/run");
    for more in [&["--check"][..], &["--diff"]] {
        place.run(&[&["emit", "given", "-o", "out"], more].concat()).says(1, "s6-rc.d/a/run");
    }
    place.run(&["emit", "given", "-o", "out"]).says(2, "s6-rc.d/a/run is in the way");
    place.run(&["emit", "given", "-o", "out", "--force"]).says(0, "");
    place.remove("out/s6-rc.d/a/run");
    fs::File::create(place.path("out/s6-rc.d/a/run")).unwrap().set_len(8 << 30).unwrap();
    place.run(&["emit", "given", "-o", "out"]).says(2, "s6-rc.d/a/run is in the way");
    place.run(&["emit", "given", "-o", "out", "--force"]).says(0, "");
    for what in ["a pipe", "a huge file", "nonsense"] {
        place.remove("out/.hermesc.json");
        match what {
            "a pipe" => place.fifo("out/.hermesc.json"),
            "a huge file" => fs::File::create(place.path("out/.hermesc.json")).unwrap().set_len(8 << 30).unwrap(),
            _ => place.write("out/.hermesc.json", "[".repeat(1 << 20)),
        }
        place.run(&["emit", "given", "-o", "out"]).says(2, ".hermesc.json");
    }
}
