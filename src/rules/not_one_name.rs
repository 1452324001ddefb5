//! Files that hold one name.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Kind;
use crate::report::count;
use crate::rules::directories::directories;
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::read::formats;

/// `producer-for` or `pipeline-name` does not hold exactly one name.
pub static RULE: Rule = Rule {
    id: "not-one-name",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "`producer-for` or `pipeline-name` does not hold exactly one name",
    explanation: r##"A producer has one consumer, and a pipeline one name: s6-rc-compile refuses none and two. Several producers may feed one consumer, each with its own `producer-for`."##,
    bad: Example::Tree(
        r##"== web/type
longrun
== web/run
#!/bin/sh
exec httpd -f
== web/producer-for
web-log
other-log
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
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (definition, facts) in directories(context).filter(|(definition, _)| definition.kind == Kind::Longrun) {
        let last = !definition.consumer_for.is_empty() && facts.present("producer-for").is_none();
        for file in ["producer-for", "pipeline-name"] {
            let Some(entry) = facts.present(file).filter(|_| last || file == "producer-for") else { continue };
            let Some(names) = entry.bytes().map(formats::list).filter(|names| names.len() != 1) else { continue };
            let message = format!("the `{file}` of `{}` holds {}", definition.name, count(names.len(), "name"));
            let diagnostic = Diagnostic::new(&RULE, message);
            let diagnostic = match names.get(1) {
                Some(second) => diagnostic.at(entry.part(second.start, second.end), "a second name"),
                None => diagnostic.at(entry.first_line(), "no name"),
            };
            diagnostics.push(diagnostic.help("it holds exactly one name"));
        }
    }
}
