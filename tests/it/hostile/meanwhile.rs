//! What others do to an output, or in it, before and while it is written again.

use super::Place;
use crate::emit_faults::can;

/// Services, so many that writing them takes a while.
fn services(place: &Place, name: &str, number: usize, word: &str) {
    let text: String = (0..number).map(|at| format!("longrun s{at} {{ run exec {word}; in user }}\n")).collect();
    place.write(name, format!("target s6-overlay\n{text}"));
}

/// A change by hand is found, however new the manifest looks.
#[test]
fn copies_and_touched_manifests_hide_no_change() {
    let place = Place::new();
    services(&place, "one.hermes", 3, "one");
    services(&place, "two.hermes", 3, "two");
    for copy in [
        "cp -r out copy",
        "cp -a out copy",
        "mkdir copy; tar -cf - -C out s6-rc.d user-bundles.d .hermesc.json | tar -xf - -C copy",
        "mv out copy; touch copy/.hermesc.json",
        "mv out copy; touch copy; touch -r copy copy/.hermesc.json",
        "mv out copy; chmod 600 copy/.hermesc.json; chmod 644 copy/.hermesc.json",
    ] {
        place.sh("rm -rf out copy; $H emit one.hermes -o out; echo '# by hand' >> out/s6-rc.d/s1/run");
        place.sh(copy);
        place.run(&["emit", "--check", "one.hermes", "-o", "copy"]).says(1, "s6-rc.d/s1/run");
        place.run(&["emit", "two.hermes", "-o", "copy"]).says(2, "by hand");
        let text = std::fs::read_to_string(place.path("copy/s6-rc.d/s1/run")).unwrap();
        assert!(text.ends_with("# by hand\n"), "{copy}: {text}");
    }
}

#[test]
fn what_is_written_meanwhile_is_kept() {
    let place = Place::new();
    services(&place, "one.hermes", 300, "one");
    services(&place, "two.hermes", 300, "two");
    let said = place.sh(r#"
$H emit one.hermes -o out
mkdir out/s6-rc.d/mine
echo 0 > out/s6-rc.d/mine/saved
(
    i=0
    while [ ! -e stop ]; do
        i=$((i + 1))
        echo $i > out/s6-rc.d/mine/new$i && echo $i >> made || true
        mkdir out/s6-rc.d/mine/dir$i && echo $i >> dirs || true
        echo $i > saving && mv saving out/s6-rc.d/mine/saved && echo $i > last || true
    done
) 2> /dev/null &
for round in 1 2 3; do
    $H emit two.hermes -o out --force > /dev/null
    $H emit one.hermes -o out --force > /dev/null
done
touch stop
wait
for i in $(cat made); do [ -e out/s6-rc.d/mine/new$i ] || echo "lost $i"; done
for i in $(cat dirs); do [ -d out/s6-rc.d/mine/dir$i ] || echo "lost directory $i"; done
echo "made $(wc -l < made), saved $(cat out/s6-rc.d/mine/saved), last $(cat last)"
"#);
    assert!(!said.contains("lost"), "{said}");
    let number = |word: &str| -> u64 {
        let behind = said.split(word).nth(1).unwrap_or_default();
        behind.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a number")
    };
    assert!(number("made") > 10, "{said}");
    assert_eq!(number("saved"), number("last"), "{said}");
}

#[test]
fn outputs_in_each_other_wait_for_each_other() {
    let place = Place::new();
    services(&place, "one.hermes", 40, "one");
    services(&place, "two.hermes", 40, "two");
    let said = place.sh(r#"
$H emit one.hermes -o x
$H emit one.hermes -o x/x
for round in 1 2 3 4 5 6 7 8; do
    $H emit two.hermes -o x & $H emit two.hermes -o x/x; wait
    $H emit --check two.hermes -o x && $H emit --check two.hermes -o x/x
    $H emit one.hermes -o x & $H emit one.hermes -o x/x; wait
    $H emit --check one.hermes -o x && $H emit --check one.hermes -o x/x
done
"#);
    assert!(!said.contains("cannot") && !said.contains("is not what"), "{said}");
    assert_eq!(said.matches("is as it should be").count(), 32, "{said}");
}

#[test]
fn mounts_of_any_kind_are_not_moved_away() {
    if !can("unshare", &["-m", "true"], "the test of files that are mounted in an output") {
        return;
    }
    let place = Place::new();
    services(&place, "one.hermes", 3, "one");
    services(&place, "two.hermes", 3, "two");
    services(&place, "less.hermes", 2, "one");
    place.write(
        "inside.sh",
        r#"
$H emit one.hermes -o out
cp out/s6-rc.d/s2/run kept
mount --bind kept out/s6-rc.d/s2/run
for set in two less; do
    if $H emit $set.hermes -o out; then echo "done $set"; fi
    mountpoint -q out/s6-rc.d/s2/run
    grep -c hermesc- /proc/self/mounts || true
done
cmp kept out/s6-rc.d/s2/run
umount out/s6-rc.d/s2/run
$H emit two.hermes -o out
"#,
    );
    let said = place.sh("unshare -m bash -eu inside.sh 2>&1");
    assert!(!said.contains("done"), "{said}");
    assert_eq!(said.matches("cannot replace what is mounted at").count(), 2, "{said}");
}

#[test]
fn a_shell_in_the_output_stays_in_it() {
    let place = Place::new();
    services(&place, "one.hermes", 3, "one");
    services(&place, "two.hermes", 3, "two");
    let said = place
        .sh(r#"mkdir out; cd out; $H emit ../one.hermes -o .; $H emit ../two.hermes -o .; pwd -P; cat s6-rc.d/s1/run
mkdir deep; cd deep; $H emit ../../one.hermes -o ..; pwd -P; cat ../s6-rc.d/s1/run"#);
    assert!(said.contains("two") && said.contains("the working directory is in it"), "{said}");
    place.run(&["emit", "one.hermes", "-o", ""]).says(2, "a directory is wanted");
}

#[test]
fn a_manifest_that_says_nothing_removes_nothing() {
    let place = Place::new();
    services(&place, "one.hermes", 3, "one");
    place.write("out/precious", "precious");
    for (text, code, word) in [
        (r#"{"version":2,"entries":{"precious":""}}"#, 2, "says nothing"),
        (r#"{"version":1,"entries":["precious"]}"#, 2, "precious"),
    ] {
        place.write("out/.hermesc.json", text);
        place.run(&["emit", "one.hermes", "-o", "out"]).says(code, word);
        assert!(place.path("out/precious").exists());
    }
}

#[test]
fn fixes_change_no_mode_elsewhere() {
    let place = Place::new();
    let services = "given/etc/s6-overlay/s6-rc.d";
    place.write(&format!("{services}/setup/type"), "oneshot\n");
    place.write(&format!("{services}/setup/up"), "/etc/s6-overlay/scripts/setup\n");
    place.write("given/etc/s6-overlay/scripts/other", "");
    place.write("private", "#!/bin/sh\ntrue\n");
    let said = place.sh(r#"chmod 600 private; ln private given/etc/s6-overlay/scripts/setup
$H check --fix given || true
stat -c '%a %h' private given/etc/s6-overlay/scripts/setup"#);
    assert!(said.contains("600 1\n7"), "{said}");
}
