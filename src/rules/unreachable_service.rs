//! Services that nothing starts.

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{DirectoryFacts, Kind};
use crate::rules::{Context, Example, Rule, Scope};

/// Nothing that the boot brings up needs the service.
pub static RULE: Rule = Rule {
    id: "unreachable-service",
    severity: Severity::Warning,
    scope: Scope::Both,
    summary: "Nothing that the boot brings up needs the service",
    explanation: r##"Under s6-overlay the boot brings up `top`, which holds `user` and `user2`. A service that neither holds, and that nothing they hold depends on, never starts. Some are meant so, and brought up by hand later: one that a script of another service names together with s6-rc or a path of s6, as an enabling script does, is not reported, and one that a bundle of its own holds is a hint."##,
    bad: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
longrun worker {
    run exec worker
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    run exec httpd -f
}
longrun worker {
    run exec worker
}
bundle user { web, worker }
"##,
    ),
    check: Some(check),
};

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let Some(user) = model.target.user_bundle() else { return };
    // Without a bundle that starts anything, another rule says it once for all.
    if model.get(user).is_none_or(|bundle| bundle.kind != Kind::Bundle || bundle.contents.is_empty()) {
        return;
    }
    let held = held(context);
    let mut named = None;
    for (number, definition) in model.definitions.iter().enumerate() {
        let first = model.find(&definition.name) == Some(number);
        if definition.kind == Kind::Bundle || !first || context.graph.is_started(number) != Some(false) {
            continue;
        }
        let named = named.get_or_insert_with(|| named_by_scripts(context));
        if named.get(definition.name.as_str()).is_some_and(|by| *by != Some(number)) {
            continue;
        }
        let mut diagnostic = Diagnostic::new(&RULE, format!("nothing starts `{}`", definition.name));
        // A bundle that is brought up by its name later.
        if held.contains(definition.name.as_str()) {
            diagnostic.severity = Severity::Hint;
        }
        diagnostics.push(
            diagnostic.at(definition.place, format!("neither in `{user}` nor needed by anything that is")).help(
                context.say(
                    &format!("write `in {user}` inside it, or depend on it where it is needed"),
                    &format!(
                        "add an empty file of its name to `contents.d` of `{user}`, or depend on it where it is needed"
                    ),
                ),
            ),
        );
    }
}

/// What bundles hold.
fn held<'m>(context: &Context<'m>) -> HashSet<&'m str> {
    let bundles = context.model.definitions.iter().filter(|definition| definition.kind == Kind::Bundle);
    bundles.flat_map(|bundle| bundle.contents.iter().map(|member| member.name.as_str())).collect()
}

/// What the lines of a script that bring something up, or switch it on, have in them.
const SPEAKS_OF_S6: &[&str] =
    &["s6-rc", "s6-svc", "s6-svstat", "contents.d", "dependencies.d", "/run/service", "s6-overlay"];

/// Words of such lines in scripts, and the beginnings of compound words, each with the definition whose script says it;
/// nothing for it where several do.
fn named_by_scripts(context: &Context<'_>) -> HashMap<String, Option<usize>> {
    let mut named: HashMap<String, Option<usize>> = HashMap::new();
    let mut read = |text: &[u8], by: Option<usize>| {
        let text = String::from_utf8_lossy(text);
        for line in text.lines().filter(|line| SPEAKS_OF_S6.iter().any(|word| line.contains(word))) {
            let words = line.split(|char: char| !(char.is_alphanumeric() || "-_.@".contains(char)));
            for word in words.filter(|word| word.len() < 256) {
                let ends = word.match_indices(['-', '.']).map(|(at, _)| at).chain([word.len()]);
                for beginning in ends.filter_map(|end| word.get(..end)).filter(|beginning| !beginning.is_empty()) {
                    let known = named.entry(beginning.to_owned()).or_insert(by);
                    if *known != by {
                        *known = None;
                    }
                }
            }
        }
    };
    for (number, definition) in context.model.definitions.iter().enumerate() {
        for (_, program) in definition.programs.iter() {
            read(&program.bytes, Some(number));
        }
        for entry in definition.directory.iter().flat_map(DirectoryFacts::top) {
            read(entry.bytes().unwrap_or_default(), Some(number));
        }
    }
    let image = context.model.tree.iter().flat_map(|tree| &tree.programs);
    // A script in a definition's directory was read with it.
    let outside = image.filter(|program| !program.path.as_str().contains("/s6-rc.d/"));
    let scripts = context.model.tree.iter().flat_map(|tree| &tree.scripts);
    for program in outside.filter_map(|program| program.entry.as_ref()).chain(scripts) {
        read(program.bytes().unwrap_or_default(), None);
    }
    for file in &context.model.container {
        read(&file.program.bytes, None);
    }
    named
}
