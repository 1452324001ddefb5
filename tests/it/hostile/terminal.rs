//! What a terminal obeys never reaches it: every command, on a terminal, about names, paths and scripts that are full of it.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Place;

/// A colour, a title, a link, one byte that begins a sequence (C1), and a return that hides the line.
const EVIL: &str = "\u{1b}[31m\u{1b}]0;t\u{7}\u{1b}]8;;x\u{1b}\\\u{9b}2J\r\u{8}\u{202e}";

/// What a command writes to a terminal.
fn on_terminal(place: &Place, arguments: &[&str], color: bool) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&master).expect("a terminal");
    unlockpt(&master).expect("a terminal");
    let name = ptsname(&master, Vec::new()).expect("a name").into_string().expect("UTF-8");
    let side = OpenOptions::new().read(true).write(true).open(name).expect("the other side");
    let again = || Stdio::from(side.try_clone().expect("a descriptor"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments).current_dir(place.path("")).env("TERM", "xterm-256color");
    if color {
        command.env_remove("NO_COLOR").env("COLORTERM", "truecolor").args(["--color", "always"]);
    } else {
        command.env("NO_COLOR", "1");
    }
    let mut child = command.stdin(Stdio::null()).stdout(again()).stderr(again()).spawn().expect("it starts");
    // The command keeps copies of the other side.
    drop(command);
    drop(side);
    let mut shown = Vec::new();
    let mut screen = File::from(master);
    let mut buffer = [0; 4096];
    // The end of a terminal is an error.
    while let Ok(length) = screen.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    child.wait().expect("an end");
    String::from_utf8_lossy(&shown).into_owned()
}

/// The text without the colours that hermesc itself writes: `ESC [ … m` of digits and semicolons.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|char: char| !char.is_ascii_digit() && char != ';').unwrap_or(after.len());
        if let Some(behind) = after[end..].strip_prefix('m') {
            rest = behind;
        } else {
            out.push('\u{1b}');
            rest = after;
        }
    }
    out + rest
}

/// What must not be there.
fn obeyed(text: &str) -> Vec<char> {
    let bare = text.replace("\r\n", "\n");
    bare.chars()
        .filter(|char| {
            (char.is_control() && !matches!(char, '\n' | '\t'))
                || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}

/// A folder of the language and an image, all of whose names and texts are evil.
fn evil() -> Place {
    let place = Place::new();
    let escaped = EVIL.escape_default().to_string().replace("\\r", "\\u{d}");
    place.write(
        &format!("given/{EVIL}.hermes"),
        format!(
            "## Says {EVIL}.\nlongrun \"good\" {{ run sh \"\"\"\n  echo {raw}\n  \"\"\"; depends-on \"{escaped}\", other; in user }}\n\
             longrun other {{ run exec \"{escaped}\"; env A \"{escaped}\"; depends-on good; in user }}\n\
             longrun \"x{escaped}\" {{ run exec y; in user }}\nbundle \"b{escaped}\" {{ good, \"q{escaped}\" }}\n\
             let unused = \"{escaped}\"\nraw \"f{escaped}\" text \"{escaped}\"\nfoo \"{EVIL}\"\n",
            raw = EVIL.replace(['\r', '\u{202e}'], ""),
        ),
    );
    place.write(
        "sound/set.hermes",
        format!(
            "longrun good {{ run sh \"\"\"\n  echo {raw}\n  \"\"\"; in user; data \"d{escaped}\" text \"{escaped}\" }}\n",
            raw = EVIL.replace(['\r', '\u{202e}'], ""),
        ),
    );
    let web = format!("image/etc/s6-overlay/s6-rc.d/w{EVIL}");
    place.write(&format!("{web}/type"), format!("longrun{EVIL}\n"));
    place.write(&format!("{web}/run"), format!("#!/bin/sh\necho {EVIL}\n"));
    place.write(&format!("{web}/dependencies.d/d{EVIL}"), "");
    place.write("image/etc/s6-overlay/s6-rc.d/plain/type", "oneshot\n");
    place.write("image/etc/s6-overlay/s6-rc.d/plain/up", format!("echo \"{EVIL}\n"));
    let good = "tree/etc/s6-overlay/s6-rc.d/good";
    place.write(&format!("{good}/type"), "longrun\n");
    place.write(&format!("{good}/run"), format!("#!/bin/sh\nexec echo {EVIL}\n"));
    place.write(&format!("{good}/data/f{EVIL}"), EVIL);
    place
}

#[test]
fn no_command_hands_on_what_a_terminal_obeys() {
    let place = evil();
    let file = format!("given/{EVIL}.hermes");
    let missing = format!("given/missing{EVIL}");
    let mut calls: Vec<Vec<&str>> = Vec::new();
    for input in ["given", file.as_str(), "image", "tree", "sound", missing.as_str()] {
        for command in ["check", "list", "plan", "graph"] {
            calls.push(vec![command, input]);
        }
        for format in ["short", "github", "json", "sarif"] {
            calls.push(vec!["check", "--format", format, input]);
        }
        for format in ["mermaid", "json", "svg", "html", "dot"] {
            calls.push(vec!["graph", "--format", format, input]);
        }
        for format in ["text", "json"] {
            calls.push(vec!["list", "--format", format, input]);
            calls.push(vec!["show", "--format", format, "good", input]);
            calls.push(vec!["why", "--format", format, "good", EVIL, input]);
            calls.push(vec!["what-if", "--format", format, "--fails", EVIL, input]);
        }
        calls.push(vec!["show", EVIL, input]);
        calls.push(vec!["why", "other", "good", input]);
        calls.push(vec!["check", "--diff", input]);
        calls.push(vec!["check", "--each", input, "sound"]);
        calls.push(vec!["expand", input]);
        calls.push(vec!["fmt", "--diff", input]);
        calls.push(vec!["fmt", "--check", input]);
        calls.push(vec!["import", input]);
        calls.push(vec!["import", "--modernise", input]);
        calls.push(vec!["emit", input, "-o", "tree", "--diff"]);
        calls.push(vec!["emit", input, "-o", EVIL]);
        calls.push(vec!["emit", input, "-o", EVIL, "--check"]);
        calls.push(vec!["emit", input, "--rootfs", missing.as_str()]);
        calls.push(vec!["emit", input, "-o", "tree/etc"]);
        calls.push(vec!["emit", input, "-o", file.as_str()]);
        calls.push(vec!["check", "sound", "--dockerfile", input]);
        calls.push(vec!["check", "tree", "--against", input]);
        calls.push(vec!["graph", "sound", "-o", missing.as_str()]);
        calls.push(vec!["import", "tree", "-o", input]);
        calls.push(vec!["init", input]);
        calls.push(vec!["init", "--template", EVIL]);
        calls.push(vec!["instantiate", input, EVIL, "--scandir", missing.as_str()]);
        calls.push(vec!["instantiate", input, "t", "a=b", "--scandir", missing.as_str()]);
    }
    calls.push(vec!["explain", EVIL]);
    calls.push(vec!["explain", "bidirectional-control"]);
    calls.push(vec!["man", EVIL]);
    calls.push(vec!["check", "sound", "--allow", EVIL]);
    let (mut tried, mut wrong) = (0, Vec::new());
    for call in &calls {
        for color in [false, true] {
            let shown = on_terminal(&place, call, color);
            let shown = if color { without_colours(&shown) } else { shown };
            let found = obeyed(&shown);
            tried += 1;
            if !found.is_empty() {
                wrong.push(format!("{call:?} {color}: {found:?} in {shown:?}"));
            }
        }
    }
    eprintln!("{tried} runs on a terminal");
    assert!(wrong.is_empty(), "{} of {tried}: {:#?}", wrong.len(), &wrong[..wrong.len().min(8)]);
}

#[test]
fn what_would_be_lost_is_shown_safely() {
    let place = evil();
    let shown = on_terminal(&place, &["emit", "sound", "-o", "out"], false);
    assert!(shown.contains("files written"), "{shown:?}");
    place.write("out/s6-rc.d/good/run", format!("mine {EVIL}\n"));
    let mut shown = String::new();
    for more in [&[][..], &["--diff"], &["--check"]] {
        shown.push_str(&on_terminal(&place, &[&["emit", "sound", "-o", "out"], more].concat(), false));
    }
    assert!(shown.contains("mine \\u{1b}[31m"), "{shown:?}");
    assert!(obeyed(&shown).is_empty(), "{shown:?}");
    // For a program the bytes are those of the files.
    let ran = place.run(&["emit", "sound", "-o", "out", "--diff"]);
    assert!(ran.said().contains('\u{1b}'), "{:?}", ran.said());
}

#[test]
fn shells_are_not_offered_what_they_would_print() {
    let place = evil();
    let output = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .args(["--", "hermesc", "show", ""])
        .envs([("COMPLETE", "fish"), ("_CLAP_COMPLETE_INDEX", "2")])
        .current_dir(place.path("given"))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("good"), "{said:?}");
    assert!(obeyed(&said).is_empty(), "{said:?}");
}

/// In a pipe, too, documents in JSON and pages spell such characters as escapes: they mean the same there.
#[test]
fn documents_for_programs_spell_what_a_terminal_would_obey() {
    let place = evil();
    for arguments in [
        &["check", "--format", "json"][..],
        &["check", "--format", "sarif"],
        &["list", "--format", "json"],
        &["plan", "--format", "json"],
        &["graph", "--format", "json"],
        &["graph", "--format", "html"],
        &["graph", "--format", "svg"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        let output = command.args(arguments).arg("given").current_dir(place.path("")).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.len() > 100, "{arguments:?}: {text}");
        assert!(obeyed(&text).is_empty(), "{arguments:?}: {:?}", obeyed(&text));
    }
}
