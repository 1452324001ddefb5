//! The model of a tree, and the database that s6-rc-compile made of it.

use std::collections::BTreeSet;

use hermesc::model::{Kind, Model, Number};
use hermesc::s6rc::execline;
use serde_json::Value;

/// Says where they differ.
pub fn compare(model: &Model, db: &Value) -> Result<(), String> {
    let names = |kind: Kind| -> BTreeSet<String> {
        let definitions = model.definitions.iter().filter(|definition| definition.kind == kind);
        definitions.map(|definition| definition.name.to_string()).collect()
    };
    let keys = |key: &str| -> BTreeSet<String> {
        db[key].as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    same("longruns", &names(Kind::Longrun), &keys("longruns"))?;
    same("oneshots", &names(Kind::Oneshot), &keys("oneshots"))?;
    let pipelines = model.definitions.iter().filter_map(|definition| definition.pipeline_name.as_ref());
    let mut bundles = names(Kind::Bundle);
    bundles.extend(pipelines.map(|name| name.value.to_string()));
    same("bundles", &bundles, &keys("bundles"))?;
    for bundle in &bundles {
        same(&format!("contents of {bundle}"), &atoms(model, bundle), &strings(&db["bundles"][bundle]))?;
    }
    for definition in model.definitions.iter().filter(|definition| definition.kind != Kind::Bundle) {
        let name = definition.name.as_str();
        let known = match definition.kind {
            Kind::Longrun => &db["longruns"][name],
            _ => &db["oneshots"][name],
        };
        let mut needs: BTreeSet<String> = BTreeSet::new();
        for needed in &definition.dependencies {
            needs.extend(atoms(model, &needed.name));
        }
        if let Some(consumer) = &definition.producer_for {
            needs.insert(consumer.name.to_string());
        }
        if definition.kind == Kind::Oneshot {
            needs.insert("s6rc-oneshot-runner".to_owned());
        } else if definition.producer_for.is_some() || !definition.consumer_for.is_empty() {
            needs.insert("s6rc-fdholder".to_owned());
        }
        same(&format!("dependencies of {name}"), &needs, &strings(&known["deps"]))?;
        for (number, key) in [(Number::TimeoutUp, "timeout_up"), (Number::TimeoutDown, "timeout_down")] {
            let value = definition.number(number).map_or(0, |number| u64::from(number.value));
            same(&format!("{key} of {name}"), &Some(value), &known[key].as_u64())?;
        }
        if definition.kind == Kind::Longrun {
            servicedir(definition, &known["servicedir"])?;
            continue;
        }
        for (key, program) in [("up", &definition.programs.up), ("down", &definition.programs.down)] {
            let text = program.as_ref().map(|program| program.bytes.as_slice()).unwrap_or_default();
            let argv =
                execline::lex(text).map(|words| execline::argv(&words)).map_err(|error| error.kind.to_string())?;
            let argv: Vec<String> = argv.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
            let stored: Vec<String> = known[key]
                .as_array()
                .map(|words| words.iter().map(|word| word.as_str().unwrap_or("(bytes)").to_owned()).collect())
                .unwrap_or_default();
            if !stored.iter().any(|word| word == "(bytes)") {
                same(&format!("{key} of {name}"), &argv, &stored)?;
            }
        }
    }
    Ok(())
}

/// The numbers that the compiler writes anew, and whether there is a `finish`.
fn servicedir(definition: &hermesc::model::Definition, made: &Value) -> Result<(), String> {
    let name = &definition.name;
    for number in Number::ALL.iter().filter(|number| !matches!(number, Number::TimeoutUp | Number::TimeoutDown)) {
        let ours = definition.number(*number).map(|number| format!("{}\n", number.value));
        let theirs = made[number.file()]["content"].as_str().map(str::to_owned);
        same(&format!("{} of {name}", number.file()), &ours, &theirs)?;
    }
    let ours = definition.programs.finish.is_some();
    same(&format!("finish of {name}"), &ours, &(made.get("finish").is_some() || made.get("finish.user").is_some()))
}

/// The longruns and oneshots that a name stands for.
fn atoms(model: &Model, name: &str) -> BTreeSet<String> {
    if let Some(definition) = model.get(name) {
        return match definition.kind {
            Kind::Bundle => definition.contents.iter().flat_map(|member| atoms(model, &member.name)).collect(),
            _ => BTreeSet::from([name.to_owned()]),
        };
    }
    let last = model
        .definitions
        .iter()
        .find(|definition| definition.pipeline_name.as_ref().is_some_and(|pipeline| pipeline.value == name));
    let mut members: Vec<String> = last.iter().map(|definition| definition.name.to_string()).collect();
    let mut at = 0;
    while let Some(member) = members.get(at).cloned() {
        at += 1;
        let producers = model.get(&member).map(|definition| definition.consumer_for.as_slice()).unwrap_or_default();
        members.extend(producers.iter().map(|producer| producer.name.to_string()));
    }
    members.into_iter().collect()
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours:?}, and s6-rc-compile has {theirs:?}")) }
}
