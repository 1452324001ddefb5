//! Well-known daemons, and the literal words that say whether they leave their caller.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::rules::script::base_name;

/// How a daemon is kept from leaving, or made to.
enum Habit {
    /// It leaves unless one of these is said; the text is what to write. One letter stands for an option of a group too.
    Leaves { unless: &'static [&'static str], letters: &'static str, write: &'static str },
    /// It stays unless one of these is said, which is then to be dropped.
    Stays { if_any: &'static [&'static str] },
}

use Habit::{Leaves, Stays};

/// Only daemons whose configuration cannot say otherwise: `letters` are options that keep it, or that make it do something
/// else and end, such as `-t`.
const DAEMONS: &[(&[&str], Habit)] = &[
    // OpenSSH: sshd(8).
    (&["sshd"], Leaves { unless: &[], letters: "DditTGV?h", write: "-D" }),
    // Apache: httpd(8); `httpd` is busybox's too, whose option is `-f`.
    (
        &["apache2", "apache2ctl", "apachectl", "httpd"],
        Leaves { unless: &["FOREGROUND", "NO_DETACH"], letters: "fiXtvVSlLMh", write: "-DFOREGROUND" },
    ),
    // cronie's `-n`, Debian's, busybox's and dcron's `-f`.
    (&["cron", "crond"], Leaves { unless: &[], letters: "fnxdihVst", write: "-f" }),
    // rsyslogd(8).
    (&["rsyslogd"], Leaves { unless: &[], letters: "ndNvh", write: "-n" }),
    // syslog-ng(8).
    (&["syslog-ng"], Leaves { unless: &["--foreground", "--version", "--syntax-only"], letters: "FVshd", write: "-F" }),
    // BIND: named(8).
    (&["named"], Leaves { unless: &[], letters: "fgvVh", write: "-f" }),
    // lighttpd(8).
    (&["lighttpd"], Leaves { unless: &[], letters: "Dtpvh1iV", write: "-D" }),
    // dropbear(8).
    (&["dropbear"], Leaves { unless: &[], letters: "FiVh", write: "-F" }),
    // chronyd(8).
    (&["chronyd"], Leaves { unless: &["--version", "--help"], letters: "dnqQpvh", write: "-n" }),
    // squid(8).
    (&["squid"], Leaves { unless: &["--foreground", "--version", "--help"], letters: "NkzvhC", write: "-N" }),
    // transmission-daemon(1).
    (
        &["transmission-daemon"],
        Leaves { unless: &["--foreground", "--dump-settings", "--version", "--help"], letters: "fdVh", write: "-f" },
    ),
    // keepalived(8).
    (
        &["keepalived"],
        Leaves { unless: &["--dont-fork", "--config-test", "--version", "--help"], letters: "nltvh", write: "-n" },
    ),
    // snmpd(8).
    (&["snmpd"], Leaves { unless: &[], letters: "fHvh", write: "-f" }),
    // php-fpm stays where its configuration says so, and this option overrules that.
    (&["php-fpm"], Stays { if_any: &["-D", "--daemonize"] }),
    (&["memcached"], Stays { if_any: &["-d", "--daemon"] }),
    (&["mosquitto"], Stays { if_any: &["-d", "--daemon"] }),
    (&["mongod"], Stays { if_any: &["--fork"] }),
    (&["mysqld", "mariadbd"], Stays { if_any: &["--daemonize"] }),
    (&["haproxy"], Stays { if_any: &["-D"] }),
    (&["gunicorn"], Stays { if_any: &["-D", "--daemon"] }),
    (&["avahi-daemon"], Stays { if_any: &["-D", "--daemonize"] }),
    (&["openvpn"], Stays { if_any: &["--daemon"] }),
    (&["dbus-daemon"], Stays { if_any: &["--fork"] }),
    (&["udhcpc"], Stays { if_any: &["-b", "--background"] }),
];

/// The names of all of them.
static NAMES: LazyLock<HashSet<&[u8]>> = LazyLock::new(|| {
    let names = DAEMONS.iter().flat_map(|(names, _)| *names);
    names.chain(&["nginx", "redis-server", "valkey-server"]).map(|name| name.as_bytes()).collect()
});

/// Whether a text may name one of these daemons at all: a quick look.
pub(super) fn may_name(text: &[u8]) -> bool {
    let part = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    text.split(part).filter(|word| word.len() > 3).any(|word| NAMES.contains(word))
}

/// What is wrong with a command, whose first word is the program: which word does it, or none where one is missing, and what
/// to do. Nothing where it stays, or where nobody knows.
pub(super) fn leaves(words: &[Option<&str>]) -> Option<(Option<usize>, String)> {
    let (program, rest) = words.split_first()?;
    let name = base_name((*program)?);
    // What is expanded can be any option.
    let rest: Vec<&str> = rest.iter().copied().collect::<Option<_>>()?;
    if name == "nginx" {
        let at = rest.iter().position(|word| word.contains("daemon on"))?;
        return Some((Some(at + 1), "write `daemon off;`".to_owned()));
    }
    if name == "redis-server" || name == "valkey-server" {
        let at = rest.windows(2).position(|pair| pair == ["--daemonize", "yes"])?;
        return Some((Some(at + 1), "drop `--daemonize yes`".to_owned()));
    }
    let (_, habit) = DAEMONS.iter().find(|(names, _)| names.contains(&name))?;
    match habit {
        Leaves { unless, letters, write } => {
            let says = |word: &str| {
                let group = word.strip_prefix('-').filter(|group| !group.starts_with('-'));
                unless.iter().any(|known| word.contains(known))
                    || group.is_some_and(|group| group.contains(|letter| letters.contains(letter)))
            };
            let stays = rest.iter().any(|word| says(word));
            (!stays).then(|| (None, format!("add `{write}`, which keeps it in the foreground")))
        }
        Stays { if_any } => {
            let at = rest.iter().position(|word| if_any.contains(word))?;
            Some((Some(at + 1), format!("drop `{}`", rest.get(at).copied().unwrap_or_default())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaving(line: &str) -> bool {
        let words: Vec<Option<&str>> = line.split(' ').map(|word| (!word.starts_with('$')).then_some(word)).collect();
        leaves(&words).is_some()
    }

    #[test]
    fn daemons_that_leave_are_known() {
        for line in [
            "/usr/sbin/sshd",
            "sshd -p 22 -e",
            "httpd",
            "apache2 -k start",
            "crond -l 8",
            "named -u bind",
            "redis-server --port 1 --daemonize yes",
            "memcached -d",
            "rsyslogd",
        ] {
            assert!(leaving(line), "{line}");
        }
    }

    #[test]
    fn daemons_that_stay_or_may_are_left_alone() {
        for line in [
            "sshd -De",
            "sshd $OPTIONS",
            "httpd -f",
            "httpd -D FOREGROUND",
            "apache2 -DFOREGROUND",
            "crond -l 8 -f",
            "nginx",
            "nginx -g daemon_off;",
            "redis-server --daemonize no",
            "memcached -v",
            "sleep 5",
            "rsyslogd -n",
        ] {
            assert!(!leaving(line), "{line}");
        }
    }
}
