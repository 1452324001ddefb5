//! `when`: conditions, and what joins them.

use crate::diagnostic::Diagnostic;
use crate::model::Placed;
use crate::resolve::Resolver;
use crate::resolve::arguments::Arguments;
use crate::resolve::draft::Condition;
use crate::resolve::scope::Scope;
use crate::rules::reading;

/// Parentheses and `not` may be nested so deep.
const MAX_DEPTH: usize = 32;

const FORMS: &str = "`env NAME`, `env NAME = \"VALUE\"`, `path \"PATH\"` or `command PROGRAM`";

impl Resolver<'_> {
    /// `CONDITION or CONDITION and not CONDITION`; `not` binds closest, then `and`.
    pub(super) fn condition(&mut self, scope: &Scope, arguments: &mut Arguments<'_>) -> Option<Placed<Condition>> {
        let start = arguments.here();
        let condition = self.either(scope, arguments, 0)?;
        Some(Placed::new(condition, scope.at(start.to(arguments.last()))))
    }

    fn either(&mut self, scope: &Scope, arguments: &mut Arguments<'_>, depth: usize) -> Option<Condition> {
        let mut some = vec![self.both(scope, arguments, depth)?];
        while arguments.word("or") {
            some.push(self.both(scope, arguments, depth)?);
        }
        if some.len() == 1 { some.pop() } else { Some(Condition::Or(some)) }
    }

    fn both(&mut self, scope: &Scope, arguments: &mut Arguments<'_>, depth: usize) -> Option<Condition> {
        let mut all = vec![self.one(scope, arguments, depth)?];
        while arguments.word("and") {
            all.push(self.one(scope, arguments, depth)?);
        }
        if all.len() == 1 { all.pop() } else { Some(Condition::And(all)) }
    }

    fn one(&mut self, scope: &Scope, arguments: &mut Arguments<'_>, depth: usize) -> Option<Condition> {
        if depth > MAX_DEPTH {
            let message = format!("conditions are nested more than {MAX_DEPTH} deep");
            let at = scope.at(arguments.here());
            self.report(scope, Diagnostic::new(&reading::BAD_VALUE, message).at(at, "too deep"));
            return None;
        }
        if arguments.word("not") {
            return Some(Condition::Not(Box::new(self.one(scope, arguments, depth + 1)?)));
        }
        if arguments.sign('(') {
            let inside = self.either(scope, arguments, depth + 1)?;
            if !arguments.sign(')') {
                return self.expected(scope, arguments, "`and`, `or` or `)`");
            }
            return Some(inside);
        }
        if arguments.word("env") {
            let name = self.variable_name(scope, arguments)?;
            if !arguments.sign('=') {
                return Some(Condition::Truthy(name));
            }
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a value") };
            return Some(Condition::Equals(name, self.argument_bytes(scope, text)?));
        }
        if arguments.word("path") {
            let Some(text) = arguments.text() else { return self.expected(scope, arguments, "a path") };
            return Some(Condition::Path(self.text_word(scope, text)?));
        }
        if arguments.word("command") {
            return Some(Condition::Command(Box::new(self.program(scope, arguments)?)));
        }
        self.expected(scope, arguments, &format!("a condition: {FORMS}"))
    }
}
