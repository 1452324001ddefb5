//! Names that differ in capitals only.

use foldhash::{HashMap, HashMapExt};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Definition;
use crate::rules::{Context, Example, Rule, Scope};

/// Two names differ only in capital letters.
pub static RULE: Rule = Rule {
    id: "case-twins",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "Two names differ only in capital letters",
    explanation: r##"To s6-rc they are two definitions. To people they are one, and on a file system that does not tell capitals apart, as on most Macs and on Windows, where sources are checked out and images are built, the directories are one as well: the files of one overwrite those of the other."##,
    bad: Example::Language(
        r##"longrun web {
    run exec web
}
longrun Web {
    run exec web --admin
}
bundle user { web, Web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec web
}
longrun web-admin {
    run exec web --admin
}
bundle user { web, web-admin }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, &Definition> = HashMap::new();
    for definition in &context.model.definitions {
        let name = definition.name.to_lowercase();
        match seen.get(&name) {
            Some(first) if first.name != definition.name => diagnostics.push(
                Diagnostic::new(
                    &RULE,
                    format!("`{}` and `{}` differ only in capital letters", first.name, definition.name),
                )
                .at(definition.place, "one of them")
                .at(first.place, "the other")
                .help("give one of them another name"),
            ),
            Some(_) => {}
            None => {
                seen.insert(name, definition);
            }
        }
    }
}
