//! Pipeline names in the wrong place.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};

/// `pipeline-name` stands elsewhere than in the last consumer.
pub static RULE: Rule = Rule {
    id: "pipeline-name-ignored",
    severity: Severity::Warning,
    scope: Scope::Directories,
    summary: "`pipeline-name` stands elsewhere than in the last consumer",
    explanation: r##"A pipeline is named by its last consumer: a longrun with a `consumer-for` and without a `producer-for`. Elsewhere s6-rc-compile ignores the file, with a warning."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/producer-for
web-log
== web/pipeline-name
web-all
== web-log/type
longrun
== web-log/run
#!/bin/sh
exec s6-log /var/log/web
== web-log/consumer-for
web
"##,
    ),
    good: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/producer-for
web-log
== web-log/type
longrun
== web-log/run
#!/bin/sh
exec s6-log /var/log/web
== web-log/consumer-for
web
== web-log/pipeline-name
web-all
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Longrun) {
        let last = !definition.consumer_for.is_empty() && facts.present("producer-for").is_none();
        let Some(entry) = facts.present("pipeline-name").filter(|_| !last) else { continue };
        diagnostics.push(
            Diagnostic::new(&RULE, format!("the `pipeline-name` of `{}` is ignored", definition.name))
                .at(entry.first_line(), format!("`{}` is not the last consumer of a pipeline", definition.name))
                .help("move the file to the last consumer, or delete it"),
        );
    }
}
