//! Variables of the container that a script cannot see.

use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::rules::script::{Interpreter, scripts};
use crate::rules::shell::Shell;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// A script reads a variable that it has not got.
pub static RULE: Rule = Rule {
    id: "contenv-missing",
    severity: Severity::Hint,
    scope: Scope::Both,
    summary: "A script reads an environment variable without `with-contenv`",
    explanation: r##"Under s6-overlay the variables of the container, those of `docker run -e` and of `ENV`, are kept in files and are not in a service's environment: `${PORT}` is empty there, and a default behind `:-` always wins. `#!/command/with-contenv sh` as the interpreter line reads them first; in the language `run sh` does. With S6_KEEP_ENV=1 the image passes them on to everything, and this hint does not apply."##,
    bad: Example::Language(
        r##"longrun web {
    run text """
        #!/bin/sh
        exec web --port "${WEB_PORT:-8080}"
        """
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run sh """
        exec web --port "${WEB_PORT:-8080}"
        """
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

/// What shells, s6 and the kernel set themselves.
const KNOWN: &[&str] = &[
    "PATH",
    "PWD",
    "OLDPWD",
    "IFS",
    "HOME",
    "PPID",
    "UID",
    "EUID",
    "GROUPS",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "HOSTNAME",
    "OPTARG",
    "OPTIND",
    "OPTERR",
    "REPLY",
    "SHELL",
    "SHLVL",
    "TERM",
    "USER",
    "LOGNAME",
    "LANG",
    "PS1",
    "PS2",
    "PS4",
    "MACHTYPE",
    "OSTYPE",
    "HOSTTYPE",
    "FUNCNAME",
    "DIRSTACK",
    "PIPESTATUS",
    "MAPFILE",
    "COPROC",
    "EPOCHSECONDS",
    "EPOCHREALTIME",
];

/// What brings variables in from elsewhere.
const BRINGS: &[&str] =
    &["contenv", "container_environment", "envdir", "envfile", "dumpenv", "eval ", "printf -v", "/environ"];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !context.model.target.is_overlay() {
        return;
    }
    for script in scripts(context) {
        let line = script.definition.programs.iter().find(|(part, _)| *part == script.part);
        let has = script.contenv || line.is_some_and(|(_, line)| holds(&line.bytes, b"contenv"));
        if has || script.interpreter != Interpreter::Shell || script.mentions(BRINGS) {
            continue;
        }
        let Some(shell) = script.shell() else { continue };
        if shell.runs(&script.text, &[".", "source"]) {
            continue;
        }
        let own = assigned(&shell, &script.text);
        let foreign = |name: &str| {
            let upper = name.len() > 1
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            upper && !KNOWN.contains(&name) && !name.starts_with("BASH") && !own.contains(&name.to_owned())
        };
        let Some((name, range)) = shell.variables.iter().find(|(name, _)| foreign(name)) else { continue };
        let place = script.locate(context, range.clone());
        let mut diagnostic = Diagnostic::new(
            &RULE,
            format!(
                "the `{}` of `{}` reads `{name}`, and sees no variable of the container",
                script.part, script.definition.name
            ),
        )
        .at(place, "empty, unless the image sets S6_KEEP_ENV=1");
        let shebang = formats::shebang(&script.text).map(|line| 0..line.end);
        if let Some((shebang, interpreter)) =
            shebang.and_then(|range| Some((range.clone(), bare_interpreter(&script.text, range)?)))
            && let Some(at) = script.editable(context, shebang)
        {
            let with = format!("#!/command/with-contenv {interpreter}");
            diagnostic = diagnostic.fix(Fix::replace("read the container's environment", at, with, Safety::Suggested));
        }
        diagnostics.push(diagnostic.help(context.say(
            "write `run sh \"\"\"…\"\"\"`, or begin the text with `#!/command/with-contenv sh`",
            "let the first line be `#!/command/with-contenv sh`",
        )));
    }
}

/// The interpreter's own name, where the line gives it nothing else.
fn bare_interpreter(text: &[u8], line: std::ops::Range<usize>) -> Option<String> {
    let line = String::from_utf8_lossy(text.get(line)?).into_owned();
    let mut words = line.strip_prefix("#!")?.split_whitespace();
    let path = words.next()?;
    let interpreter = if path.ends_with("/env") { words.next()? } else { path };
    words.next().is_none().then(|| interpreter.rsplit('/').next().unwrap_or(interpreter).to_owned())
}

/// The variables that a script sets itself.
fn assigned(shell: &Shell, text: &[u8]) -> Vec<String> {
    let source = String::from_utf8_lossy(text);
    let mut names: Vec<String> = Vec::new();
    for command in &shell.commands {
        names.extend(command.words.iter().filter_map(|word| word.assignment(text)).map(|(name, _)| name.to_owned()));
        let words: Vec<&str> = command.command(text).iter().filter_map(|word| word.literal.as_deref()).collect();
        if matches!(
            words.first(),
            Some(
                &("read" | "mapfile" | "readarray" | "getopts" | "local" | "declare" | "typeset" | "export" | "unset")
            )
        ) {
            names.extend(words.iter().map(|word| (*word).to_owned()));
        }
    }
    // `for NAME in`, and `${NAME:=default}`.
    let mut words = source.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if matches!(word, "for" | "select")
            && let Some(name) = words.peek()
        {
            names.push((*name).to_owned());
        }
    }
    names.extend(source.split("${").skip(1).filter_map(|rest| Some(rest.split_once(":=")?.0.to_owned())));
    names
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
