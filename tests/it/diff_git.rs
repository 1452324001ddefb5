//! `hermesc diff` with revisions of a repository. The work tree is another one, so that what is read of it would be seen.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::diff::{diff, out};

/// Whether git is there; that it is not is said.
fn has_git() -> bool {
    let there = Command::new("git").arg("--version").output().is_ok();
    if !there {
        eprintln!("diff: not run: git is not installed");
    }
    there
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{arguments:?}: {}", out(&output.stderr));
    out(&output.stdout)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    fs::write(path, text).expect("written");
}

fn commit(root: &Path) {
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "x"]);
}

/// A repository with two revisions, the newer of them changed in the work tree.
fn repository() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    git(root, &["init", "--quiet"]);
    write(
        root,
        "image/services/web.hermes",
        "include \"../common.hermes\"\nlongrun web { depends-on cache; run file \"web.sh\"; in user }\n",
    );
    write(root, "image/services/web.sh", "#!/bin/sh\nexec web\n");
    write(root, "image/common.hermes", "longrun cache { run exec cache }\n");
    // What is included from above the services is below the directory of this.
    write(root, "image/hermesc.toml", "");
    commit(root);
    git(root, &["tag", "first"]);
    write(root, "image/services/web.sh", "#!/bin/sh\nexec web --second\n");
    write(root, "image/services/more.hermes", "longrun more { run exec more; in user }\n");
    commit(root);
    write(root, "image/common.hermes", "longrun cache { run exec cache --work-tree }\n");
    fs::remove_file(root.join("image/services/more.hermes")).expect("removed");
    directory
}

#[test]
fn revisions_are_compared_without_the_work_tree() {
    if !has_git() {
        return;
    }
    let directory = repository();
    let root = directory.path();
    let before = git(root, &["status", "--porcelain"]);
    let told = diff(root, &["first:image/services", "HEAD:image/services"]);
    assert_eq!(told.status.code(), Some(1), "{}", out(&told.stderr));
    let text = out(&told.stdout);
    assert!(text.contains("+ longrun more\n") && text.contains("+exec web --second\n"), "{text}");
    // Includes and files are those of the revision.
    assert!(!text.contains("--work-tree"), "{text}");
    let told = diff(root, &["HEAD:image/services", "image/services"]);
    let text = out(&told.stdout);
    assert!(text.contains("- longrun more\n") && text.contains("+cache --work-tree\n"), "{text}");
    assert!(!text.contains("--second"), "{text}");
    assert_eq!(git(root, &["status", "--porcelain"]), before);

    // The same in every way to say it, from every directory.
    let below = root.join("image/services");
    let absolute = below.to_str().expect("UTF-8").to_owned();
    for (directory, arguments) in [
        (root, &["--rev", "HEAD", "image/services"][..]),
        (root, &["--rev", "HEAD", "./image/../image/services/"]),
        (&below, &["--rev", "HEAD", "."]),
        (&below, &["--rev=HEAD", "../services"]),
        (&below, &["HEAD:./", "."]),
        (&below, &["HEAD:../services", "."]),
        (&below, &["HEAD:image/services", "."]),
        (Path::new("/"), &["--rev", "HEAD", &absolute]),
    ] {
        let told = diff(directory, arguments);
        let (text, wrong) = (out(&told.stdout), out(&told.stderr));
        assert_eq!(told.status.code(), Some(1), "{arguments:?}: {wrong}");
        assert!(text.contains("- longrun more\n") && text.contains("+cache --work-tree\n"), "{arguments:?}: {text}");
    }
    let told = diff(root, &["--rev", "first", "image/services/web.hermes", "--format", "json"]);
    assert!(out(&told.stdout).contains("\"input\": \"image/services/web.hermes (first)\""), "{told:?}");
}

#[test]
fn what_is_wrong_with_a_revision_is_said_with_what_to_do() {
    if !has_git() {
        return;
    }
    let directory = repository();
    let root = directory.path();
    let shallow = tempfile::tempdir().expect("a directory");
    let url = format!("file://{}", root.display());
    git(shallow.path(), &["clone", "--quiet", "--depth", "1", &url, "clone"]);
    let nowhere = tempfile::tempdir().expect("a directory");
    write(nowhere.path(), "a.hermes", "longrun a { run exec a; in user }\n");
    let clone = shallow.path().join("clone");
    let below = root.join("image");
    for (directory, arguments, parts) in [
        (root, &["HEAD:nothing", "image/services"][..], &["nothing is not in HEAD", "git ls-tree", "/dev/null"][..]),
        (&below, &["HEAD:services", "services"], &["services is not in HEAD", "write HEAD:image/services"]),
        (root, &["HEAD:../x", "image/services"], &["../x is outside of the repository"]),
        (root, &["HEAD:/etc", "image/services"], &["/etc is outside of the repository"]),
        (root, &["nobranch:image", "image/services"], &["git knows no revision `nobranch`", "git fetch"]),
        (root, &[":image", "image/services"], &["`` is no revision"]),
        (root, &["--", "--output=x:image", "image/services"], &["`--output=x` is no revision"]),
        (root, &["--rev=--output=x", "image/services"], &["`--output=x` is no revision"]),
        (root, &["HEAD:image", "image/services"], &["HEAD:image:image/common.hermes"]),
        (&clone, &["HEAD~1:image/services", "image/services"], &["no revision `HEAD~1`", "fetch-depth: 0"]),
        (nowhere.path(), &["HEAD:a.hermes", "a.hermes"], &["is in no repository that git reads"]),
        (nowhere.path(), &["--rev", "HEAD", "a.hermes"], &["is in no repository that git reads"]),
        (root, &["--rev", "HEAD", "not-there"], &["there is no not-there"]),
    ] {
        let told = diff(directory, arguments);
        let wrong = out(&told.stderr);
        if parts == ["HEAD:image:image/common.hermes"] {
            // A directory of the language all the same.
            assert_eq!(told.status.code(), Some(1), "{wrong}");
            continue;
        }
        assert_eq!(told.status.code(), Some(2), "{arguments:?}: {}{wrong}", out(&told.stdout));
        assert!(parts.iter().all(|part| wrong.contains(part)), "{arguments:?}: {wrong}");
        assert_eq!(wrong.matches("hermesc:").count().max(wrong.matches("error:").count()), 1, "said once: {wrong}");
    }
    assert!(!root.join("x").exists());
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(["diff", "HEAD:image", "image"]).current_dir(root).env("PATH", "/nowhere");
    let told = command.output().expect("hermesc starts");
    assert!(out(&told.stderr).contains("`git` is not in PATH\n  help: install git"), "{told:?}");
}

#[test]
fn source_directories_of_a_revision_are_read_too() {
    if !has_git() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    git(root, &["init", "--quiet"]);
    let web = "rootfs/etc/s6-overlay/s6-rc.d/web";
    write(root, &format!("{web}/type"), "longrun\n");
    write(root, &format!("{web}/run"), "#!/bin/sh\nexec web\n");
    write(root, &format!("{web}/dependencies.d/base"), "");
    write(root, "rootfs/etc/s6-overlay/user-bundles.d/user/contents.d/web", "");
    // Links are what they say, wherever they lead.
    symlink("/etc/passwd", root.join(web).join("out")).expect("linked");
    symlink("rootfs", root.join("image")).expect("linked");
    symlink("/etc", root.join("etc")).expect("linked");
    let run = root.join(web).join("run");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).expect("a mode");
    commit(root);
    for paths in
        [["HEAD:rootfs", "rootfs"], ["HEAD:", "."], ["HEAD:image", "image"], ["HEAD:image/etc/s6-overlay", "rootfs"]]
    {
        let told = diff(root, &paths);
        assert_eq!(told.status.code(), Some(0), "{paths:?}: {}{}", out(&told.stdout), out(&told.stderr));
    }
    // git keeps of a mode only whether the file is executable.
    fs::set_permissions(&run, fs::Permissions::from_mode(0o775)).expect("a mode");
    for format in ["text", "unified"] {
        let told = diff(root, &["--rev", "HEAD", "rootfs", "--format", format]);
        assert_eq!(told.status.code(), Some(0), "{}", out(&told.stdout));
    }
    fs::set_permissions(&run, fs::Permissions::from_mode(0o644)).expect("a mode");
    let told = out(&diff(root, &["--rev", "HEAD", "rootfs"]).stdout);
    assert!(told.contains("~ longrun web\n    run  0755 → 0644\n"), "{told}");
    // Nothing outside of the revision is listed.
    let told = diff(root, &["HEAD:etc", "rootfs"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(out(&told.stderr).contains("etc is a link of HEAD that leads nowhere in it"), "{}", out(&told.stderr));
    let told = diff(root, &[&format!("HEAD:{web}"), "rootfs"]);
    assert!(out(&told.stderr).contains("web is a single definition"), "{}", out(&told.stderr));
}

#[test]
fn the_settings_of_a_revision_are_its_own() {
    if !has_git() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    git(root, &["init", "--quiet"]);
    write(root, "hermesc.toml", "target = \"s6-rc@0.6\"\n");
    write(root, "services/a.hermes", "longrun a { run exec a }\n");
    commit(root);
    assert_eq!(diff(root, &["--rev", "HEAD", "services"]).status.code(), Some(0));
    write(root, "hermesc.toml", "target = \"s6-rc@0.7\"\n");
    let told = diff(root, &["--rev", "HEAD", "services"]);
    assert!(out(&told.stdout).contains("target  s6-rc 0.6.1.1 → s6-rc 0.7.0.0"), "{}", out(&told.stdout));
}
