//! Pipelines that only one end knows of.

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::model::{Definition, DirectoryFacts, Kind, Reference};
use crate::rules::{Context, Example, Rule, Scope};

/// Only one end of a pipeline names the other.
pub static RULE: Rule = Rule {
    id: "one-sided-pipeline",
    severity: Severity::Error,
    scope: Scope::Directories,
    summary: "Only one end of a pipeline names the other",
    explanation: r##"A producer names its consumer in `producer-for`, and the consumer names each of its producers in `consumer-for`. s6-rc-compile refuses a pipeline that one of the two does not know of."##,
    bad: Example::Tree(
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
    let model = context.model;
    for definition in model.definitions.iter().filter(|definition| definition.directory.is_some()) {
        let name = &definition.name;
        let other = |reference: &Reference| {
            model.get(&reference.name).filter(|other| other.kind == Kind::Longrun && !other.incomplete)
        };
        if let Some(reference) = &definition.producer_for
            && let Some(consumer) = other(reference)
            && !consumer.consumer_for.iter().any(|producer| producer.name == *name)
        {
            let diagnostic = report(name, reference, consumer, "consumer-for", "writes to");
            diagnostics.push(match add_line(consumer, name) {
                Some(fix) => diagnostic.fix(fix),
                None => diagnostic,
            });
        }
        for reference in &definition.consumer_for {
            let Some(producer) = other(reference) else { continue };
            if producer.producer_for.as_ref().is_some_and(|consumer| consumer.name == *name) {
                continue;
            }
            let diagnostic = report(name, reference, producer, "producer-for", "reads from");
            let facts = producer.directory.as_ref().filter(|facts| facts.entry("producer-for").is_none());
            diagnostics.push(match facts {
                Some(facts) => diagnostic.fix(create(facts, "producer-for", name)),
                None => diagnostic,
            });
        }
    }
}

fn report(name: &str, reference: &Reference, other: &Definition, file: &str, verb: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&RULE, format!("`{name}` {verb} `{}`, which does not say so in its `{file}`", reference.name))
            .at(reference.place, format!("`{name}` {verb} `{}`", reference.name));
    let entry = other.directory.as_ref().and_then(|facts| facts.present(file));
    let diagnostic = match entry {
        Some(entry) => diagnostic.at(entry.first_line(), format!("does not name `{name}`")),
        None => diagnostic.at(other.place, format!("has no `{file}`")),
    };
    diagnostic.help(format!("write `{name}` into `{}/{file}`", reference.name))
}

/// Names a producer in the `consumer-for` of its consumer.
fn add_line(consumer: &Definition, producer: &str) -> Option<Fix> {
    let facts = consumer.directory.as_ref()?;
    let Some(entry) = facts.entry("consumer-for") else { return Some(create(facts, "consumer-for", producer)) };
    let bytes = entry.bytes()?;
    let newline = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { "\n" };
    let title = format!("name `{producer}` in `consumer-for`");
    let end = entry.part(bytes.len(), bytes.len());
    Some(Fix::replace(title, end, format!("{newline}{producer}\n"), Safety::Safe))
}

fn create(facts: &DirectoryFacts, file: &str, name: &str) -> Fix {
    let edit = Edit::Create { path: facts.path.join(file), bytes: format!("{name}\n").into_bytes(), mode: 0o644 };
    Fix { title: format!("write `{file}`"), edits: vec![edit], safety: Safety::Safe }
}
