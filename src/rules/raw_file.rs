//! Files written with `raw` that s6-rc reads.

use std::collections::HashSet;

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Definition, Extra, Kind, Number, Reference, ReferenceOrigin};
use crate::rules::{Context, Example, Rule, Scope, raw_overlap};
use crate::s6rc::read::{formats, value};

/// A file written with `raw` is one that s6-rc reads, and it would refuse this content.
pub static RULE: Rule = Rule {
    id: "raw-file",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "A file written with `raw` is one that s6-rc reads, and it would refuse this content",
    explanation: r##"`raw` writes any file as it is. Where s6-rc-compile reads that file, its content must still be what it takes, and it must not contradict the statements beside it. Names in it are checked and drawn like those that a statement says. A file is no directory: nothing else can lie in it. The statement for the file is the better way."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
    raw "timeout-kill" text "5s"
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
    timeout-kill 5s
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    raw_overlap::check(&RULE, context, diagnostics);
    for definition in context.model.definitions.iter().filter(|definition| definition.directory.is_none()) {
        for (path, file) in &definition.files {
            let Some((why, severity)) = problem(definition, path, &file.content) else { continue };
            let mut diagnostic =
                Diagnostic::new(&RULE, format!("`{path}` of `{}` cannot be written like this", definition.name))
                    .at(file.place, why)
                    .help(help(path));
            diagnostic.severity = severity;
            diagnostics.push(diagnostic);
        }
    }
}

fn help(path: &Utf8Path) -> String {
    let first = path.components().next().map_or("", |component| component.as_str());
    let statement = match first {
        "type" => return "the type follows from `longrun`, `oneshot` or `bundle`: delete the line".to_owned(),
        "producer-for" | "consumer-for" | "pipeline-name" => "pipeline",
        "dependencies" | "dependencies.d" => "depends-on",
        "contents" | "contents.d" => return "name the members in the bundle".to_owned(),
        "env" => "envdir",
        "template" => "instance-template",
        other => other,
    };
    format!("use `{statement}` instead")
}

/// Why s6-rc-compile would refuse the file, or read something that nothing here knows of.
fn problem(definition: &Definition, path: &Utf8Path, content: &Extra) -> Option<(&'static str, Severity)> {
    let error = |why| Some((why, Severity::Error));
    let bundle = definition.kind == Kind::Bundle;
    let (lists, flat) = if bundle { ("contents.d", "contents") } else { ("dependencies.d", "dependencies") };
    let names = if bundle { &definition.contents } else { &definition.dependencies };
    let name = path.as_str();
    let longrun = definition.kind == Kind::Longrun;
    let oneshot = definition.kind == Kind::Oneshot;
    let directory = name == lists || (longrun && matches!(name, "data" | "env" | "template"));
    if directory {
        return if matches!(content, Extra::File { .. }) { error("s6-rc wants a directory here") } else { None };
    }
    let number = Number::ALL.iter().find(|number| number.file() == name);
    let number =
        number.filter(|number| longrun || (oneshot && matches!(number, Number::TimeoutUp | Number::TimeoutDown)));
    let program =
        (longrun && matches!(name, "run" | "finish")) || (oneshot && matches!(name, "up" | "down" | "reload"));
    let pipe = longrun && matches!(name, "producer-for" | "consumer-for" | "pipeline-name");
    if number.is_none() && !program && !pipe && name != flat && name != "type" {
        return None;
    }
    // The compiler warns of it, and does not open it.
    let last = !definition.consumer_for.is_empty() && definition.producer_for.is_none();
    if name == "pipeline-name" && !last {
        return Some(("only the last consumer names a pipeline: s6-rc ignores this", Severity::Warning));
    }
    let Extra::File { bytes, .. } = content else {
        return if matches!(content, Extra::Directory) { error("s6-rc wants a file here") } else { None };
    };
    let replaced = "this would replace what the statement says";
    if program && definition.programs.iter().any(|(known, program)| known == name && program.bytes != *bytes) {
        return error(replaced);
    }
    if let Some(number) = number {
        return match value(*number, bytes) {
            None => error("s6-rc reads a number here"),
            Some(value) if definition.number(*number).is_some_and(|said| said.value != value) => error(replaced),
            Some(_) => None,
        };
    }
    let words: Vec<_> =
        formats::list(bytes).into_iter().filter_map(|range| bytes.get(range)).map(String::from_utf8_lossy).collect();
    let same = |references: &[Reference]| {
        let known: HashSet<&str> = references.iter().map(|known| known.name.as_str()).collect();
        words.iter().all(|word| known.contains(&**word))
    };
    match name {
        "type" if formats::kind(bytes) == Some(definition.kind) => None,
        "type" => error("not the type of this definition"),
        "producer-for" | "pipeline-name" if words.len() != 1 => error("s6-rc wants exactly one name here"),
        "producer-for" if !same(definition.producer_for.as_slice()) => error(replaced),
        "consumer-for" if !same(&definition.consumer_for) => error(replaced),
        "pipeline-name"
            if definition.pipeline_name.as_ref().map(|known| known.value.as_str())
                != words.first().map(AsRef::as_ref) =>
        {
            error(replaced)
        }
        _ if name == flat && names.iter().any(|reference| reference.origin != ReferenceOrigin::Flat) => {
            Some(("s6-rc never opens this list, as there is a directory of names", Severity::Warning))
        }
        _ => None,
    }
}
