//! `hermesc diff --format unified`: applied to the old tree, it gives the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use camino::Utf8Path;
use hermesc::compare::{Modes, Side, patch};
use hermesc::s6rc::read::{Verbatim, source};
use hermesc::s6rc::target::Target;
use proptest::test_runner::TestRunner;

use crate::cli::hermesc;
use crate::diff::{diff, out};
use crate::import::{Made, make, on_disk, temporary, tree};

/// Files and links, with the modes that git keeps.
fn files(root: &Path) -> BTreeMap<String, (char, u32, Vec<u8>)> {
    let nodes = on_disk(root).into_iter().filter(|(_, (kind, _, _))| *kind != 'd');
    nodes.map(|(path, (kind, mode, bytes))| (path, (kind, mode & 0o111, bytes))).collect()
}

/// Applies a patch; whether it could be done, or nothing where the program is not there.
fn apply(program: &str, arguments: &[&str], directory: &Path, patch: &[u8]) -> Option<(bool, String)> {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CEILING_DIRECTORIES", "/")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|_| eprintln!("diff: not run: {program} is not installed"))
        .ok()?;
    child.stdin.take().expect("a pipe").write_all(patch).expect("written");
    let output = child.wait_with_output().expect("it ends");
    Some((output.status.success(), out(&output.stderr)))
}

#[test]
fn a_patch_makes_the_new_tree_of_the_old_one() {
    for pair in ["services", "machine", "hostile"] {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diff").join(pair);
        let unified = diff(&golden, &["old.hermes", "new.hermes", "--format", "unified"]).stdout;
        for (program, arguments) in [("git", &["apply", "-"][..]), ("patch", &["-p1", "-s"])] {
            let directory = tempfile::tempdir().expect("a directory");
            let emit = |name: &str| {
                let (input, to) = (golden.join(format!("{name}.hermes")), directory.path().join(name));
                let output = hermesc(&["emit", input.to_str().unwrap(), "-o", to.to_str().unwrap()]);
                assert!(output.status.success(), "{}", out(&output.stderr));
                to
            };
            let (old, new) = (emit("old"), emit("new"));
            // patch(1) takes no names with blanks in git's headers.
            if (program, pair) == ("patch", "hostile") {
                continue;
            }
            let Some((done, said)) = apply(program, arguments, &old, &unified) else { continue };
            assert!(done, "{pair}: {program}: {said}\n{}", out(&unified));
            let without_modes = |root: &Path| {
                files(root)
                    .into_iter()
                    .map(|(path, (kind, _, bytes))| (path, (kind, bytes)))
                    .collect::<BTreeMap<_, _>>()
            };
            assert_eq!(without_modes(&old), without_modes(&new), "{pair}: {program}");
            if program == "git" {
                assert_eq!(files(&old), files(&new), "{pair}");
            }
        }
    }
}

#[test]
fn modes_and_links_are_in_it() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diff/directories");
    let unified = diff(&golden, &["old", "new", "--format", "unified"]).stdout;
    let shown = out(&unified);
    for part in [
        "diff --git a/s6-rc.d/seed/run b/s6-rc.d/seed/run\nold mode 100644\nnew mode 100755\n",
        "deleted file mode 120000\n--- a/s6-rc.d/web/finish\n+++ /dev/null\n",
        "-motd\n\\ No newline at end of file\n+../data\n\\ No newline at end of file\n",
        "Binary files a/s6-rc.d/web/data/blob and b/s6-rc.d/web/data/blob differ\n",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

/// The tree of a directory as a side.
fn side(path: &Utf8Path) -> Side {
    let mut read = Verbatim::default();
    read.add(&source(path)).expect("every entry can be read");
    Side::of_directories(read.tree, false, Target::find("s6-rc", None).unwrap(), true, Modes::Whole)
}

#[test]
fn patches_between_random_trees_can_be_applied() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("diff: not run: git is not installed");
        return;
    }
    let mut runner = TestRunner::new(crate::properties::config(40));
    let result = runner.run(&(tree(), tree()), |((_, before), (_, after))| {
        let (_directory, path) = temporary();
        // What git applies is text, without its own directory and the modes that it does not keep.
        let fit = |entries: Vec<(String, Made)>| -> Vec<(String, Made)> {
            let plain = entries.into_iter().map(|(path, made)| match made {
                Made::File(bytes, mode) => {
                    let bytes = bytes.into_iter().filter(|byte| *byte != 0).collect();
                    (path, Made::File(bytes, if mode & 0o111 == 0 { 0o644 } else { 0o755 }))
                }
                other => (path, other),
            });
            plain.collect()
        };
        let (old, new) = (path.join("old"), path.join("new"));
        for (root, entries) in [(&old, fit(before)), (&new, fit(after))] {
            fs::create_dir(root).unwrap();
            make(root.as_std_path(), &entries);
        }
        let patch = patch(&side(&old), &side(&new));
        if !patch.is_empty() {
            let (done, said) = apply("git", &["apply", "-"], old.as_std_path(), &patch).expect("git starts");
            assert!(done, "{said}\n{}", out(&patch));
        }
        assert_eq!(files(old.as_std_path()), files(new.as_std_path()), "{}", out(&patch));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
