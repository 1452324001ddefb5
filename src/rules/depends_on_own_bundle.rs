//! A service that depends on a bundle that holds it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// A service depends on a bundle that it is a member of.
pub static RULE: Rule = Rule {
    id: "depends-on-own-bundle",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A service depends on a bundle that it is a member of",
    explanation: r##"A dependency on a bundle is a dependency on each of its members, so the service would wait for itself. s6-rc-compile reports a cycle that involves the service."##,
    bad: Example::Language(
        r##"longrun web {
    depends-on net
    run exec web
}
longrun dns {
    run exec dns
}
bundle net { web, dns }
bundle user { net }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    depends-on dns
    run exec web
}
longrun dns {
    run exec dns
}
bundle net { web, dns }
bundle user { net }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::OwnBundle, |names| {
        let message =
            format!("{} need each other: one holds the other and is depended on by it", crate::report::list(names));
        (message, "depend on the members that are meant, not on the bundle".to_owned())
    });
}
