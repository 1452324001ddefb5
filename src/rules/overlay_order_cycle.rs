//! Circles through s6-overlay's own definitions.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::cycle::{self, CycleKind};
use crate::rules::{Context, Example, Rule, Scope};

/// A service waits for something that waits for it, through s6-overlay's own definitions.
pub static RULE: Rule = Rule {
    id: "overlay-order-cycle",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A service waits for something that waits for it, through s6-overlay's own definitions",
    explanation: r##"Under s6-overlay `legacy-services` depends on `user`, and `top` holds everything. Nothing in or below `user` can depend on `user`, `legacy-services` or `top`. What must come after the legacy services belongs into `user2`."##,
    bad: Example::Language(
        r##"longrun late {
    depends-on legacy-services
    run exec late
}
bundle user { late }
"##,
    ),
    good: Example::Language(
        r##"longrun late {
    depends-on legacy-services
    run exec late
}
longrun web {
    run exec httpd -f
}
bundle user { web }
bundle user2 { late }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    cycle::report(context, diagnostics, &RULE, CycleKind::BuiltIn, |names| {
        let message = format!("{} wait for each other", crate::report::list(names));
        (message, "what must start after the legacy services goes into `user2`, not into `user`".to_owned())
    });
}
