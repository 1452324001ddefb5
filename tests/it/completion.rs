//! Completion of command lines, in real shells: keys are pressed on a terminal, and the line that comes of them is read.
//!
//! bash is on every machine that the tests know of. Without zsh or fish, their tests say so.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::terminal::Terminal;

const SERVICES: &str = r#"
template gateway(profile, port = "8080") {
    longrun gateway-{{profile}} { run exec gateway {{profile}} {{port}}; in user }
}
## Serves what people ask for.
longrun web { depends-on database; run exec web; in user }
longrun database { run exec database }
"#;

/// A directory with two files of services, one with a name that needs quotes, and source directories.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("shop.hermes"), SERVICES).expect("a written file");
    fs::create_dir(directory.path().join("other")).expect("a directory");
    fs::write(directory.path().join("other/my shop.hermes"), "longrun till { run exec till; in user }\n")
        .expect("a file");
    fs::write(directory.path().join("other/broken.hermes"), "longrun half {").expect("a file");
    let imported = directory.path().join("tree/s6-rc.d/printer");
    fs::create_dir_all(&imported).expect("a directory");
    fs::write(imported.join("type"), "longrun\n").expect("a file");
    fs::write(imported.join("run"), "#!/bin/sh\nexec printer\n").expect("a file");
    directory
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hermesc"))
}

/// `PATH` with the program in front.
fn path() -> String {
    let found = std::env::var("PATH").expect("PATH");
    format!("{}:{found}", program().parent().expect("a directory").display())
}

/// Whether a shell is there; what is missing is said.
fn has(shell: &str) -> bool {
    let there =
        Command::new(shell).args(["-c", "exit 0"]).stdin(Stdio::null()).status().is_ok_and(|status| status.success());
    if !there {
        eprintln!("completion: {shell} is not here; its completion was not tried");
    }
    there
}

/// An interactive shell on a terminal of its own.
struct Shell(Terminal);

impl Shell {
    fn new(shell: &[&str], setup: &str, directory: &Path) -> Self {
        let variables =
            [("PATH", path()), ("TERM", "dumb".into()), ("INPUTRC", "/dev/null".into()), ("HOME", "/".into())];
        let mut terminal = Terminal::new(shell, directory, &variables);
        // What the terminal echoes must not look like the answer.
        terminal.press(&format!("{setup}; PS1=; echo rea''dy\n"));
        terminal.wait("ready");
        Self(terminal)
    }

    /// The line after keys were pressed behind it; the line is empty then.
    fn line(&mut self, typed: &str, key: &str) -> String {
        // Control-x p shows the line between signs, Control-x k empties it.
        self.0.press(&format!("{typed}{key}\u{18}p"));
        let shown = self.0.wait("\u{1}>");
        self.0.press("\u{18}k");
        let (_, line) = shown.rsplit_once("<\u{1}").expect("the line");
        line.trim_end_matches(['\u{1}', '>']).to_owned()
    }
}

/// What is typed, and the line after a tabulator.
const TABS: &[(&str, &str)] = &[
    ("hermesc expl", "hermesc explain "),
    ("hermesc check --targ", "hermesc check --target "),
    ("hermesc why we", "hermesc why web "),
    ("hermesc why web data", "hermesc why web database "),
    ("hermesc what-if other/my\\ shop.hermes --fails ti", "hermesc what-if other/my\\ shop.hermes --fails till "),
    ("hermesc what-if tree --fails prin", "hermesc what-if tree --fails printer "),
    ("hermesc why other/broken.hermes hal", "hermesc why other/broken.hermes half "),
    ("hermesc what-if --fails data", "hermesc what-if --fails database "),
    ("hermesc explain unused-l", "hermesc explain unused-let "),
    ("hermesc check --deny unused-l", "hermesc check --deny unused-let "),
    ("hermesc check --deny=unused-l", "hermesc check --deny=unused-let "),
    ("hermesc check --target s6-overlay@3.2.2", "hermesc check --target s6-overlay@3.2.2.0 "),
    ("hermesc check --target=s6-overlay@3.2.2", "hermesc check --target=s6-overlay@3.2.2.0 "),
    ("hermesc check --format=sar", "hermesc check --format=sarif "),
    ("hermesc check sh", "hermesc check shop.hermes "),
    ("hermesc check oth", "hermesc check other/"),
    ("hermesc check other/my", "hermesc check other/my\\ shop.hermes "),
    ("hermesc check other/my\\ s", "hermesc check other/my\\ shop.hermes "),
    ("hermesc check \"other/my s", "hermesc check \"other/my shop.hermes\" "),
    ("hermesc emit shop.hermes -o oth", "hermesc emit shop.hermes -o other/"),
    ("hermesc instantiate shop.hermes gate", "hermesc instantiate shop.hermes gateway "),
    ("hermesc instantiate shop.hermes gateway prof", "hermesc instantiate shop.hermes gateway profile="),
    ("hermesc instantiate shop.hermes gateway profile=a ", "hermesc instantiate shop.hermes gateway profile=a port="),
    ("hermesc diff sh", "hermesc diff shop.hermes "),
    ("hermesc diff --rev HE", "hermesc diff --rev HEAD "),
    ("hermesc init --template mach", "hermesc init --template machine "),
    ("true; X=y hermesc comp", "true; X=y hermesc completions "),
    ("hermesc show nobo", "hermesc show nobo"),
    ("hermesc explain ../", "hermesc explain ../"),
];

/// What is typed, and everything that may follow.
const ALL: &[(&str, &str)] = &[
    ("hermesc what-if --fails ", "base database fix-attrs legacy-cont-init legacy-services top user user2 web"),
    ("hermesc completions ", "bash elvish fish powershell zsh"),
    ("hermesc instantiate shop.hermes gateway ", "port= profile="),
];

/// The words behind a line, in order of the alphabet.
fn sorted(line: &str, typed: &str) -> String {
    let rest = line.strip_prefix(typed).unwrap_or_else(|| panic!("{line:?} does not begin with {typed:?}"));
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

#[test]
fn bash_completes() {
    let directory = directory();
    for setup in ["source <(COMPLETE=bash hermesc); set -u", "source <(hermesc completions bash)"] {
        let keys = r#"bind -x '"\C-xp": printf "<\1%s\1>" "$READLINE_LINE"'; bind '"\C-xa": insert-completions';"#;
        let keys = format!("{setup}; {keys} bind '\"\\C-xk\": kill-whole-line'");
        let mut terminal = Shell::new(&["bash", "--norc", "--noprofile", "-i"], &keys, directory.path());
        for (typed, line) in TABS {
            assert_eq!(terminal.line(typed, "\t"), *line, "{typed}");
        }
        for (typed, all) in ALL {
            assert_eq!(sorted(&terminal.line(typed, "\u{18}a"), typed), *all, "{typed}");
        }
        // The cursor stands inside of the line.
        let inside = terminal.line("hermesc why w database shop.hermes", "\u{1b}b\u{1b}b\u{1b}b\u{2}\t");
        assert_eq!(inside, "hermesc why web database shop.hermes");
    }
}

#[test]
fn zsh_completes() {
    if !has("zsh") {
        return;
    }
    let directory = directory();
    // As a package has it, too: a function that is loaded when it is needed.
    fs::create_dir(directory.path().join("functions")).expect("a directory");
    let script = Command::new(program()).args(["completions", "zsh"]).output().expect("hermesc starts").stdout;
    fs::write(directory.path().join("functions/_hermesc"), script).expect("a written file");
    let compinit = "autoload -U compinit; compinit -u -D";
    for setup in
        [format!("{compinit}; source <(COMPLETE=zsh hermesc)"), format!("fpath=($PWD/functions $fpath); {compinit}")]
    {
        let keys = r#"show() { print -rn -- $'<\1'$BUFFER$'\1>' }; zle -N show; bindkey '^Xp' show; bindkey '^Xk' kill-whole-line"#;
        let keys = format!("{setup}; {keys}; unset zle_bracketed_paste; zle -C all complete-word _generic");
        let all = "bindkey '^Xa' all; zstyle ':completion:all:*' completer _all_matches _complete; zstyle ':completion:all:*' insert yes";
        let mut terminal = Shell::new(&["zsh", "-f", "-i"], &format!("{keys}; {all}"), directory.path());
        for (typed, line) in TABS {
            assert_eq!(terminal.line(typed, "\t"), *line, "{typed}");
        }
        for (typed, all) in ALL {
            assert_eq!(sorted(&terminal.line(typed, "\u{18}a"), typed), *all, "{typed}");
        }
    }
}

#[test]
fn fish_completes() {
    if !has("fish") {
        return;
    }
    let directory = directory();
    let ask = |line: &str| {
        let output = Command::new("fish")
            .args(["--no-config", "-c", "hermesc completions fish | source; complete -C $argv[1]", line])
            .current_dir(directory.path())
            .env("PATH", path())
            .env("HOME", directory.path())
            .output()
            .expect("fish starts");
        assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    for (typed, line) in TABS.iter().filter(|(_, line)| !line.contains(['\\', '"'])) {
        let word = line.rsplit(' ').find(|word| !word.is_empty()).expect("a word");
        let offered = ask(typed);
        let mut offered = offered.lines().map(|line| line.split('\t').next().unwrap_or_default());
        let expected = (typed != line).then_some(word);
        assert_eq!(offered.next(), expected, "{typed}");
    }
    for (typed, all) in ALL {
        let offered = ask(typed);
        let words: Vec<&str> = offered.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(sorted(&words.join(" "), ""), *all, "{typed}");
    }
    // fish quotes what it puts in itself.
    assert_eq!(ask("hermesc check other/my"), "other/my shop.hermes\n");
    assert!(ask("hermesc why w").contains("web\tlongrun: Serves what people ask for."));
}

/// What the program offers, asked as bash asks.
fn offered(words: &[&str], directory: &Path) -> (String, String) {
    let output = Command::new(program())
        .arg("--")
        .args(words)
        .current_dir(directory)
        .envs([("COMPLETE", "bash"), ("_CLAP_IFS", "\n"), ("_CLAP_COMPLETE_INDEX", &(words.len() - 1).to_string())])
        .output()
        .expect("hermesc starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_is_wrong_with_a_file_is_not_said() {
    let directory = directory();
    for words in [
        ["hermesc", "show", "not-there.hermes", ""],
        ["hermesc", "show", "other/broken.hermes", ""],
        ["hermesc", "show", "/proc/self/mem", ""],
        ["hermesc", "no-such-command", "--no-such-option", ""],
    ] {
        let (_, errors) = offered(&words, directory.path());
        assert_eq!(errors, "", "{words:?}");
    }
}

#[test]
fn a_variable_that_names_no_shell_changes_nothing() {
    for value in ["", "0", "1", "yes", "/usr/bin/make"] {
        let output = Command::new(program()).arg("--version").env("COMPLETE", value).output().expect("hermesc starts");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("hermesc "), "{value}");
    }
}

#[test]
fn a_large_set_is_offered_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let text: String = (0..500).map(|number| format!("longrun service-{number} {{ run exec a; in user }}\n")).collect();
    fs::write(directory.path().join("large.hermes"), text).expect("a written file");
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        let (found, _) = offered(&["hermesc", "show", "service-"], directory.path());
        assert_eq!(found.lines().count(), 500);
        start.elapsed()
    });
    // 50 ms is what a person does not notice; a build without optimisation on a busy machine may take some times that.
    let limit = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 50 });
    assert!(fastest.min().is_some_and(|fastest| fastest < limit));
}
