//! What others put beside, below or behind what is named: mounts, devices, repositories, links and strange names.

use std::fs;
use std::process::Command;

use super::{CANARY, Place};
use crate::emit_faults::can;

const SERVICE: &str = "longrun web { run exec a; in user }\n";

/// A repository in `given` with one commit, to which something is done.
fn repository(place: &Place, then: &str) {
    place.write("given/a.hermes", SERVICE);
    let begin = "cd given; git init -q .; git add .; git -c user.name=a -c user.email=a@b commit -qm x";
    place.sh(&format!("{begin}\n{then}"));
}

#[test]
fn what_is_mounted_below_an_output_stays() {
    if !can("unshare", &["-m", "true"], "the test of what is mounted below an output") {
        return;
    }
    let place = Place::new();
    place.write(
        "inside.sh",
        r#"
emit() { echo "longrun $1 { run exec a; in user }" > a.hermes; "$H" emit a.hermes -o out; }
emit web
mkdir -p out/vol/deep vol out/empty other
mount --bind vol out/vol
mount --bind other out/empty
emit more
mountpoint -q out/vol && mountpoint -q out/empty
mkdir vol/kept other/kept
echo precious > vol/data
emit again
mountpoint -q out/vol
cat out/vol/data
ls -d vol/kept other/kept
mkdir services
cp -a out/s6-rc.d/. services/
mount --bind services out/s6-rc.d
emit third
ls -d services/third services/again || true
"#,
    );
    let said = place.sh(r#"unshare -m bash -eu inside.sh 2> said; cat said"#);
    let kept: Vec<&str> = said.lines().filter(|line| line.contains("kept") || *line == "precious").collect();
    assert_eq!(kept, ["precious", "other/kept", "vol/kept"], "{said}");
    assert!(said.contains("something is mounted at"), "{said}");
    // What is ours is written where it is mounted.
    assert!(said.lines().any(|line| line == "services/third"), "{said}");
    assert!(place.path("services/third/run").exists() && !place.path("services/again").exists());
}

/// How a missing object is fetched is said by the repository's own configuration.
#[test]
fn a_repository_runs_nothing() {
    if !can("git", &["--version"], "the test of a repository that would run a program") {
        return;
    }
    let place = Place::new();
    repository(
        &place,
        r#"blob=$(git rev-parse HEAD:a.hermes)
rm -f ".git/objects/${blob:0:2}/${blob:2}"
printf '[core]\n repositoryformatversion = 1\n fsmonitor = "touch %s/ran"\n[extensions]\n partialClone = origin\n[remote "origin"]\n promisor = true\n url = /none\n uploadpack = "touch %s/ran; false"\n' "$PWD" "$PWD" > .git/config
"#,
    );
    place.run(&["diff", "--rev", "HEAD", "given/a.hermes"]).says(2, "git has no bytes of object");
    assert!(!place.path("given/ran").exists());
}

/// git reads what it takes for a file, and would wait for ever.
#[test]
fn git_is_not_waited_for() {
    if !can("git", &["--version"], "the test of a repository that never answers") {
        return;
    }
    let place = Place::new();
    repository(
        &place,
        r#"git pack-refs --all
rm -f .git/packed-refs
mkfifo .git/packed-refs
"#,
    );
    place.run(&["diff", "--rev", "HEAD", "given/a.hermes"]).says(2, "it did not answer for 20 s");
}

#[test]
fn a_revision_that_holds_too_much_is_refused() {
    if !can("git", &["--version"], "the test of a revision that holds too much") {
        return;
    }
    let place = Place::new();
    place.write("given/a.hermes", SERVICE);
    place.sh(r#"
cd given
git init -q .
blob=$(git hash-object -w a.hermes)
tree=$(printf "100644 blob $blob\ta.hermes\n" | git mktree)
for level in 1 2 3 4 5 6 7 8; do
    tree=$(for name in 0 1 2 3 4 5 6 7 8 9; do printf "040000 tree $tree\td$name\n"; done | git mktree)
done
git update-ref refs/heads/bomb $(git -c user.name=a -c user.email=a@b commit-tree -m x $tree)
"#);
    let hermesc = env!("CARGO_BIN_EXE_hermesc");
    let output = Command::new("sh")
        .args(["-c", &format!("cd given && ulimit -v 2000000 && exec {hermesc} diff bomb:d0 a.hermes")])
        .current_dir(place.0.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the revision holds too much"), "{said}");
}

#[test]
fn fmt_changes_nothing_behind_links() {
    let place = Place::new();
    place.write("secret/o.hermes", "longrun   web{run exec a;in user}\n");
    place.link("given/a.hermes", "../secret/o.hermes");
    for option in ["--check", "--diff", "--"] {
        place.run(&["fmt", option, "given"]).says(2, "outside of the directories that were named");
    }
    assert_eq!(fs::read_to_string(place.path("secret/o.hermes")).unwrap(), "longrun   web{run exec a;in user}\n");
    place.remove("given/a.hermes");
    place.link("given/a.hermes", "nowhere");
    place.run(&["fmt", "given"]).says(2, "given holds no `.hermes` files");
    place.remove("given/a.hermes");
    place.fifo("given/a.hermes");
    place.run(&["fmt", "given"]).says(2, "not a regular file");
    // A link that stays inside is followed, and stays one.
    place.remove("given/a.hermes");
    place.write("given/b.hermes", "longrun   web{run exec a;in user}\n");
    place.link("given/a.hermes", "b.hermes");
    place.run(&["fmt", "given"]).says(0, "changed");
    assert!(place.path("given/a.hermes").is_symlink());
}

#[test]
fn an_image_that_is_a_link_leads_nowhere_else() {
    let place = Place::new();
    let services = "etc/s6-overlay/s6-rc.d";
    place.write(&format!("{services}/s/type"), "oneshot\n");
    place.write(&format!("{services}/s/up"), "/opt/word\n");
    for root in ["rootfs", "root"] {
        place.link(&format!("given/{root}"), "..");
        for command in ["check", "import", "list"] {
            place.run(&[command, "given"]).says(2, "links lead out of given");
        }
        place.remove(&format!("given/{root}"));
    }
    // `my/etc` is not `myetc`.
    fs::create_dir(place.path("t")).unwrap();
    place.link("t/myetc", "../etc");
    place.link("t/my", "../given");
    place.write("given/opt/word", CANARY);
    place.run(&["check", "t/myetc/s6-overlay"]).says(1, "`user`");
}

#[test]
fn a_configuration_that_was_found_is_a_file_of_its_directory() {
    let place = Place::new();
    place.write("given/a.hermes", SERVICE);
    place.write("secret/toml", format!("{CANARY} = 1\n"));
    place.link("given/hermesc.toml", "../secret/toml");
    place.run(&["check", "given"]).says(2, "a link that leads out of its directory");
    place.remove("given/hermesc.toml");
    place.link("given/hermesc.toml", "nowhere");
    place.run(&["check", "given"]).says(2, "hermesc.toml: cannot be read");
    place.remove("given/hermesc.toml");
    place.write("given/own", "[rules]\nempty-user = \"allow\"\n");
    place.link("given/hermesc.toml", "own");
    place.run(&["check", "given"]).says(0, "1 longrun");
    place.remove("given/hermesc.toml");
    // What stands before `..` is not above.
    place.write("side/hermesc.toml", "target = \"s7\"\n");
    place.run(&["check", "side/../given"]).says(0, "1 longrun");
}

#[test]
fn names_are_no_lines_and_no_recipes() {
    let place = Place::new();
    place.write("given/a.hermes", SERVICE);
    place.link("given/x\n::error::forged\nx.hermes", "/etc/hostname");
    for format in ["human", "short", "github"] {
        let ran = place.run(&["check", "--format", format, "given"]);
        ran.says(2, "\\n::error::forged\\n");
        assert!(!ran.said().lines().any(|line| line.starts_with("::error::forged")), "{}", ran.said());
    }
    place.remove("given/x\n::error::forged\nx.hermes");
    for name in ["x=;touch\tran;y.hermes", "a;b.hermes", "a\nb.hermes"] {
        place.write(&format!("given/{name}"), "");
        place.run(&["emit", "given", "-o", "out", "--depfile", "out.d"]).says(2, "cannot name");
        assert!(!place.path("out.d").exists());
        place.remove(&format!("given/{name}"));
    }
    let ran = place.run(&["fmt", "--x\u{1b}]0;owned\u{7}"]);
    assert!(!ran.says(2, "\\u{1b}").said().contains('\u{1b}'));
    let ran = place.run(&["check", "--target", "\u{1b}]0;owned\u{7}", "given"]);
    assert!(!ran.says(2, "target").said().contains('\u{1b}'), "{}", ran.said());
    let ran = place.run(&["ch\u{1b}[31meck"]);
    assert!(!ran.says(2, "").said().contains('\u{1b}'), "{}", ran.said());
}

#[test]
fn scripts_that_are_imported_stay_beside_the_text() {
    let place = Place::new();
    place.write("svc/web/type", "longrun\n");
    place.write("svc/web/run", b"\x7fELF\0\xff");
    place.link("given/s.files", "../secret");
    let command = ["import", "svc", "--scripts", "files", "--force", "-o", "given/s.hermes"];
    place.run(&command).says(2, "a symbolic link, which is not followed");
    assert!(!place.path("secret/web").exists());
    place.remove("given/s.files");
    place.run(&command).says(0, "given/s.hermes");
}
