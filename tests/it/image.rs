//! The files of an image: what `--rootfs` writes, the main program's wrapper run for real, the Dockerfile.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::cli::hermesc;

/// An image whose main program is a stub that shows its arguments, where it is, and ends with 5.
fn image(user: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("mode");
    let path = |name: &str| directory.path().join(name);
    let stub = path("stub");
    let text =
        "#!/bin/sh\necho \"stub $PWD $(id -u) $HOME $GREETING\"\nfor a in \"$@\"; do echo \"<$a>\"; done\nexit 5\n";
    fs::write(&stub, text).expect("stub");
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).expect("mode");
    let source = format!(
        r#"target s6-overlay 3.2.3.2
longrun idle {{
    run exec sleep infinity
    in user
}}
main {{
    {user}
    env GREETING = "it's $5"
    run exec {} ${{MODE:-a b}}
}}
cont-init 10-seed {{
    run sh """
        exit 0
        """
}}
stage2-hook {{
    run sh """
        exit 0
        """
}}
"#,
        stub.display()
    );
    fs::write(path("image.hermes"), source).expect("source");
    let output = hermesc(&["emit", text_of(&path("image.hermes")), "--rootfs", text_of(&path("rootfs"))]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    directory
}

fn text_of(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// The wrapper without the line that only works inside of an image.
fn wrapper(image: &TempDir) -> std::path::PathBuf {
    let written = image.path().join("rootfs/etc/s6-overlay/scripts/main");
    let text = fs::read_to_string(&written).expect("wrapper");
    let rest = text.strip_prefix("#!/command/with-contenv sh\n").expect("s6-overlay's environment");
    let runnable = image.path().join("main");
    fs::write(&runnable, format!("#!/bin/sh\n{rest}")).expect("wrapper");
    fs::set_permissions(&runnable, fs::Permissions::from_mode(0o755)).expect("mode");
    runnable
}

fn run(image: &TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        // The shell reads the file: starting it directly can meet a descriptor that a parallel fork still holds.
        Command::new("sh").arg(wrapper(image)).args(arguments).current_dir("/tmp").env_remove("MODE").output().expect("sh");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

fn own() -> String {
    let own = Command::new("id").arg("-u").output().expect("id");
    format!("{} {}", String::from_utf8_lossy(&own.stdout).trim(), std::env::var("HOME").unwrap_or_default())
}

#[test]
fn the_image_has_its_files() {
    let image = image("");
    let mode = |path: &str| {
        fs::metadata(image.path().join("rootfs").join(path)).map(|found| found.permissions().mode() & 0o777).ok()
    };
    assert_eq!(mode("etc/cont-init.d/10-seed"), Some(0o755));
    assert_eq!(mode("etc/s6-overlay/scripts/stage2-hook"), Some(0o755));
    assert_eq!(mode("etc/s6-overlay/scripts/main"), Some(0o755));
    assert_eq!(mode("etc/s6-overlay/s6-rc.d/idle/run"), Some(0o755));
    assert_eq!(mode("etc/s6-overlay/user-bundles.d/user/contents.d/idle"), Some(0o644));
}

#[test]
fn five_ways_to_call_the_main_program() {
    let image = image("");
    let head = format!("stub /tmp {} it's $5\n<a b>\n", own());
    assert_eq!(run(&image, &[]), (Some(5), head.clone()));
    assert_eq!(run(&image, &["sleep", "0"]), (Some(0), String::new()));
    assert_eq!(run(&image, &["bash", "-c", "exit 7"]).0, Some(7));
    assert_eq!(run(&image, &["chat", "-q", "a b"]), (Some(5), format!("{head}<chat>\n<-q>\n<a b>\n")));
    assert_eq!(run(&image, &["--version"]), (Some(5), format!("{head}<--version>\n")));
    // No program, though a shell knows it; no program, though a directory of PATH and a file without its bit.
    for word in ["export", "program", "exit", "", ".", "/etc", "/etc/passwd", "*", "no/such"] {
        assert_eq!(run(&image, &[word]), (Some(5), format!("{head}<{word}>\n")), "{word:?}");
    }
    assert_eq!(run(&image, &["/bin/sh", "-c", "exit 9"]).0, Some(9));
}

#[test]
fn standard_input_and_the_terminal_are_inherited() {
    let image = image("");
    let main = wrapper(&image);
    let mut cat = Command::new(&main).arg("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh");
    std::io::Write::write_all(&mut cat.stdin.take().expect("pipe"), b"in and out\n").expect("written");
    assert_eq!(cat.wait_with_output().expect("cat").stdout, b"in and out\n");

    let command = format!("timeout 20 {} sh -c 'test -t 0 && test -t 1 && test -t 2 && exit 6'", main.display());
    let script = Command::new("script").args(["-q", "-e", "-c", &command, "/dev/null"]).stdin(Stdio::null()).output();
    match script {
        Ok(output) => assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => eprintln!("not run: script(1) is not installed"),
    }
}

#[test]
fn privileges_are_dropped_where_there_are_any() {
    let named = image("user daemon");
    let root = own().starts_with("0 ");
    if root && Command::new("s6-setuidgid").stderr(Stdio::null()).status().is_err() {
        eprintln!("not run: s6 is not installed");
        return;
    }
    let (code, said) = run(&named, &["x"]);
    let passwd = fs::read_to_string("/etc/passwd").expect("users");
    let entry = passwd.lines().find(|line| line.starts_with("daemon:")).expect("daemon is a user");
    let fields: Vec<&str> = entry.split(':').collect();
    let who = if root { format!("{} {}", fields[2], fields[5]) } else { own() };
    assert_eq!((code, said), (Some(5), format!("stub /tmp {who} it's $5\n<a b>\n<x>\n")));

    let numbered = image("user 12345:12346:12347");
    let (code, said) = run(&numbered, &["sh", "-c", "echo $(id -u) $(id -g) $(id -G) $HOME"]);
    let who = if root { "12345 12346 12346 12347 /\n".to_owned() } else { said.clone() };
    assert_eq!((code, said), (Some(0), who));
}

#[test]
fn parts_of_a_container_are_not_lost_silently() {
    let image = image("");
    let path = |name: &str| image.path().join(name).to_str().expect("text").to_owned();
    let output = hermesc(&["emit", &path("image.hermes"), "-o", &path("out")]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("not written: /etc/s6-overlay/scripts/main, /etc/cont-init.d/10-seed"), "{said}");
    for given in [&["--rootfs", &path("a"), "-o", &path("b")][..], &[]] {
        let mut all = vec!["emit", "x.hermes"];
        all.extend(given.iter().map(|argument| &**argument));
        assert_eq!(hermesc(&all).status.code(), Some(2), "{given:?}");
    }
}

#[test]
fn a_machine_has_no_container_parts() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("x.hermes");
    fs::write(&source, "target s6-rc 0.6\nmain {\n    run exec x\n}\nstage2-hook {\n    run exec x\n}\n")
        .expect("source");
    let output = hermesc(&["check", text_of(&source)]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("`main` belongs to s6-overlay") && said.contains("`stage2-hook` belongs"), "{said}");
}

#[test]
fn a_container_part_is_one_and_runs_something() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("x.hermes");
    for (text, expected) in [
        ("main { run exec a }\nmain { run exec b }\n", "`main` is defined twice"),
        ("cont-init a { run exec a }\ncont-init a { run exec b }\n", "`cont-init a` is defined twice"),
        ("cont-init \"../a\" { run exec a }\n", "is not the name of a cont-init script"),
        ("main { run exec a \"\\xff\" }\n", "this is not text"),
        ("main { user a }\n", "`main` has no `run`"),
        ("main { run sh \"\"\"\nexit\n\"\"\" }\n", "the main program must be a command"),
    ] {
        fs::write(&source, text).expect("source");
        let output = hermesc(&["check", text_of(&source), "--target", "s6-overlay"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn a_dockerfile_is_held_to_what_the_sources_say() {
    let image = image("");
    let path = |name: &str| image.path().join(name).to_str().expect("text").to_owned();
    let check = |text: &str| {
        fs::write(path("Dockerfile"), text).expect("Dockerfile");
        let output = hermesc(&["check", &path("image.hermes"), "--dockerfile", &path("Dockerfile")]);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let emitted = hermesc(&["emit", &path("image.hermes"), "--rootfs", &path("rootfs")]);
    let emitted = String::from_utf8_lossy(&emitted.stdout).into_owned();
    let lines: String = emitted.lines().filter(|line| line.starts_with("  ")).map(|line| format!("{line}\n")).collect();
    assert_eq!(lines.lines().count(), 5, "{emitted}");
    // The directory is not below the one of this process.
    let real = fs::canonicalize(path("rootfs")).expect("written");
    let outside = format!(
        "  # COPY reads nothing outside of the build context: for `rootfs`, write the path that leads from there to {}\n  COPY [\"rootfs/etc/\", \"/etc/\"]\n",
        real.display()
    );
    assert!(lines.starts_with(&outside), "{lines}");

    let entry = "ENTRYPOINT [\"/init\", \"/etc/s6-overlay/scripts/main\"]\n";
    let env = "ENV S6_STAGE2_HOOK=/etc/s6-overlay/scripts/stage2-hook\n";
    for sound in [
        format!("FROM x\n{lines}"),
        format!("FROM x\nCOPY --chmod=0755 \\\n  # a comment\n  rootfs/ /\n{env}{entry}"),
        format!("FROM x AS build\nENTRYPOINT a\nFROM y\nWORKDIR /etc\nCOPY etc/ ./\n{env}{entry}"),
        format!("FROM x\nARG D=/etc\nRUN <<EOF\nENTRYPOINT b\nEOF\ncopy etc/ ${{D}}/\n{env}{entry}"),
    ] {
        assert_eq!(check(&sound).0, Some(0), "{sound}{}", check(&sound).1);
    }
    for (wrong, expected) in [
        (format!("FROM x\nCOPY rootfs/ /\n{env}ENTRYPOINT [\"/init\"]\n"), "differs behind /init"),
        (format!("FROM x\nCOPY rootfs/ /\n{env}ENTRYPOINT /init main\n"), "run by a shell"),
        (format!("FROM x\nCOPY rootfs/ /\n{env}"), "no ENTRYPOINT"),
        (format!("FROM x\nCOPY rootfs/ /\n{entry}"), "S6_STAGE2_HOOK is not set"),
        (format!("FROM x\nCOPY rootfs/ /opt/\n{env}{entry}"), "nothing is copied to /etc/s6-overlay/s6-rc.d"),
        (format!("FROM x\nCOPY a /etc/s6-overlay/\n{env}{entry}"), "nothing is copied to /etc/cont-init.d"),
        (format!("FROM x\nCOPY rootfs/ /\nFROM y\n{env}{entry}"), "nothing is copied to /etc/s6-overlay/scripts"),
    ] {
        let (code, said) = check(&wrong);
        assert!(code == Some(1) && said.contains(expected), "{wrong}: {said}");
    }
    let (code, said) = check(&format!("FROM x\nCOPY rootfs/ /\n{env}ENTRYPOINT [\"/dispatch.sh\"]\n"));
    assert!(code == Some(0) && said.contains("does not begin with /init"), "{said}");
}
