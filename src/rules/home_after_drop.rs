//! Programs that run as a user with root's home.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::script::{Script, base_name, scripts};
use crate::rules::{Context, Example, Rule, Scope};

/// A program is dropped to a user, and HOME stays root's.
pub static RULE: Rule = Rule {
    id: "home-after-drop",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "HOME stays root's after `s6-setuidgid`",
    explanation: r##"s6-setuidgid changes the user and the groups, and nothing else. Behind `with-contenv` HOME is the container's, which is root's as a rule: a program that keeps its settings or its cache below HOME then tries to write /root, and fails, or reads what is not its own. In the language `user` sets HOME, USER and LOGNAME as well; in a script, `export HOME=…` does. Programs that never look at HOME need neither. Well-known ones of that kind are not reported, and nothing is in a layer, whose Dockerfile may set HOME."##,
    bad: Example::Language(
        r##"longrun app {
    run exec s6-setuidgid app /srv/app/serve
}
bundle user { app }
"##,
    ),
    good: Example::Language(
        r##"longrun app {
    user app
    run exec /srv/app/serve
}
bundle user { app }
"##,
    ),
    check: Some(check),
};

/// What never looks at HOME.
const HARMLESS: &[&str] = &[
    "s6-log",
    "logutil-service",
    "s6-tai64n",
    "s6-tai64nlocal",
    "mkdir",
    "chmod",
    "chown",
    "cp",
    "mv",
    "rm",
    "ln",
    "touch",
    "install",
    "cat",
    "tail",
    "tee",
    "test",
    "sleep",
    "true",
    "false",
    "echo",
    "printf",
    "stat",
    "find",
    "ls",
    "sed",
    "grep",
    "awk",
    "tar",
    "gzip",
    "id",
    "nginx",
    "php-fpm",
    "dnsmasq",
    "unbound",
    "named",
    "redis-server",
    "valkey-server",
    "memcached",
    "postgres",
    "mysqld",
    "mariadbd",
    "haproxy",
    "nc",
    "ncat",
    "socat",
    "rsyslogd",
    "syslogd",
    "crond",
    "httpd",
    "lighttpd",
    "thttpd",
    "s6-ipcserver",
    "s6-tcpserver",
    "s6-fdholder-daemon",
    "s6-sudod",
    "s6-ipcserverd",
];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // Of a layer the Dockerfile may set HOME to anything.
    let is_layer = context.model.tree.as_ref().is_some_and(|tree| !tree.whole_image);
    if is_layer || !context.model.target.is_overlay() {
        return;
    }
    for script in scripts(context) {
        if !script.contenv
            || !script.mentions(&["s6-setuidgid"])
            || script.mentions(&["HOME", "envdir", "envfile", "emptyenv", "env -i", "/etc/profile"])
        {
            continue;
        }
        let Some((user, range)) = drop_of(script) else { continue };
        let name = &script.definition.name;
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the `{}` of `{name}` becomes {user}, and HOME stays root's", script.part))
                .at(script.locate(context, range), "changes the user, not HOME")
                .help(context.say(
                    "let `user NAME` do it, which sets HOME as well; or set it: `env HOME = \"…\"`, or `export HOME=…` in a script",
                    "set it before: `export HOME=…`",
                )),
        );
    }
}

/// Who a script becomes, and where.
fn drop_of(script: &Script<'_>) -> Option<(String, Range<usize>)> {
    let words: Vec<(Option<String>, Range<usize>)> = if let Some(shell) = script.shell() {
        if shell.runs(&script.text, &[".", "source"]) {
            return None;
        }
        let mut commands = shell.commands.iter().filter(|command| command.is_outermost());
        let last = commands.rfind(|command| command.program(&script.text) == Some("exec"))?;
        last.command(&script.text).iter().map(|word| (word.literal.clone(), word.range.clone())).collect()
    } else {
        let outer = script.words()?.into_iter().filter(|word| word.depth == 0);
        outer.map(|word| (String::from_utf8(word.bytes).ok(), word.span)).collect()
    };
    let at =
        words.iter().position(|(word, _)| word.as_deref().is_some_and(|word| base_name(word) == "s6-setuidgid"))?;
    let user = words.get(at + 1)?;
    let program = words.get(at + 2)?.0.as_deref().filter(|word| !word.is_empty() && !word.starts_with('-'))?;
    if user.0.as_deref() == Some("root") || HARMLESS.contains(&base_name(program)) {
        return None;
    }
    let who = user
        .0
        .as_ref()
        .filter(|user| !user.contains('$'))
        .map_or("another user".to_owned(), |user| format!("`{user}`"));
    Some((who, words.get(at)?.1.clone()))
}
