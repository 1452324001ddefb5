//! What a newcomer is told, in `tests/golden/first-contact`: the commands behind `$ ` are run in one directory of files
//! that are easily mixed up, and what they print and their exit codes are what stands below them.
//!
//! `HERMESC_BLESS=1` writes the pages anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::golden::compare;

/// The texts in the directory; some of bytes are added by [`lay_out`].
const FILES: &[(&str, &str)] = &[
    ("services.hermes", "target s6-overlay\nlongrun web {\n    run exec nginx -g \"daemon off;\"\n    in user\n}\n"),
    ("machine.hermes", "target s6-rc\nlongrun web { run exec httpd -f }\n"),
    ("empty.hermes", ""),
    ("comments.hermes", "# Nothing yet.\n"),
    ("notes/deep/other.hermes", "longrun other { run exec other; in user }\n"),
    ("tools/readme.txt", "no services here\n"),
    ("foreign/a", "a\n"),
    ("machine/var/run/pid", "1\n"),
    ("start.sh", "#!/bin/sh\nset -e\nfor name in a b; do\n    echo \"$name\"\ndone\nexec web\n"),
    (
        "docker-compose.yml",
        "services:\n  web:\n    image: nginx:1.27\n    ports:\n      - \"80:80\"\n    depends_on:\n      - db\n  db:\n    image: postgres:16\n",
    ),
    ("pod.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: web\n"),
    ("web.service", "[Unit]\nDescription=Web\n\n[Service]\nExecStart=/usr/bin/web\n"),
    ("supervisord.conf", "; of the old image\n[supervisord]\nnodaemon=true\n\n[program:web]\ncommand=/usr/bin/web\n"),
    ("Dockerfile", "# syntax=docker/dockerfile:1\nFROM alpine:3.20\nRUN apk add nginx\nCMD [\"nginx\"]\n"),
    ("services.json", "{ \"services\": [{ \"name\": \"web\" }] }\n"),
    ("services.toml", "[web]\nrun = \"nginx\"\n"),
    ("web.ini", "[main]\n@type = classic\n"),
    ("page.md", "# Services\n\n```hermes\nlongrun web { run exec nginx }\n```\n"),
    ("broken.hermes", "longrun web\n    run exec nginx\n"),
    ("mixed.hermes", "#!/bin/sh\nset -e\nlongrun web { run exec nginx; in user }\n"),
    ("crlf.hermes", "longrun web {\r\n    run exec nginx\r\n    in user\r\n}\r\n"),
    (
        "mistakes/words.hermes",
        "// the shop\nlongrun web {\n    depends on app\n    command nginx -g \"daemon off;\"\n    restart always\n    working_dir /srv\n    // of the base image\n    in user\n}\n\noneshot app {\n    script app\n    execstop app --down\n}\n",
    ),
    (
        "mistakes/exec.hermes",
        "longrun web { run nginx; in user }\nlongrun proxy { run nginx -g \"daemon off;\"; in user }\nlongrun cache { run redis-server \"/etc/redis.conf\"; in user }\nlongrun queue { run \"queue --all\"; in user }\nlongrun python { run python3 \"import app\"; in user }\nlongrun php { run php8.2 \"<?php app();\"; in user }\noneshot quoted { up 'migrate'; in user }\n",
    ),
    (
        "mistakes/signs.hermes",
        "longrun web {\n    depends-on: app\n    user: www-data\n    timeout-up = 30s\n    run exec nginx\n}\nbundle user { web }\nbundle user { app }\nlongrun app { run exec app }\n",
    ),
    ("comp/db", ""),
    ("comp/n", ""),
    ("comp/resolve.cdb", ""),
    ("comp/servicedirs/web/run", "#!/bin/sh\n"),
    ("scan/.s6-svscan/finish", "#!/bin/sh\n"),
    ("scan/web/run", "#!/bin/sh\n"),
    ("live/compiled/db", ""),
    ("live/scandir/.s6-svscan/finish", ""),
    ("live/state", ""),
];

fn lay_out(directory: &Path) {
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, bytes).expect("written");
    };
    for (name, text) in FILES {
        write(name, text.as_bytes());
    }
    fs::create_dir(directory.join("empty")).expect("made");
    write("marked.yml", "\u{feff}services:\n  web: { image: nginx }\n".as_bytes());
    write("utf-16.hermes", b"\xff\xfel\0o\0n\0g\0r\0u\0n\0 \0w\0e\0b\0");
    write("text.gz", b"\x1f\x8b\x08\x00\xff\xfe");
    write("program", b"\x7fELF\x02\x01\x01\x00\xff");
    write("bytes", b"\xc3\x28 and so on\n");
}

/// A page as it should be: each command with what it prints, in the order of the page.
fn replayed(page: &str, directory: &Path) -> (String, usize) {
    let program = Path::new(env!("CARGO_BIN_EXE_hermesc")).parent().expect("a directory");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
    let here = fs::canonicalize(directory).expect("a path").to_string_lossy().into_owned();
    let (mut out, mut commands) = (String::new(), 0);
    for line in page.lines() {
        if line.starts_with("## ") {
            out.push_str(&format!("{line}\n\n"));
        }
        let Some(command) = line.strip_prefix("$ ") else { continue };
        commands += 1;
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}\n")])
            .current_dir(directory)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .env_remove("COLUMNS")
            .output()
            .expect("sh starts");
        let told = String::from_utf8_lossy(&output.stdout).replace(&here, "…");
        out.push_str(&format!("{line}\n"));
        out.extend(told.lines().map(|line| format!("{}\n", line.trim_end())));
        out.push_str(&format!("[{}]\n\n", output.status.code().expect("an exit code")));
    }
    (out, commands)
}

#[test]
fn a_newcomer_is_told_what_is_wrong_and_what_to_do_next() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/first-contact");
    let (mut differences, mut commands) = (Vec::new(), 0);
    for entry in fs::read_dir(pages).expect("the pages") {
        let path = entry.expect("an entry").path();
        let directory = tempfile::tempdir().expect("a directory");
        lay_out(directory.path());
        let page = fs::read_to_string(&path).expect("a readable page");
        let (current, number) = replayed(&page, directory.path());
        commands += number;
        compare(&path, Some(&current), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(commands > 70, "only {commands} commands were found");
}
