//! Source directories as chance makes them.

use proptest::prelude::*;
use proptest::sample::select;

use super::made::Made;

/// Names of definitions and files, plain and odd.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(vec!["web", "db", "web-log", "setup", "user", "base", "all"]).prop_map(str::to_owned),
        4 => select(vec![
            "none", "text", "mode", "exec", "a b", "a,b", "{{x}}", "{{{{", "a#b", "#a", "x'y", "\"q\"", "back\\slash", "naïve",
            "a\nb", "tab\there", "${A}", "=", "bundle", "longrun", "raw", "in", ".hidden", "s6rc-x", "x{", "é{{a}}", "~", "*",
            "\u{202e}evil", "\u{feff}",
        ])
        .prop_map(str::to_owned),
        1 => "[ -.0-~]{1,12}".prop_filter("no path", |name| name != "." && name != ".."),
    ]
}

/// The names of files, known and not.
fn path() -> impl Strategy<Value = String> {
    let known = select(vec![
        "type",
        "run",
        "finish",
        "up",
        "down",
        "reload",
        "timeout-up",
        "timeout-down",
        "timeout-kill",
        "timeout-finish",
        "notification-fd",
        "lock-fd",
        "max-death-tally",
        "down-signal",
        "reload-signal",
        "flag-essential",
        "flag-recommended",
        "flag-timeout-killpg",
        "flag-newpidns",
        "producer-for",
        "consumer-for",
        "pipeline-name",
        "dependencies",
        "contents",
        "dependencies.d",
        "contents.d",
        "data",
        "env",
        "template",
    ])
    .prop_map(str::to_owned);
    let below = (select(vec!["dependencies.d", "contents.d", "data", "env", "template", "more", "run"]), name())
        .prop_map(|(directory, name)| format!("{directory}/{name}"));
    prop_oneof![6 => known, 5 => below, 1 => name(), 1 => (name(), name()).prop_map(|(a, b)| format!("data/{a}/{b}"))]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let text = |texts: Vec<&'static str>| select(texts).prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![
        4 => Just(Vec::new()),
        4 => text(vec!["longrun\n", "oneshot\n", "bundle\n", "longrun", "oneshot \n", "3\n", "5000\n", "3", "007\n", "SIGINT\n", "15\n"]),
        4 => text(vec!["web\n", "db\n", "web-log\n", "web\ndb\n", "web", " web\n", "# c\nweb\n", "a b\n", "web\n\n"]),
        6 => text(vec![
            "#!/bin/sh\nexec web\n", "#!/bin/sh -e\necho \"$A\"\n", "#!/command/execlineb -P\nweb -f\n", "#!/usr/bin/env python3\nx\n",
            "#!/command/execlineb -P\nwith-contenv\ns6-setuidgid www httpd -f\n", "#!/command/with-contenv bash\nset -e\n\n\tx {{a}}\n",
            "#!/bin/sh\r\nexec web\r\n", "#!/bin/sh\nno newline", "#!\n", "#!/bin/sh\n", "#! /bin/sh\nx\n",
            "#!/bin/sh\nlongrun a {\n\"\"\" quotes \"\"\"\"\n", "#!/bin/sh\n  indented\n \n\t\n",
        ]),
        4 => text(vec![
            "/etc/s6-overlay/s6-rc.d/web/run\n", "with-contenv\necho hello\n", "echo hello\n", "echo \"a b\" 'c'\n", "if { true } echo\n",
            "echo \"open\n", "/bin/sh -c \"set -e\\nx\\n\"\n", "with-contenv\n/bin/sh -c \"a\\n  b\\n\"\n",
        ]),
        2 => "[a-z{}\"'\\\\#$\n\t ;,=|\u{e9}\u{202e}\r]{0,40}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(vec![b'x'; 70_000]),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    let mode =
        prop_oneof![4 => Just(0o644), 4 => Just(0o755), 1 => select(vec![0o600, 0o444, 0o700, 0o664, 0o4755, 0o1777])];
    prop_oneof![
        20 => (content(), mode).prop_map(|(bytes, mode)| Made::File(bytes, mode)),
        2 => Just(Made::Directory),
        2 => select(vec!["nowhere", "/etc/passwd", "../web/run", "a b", "{{x}}", "\"", "."]).prop_map(|to| Made::Link(to.to_owned())),
    ]
}

/// A definition that begins as a sound one does, with more files.
fn definition() -> impl Strategy<Value = Vec<(String, Made)>> {
    let plain = |file: &str, text: &str| (file.to_owned(), Made::File(text.as_bytes().to_vec(), 0o644));
    let start = prop_oneof![
        Just(Vec::new()),
        Just(vec![plain("type", "longrun\n"), ("run".to_owned(), Made::File(b"#!/bin/sh\nexec x\n".to_vec(), 0o755))]),
        Just(vec![plain("type", "oneshot\n"), plain("up", "/etc/s6-overlay/scripts/x\n")]),
        Just(vec![plain("type", "bundle\n"), plain("contents.d/web", "")]),
    ];
    let depends = prop::collection::vec(name().prop_map(|name| format!("dependencies.d/{name}")), 0..3);
    let more = prop::collection::vec((path(), made()), 0..6);
    (start, depends, more).prop_map(|(mut files, depends, more)| {
        files.extend(depends.into_iter().map(|path| (path, Made::File(Vec::new(), 0o644))));
        files.extend(more);
        files
    })
}

/// A source directory, in the layout of s6-overlay or without one.
pub fn tree() -> impl Strategy<Value = (bool, Vec<(String, Made)>)> {
    let definitions = prop::collection::vec((name(), definition(), any::<bool>()), 0..6);
    let others = prop::collection::vec((name(), made()), 0..2);
    (any::<bool>(), definitions, others).prop_map(|(overlay, definitions, others)| {
        let mut entries = Vec::new();
        for (name, files, bundle) in definitions {
            let below = if !overlay {
                ""
            } else if bundle && name == "user" {
                "user-bundles.d/"
            } else {
                "s6-rc.d/"
            };
            entries.extend(files.into_iter().map(|(path, made)| (format!("{below}{name}/{path}"), made)));
        }
        let below = if overlay { "s6-rc.d/" } else { "" };
        entries.extend(others.into_iter().map(|(name, made)| (format!("{below}{name}"), made)));
        // Every directory of a layout is a definition or below one.
        if overlay {
            entries.push(("s6-rc.d".to_owned(), Made::Directory));
        }
        (overlay, entries)
    })
}
