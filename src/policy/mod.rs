//! How bad each problem is taken to be: applied once, between the rules and everything that shows their findings.
//!
//! The narrowest word wins: a comment in the file, then `--deny`, `--warn` and `--allow` of an id, then those of `all`, then
//! `hermesc.toml`, then the rule's own severity; `--deny warnings` comes last and makes errors of what are warnings by then.
//!
//! An error without which nothing sound could be emitted keeps its severity whatever is said: [`is_settable`].

mod comments;

use std::collections::BTreeMap;

pub use comments::{Allow, collect};

use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::rules::{self, Rule};
use crate::source::SourceMap;

/// What a rule's findings are turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown with that severity.
    Show(Severity),
}

impl Level {
    /// The level of a word in `hermesc.toml`: `allow`, `hint`, `warn` or `error`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "allow" => Self::Allow,
            "hint" => Self::Show(Severity::Hint),
            "warn" => Self::Show(Severity::Warning),
            "error" => Self::Show(Severity::Error),
            _ => return None,
        })
    }
}

/// Errors that s6-rc-compile lets through and that show only when services run: the only errors that may be allowed.
/// All others say that the text cannot be read or that s6-rc-compile 0.7.0.0 refuses the directories.
pub static RUN_TIME_ERRORS: &[&str] =
    &["empty-user", "missing-shebang", "script-not-executable", "unknown-signal", "unspawnable-shebang"];

/// Whether a rule's severity can be lowered or raised.
#[must_use]
pub fn is_settable(rule: &Rule) -> bool {
    rule.severity != Severity::Error || RUN_TIME_ERRORS.contains(&rule.id)
}

/// Why a rule cannot be given a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such rule; perhaps that one was meant.
    Unknown {
        /// The id that was given.
        id: String,
        /// The nearest one.
        near: Option<&'static str>,
    },
    /// The rule's errors are errors.
    Fixed {
        /// The id that was given.
        id: String,
    },
    /// Two levels for one id on the command line.
    Twice {
        /// The id that was given.
        id: String,
    },
    /// `warnings` anywhere but behind `--deny`.
    Warnings,
}

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { near: Some(near), .. } => {
                format!("did you mean `{near}`? `hermesc explain --all` lists the codes")
            }
            Self::Unknown { near: None, .. } => "`hermesc explain --all` lists the codes".to_owned(),
            Self::Fixed { .. } => "only warnings, hints and errors that show at run time can be set".to_owned(),
            Self::Twice { .. } => "name it in one of --deny, --warn and --allow".to_owned(),
            Self::Warnings => "`--deny warnings` makes errors of them; `all` stands for every code".to_owned(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { id, .. } => write!(formatter, "there is no code `{id}`"),
            Self::Fixed { id } => {
                write!(
                    formatter,
                    "`{id}` stays an error: what it finds cannot be compiled, so nothing could be emitted"
                )
            }
            Self::Twice { id } => write!(formatter, "`{id}` is given two severities"),
            Self::Warnings => formatter.write_str("`warnings` goes with --deny"),
        }
    }
}

/// The rule of that id, if its findings can be given that level.
///
/// # Errors
///
/// There is no such rule, or it stays an error.
pub fn settable(id: &str, level: Level) -> Result<&'static Rule, Refusal> {
    let all = rules::all();
    let Some(rule) = all.iter().find(|rule| rule.id == id) else {
        let near = did_you_mean(id, all.iter().map(|rule| rule.id));
        return Err(Refusal::Unknown { id: id.to_owned(), near });
    };
    if !is_settable(rule) && level != Level::Show(Severity::Error) {
        return Err(Refusal::Fixed { id: id.to_owned() });
    }
    Ok(rule)
}

/// What was said about severities outside of the files themselves.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    config: BTreeMap<&'static str, Level>,
    given: BTreeMap<&'static str, Level>,
    all: Option<Level>,
    deny_warnings: bool,
}

impl Policy {
    /// Sets a rule's level as `hermesc.toml` does.
    ///
    /// # Errors
    ///
    /// There is no such rule, or it stays an error.
    pub fn configure(&mut self, id: &str, level: Level) -> Result<(), Refusal> {
        self.config.insert(settable(id, level)?.id, level);
        Ok(())
    }

    /// Sets a level as the command line does: of an id, of `all`, or of `warnings`.
    ///
    /// # Errors
    ///
    /// The id is unknown, stays an error, or has another level already.
    pub fn give(&mut self, id: &str, level: Level) -> Result<(), Refusal> {
        let twice = || Refusal::Twice { id: id.to_owned() };
        match id {
            "all" if self.all.is_some_and(|known| known != level) => return Err(twice()),
            "all" => self.all = Some(level),
            "warnings" if level == Level::Show(Severity::Error) => self.deny_warnings = true,
            "warnings" => return Err(Refusal::Warnings),
            _ => {
                let rule = settable(id, level)?;
                if self.given.insert(rule.id, level).is_some_and(|known| known != level) {
                    return Err(twice());
                }
            }
        }
        Ok(())
    }

    /// The level of a rule's finding, comments in the file aside; a rule may find something less bad than its severity says.
    #[must_use]
    pub fn level(&self, rule: &Rule, found: Severity) -> Level {
        if !is_settable(rule) && found == Severity::Error {
            return Level::Show(found);
        }
        let given = self.given.get(rule.id).copied();
        let level = given.or(self.all).or_else(|| self.config.get(rule.id).copied()).unwrap_or(Level::Show(found));
        match level {
            Level::Show(Severity::Warning) if self.deny_warnings && given.is_none() => Level::Show(Severity::Error),
            _ => level,
        }
    }

    /// Gives every problem its severity, drops what is allowed, and adds what is wrong with the comments that allow.
    #[must_use]
    pub fn apply(&self, diagnostics: Vec<Diagnostic>, allows: &[Allow], sources: &SourceMap) -> Vec<Diagnostic> {
        comments::silence(diagnostics, allows, sources)
            .into_iter()
            .filter_map(|mut diagnostic| match self.level(diagnostic.rule, diagnostic.severity) {
                Level::Allow => None,
                Level::Show(severity) => {
                    diagnostic.severity = severity;
                    Some(diagnostic)
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str) -> &'static Rule {
        rules::all().into_iter().find(|rule| rule.id == id).unwrap()
    }

    #[test]
    fn every_run_time_error_is_a_rule_of_that_severity() {
        for id in RUN_TIME_ERRORS {
            assert_eq!(rule(id).severity, Severity::Error, "{id}");
        }
    }

    #[test]
    fn the_narrowest_word_wins() {
        let mut policy = Policy::default();
        policy.configure("unused-let", Level::Allow).unwrap();
        assert_eq!(policy.level(rule("unused-let"), rule("unused-let").severity), Level::Allow);
        policy.give("all", Level::Show(Severity::Warning)).unwrap();
        assert_eq!(policy.level(rule("unused-let"), rule("unused-let").severity), Level::Show(Severity::Warning));
        policy.give("warnings", Level::Show(Severity::Error)).unwrap();
        assert_eq!(policy.level(rule("unused-let"), rule("unused-let").severity), Level::Show(Severity::Error));
        policy.give("unused-let", Level::Show(Severity::Warning)).unwrap();
        assert_eq!(policy.level(rule("unused-let"), rule("unused-let").severity), Level::Show(Severity::Warning));
        assert_eq!(policy.level(rule("syntax"), rule("syntax").severity), Level::Show(Severity::Error));
    }

    #[test]
    fn what_cannot_be_emitted_stays_an_error() {
        let mut policy = Policy::default();
        assert_eq!(policy.give("syntax", Level::Allow), Err(Refusal::Fixed { id: "syntax".to_owned() }));
        assert_eq!(policy.give("syntax", Level::Show(Severity::Error)), Ok(()));
        assert_eq!(policy.give("empty-user", Level::Allow), Ok(()));
        assert_eq!(
            policy.give("empty-user", Level::Show(Severity::Error)),
            Err(Refusal::Twice { id: "empty-user".to_owned() })
        );
        assert_eq!(policy.give("warnings", Level::Allow), Err(Refusal::Warnings));
    }
}
