//! Faults where nothing is written: each call in turn fails, and that is told by its reason, or makes no difference. What could
//! not be looked at is never taken for what is not there.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::emit_faults::all;
use crate::faults::calls::{CALLS, ERRORS};
use crate::faults::ways::{Promise, Way, write};
use crate::faults::{injected, strace};

fn text(path: &Path) {
    write(
        path,
        "set/web.hermes",
        "include \"more.txt\"\nlongrun web { run file \"web.sh\"; depends-on setup; in user }\n",
    );
    write(path, "set/more.txt", "oneshot setup { up exec mkdir -p /run/web }\n");
    write(path, "set/web.sh", "#!/bin/sh\nexec httpd -f\n");
    write(path, "set/hermesc.toml", "[rules]\nmissing-base = \"allow\"\n");
}

/// A whole image, of which every part says something of a rule.
fn image(path: &Path) {
    let services = "image/etc/s6-overlay/s6-rc.d";
    write(path, &format!("{services}/web/type"), "longrun\n");
    write(path, &format!("{services}/web/run"), "#!/command/execlineb -P\nhttpd -f\n");
    write(path, &format!("{services}/web/dependencies.d/base"), "");
    write(path, &format!("{services}/web/dependencies.d/setup"), "");
    write(path, &format!("{services}/setup/type"), "oneshot\n");
    write(path, &format!("{services}/setup/up"), "/etc/s6-overlay/scripts/setup\n");
    write(path, &format!("{services}/setup/dependencies.d/base"), "");
    write(path, "image/etc/s6-overlay/user-bundles.d/user/type", "bundle\n");
    write(path, "image/etc/s6-overlay/user-bundles.d/user/contents.d/web", "");
    write(path, "image/etc/cont-init.d/first", "#!/bin/sh\ntrue\n");
    write(path, "image/package/admin/s6-overlay-3.2.3.2/etc/none", "");
    for program in ["etc/s6-overlay/scripts/setup", "init", "bin/sh", "command/execlineb"] {
        write(path, &format!("image/{program}"), "#!/bin/sh\n");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(path.join("image").join(program), mode).expect("a mode");
    }
    // What is found through links is found, too.
    fs::remove_file(path.join("image/bin/sh")).expect("removed");
    std::os::unix::fs::symlink("/command/execlineb", path.join("image/bin/sh")).expect("a link");
}

/// The services of the image are in a layer, and its programs beneath.
fn layer(path: &Path) {
    image(path);
    write(path, "layer/etc/s6-overlay/s6-rc.d/more/type", "longrun\n");
    write(path, "layer/etc/s6-overlay/s6-rc.d/more/run", "#!/bin/sh\nexec more\n");
    write(path, "layer/etc/s6-overlay/s6-rc.d/more/dependencies.d/web", "");
    write(path, "layer/etc/s6-overlay/user-bundles.d/user/contents.d/more", "");
}

/// As the image, with a name that nobody defines, a script that is not there and an interpreter that is not there.
fn broken(path: &Path) {
    image(path);
    write(path, "image/etc/s6-overlay/s6-rc.d/web/dependencies.d/nobody", "");
    write(path, "image/etc/s6-overlay/s6-rc.d/web/finish", "#!/bin/nothing\n");
    fs::remove_file(path.join("image/etc/s6-overlay/scripts/setup")).expect("removed");
}

fn emitted(path: &Path) {
    text(path);
    super::ways::run(path, &["emit", "set", "-o", "out"]);
}

const fn reading(name: &'static str, before: fn(&Path), command: &'static [&'static str]) -> Way {
    Way { name, promise: Promise::Whole, before, command, around: None }
}

const READINGS: &[Way] = &[
    reading("check of text", text, &["check", "set"]),
    reading("check of an image", image, &["check", "image"]),
    reading("check of a layer", layer, &["check", "layer", "--against", "image"]),
    reading("check of a broken image", broken, &["check", "image"]),
    reading("emit --check", emitted, &["emit", "--check", "set", "-o", "out"]),
    reading("fmt --check", text, &["fmt", "--check", "set"]),
    reading("import", image, &["import", "image"]),
    reading("diff", layer, &["diff", "image", "layer"]),
    reading("list", image, &["list", "image"]),
];

/// What the system says of an error.
fn reason(error: &str) -> &'static str {
    match error {
        "ENOSPC" => "No space left",
        "EIO" => "Input/output error",
        "EACCES" => "Permission denied",
        "EINTR" => "Interrupted",
        "EDQUOT" => "quota",
        "EROFS" => "Read-only",
        other => panic!("{other}"),
    }
}

fn said(output: &Output) -> String {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Long lines are wrapped.
    said.split(|char: char| char.is_whitespace() || char == '│')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_call_that_fails_is_told_or_makes_no_difference() {
    if !strace("the test of calls that fail where nothing is written") {
        return;
    }
    for (number, way) in READINGS.iter().enumerate() {
        let folder = way.folder();
        let undisturbed = way.undisturbed(folder.path());
        let (mut tried, mut told, mut silent) = (0, 0, Vec::new());
        for (at, call) in CALLS.iter().enumerate() {
            for when in (1..).step_by(if all() { 1 } else { 7 }) {
                let error = if *call == "close" { "EINTR" } else { ERRORS[(number + at + when) % ERRORS.len()] };
                let Some((_, output)) = injected(way, call, &format!("error={error}"), when) else { break };
                tried += 1;
                let what = format!("{}: {error} of {call} number {when}", way.name);
                let said_now = said(&output);
                assert!(output.status.code().is_some() && !said_now.contains("panicked"), "{what}: {said_now}");
                let is_same = output.status == undisturbed.status && said_now == said(&undisturbed);
                // Nobody can be told that what is said beside the output cannot be written.
                let is_untold =
                    *call == "write" && output.status == undisturbed.status && output.stdout == undisturbed.stdout;
                // The loader of programs.
                let is_none_of_ours =
                    output.status.code() == Some(127) && said_now.contains("loading shared libraries");
                // That a permission is missing may be a warning: whoever starts the services has it.
                let is_told =
                    said_now.contains(reason(error)) && (output.status.code() != Some(0) || error == "EACCES");
                // In a directory that this user may not enter there is no configuration.
                let is_no_configuration = error == "EACCES" && *call == "statx";
                if is_none_of_ours || is_no_configuration || is_untold {
                    continue;
                }
                // Some commands leave it to `check` to say what it is.
                let is_told = is_told || said_now.contains("in these services help: `hermesc check` shows them");
                told += usize::from(is_told);
                if !is_same && !is_told {
                    silent.push(format!("{what} ended with {:?}: {said_now}", output.status.code()));
                }
            }
        }
        eprintln!("{}: {tried} calls failed, {told} runs said so, the others were the same", way.name);
        assert!(silent.is_empty(), "{} were not told:\n{}", silent.len(), silent.join("\n"));
        assert!(tried > 5 && told > 0, "{}", way.name);
    }
}
