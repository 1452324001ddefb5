//! `ready` and `stop-on`: when a service counts as started, and when it is not started again.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::language;
use crate::model::Number;
use crate::resolve::Resolver;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::{Death, Draft, Ready};
use crate::resolve::scope::Scope;
use crate::resolve::values;
use crate::rules::reading;
use crate::source::Span;
use crate::syntax::ast::Statement;

impl Resolver<'_> {
    /// `stop-on exit 0, 78` · `stop-on signal SIGINT`
    pub(super) fn stop_on(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        let exit = arguments.word("exit");
        if !exit && !arguments.word("signal") {
            return self.expected(scope, arguments, "`exit` or `signal`");
        }
        loop {
            let what = if exit { "an exit code" } else { "a signal, such as SIGTERM" };
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, what) };
            let (word, place) = (self.string(scope, text)?, scope.at(text.span));
            let death = if exit {
                let Ok(code) = word.parse::<u8>() else {
                    let message = format!("`{word}` is not an exit code");
                    return self.bad(scope, place, &message, "expected a number from 0 to 255");
                };
                Death::Exit(code)
            } else {
                let Some(signal) = values::signal(&word) else {
                    let message = format!("`{word}` is not a signal");
                    return self.bad(scope, place, &message, "expected a name such as SIGTERM, or a number");
                };
                Death::Signal(signal)
            };
            if let Some(first) = draft.stop_on.iter().find(|known| known.value == death) {
                let diagnostic =
                    Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{word}` is said twice in `stop-on`"))
                        .at(place, "the second one")
                        .at(first.place, "the first one")
                        .help("delete one of them");
                self.report(scope, diagnostic);
                return None;
            }
            draft.stop_on.push(crate::model::Placed::new(death, place));
            if !arguments.sign(',') && arguments.is_empty() {
                return Some(());
            }
        }
    }

    /// `ready fd 3` · `ready check exec pg_isready` · `ready { check …; interval 500ms }`
    pub(super) fn ready(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        if arguments.word("fd") {
            let value = self.number(scope, arguments)?;
            draft.definition.numbers.push((Number::NotificationFd, value));
            return self.only_arguments(scope, arguments);
        }
        let place = scope.at(arguments.statement.span);
        let mut check = None;
        if arguments.word("check") {
            check = Some(self.program(scope, arguments)?);
        } else if !arguments.is_empty() || arguments.statement.options.is_none() {
            return self.expected(scope, arguments, "`fd` and a number, or `check` and a program");
        }
        let (mut interval, mut check_timeout, mut timeout, mut tries) = (None, None, None, None);
        let mut sound = true;
        for option in self.options(scope, arguments.statement) {
            let mut inside = Arguments::new(option);
            let read = match option.keyword.name.as_str() {
                "check" if check.is_some() => {
                    let place = scope.at(option.span);
                    let diagnostic = Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, "`check` stands twice")
                        .at(place, "the second one")
                        .help("delete one of them");
                    self.report(scope, diagnostic);
                    None
                }
                "check" => self.program(scope, &mut inside).map(|program| check = Some(program)),
                "tries" => self.number(scope, &mut inside).map(|number| tries = Some(number.value)),
                keyword => self.duration(scope, &mut inside).map(|duration| match keyword {
                    "interval" => interval = Some(duration.value),
                    "timeout" => timeout = Some(duration.value),
                    _ => check_timeout = Some(duration.value),
                }),
            };
            sound &= read.is_some() && self.nothing_left(scope, &inside).is_some();
        }
        if !sound {
            return None;
        }
        let Some(check) = check else {
            let diagnostic = Diagnostic::new(&reading::SYNTAX, "`ready` does not say what to ask")
                .at(place, "no `check`")
                .help("write `check PROGRAM` among the options: a program that exits 0 when the service is ready");
            self.report(scope, diagnostic);
            return None;
        };
        let ready = Ready { check, interval, check_timeout, timeout, tries };
        draft.ready = Some(crate::model::Placed::new(ready, place));
        Some(())
    }

    /// The options of a statement that it has; others, and those that stand twice, are reported.
    pub(super) fn options<'s>(&mut self, scope: &Scope, statement: &'s Statement) -> Vec<&'s Statement> {
        let known = language::options(&statement.keyword.name);
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut sound = Vec::new();
        for option in statement.options.iter().flat_map(|options| &options.statements) {
            let keyword = &option.keyword;
            let at = scope.at(keyword.span);
            let Some(one) = known.iter().find(|one| one.keyword == keyword.name) else {
                let message = format!("`{}` is not an option of `{}`", keyword.name, statement.keyword.name);
                let label = did_you_mean(&keyword.name, known.iter().map(|one| one.keyword))
                    .map_or_else(|| "unknown word".to_owned(), |near| format!("did you mean `{near}`?"));
                let names: Vec<&str> = known.iter().map(|one| one.keyword).collect();
                let diagnostic = Diagnostic::new(&reading::UNKNOWN_STATEMENT, message)
                    .at(at, label)
                    .help(format!("options are {}", names.join(", ")));
                self.report(scope, diagnostic);
                continue;
            };
            if let Some(first) = seen.get(keyword.name.as_str()).filter(|_| !one.repeats) {
                let diagnostic =
                    Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{}` stands twice", keyword.name))
                        .at(at, "the second one")
                        .at(scope.at(*first), "the first one")
                        .help("delete one of them: the second would replace the first");
                self.report(scope, diagnostic);
                continue;
            }
            seen.insert(&keyword.name, keyword.span);
            sound.push(option);
        }
        sound
    }

    /// Reports options where a form of a statement has none.
    pub(super) fn only_arguments(&mut self, scope: &Scope, arguments: &Arguments<'_>) -> Option<()> {
        let Some(options) = &arguments.statement.options else { return Some(()) };
        let form = language::form(&arguments.statement.keyword.name);
        let diagnostic = Diagnostic::new(&reading::SYNTAX, "this form has no options")
            .at(scope.at(options.span), "expected the end of the line")
            .help(format!("write `{form}`"));
        self.report(scope, diagnostic);
        None
    }
}
