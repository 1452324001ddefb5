//! Bundles that stand for nothing.

use foldhash::{HashMap, HashMapExt};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Definition, Kind, Reference};
use crate::rules::{Context, Example, Rule, Scope};

/// A bundle has no member.
pub static RULE: Rule = Rule {
    id: "empty-bundle",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "A bundle has no member",
    explanation: r##"s6-rc-compile accepts an empty bundle. To start it starts nothing, and to depend on it is to depend on nothing. Often its members were renamed or were meant to be added with `in`. The bundles `user` and `user2` of s6-overlay are not meant here: that they are empty is another matter."##,
    bad: Example::Language(
        r##"longrun web {
    depends-on storage
    run exec web
}
bundle storage {}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun db {
    run exec db
    in storage
}
longrun web {
    depends-on storage
    run exec web
}
bundle storage {}
bundle user { web }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let mut dependants: HashMap<&str, (&Definition, &Reference)> = HashMap::new();
    for definition in &model.definitions {
        for reference in &definition.dependencies {
            dependants.entry(&reference.name).or_insert((definition, reference));
        }
    }
    for definition in model.definitions.iter().filter(|definition| definition.kind == Kind::Bundle) {
        let name = &definition.name;
        if !definition.contents.is_empty() || definition.incomplete || model.target.built_in(name).is_some() {
            continue;
        }
        let dependant = dependants.get(name.as_str());
        let mut diagnostic =
            Diagnostic::new(&RULE, format!("the bundle `{name}` is empty")).at(definition.place, "stands for nothing");
        if let Some((other, reference)) = dependant {
            diagnostic = diagnostic.at(reference.place, format!("so `{}` waits for nothing here", other.name));
        }
        diagnostics.push(diagnostic.help(context.say(
            &format!("name its members, write `in {name}` inside of them, or delete the bundle"),
            &format!("add an empty file `{name}/contents.d/NAME` for each member, or delete the bundle"),
        )));
    }
}
