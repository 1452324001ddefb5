//! Names without a definition.

use foldhash::{HashMap, HashMapExt};

use smol_str::SmolStr;

use crate::diagnostic::{Diagnostic, Fix, Guesses, Label, Safety, Severity, did_you_mean};
use crate::model::{Definition, Entry, Kind, Model, Reference, ReferenceOrigin};
use crate::rules::directories::{listed_entries, rename};
use crate::rules::{Context, Example, Rule, Scope};
use crate::s6rc::target::{Family, Target};
use crate::source::FileId;

/// A name has no definition.
pub static RULE: Rule = Rule {
    id: "unknown-name",
    severity: Severity::Error,
    scope: Scope::Both,
    summary: "A name has no definition",
    explanation: r##"A dependency, a bundle's member or an end of a pipeline names something that nobody defines. s6-rc-compile refuses the set and stops at the first such name. Names of a base image are declared with `extern`; for source directories `--against DIR` names the tree that defines them, and `--allow-unknown PATTERN` makes a warning of it."##,
    bad: Example::Language(
        r##"longrun web {
    depends-on databse
    run exec web
}
longrun database {
    run exec database
}
bundle user { web }
"##,
    ),
    good: Example::Language(
        r##"longrun web {
    depends-on database
    run exec web
}
longrun database {
    run exec database
}
bundle user { web }
"##,
    ),
    check: Some(check),
};

/// Unknown names beyond so many are not told: a loop can name very many.
const MAX_TOLD: usize = 100_000;

const ANY: &[Kind] = &[Kind::Longrun, Kind::Oneshot, Kind::Bundle];

fn check(context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let mut known: Option<Known<'_>> = None;
    let (mut guesses, mut told) = (Guesses::default(), 0);
    let mut described: HashMap<SmolStr, usize> = HashMap::new();
    let mut unknown = |reference: &Reference, kinds: &[Kind]| {
        if context.graph.find(&reference.name).is_some() || model.broken.contains(&reference.name) {
            return;
        }
        // A name that a base image has is unknown in many files of a layer: one problem.
        let first = model.tree.as_ref().and_then(|_| described.insert(reference.name.clone(), diagnostics.len()));
        if let Some(diagnostic) = first.and_then(|first| diagnostics.get_mut(first)) {
            described.insert(reference.name.clone(), first.unwrap_or_default());
            diagnostic.labels.push(Label { location: reference.place, text: "also named here".to_owned() });
            return;
        }
        let known = known.get_or_insert_with(|| Known::new(model));
        told += 1;
        if told > MAX_TOLD {
            return;
        }
        let guessing = guesses.may(known.names.len());
        diagnostics.push(describe(context, reference, kinds, known, guessing));
    };
    for definition in &model.definitions {
        for reference in &definition.dependencies {
            unknown(reference, ANY);
        }
        for reference in &definition.contents {
            unknown(reference, ANY);
        }
        for reference in definition.producer_for.iter().chain(&definition.consumer_for) {
            unknown(reference, &[Kind::Longrun]);
        }
    }
    for reference in &model.loose {
        unknown(reference, ANY);
    }
}

/// What is looked up for each name that is not: there may be very many.
struct Known<'m> {
    /// Every name that is known, in order.
    names: Vec<&'m str>,
    /// The first bundle that holds a name.
    holders: HashMap<&'m str, &'m Definition>,
    /// The entries of directories of names.
    listed: HashMap<FileId, &'m Entry>,
}

impl<'m> Known<'m> {
    fn new(model: &'m Model) -> Self {
        let mut holders = HashMap::new();
        for bundle in &model.definitions {
            for member in &bundle.contents {
                holders.entry(member.name.as_str()).or_insert(bundle);
            }
        }
        Self { names: names(model), holders, listed: listed_entries(model) }
    }
}

fn names(model: &Model) -> Vec<&str> {
    let defined = model.definitions.iter().map(|definition| definition.name.as_str());
    let external = model.externals().iter().map(|external| external.name.as_str());
    let pipelines = model
        .definitions
        .iter()
        .filter_map(|definition| definition.pipeline_name.as_ref())
        .map(|name| name.value.as_str());
    let mut names: Vec<&str> = defined
        .chain(external)
        .chain(pipelines)
        .chain(model.target.built_ins().iter().map(|built_in| built_in.name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn describe(
    context: &Context<'_>,
    reference: &Reference,
    kinds: &[Kind],
    known: &Known<'_>,
    guessing: bool,
) -> Diagnostic {
    let model = context.model;
    let name = &reference.name;
    let diagnostic = Diagnostic::new(&RULE, format!("`{name}` is not defined"));
    // A name that fits the place is a better guess than one that is only near.
    let fits = |candidate: &&&str| model.get(candidate).is_none_or(|definition| kinds.contains(&definition.kind));
    let candidates = if guessing { known.names.as_slice() } else { &[] };
    let near = did_you_mean(name, candidates.iter().filter(fits).copied());
    // What is unknown in a layer is more often a name of the base image than a slip of the pen.
    let is_layer = model.target.is_overlay() && model.tree.as_ref().is_some_and(|tree| !tree.whole_image);
    let safety = if is_layer { Safety::Suggested } else { Safety::Safe };
    let diagnostic = match near {
        Some(near) => {
            let diagnostic = diagnostic.at(reference.place, format!("did you mean `{near}`?"));
            match known.listed.get(&reference.place.file) {
                Some(entry) => match rename(context.sources.path(entry.file), entry, near, safety) {
                    Some(fix) => diagnostic.fix(fix),
                    None => diagnostic,
                },
                // The place of anything else is not the name alone.
                None if reference.origin != ReferenceOrigin::Written => diagnostic,
                None => diagnostic.fix(Fix::replace(format!("write `{near}`"), reference.place, near, safety)),
            }
        }
        None => diagnostic.at(reference.place, "nobody defines this"),
    };
    let diagnostic = match near.and_then(|near| model.get(near).map(|definition| (near, definition))) {
        Some((near, definition)) => diagnostic.at(definition.place, whereabouts(context, known, near, definition)),
        None => diagnostic,
    };
    let foreign = Target::newest(Family::S6Overlay).built_in(name).is_some() && !model.target.is_overlay();
    if foreign && model.tree.is_some() {
        return diagnostic
            .help(format!("s6-overlay defines `{name}`, and the target is {}: `--target s6-overlay`", model.target));
    }
    if foreign {
        return diagnostic.help(format!(
            "s6-overlay defines `{name}`, and the target is {}: write `target s6-overlay`",
            model.target
        ));
    }
    if let Some(tree) = &model.tree {
        let mut diagnostic = diagnostic.help(format!(
            "define `{name}`; where a base image does, name its tree with `--against DIR`, or allow the name with `--allow-unknown {name}`"
        ));
        if tree.allows(name) {
            diagnostic.severity = Severity::Warning;
        }
        return diagnostic;
    }
    diagnostic.help(format!("define `{name}`, or, where the base image defines it, say so: `extern service {name}`"))
}

/// Where a name is defined, and what is to be known of it.
fn whereabouts(context: &Context<'_>, known: &Known<'_>, name: &str, definition: &Definition) -> String {
    let holder = known.holders.get(name);
    let started = context.model.find(name).and_then(|number| context.graph.is_started(number));
    let word = definition.kind.word();
    match (holder, started) {
        (_, Some(false)) => format!("the {word} `{name}` is defined here, and nothing starts it"),
        (Some(bundle), _) => format!("the {word} `{name}` is defined here, and is in `{}`", bundle.name),
        _ => format!("the {word} `{name}` is defined here"),
    }
}
