//! `log`: where a service's output goes.

use crate::diagnostic::Diagnostic;
use crate::model::Placed;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::{Draft, Log, LogTarget, Timestamp};
use crate::resolve::scope::Scope;
use crate::resolve::values::{self, ValueError};
use crate::resolve::{Pipeline, Resolver};
use crate::rules::reading;
use crate::source::Location;

/// The sizes at which s6-log can rotate, in bytes (s6-log, s6 2.15.1.0).
const ROTATION: std::ops::RangeInclusive<u64> = 4096..=268_435_455;

impl Resolver<'_> {
    /// `log to "/var/log/web" { keep 10 }` · `log to stdout` · `log through LOGGER`
    pub(super) fn log(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        let place = scope.at(arguments.statement.span);
        let through = arguments.word("through");
        if let Some(first) = draft.logged.or(draft.logs.first().filter(|_| through).map(|log| log.place)) {
            let diagnostic =
                Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, "the output goes to two loggers")
                    .at(place, "the second one")
                    .at(first, "the first one")
                    .help("a service has one standard output: write `log to` in the logger instead, or one `log to` for each directory");
            self.report(scope, diagnostic);
            return None;
        }
        if through {
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, "the name of a logger") };
            let name = self.string(scope, text)?;
            let producer = (draft.definition.name.clone(), scope.at(text.span));
            let stages = vec![vec![producer], vec![(name, scope.at(text.span))]];
            self.pipelines.push(Pipeline { name: None, stages });
            draft.logged = Some(place);
            return self.only_arguments(scope, arguments);
        }
        if !arguments.word("to") {
            return self.expected(scope, arguments, "`to` and a directory, or `through` and a logger");
        }
        let mut log = Log {
            to: LogTarget::Stdout,
            keep: None,
            rotate_at: None,
            timestamp: None,
            filters: Vec::new(),
            user: None,
        };
        if !arguments.word("stdout") {
            let Some(text) = arguments.text() else {
                return self.expected(scope, arguments, "a directory or `stdout`");
            };
            let word = self.string(scope, text)?;
            let plain = word.starts_with('/')
                && word.len() > 1
                && !word.split('/').any(|part| part == "..")
                && !word.chars().any(char::is_control);
            if !plain {
                let message = format!("`{}` is not a directory for logs", word.escape_debug());
                return self.bad(scope, scope.at(text.span), &message, "expected an absolute path without `..`");
            }
            log.to = LogTarget::Directory(word.trim_end_matches('/').into());
        }
        let mut sound = true;
        for option in self.options(scope, arguments.statement) {
            let mut inside = Arguments::new(option);
            let read = self.log_option(scope, &mut log, &mut inside).is_some();
            sound &= read && self.nothing_left(scope, &inside).is_some();
        }
        if !sound {
            return None;
        }
        let user = log.user.as_ref();
        let other = user.and_then(|_| draft.logs.iter().find_map(|known| known.value.user.as_ref()));
        if let (Some(user), Some(other)) =
            (user, other.filter(|other| Some(&other.value) != user.map(|user| &user.value)))
        {
            let diagnostic = Diagnostic::new(&reading::BAD_VALUE, "one logger runs as two users")
                .at(user.place, "as this one")
                .at(other.place, "and as this one")
                .help("all `log to` of a service are one logger: name the same user, or name it once");
            self.report(scope, diagnostic);
            return None;
        }
        draft.logs.push(Placed::new(log, place));
        Some(())
    }

    fn log_option(&mut self, scope: &Scope, log: &mut Log, arguments: &mut Arguments<'_>) -> Option<()> {
        let keyword = arguments.statement.keyword.name.as_str();
        match keyword {
            "keep" => log.keep = Some(self.number(scope, arguments)?.value),
            "user" => log.user = Some(self.user(scope, arguments)?),
            "timestamp" => {
                log.timestamp = Some(if arguments.word("iso8601") {
                    Timestamp::Iso8601
                } else if arguments.word("tai64n") {
                    Timestamp::Tai64n
                } else if arguments.word("none") {
                    Timestamp::None
                } else {
                    return self.expected(scope, arguments, "`iso8601`, `tai64n` or `none`");
                });
            }
            "rotate-at" => {
                let Some(text) = arguments.text() else {
                    return self.expected(scope, arguments, "a size, such as 1MB");
                };
                let (word, place) = (self.string(scope, text)?, scope.at(text.span));
                let size = match values::size(&word) {
                    Ok(size) => size,
                    Err(ValueError::Bare) => {
                        let diagnostic = Diagnostic::new(&reading::BARE_NUMBER, format!("`{word}` has no unit"))
                            .at(place, format!("bytes? write {word}B"))
                            .help("sizes have a unit: B, kB, KiB, MB, MiB");
                        self.report(scope, diagnostic);
                        return None;
                    }
                    Err(_) => {
                        return self.bad(
                            scope,
                            place,
                            &format!("`{word}` is not a size"),
                            "expected a size, such as 1MB",
                        );
                    }
                };
                let Some(size) = Some(size).filter(|size| ROTATION.contains(size)) else {
                    let message = format!("s6-log cannot rotate at {word}");
                    return self.bad(scope, place, &message, "expected 4096B to 268435455B, which are 256 MiB");
                };
                log.rotate_at = u32::try_from(size).ok();
            }
            _ => {
                let Some(text) = arguments.text() else {
                    return self.expected(scope, arguments, "a regular expression in quotes");
                };
                let word = self.string(scope, text)?;
                if word.contains('\0') {
                    return self.bad(scope, scope.at(text.span), "an argument cannot hold a NUL byte", "holds one");
                }
                log.filters.push((keyword == "select", word));
            }
        }
        Some(())
    }
}

/// What is said of a directory that two loggers write.
pub(super) fn written_twice(directory: &str, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("two loggers write `{directory}`"))
        .at(place, "the second one")
        .at(first, "the first one")
        .help("s6-log locks its directory, so that the second one would not start: give each its own directory, or let both services feed one logger with `log through NAME`")
}
