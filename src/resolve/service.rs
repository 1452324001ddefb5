//! The statements of a service, a bundle or a container part, one by one.

use camino::{Utf8Path, Utf8PathBuf};
use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, Fix, Safety, did_you_mean};
use crate::language::{self, Place};
use crate::model::{Extends, ExtraFile, Flag, Kind, Number, Placed, ReferenceOrigin, Signal};
use crate::resolve::Resolver;
use crate::resolve::arguments::Arguments;
use crate::resolve::container::ContainerKind;
use crate::resolve::draft::{Draft, ProgramDraft};
use crate::resolve::raw;
use crate::resolve::scope::Scope;
use crate::resolve::values::{self, ValueError};
use crate::rules::reading;
use crate::s6rc::target::show_version;
use crate::source::{Location, Span};
use crate::syntax::ast::{Body, Statement};

/// A file below a definition's directory has a path of at most so many names, and each has at most so many bytes (Linux: `NAME_MAX`).
const MAX_PARTS: usize = 32;
const MAX_PART: usize = 255;

impl Resolver<'_> {
    /// Reads the statements of a service into its draft.
    pub(super) fn service(&mut self, scope: &Scope, draft: &mut Draft, body: &Body) {
        let place = if draft.definition.kind == Kind::Longrun { Place::Longrun } else { Place::Oneshot };
        self.statements(scope, place, draft, &body.statements);
        draft.definition.incomplete |= body.malformed;
        let overlay_default = self.target.default_dependency();
        // What has a name of the target, or says it itself, needs nothing more; what only adds to a service leaves the
        // dependencies of the service itself alone.
        let stands_alone = draft.stands_alone
            || draft.definition.extends != Extends::Nothing
            || self.target.built_in(&draft.definition.name).is_some()
            || draft.definition.dependencies.iter().any(|known| Some(known.name.as_str()) == overlay_default);
        if let (Some(name), false) = (overlay_default, stands_alone) {
            let reference = crate::model::Reference {
                name: name.into(),
                place: draft.definition.place,
                origin: ReferenceOrigin::Default,
            };
            draft.definition.dependencies.insert(0, reference);
        }
        raw::understand(draft);
    }

    /// Reads the statements of a container part into its draft.
    pub(super) fn container_body(&mut self, scope: &Scope, kind: ContainerKind, draft: &mut Draft, body: &Body) {
        let place = if kind == ContainerKind::Main { Place::Main } else { Place::Script };
        self.statements(scope, place, draft, &body.statements);
        draft.definition.incomplete |= body.malformed;
    }

    /// Reads the statements of a bundle into its draft.
    pub(super) fn bundle_statements(&mut self, scope: &Scope, draft: &mut Draft, statements: &[Statement]) {
        self.statements(scope, Place::Bundle, draft, statements);
        raw::understand(draft);
    }

    fn statements(&mut self, scope: &Scope, place: Place, draft: &mut Draft, statements: &[Statement]) {
        // No more than there are keywords.
        let mut seen: Vec<(&str, Span)> = Vec::with_capacity(statements.len().min(language::STATEMENTS.len()));
        for statement in statements {
            let sound =
                self.allowed(scope, place, statement, &mut seen) && self.statement(scope, draft, statement).is_some();
            draft.definition.incomplete |= !sound;
        }
    }

    /// Whether the statement may stand here at all.
    fn allowed<'s>(
        &mut self,
        scope: &Scope,
        place: Place,
        statement: &'s Statement,
        seen: &mut Vec<(&'s str, Span)>,
    ) -> bool {
        let keyword = &statement.keyword;
        let at = scope.at(keyword.span);
        let Some(known) = language::find(&keyword.name) else {
            let here =
                language::STATEMENTS.iter().filter(|known| known.places.contains(&place)).map(|known| known.keyword);
            let diagnostic =
                Diagnostic::new(&reading::UNKNOWN_STATEMENT, format!("`{}` is not a statement", keyword.name));
            let from_elsewhere = language::elsewhere(&keyword.name, place);
            let diagnostic =
                match did_you_mean(&keyword.name, here).filter(|_| from_elsewhere.is_none()) {
                    Some(near) => diagnostic
                        .at(at, format!("did you mean `{near}`?"))
                        .help(format!("write `{}`", language::find(near).map_or("", |known| known.form)))
                        .fix(Fix::replace(format!("write `{near}`"), at, near, Safety::Safe)),
                    None => diagnostic.at(at, "unknown word").help(from_elsewhere.unwrap_or(
                        "a file that the language has no word for is written with `raw \"NAME\" text \"…\"`",
                    )),
                };
            self.report(scope, diagnostic);
            return false;
        };
        if !known.places.contains(&place) {
            let diagnostic = Diagnostic::new(
                &reading::STATEMENT_OF_OTHER_TYPE,
                format!("`{}` does not belong in {}", keyword.name, place.with_article()),
            )
            .at(at, format!("belongs in {}", known.homes()));
            let diagnostic = match (keyword.name.as_str(), place) {
                ("run", Place::Oneshot) => diagnostic
                    .help("a oneshot has `up`, which runs once, and `down`; a process that stays is a longrun"),
                ("up" | "down", Place::Longrun) => {
                    diagnostic.help("a longrun has `run`, which stays, and `finish`; a command that ends is a oneshot")
                }
                ("finish", Place::Oneshot) => diagnostic.help("what a oneshot does when it is stopped is `down`"),
                ("notification-fd" | "ready", Place::Oneshot) => {
                    diagnostic.help("a oneshot is ready when its `up` has exited 0")
                }
                _ => diagnostic,
            };
            self.report(scope, diagnostic);
            return false;
        }
        let first = seen.iter().find(|(name, _)| *name == keyword.name);
        if let Some((_, first)) = first.filter(|_| !known.repeats) {
            self.report(
                scope,
                Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{}` stands twice", keyword.name))
                    .at(at, "the second one")
                    .at(scope.at(*first), "the first one")
                    .help("delete one of them: the second would replace the first"),
            );
            return false;
        }
        if first.is_none() {
            seen.push((&keyword.name, keyword.span));
        }
        if let Some((tool, version)) = known.since
            && self.target.tool(tool) < version
        {
            self.report(
                scope,
                Diagnostic::new(
                    &reading::NEWER_THAN_TARGET,
                    format!("{} does not know `{}` yet", self.target, keyword.name),
                )
                .at(at, format!("since {tool} {}", show_version(version)))
                .help(format!(
                    "the target comes with {tool} {}; raise the target's version, or do without",
                    show_version(self.target.tool(tool))
                )),
            );
            return false;
        }
        true
    }

    /// Reads one statement; nothing where it could not be read, which is then reported.
    fn statement(&mut self, scope: &Scope, draft: &mut Draft, statement: &Statement) -> Option<()> {
        let mut arguments = Arguments::new(statement);
        let keyword = statement.keyword.name.as_str();
        let numbers = Number::ALL.iter().copied();
        if let Some(flag) = Flag::ALL.iter().find(|flag| flag.file() == keyword) {
            draft.definition.flags.push((*flag, scope.at(statement.span)));
        } else if let Some(number) = numbers.clone().find(|number| number.file() == keyword) {
            let value = if number.is_duration() {
                self.duration(scope, &mut arguments)?
            } else {
                self.number(scope, &mut arguments)?
            };
            draft.definition.numbers.push((number, value));
        } else {
            match keyword {
                "run" => draft.run = Some(self.program_file(scope, draft, "run", &mut arguments)?),
                "finish" => draft.finish = Some(self.program_file(scope, draft, "finish", &mut arguments)?),
                "up" => draft.up = Some(self.program_file(scope, draft, "up", &mut arguments)?),
                "down" => draft.down = Some(self.program_file(scope, draft, "down", &mut arguments)?),
                "reload" => draft.reload = Some(self.program_file(scope, draft, "reload", &mut arguments)?),
                "depends-on" => self.depends_on(scope, draft, &mut arguments)?,
                "in" => {
                    let names = self.names(scope, &mut arguments)?;
                    draft.bundles.extend(names);
                }
                "down-signal" => self.signal(scope, draft, Signal::Down, &mut arguments)?,
                "reload-signal" => self.signal(scope, draft, Signal::Reload, &mut arguments)?,
                "data" => self.file(scope, draft, "data", &mut arguments)?,
                "envdir" => self.file(scope, draft, "env", &mut arguments)?,
                "instance-template" => self.file(scope, draft, "template", &mut arguments)?,
                "raw" => self.file(scope, draft, "", &mut arguments)?,
                _ => self.sugar(scope, draft, &mut arguments)?,
            }
        }
        self.nothing_left(scope, &arguments)
    }

    /// The program of a file, with the file's permission bits where they are given.
    fn program_file(
        &mut self,
        scope: &Scope,
        draft: &mut Draft,
        file: &'static str,
        arguments: &mut Arguments<'_>,
    ) -> Option<ProgramDraft> {
        if let Some(mode) = self.mode(scope, arguments)? {
            draft.modes.push((file, mode));
        }
        self.program(scope, arguments)
    }

    fn depends_on(&mut self, scope: &Scope, draft: &mut Draft, arguments: &mut Arguments<'_>) -> Option<()> {
        if arguments.word("none") {
            draft.stands_alone = true;
            return Some(());
        }
        let names = self.names(scope, arguments)?;
        draft.definition.dependencies.extend(names);
        Some(())
    }

    /// One or more names, with commas.
    pub(super) fn names(
        &mut self,
        scope: &Scope,
        arguments: &mut Arguments<'_>,
    ) -> Option<Vec<crate::model::Reference>> {
        let mut texts = Vec::new();
        loop {
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a name") };
            texts.push(text);
            let comma = arguments.sign(',');
            if !comma && arguments.is_empty() {
                break;
            }
        }
        Some(self.references(scope, texts.into_iter()))
    }

    fn signal(
        &mut self,
        scope: &Scope,
        draft: &mut Draft,
        signal: Signal,
        arguments: &mut Arguments<'_>,
    ) -> Option<()> {
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a signal, such as SIGTERM") };
        let name = self.string(scope, text)?;
        draft.definition.signals.push((signal, Placed::new(name, scope.at(text.span))));
        Some(())
    }

    /// A duration in milliseconds.
    pub(super) fn duration(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<Placed<u32>> {
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a duration, such as 30s") };
        let word = self.string(scope, text)?;
        let at = scope.at(text.span);
        let diagnostic = match values::duration(&word) {
            Ok(value) => return Some(Placed::new(value, at)),
            Err(ValueError::Bare) => Diagnostic::new(&reading::BARE_NUMBER, format!("`{word}` has no unit"))
                .at(at, format!("seconds, or milliseconds? write {word}s or {word}ms"))
                .help("durations have a unit: ms, s, m or h")
                .fix(Fix::replace(format!("write {word}s"), at, format!("{word}s"), Safety::Suggested)),
            Err(ValueError::Fraction) => {
                Diagnostic::new(&reading::BAD_VALUE, format!("`{word}` is not a whole number of milliseconds"))
                    .at(at, "too fine")
                    .help("s6-rc counts whole milliseconds")
            }
            Err(ValueError::TooLarge) => Diagnostic::new(&reading::BAD_VALUE, format!("`{word}` is too long"))
                .at(at, "more than 4294967295 milliseconds, which are 49 days")
                .help("write `never` for no limit"),
            Err(ValueError::Malformed) => Diagnostic::new(&reading::BAD_VALUE, format!("`{word}` is not a duration"))
                .at(at, "expected a duration")
                .help("a duration is a number and a unit, such as 200ms, 1.5s, 10m, or the word `never`"),
        };
        self.report(scope, diagnostic);
        None
    }

    /// A number of 32 bits.
    pub(super) fn number(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<Placed<u32>> {
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a number") };
        let word = self.string(scope, text)?;
        let at = scope.at(text.span);
        let label = match values::number(&word) {
            Ok(value) => return Some(Placed::new(value, at)),
            Err(ValueError::TooLarge) => "more than 4294967295, the largest number that fits",
            Err(_) => "expected decimal digits",
        };
        let form = language::form(&arguments.statement.keyword.name);
        self.report(
            scope,
            Diagnostic::new(
                &reading::BAD_VALUE,
                format!("`{word}` is not a number that `{}` takes", arguments.statement.keyword.name),
            )
            .at(at, label)
            .help(format!("write `{form}`")),
        );
        None
    }

    /// A file below a directory of the service: its path, then its content.
    fn file(&mut self, scope: &Scope, draft: &mut Draft, directory: &str, arguments: &mut Arguments<'_>) -> Option<()> {
        let (name, place) = self.file_path(scope, arguments, "the service's directory")?;
        let path = Utf8PathBuf::from(directory).join(name.as_str());
        let (content, bytes) = self.content(scope, arguments)?;
        if let Some(first) = draft.taken.insert(path.clone(), place) {
            draft.taken.insert(path.clone(), first);
            return self.written_twice(scope, &path, place, first);
        }
        if directory.is_empty() {
            draft.carried.push((path.clone(), bytes));
        }
        draft.definition.files.push((path, ExtraFile { content, place }));
        Some(())
    }

    /// A path below `where_to`.
    pub(super) fn file_path(
        &mut self,
        scope: &Scope,
        arguments: &mut Arguments<'_>,
        where_to: &str,
    ) -> Option<(SmolStr, Location)> {
        let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a path") };
        let name = self.string(scope, text)?;
        let place = scope.at(text.span);
        let parts = || name.split('/');
        let sound = !name.is_empty() && parts().all(|part| !part.is_empty() && part != "." && part != "..");
        let possible =
            !name.contains('\0') && parts().all(|part| part.len() <= MAX_PART) && parts().count() <= MAX_PARTS;
        if sound && !possible {
            let limits = format!("at most {MAX_PARTS} names of at most {MAX_PART} bytes, and no NUL byte");
            let message = format!("this is not a path that a file below {where_to} can have");
            self.report(scope, Diagnostic::new(&reading::BAD_VALUE, message).at(place, format!("expected {limits}")));
            return None;
        }
        if !sound {
            self.report(
                scope,
                Diagnostic::new(&reading::BAD_VALUE, format!("`{name}` is not a path below {where_to}"))
                    .at(place, "expected a relative path without `..`"),
            );
            return None;
        }
        Some((name, place))
    }

    pub(super) fn written_twice<T>(
        &mut self,
        scope: &Scope,
        path: &Utf8Path,
        place: Location,
        first: Location,
    ) -> Option<T> {
        self.report(
            scope,
            Diagnostic::new(&reading::OVERWRITTEN_STATEMENT, format!("`{path}` is written twice"))
                .at(place, "the second one")
                .at(first, "the first one")
                .help("delete one of them"),
        );
        None
    }

    /// Reports that something else was expected where the next argument stands, or would stand.
    pub(super) fn expected<T>(&mut self, scope: &Scope, arguments: &Arguments<'_>, what: &str) -> Option<T> {
        let keyword = &arguments.statement.keyword.name;
        let form = language::form(keyword);
        let diagnostic = Diagnostic::new(&reading::SYNTAX, format!("`{keyword}` wants {what}"))
            .at(scope.at(arguments.here()), format!("expected {what}"));
        let diagnostic = if form.is_empty() { diagnostic } else { diagnostic.help(format!("write `{form}`")) };
        self.report(scope, diagnostic);
        None
    }

    /// Reports arguments and options that nobody took.
    pub(super) fn nothing_left(&mut self, scope: &Scope, arguments: &Arguments<'_>) -> Option<()> {
        let keyword = &arguments.statement.keyword.name;
        let form = language::form(keyword);
        if !arguments.is_empty() {
            self.report(
                scope,
                Diagnostic::new(&reading::SYNTAX, format!("`{keyword}` ends before this"))
                    .at(scope.at(arguments.here()), "expected the end of the line")
                    .help(format!("write `{form}`; a newline or `;` ends a statement")),
            );
            return None;
        }
        let Some(options) = arguments.statement.options.as_ref().filter(|_| language::options(keyword).is_empty())
        else {
            return Some(());
        };
        self.report(
            scope,
            Diagnostic::new(&reading::SYNTAX, format!("`{keyword}` has no options"))
                .at(scope.at(options.span), "expected the end of the line")
                .help(format!("write `{form}`")),
        );
        None
    }
}
