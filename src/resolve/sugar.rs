//! Statements that stand for more than one file, read into the draft; `expand` writes them out.

use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::model::{Number, Placed};
use crate::resolve::Resolver;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::{Draft, Redirect, RedirectTarget, User};
use crate::resolve::scope::Scope;
use crate::rules::reading;

impl Resolver<'_> {
    /// Reads a statement of sugar.
    pub(super) fn sugar(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        let place = scope.at(arguments.statement.span);
        match arguments.statement.keyword.name.as_str() {
            "user" => draft.around.user = Some(self.user(scope, arguments)?),
            "env" => self.env(scope, draft, arguments)?,
            "env-file" => {
                let Some(text) = arguments.text() else { return self.expected(scope, arguments, "the path of a file") };
                let word = self.text_word(scope, text)?;
                draft.around.env_files.push(Placed::new(word, place));
            }
            "cwd" => {
                let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a directory") };
                let word = self.text_word(scope, text)?;
                draft.around.cwd = Some(Placed::new(word, place));
            }
            "umask" => {
                let Some(text) = arguments.text() else {
                    return self.expected(scope, arguments, "a mask, such as 022");
                };
                let word = self.string(scope, text)?;
                let Ok(mask) = super::values::mode(&word) else {
                    return self.bad(
                        scope,
                        scope.at(text.span),
                        &format!("`{word}` is not a file creation mask"),
                        "expected octal digits",
                    );
                };
                draft.around.umask = Some(Placed::new(mask, place));
            }
            "nice" => {
                let Some(text) = arguments.text() else {
                    return self.expected(scope, arguments, "a number from -20 to 19");
                };
                let word = self.string(scope, text)?;
                let Some(nice) = word.parse::<i32>().ok().filter(|nice| (-20..=19).contains(nice)) else {
                    return self.bad(
                        scope,
                        scope.at(text.span),
                        &format!("`{word}` is not a priority"),
                        "expected a number from -20 to 19",
                    );
                };
                draft.around.nice = Some(Placed::new(nice, place));
            }
            "limit" => {
                let Some(resource) = arguments.text() else {
                    return self.expected(scope, arguments, "a resource, such as `open-files`");
                };
                let Some(value) = arguments.text() else { return self.expected(scope, arguments, "a value") };
                let (name, amount) = (self.string(scope, resource)?, self.string(scope, value)?);
                draft
                    .around
                    .limits
                    .push((Placed::new(name, scope.at(resource.span)), Placed::new(amount, scope.at(value.span))));
            }
            "redirect" => self.redirect(scope, draft, arguments)?,
            "ready" if arguments.word("fd") => {
                let value = self.number(scope, arguments)?;
                draft.definition.numbers.push((Number::NotificationFd, value));
            }
            "ready" => return self.expected(scope, arguments, "`fd` and a number"),
            keyword => {
                let message = format!("this version of hermesc cannot write `{keyword}` out yet");
                let diagnostic = Diagnostic::new(&reading::UNSUPPORTED_STATEMENT, message)
                    .at(scope.at(arguments.statement.keyword.span), "part of the language, and not supported so far")
                    .help("write what it stands for out in plain statements: docs/language.md says which file each writes");
                self.report(scope, diagnostic);
                return None;
            }
        }
        Some(())
    }

    fn bad<T>(&mut self, scope: &Scope, at: crate::source::Location, message: &str, label: &str) -> Option<T> {
        self.report(scope, Diagnostic::new(&reading::BAD_VALUE, message).at(at, label));
        None
    }

    fn env(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        let Some(name) = arguments.text() else { return self.expected(scope, arguments, "the name of a variable") };
        let word = self.string(scope, name)?;
        let sound = !word.is_empty()
            && !word.starts_with(|char: char| char.is_ascii_digit())
            && word.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        if !sound {
            return self.bad(
                scope,
                scope.at(name.span),
                &format!("`{word}` is not the name of a variable"),
                "expected letters, digits and `_`",
            );
        }
        if !arguments.sign('=') {
            return self.expected(scope, arguments, "`=` and a value");
        }
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a value") };
        let value = self.text_word(scope, text)?;
        draft.around.env.push((word, Placed::new(value, scope.at(text.span))));
        Some(())
    }

    /// `hermes`, `1000:1000`
    pub(super) fn user(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<Placed<User>> {
        let Some(text) = arguments.text() else {
            return self.expected(scope, arguments, "a user, as a name or UID:GID");
        };
        let word: SmolStr = self.string(scope, text)?;
        let place = scope.at(text.span);
        if let Some((uid, rest)) = word.split_once(':') {
            let mut groups = rest.split(':').map(|group| super::values::number(group).ok());
            let ids =
                super::values::number(uid).ok().zip(groups.next().flatten()).zip(groups.collect::<Option<Vec<u32>>>());
            let Some(((uid, gid), groups)) = ids else {
                return self.bad(scope, place, &format!("`{word}` is not UID:GID"), "expected decimal numbers");
            };
            return Some(Placed::new(User::Ids { uid, gid, groups }, place));
        }
        let sound = !word.is_empty()
            && !word.starts_with('-')
            && word.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.'));
        if !sound {
            return self.bad(
                scope,
                place,
                &format!("`{word}` is not the name of a user"),
                "expected letters, digits, `_` and `-`",
            );
        }
        Some(Placed::new(User::Name(word), place))
    }

    fn redirect(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        let place = scope.at(arguments.statement.span);
        let fd = match (arguments.word("stdout"), arguments.word("stderr")) {
            (true, _) => 1,
            (_, true) => 2,
            _ => return self.expected(scope, arguments, "`stdout` or `stderr`"),
        };
        if !arguments.word("to") {
            return self.expected(scope, arguments, "`to`");
        }
        let to = if arguments.word("stdout") {
            RedirectTarget::Fd(1)
        } else if arguments.word("stderr") {
            RedirectTarget::Fd(2)
        } else {
            let Some(text) = arguments.text() else {
                return self.expected(scope, arguments, "a path, `stdout` or `stderr`");
            };
            RedirectTarget::File(self.text_word(scope, text)?)
        };
        draft.around.redirects.push(Placed::new(Redirect { fd, to }, place));
        Some(())
    }
}
