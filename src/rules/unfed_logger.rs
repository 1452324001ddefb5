//! Loggers that nobody writes to.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::script::{Script, base_name, behind_prefixes, longrun_scripts};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::execline;

/// A service reads its standard input for a log, and nothing feeds it.
pub static RULE: Rule = Rule {
    id: "unfed-logger",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "A logger is the consumer of no pipeline",
    explanation: r##"s6-log and logutil-service read lines from their standard input. Without a pipeline that is /dev/null: the logger ends at once, is started again, and so on each second, while the output of the service that was meant goes elsewhere. The pipeline is said on both ends, `consumer-for` here and `producer-for` there; in the language, `pipeline` or `log` writes both."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-log {
    run exec s6-log n10 s1000000 T /var/log/web
}
bundle user { web, web-log }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec fdmove -c 2 1 web
}
longrun web-log {
    run exec s6-log n10 s1000000 T /var/log/web
}
pipeline web-pipeline = web | web-log
bundle user { web-pipeline }
"##,
    ),
    check: Some(check),
};

const LOGGERS: &[&str] = &["s6-log", "logutil-service"];

/// What gives a program another standard input, or means that it has one already.
const INPUTS: &[&str] = &[
    "<",
    "mkfifo",
    "redirfd",
    "fdmove 0",
    "fdreserve",
    "pipeline",
    "forstdin",
    "s6-fdholder",
    "s6-ipcserver",
    "s6-tcpserver",
    "s6-connlimit",
    "-f",
];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for script in longrun_scripts(context) {
        let definition = script.definition;
        let fed = !definition.consumer_for.is_empty() || definition.incomplete || definition.kind != Kind::Longrun;
        // A directory beneath may be completed by another layer's `consumer-for`.
        if script.part != "run" || fed || !script.mentions(LOGGERS) || script.mentions(INPUTS) {
            continue;
        }
        let Some((logger, range)) = logger(script) else { continue };
        let name = &definition.name;
        diagnostics.push(
            Diagnostic::new(&RULE, format!("nothing writes to the logger `{name}`"))
                .at(script.locate(context, range), format!("`{logger}` reads standard input, which is /dev/null"))
                .help(context.say(
                    &format!("say whose output it is: `pipeline {name}-pipeline = SERVICE | {name}`"),
                    &format!("say whose output it is: a file `consumer-for` here with that service's name, and its `producer-for` with `{name}`"),
                )),
        );
    }
}

/// The logger that a script becomes, and where it is named.
fn logger(script: &Script<'_>) -> Option<(&'static str, std::ops::Range<usize>)> {
    let find = |name: &str| LOGGERS.iter().find(|logger| **logger == base_name(name)).copied();
    if let Some(shell) = script.shell() {
        let last = shell.commands.last().filter(|command| command.is_outermost() && command.stands_alone())?;
        let words = last.command(&script.text);
        let literals: Vec<Option<&str>> = words.iter().map(|word| word.literal.as_deref()).collect();
        let word = words.get(behind_prefixes(&literals)?)?;
        return Some((find(word.literal.as_deref()?)?, word.range.clone()));
    }
    let words = script.words()?;
    let named = |word: &&execline::Word| {
        word.depth == 0 && std::str::from_utf8(&word.bytes).is_ok_and(|name| find(name).is_some())
    };
    let word = words.iter().find(named)?;
    Some((find(std::str::from_utf8(&word.bytes).ok()?)?, word.span.clone()))
}
