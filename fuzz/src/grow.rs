//! Service sets and trees that are nearly right, grown from bytes: each byte chooses what comes next, so that a change of
//! one changes one thing.

/// What stands for what; `<name>` is grown in its place. The first of several ends soonest: it is what is left to choose
/// where the bytes are used up.
#[rustfmt::skip]
pub const RULES: &[(&str, &[&str])] = &[
    ("set", &["<definition>", "<definition><set>", "<definition><set>", "target <target>\n<set>", "umask 027\n<set>"]),
    ("target", &["s6-overlay", "s6-rc", "s6-overlay 3.1", "s6-overlay 3.2.3.0", "s6-rc 0.5.4"]),
    ("definition", &[
        "longrun <name> {\n<longrun>}\n", "longrun <name> {\n<longrun>}\n", "longrun <name> {\n<longrun>}\n",
        "oneshot <name> {\n<oneshot>}\n", "oneshot <name> {\n<oneshot>}\n", "bundle <name> { <names> }\n", "bundle user { <names> }\n",
        "bundle <name> {\n<name>\nflag-essential\nraw \"<file>\" <content>\n}\n", "pipeline <names> | <name>\n",
        "pipeline <name> = <name> | <name> | <names>\n", "## <word>\n<definition>", "let <constant> = <value>\n",
        "for x in [<word>, <word>] {\n<set>}\n", "for x in <constant> {\n<set>}\n", "template t(a, b = <value>) {\n<set>}\n",
        "template u(a: name) {\n<set>use t(a, <word>)\n}\n", "use t(<word>, <value>)\n", "use u(<name>)\n", "use t(b = <value>, a = <word>)\n",
        "extend longrun <name> {\n<longrun>}\n", "extend bundle user { <names> }\n", "extend service <name> {\ndepends-on <names>\n}\n",
        "extern <kind> <names>\n", "raw \"<path>\" <content>\n", "main {\nrun <program>\n}\n", "cont-init <name> {\nrun <program>\n<around>}\n",
        "stage2-hook {\nrun <program>\n}\n", "# hermesc: allow(<code>) <word>\n", "# hermesc: allow-file(<code>)\n", "include \"a.hermes\"\n",
    ]),
    ("kind", &["service", "longrun", "oneshot", "bundle"]),
    ("name", &[
        "a", "b", "c", "d", "e", "a-log", "user", "base", "none", "\"a b\"", "a-{{x}}", "{{a}}", "a-prepare", "p", "\"b\"", "A", "-", "s6rc-x",
        "\"a,b\"", "\"\\u{202e}\"", "\"\\x1b[31m\"", "user2", "top", "\"#\"", "é",
    ]),
    ("names", &["<name>", "<name>, <name>", "<name>, <names>"]),
    ("constant", &["k", "l", "x", "a"]),
    ("value", &["<word>", "[<word>, <value>]", "\"{{k}}-{{l}}\"", "\"\"\"\n<word>\n<word>\n\"\"\"", "<constant>", "[]"]),
    ("word", &["w", "/etc/a", "8080", "\"a b\"", "{{k}}", "{{x}}", "{{a}}", "\"q\\\"\\\\\\n\\t\"", "\"{{{{\"", "1:-2", "5s", "\"\"", "é", "\"\\xff\"", "\"\\0\"", "'", "${A}"]),
    ("longrun", &[
        "run <program>\n", "<service><longrun>", "<service><longrun>", "<only><longrun>", "<only><longrun>", "<around><longrun>",
        "<around><longrun>",
    ]),
    ("oneshot", &["up <program>\n", "<service><oneshot>", "<service><oneshot>", "<around><oneshot>", "down <program>\n<oneshot>", "reload <program>\n<oneshot>"]),
    ("service", &[
        "depends-on <names>\n", "depends-on none\n", "in <names>\n", "in user\n", "timeout-up <duration>\n", "timeout-down <duration>\n",
        "flag-essential\n", "flag-recommended\n", "raw \"<file>\" <content>\n", "mode 0755 ",
    ]),
    ("only", &[
        "finish <program>\n", "timeout-kill <duration>\n", "timeout-finish <duration>\n", "notification-fd <number>\n", "lock-fd <number>\n",
        "max-death-tally <number>\n", "down-signal <signal>\n", "reload-signal <signal>\n", "flag-timeout-killpg\n", "flag-newpidns\n",
        "data <name> <content>\n", "envdir <name> <content>\n", "instance-template <name> <content>\n", "when <condition>\n", "stop-on exit <number>\n",
        "stop-on signal <signal>\n", "stop-on exit 0, 78\n", "ready fd <number>\n", "ready check <program>\n", "ready check <program> { timeout <duration>; tries <number>; interval <duration> }\n",
        "log to \"/var/log/<file>\"\n", "log to stdout\n", "log to \"/var/log/a\" { keep <number>; rotate-at 1MB; timestamp iso8601; user <word> }\n",
        "log through <name>\n", "on-exit stop-container\n", "prepare <program>\n", "cleanup <program>\n", "control-user <word>\n", "ready fd 3 { timeout <duration> }\n",
    ]),
    ("around", &[
        "user <word>\n", "user 1000:1000\n", "env <variable> = <word>\n", "env-file <word>\n", "cwd <word>\n", "umask 022\n", "limit open-files 1024\n",
        "nice 5\n", "redirect stderr to stdout\n", "redirect stdout to \"/a\"\n", "env HOME = \"{{k}}\"\n",
    ]),
    ("variable", &["A", "B_1", "HOME", "1"]),
    ("condition", &[
        "env A", "env A = <word>", "path <word>", "command <program>", "not env A", "env A and path /b", "env A or not path /b", "(env A or env B) and env C",
    ]),
    ("duration", &["5s", "never", "10m", "1500ms", "1h", "30", "0.5s", "4294967295ms", "9999h"]),
    ("number", &["3", "0", "1", "10", "78", "4096", "4294967295", "4294967296", "256"]),
    ("signal", &["SIGTERM", "INT", "15", "SIGFOO", "\"\"", "99", "sighup"]),
    ("program", &[
        "exec true", "exec <words>", "exec <words>", "sh \"\"\"\n<lines>\"\"\"", "bash -e \"\"\"\n<lines>\"\"\"", "/usr/bin/python3 \"\"\"\n<lines>\"\"\"",
        "execlineb \"\"\"\n<execline>\n\"\"\"", "text \"<file>\\n\"", "text \"\"\"\n<lines>\"\"\"", "file \"a.sh\"", "mode 0700 exec a", "text \"\"\"\n#!/bin/sh\n<lines>\"\"\"",
        "text \"#!/command/execlineb -P\\nwith-contenv\\na\\n\"",
    ]),
    ("words", &[
        "a", "a <words>", "${A} <words>", "${A:-<file>} <words>", "${A:?<file>}", "'a b' <words>", "\"x ${A} y\" <words>", "{{k}} <words>", "-c \"a; b\"",
        "a \\\n <words>", "\"\"\"\nb\n\"\"\"", "s6-setuidgid www <words>", "sh -c 'a && b'", "$A", "nginx", "with-contenv <words>", "{ a }",
    ]),
    ("lines", &["exec a\n", "a\n<lines>", "a &\n<lines>", "if a; then b; fi\n<lines>", "cat <here>EOF\nx\nEOF\n<lines>", "export A=b\n<lines>", "exit 0\n", "\n<lines>", "    a {{k}}\n<lines>", "PASSWORD=abcdef12345\n<lines>", "a | b > c 2>&1\n<lines>", "\"$(a `b`)\"\n<lines>", "case a in b) c ;; esac\n<lines>", "exec s6-setuidgid www a\n"]),
    ("here", &["\u{3c}\u{3c}", "\u{3c}\u{3c}-"]),
    ("execline", &["a", "if { <execline> } <execline>", "foreground { a } <execline>", "a \"b\\n\" <execline>", "importas -u A A <execline>", "with-contenv <execline>", "sh -c \"a\\nb\"", "{", "\\"]),
    ("content", &["text \"<file>\"", "<program>", "directory", "link \"<path>\"", "mode 0600 text \"\"", "text \"\"\"\n<lines>\"\"\""]),
    ("file", &[
        "type", "run", "up", "down", "finish", "dependencies", "dependencies.d/a", "contents", "contents.d/b", "data/x", "env/A", "notification-fd", "timeout-up",
        "producer-for", "consumer-for", "pipeline-name", "down-signal", "flag-essential", "more", "more/x", "template/run", "reload", "max-death-tally", "dependencies.d",
        "contents.d", "data", "env/a b", ".x",
    ]),
    ("path", &["s6-rc.d/a/<file>", "s6-rc.d/x", "user-bundles.d/user/<file>", "x", "scripts/<file>", "s6-rc.d/user/<file>", "../x", "s6-rc.d"]),
    ("code", &["no-exec", "missing-base", "empty-user", "unknown-name", "nothing", "unreachable-service"]),

    // A tree: entries with `~` between them, as those of bytes have 0xfe. `@` is the directory of those that follow.
    ("tree", &["<source>", "<source><tree>", "<source><tree>", "<source><tree>"]),
    ("source", &[
        "@s6-rc.d/<service-name>~<files>", "@s6-rc.d/<service-name>~itype\nlongrun\n~erun\n<script>~<files>", "@s6-rc.d/<service-name>~itype\noneshot\n~iup\n<execline>~<files>",
        "@s6-rc.d/<service-name>~itype\nbundle\n~<files>", "@user-bundles.d/user~<files>", "@user-bundles.d/user~itype\nbundle\n~icontents.d/a\n~<files>",
        "@<service-name>~itype\nlongrun\n~<files>", "@<service-name>~itype\noneshot\n~iup\n<execline>~<files>", "@s6-rc.d/user~itype\nbundle\n~<files>", "@~<files>",
    ]),
    ("service-name", &["a", "b", "a-log", "user", "c", "none", "a b", "base", ".d", "{{x}}", "#", "\u{202e}", "p\"q"]),
    ("files", &["<entry>~", "<entry>~<files>", "<entry>~<files>", "<entry>~<files>", "<entry>~<files>"]),
    ("entry", &[
        "i<file>\n", "i<file>\n<said>", "i<file>\n<said>", "<mode><file>\n<said>", "d<file>\n", "d<file>/x\n", "l<file>\nnowhere", "idependencies.d/<service-name>\n",
        "icontents.d/<service-name>\n", "e<file>\n<script>", "i<service-name>\n<said>", "i<file>/<service-name>\n", "itype\n<said>", "iconsumer-for\n<said>",
        "iproducer-for\n<service-name>\n", "ipipeline-name\np\n",
    ]),
    ("mode", &["i", "e", "f", "g", "h"]),
    ("said", &["3\n", "5000\n", "longrun\n", "bundle\n", "oneshot", "a\n", "a\nb\n", "a", " a\n", "# x\na\n", "SIGINT\n", "007\n", "a\r\n", "\n", "b\n\n", "<script>", "a-log\n", "\u{feff}longrun\n", "x\0"]),
    ("script", &[
        "#!/bin/sh\n<lines>", "#!/command/execlineb -P\n<execline>\n", "#!/command/with-contenv bash\n<lines>", "#!/usr/bin/env python3\nx", "exec a\n", "#!/bin/sh -e\n<lines>x",
        "#!/command/execlineb -P\nwith-contenv\ns6-setuidgid www a -f\n", "#!/bin/execlineb -P\na \"b c\" d\n", "#! /bin/sh\n", "#!/bin/sh\n\"\"\"\nlongrun a {\n", "",
    ]),
];

/// No rule is followed deeper than this, and no text becomes longer.
const MAX_DEPTH: usize = 40;
const MAX_BYTES: usize = 4 << 10;

/// What the bytes choose, beginning with a rule.
pub fn grown(rule: &str, bytes: &[u8]) -> String {
    let mut out = String::new();
    grow(rule, &mut bytes.iter().copied(), 0, &mut out);
    out
}

fn grow(rule: &str, choices: &mut dyn Iterator<Item = u8>, depth: usize, out: &mut String) {
    let Some((_, options)) = RULES.iter().find(|(name, _)| *name == rule) else { panic!("no rule `{rule}`") };
    let over = depth > MAX_DEPTH || out.len() > MAX_BYTES;
    let choice = if over { 0 } else { choices.next().map_or(0, usize::from) };
    let mut rest = options[choice % options.len()];
    while let Some((before, behind)) = rest.split_once('<') {
        let Some((name, behind)) = behind.split_once('>') else { break };
        out.push_str(before);
        grow(name, choices, depth + 1, out);
        rest = behind;
    }
    out.push_str(rest);
}

/// The entries of a grown tree, each with its directory.
pub fn entries(bytes: &[u8]) -> Vec<Vec<u8>> {
    let tree = grown("tree", bytes);
    let mut directory = "";
    let mut entries = Vec::new();
    for entry in tree.split('~').filter(|entry| !entry.is_empty()) {
        if let Some(next) = entry.strip_prefix('@') {
            directory = next;
        } else {
            let (kind, path) = entry.split_at(entry.chars().next().map_or(0, char::len_utf8));
            let slash = if directory.is_empty() { "" } else { "/" };
            entries.push(format!("{kind}{directory}{slash}{path}").into_bytes());
        }
    }
    entries
}
