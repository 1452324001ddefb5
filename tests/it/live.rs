//! What is emitted, given to the real s6-rc-compile where it is on PATH, and asked of its database.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile;
use hermesc::graph::{EdgeKind, Graph};
use hermesc::model::{Kind, Model};
use hermesc::resolve::Disk;
use hermesc::s6rc::plan::plan;
use hermesc::s6rc::write::write;

/// Runs a program; its output where it exits 0.
fn ask(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{:?}: {}", output.status.code(), String::from_utf8_lossy(&output.stderr)))
    }
}

/// The names that s6-overlay defines itself, as definitions of no content.
fn overlay_names(directory: &Path, model: &Model) {
    for built_in in model.target.built_ins().iter().filter(|built_in| model.get(built_in.name).is_none()) {
        let definition = directory.join(built_in.name);
        let (kind, list) = match built_in.kind {
            hermesc::s6rc::target::BuiltInKind::Bundle => ("bundle\n", "contents.d"),
            hermesc::s6rc::target::BuiltInKind::Oneshot => ("oneshot\n", "dependencies.d"),
        };
        fs::create_dir_all(definition.join(list)).expect("made");
        fs::write(definition.join("type"), kind).expect("written");
        fs::write(definition.join("up"), "").expect("written");
        for name in built_in.targets {
            fs::write(definition.join(list).join(name), "").expect("written");
        }
    }
}

/// What the compiler should have understood: the services that a definition needs directly, bundles taken apart.
fn needed(graph: &Graph, model: &Model, number: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut queue: Vec<_> = graph.definition(number).map(|node| graph.edges(node).collect()).unwrap_or_default();
    while let Some((node, _)) = queue.pop() {
        let holds: Vec<_> = graph
            .edges(node)
            .filter(|(_, edge)| {
                let name = graph.name(node);
                let bundle = model.target.built_in(name).is_some_and(|built_in| {
                    built_in.kind == hermesc::s6rc::target::BuiltInKind::Bundle && model.get(name).is_none()
                });
                edge.kind == EdgeKind::Contains || (edge.kind == EdgeKind::BuiltIn && bundle)
            })
            .collect();
        let is_bundle =
            !holds.is_empty() || model.get(graph.name(node)).is_some_and(|known| known.kind == Kind::Bundle);
        if is_bundle {
            queue.extend(holds);
        } else {
            names.insert(graph.name(node).to_owned());
        }
    }
    names
}

/// Compiles what a source is written as, and compares the database with the model.
fn compare(input: &Utf8Path) {
    let checked = compile::check(&Disk, &[input.to_owned()], None).expect("read");
    assert_eq!(checked.errors(), 0, "{input}");
    let model = &checked.model;
    let directory = tempfile::tempdir().expect("a directory");
    let below = |name: &str| Utf8PathBuf::from_path_buf(directory.path().join(name)).expect("UTF-8");
    let (tree, database) = (below("tree"), below("database"));
    write(&plan(model), &tree, hermesc::s6rc::write::How::default()).expect("written");
    let mut sources: Vec<Utf8PathBuf> = vec![tree.clone()];
    if model.target.is_overlay() {
        overlay_names(below("overlay").as_std_path(), model);
        sources = ["s6-rc.d", "user-bundles.d"].map(|name| tree.join(name)).to_vec();
        sources.retain(|source| source.is_dir());
        sources.push(below("overlay"));
    }
    let mut arguments = vec![database.as_str()];
    arguments.extend(sources.iter().map(|source| source.as_str()));
    ask("s6-rc-compile", &arguments).unwrap_or_else(|error| panic!("{input}: {error}"));
    let graph = Graph::new(model);
    for (number, definition) in model.definitions.iter().enumerate() {
        let db = |question: &str| -> BTreeSet<String> {
            let answer = ask("s6-rc-db", &["-c", database.as_str(), question, &definition.name]);
            answer.unwrap_or_else(|error| panic!("{input}: {error}")).lines().map(str::to_owned).collect()
        };
        assert_eq!(db("type"), BTreeSet::from([definition.kind.word().to_owned()]), "{input}: {}", definition.name);
        let question = if definition.kind == Kind::Bundle { "contents" } else { "dependencies" };
        assert_eq!(db(question), needed(&graph, model, number), "{input}: {question} of {}", definition.name);
    }
}

#[test]
fn the_compiler_understands_what_is_emitted() {
    if ask("s6-rc-compile", &["-h"]).is_err_and(|error| error.contains("No such file")) {
        eprintln!("live: s6-rc-compile is not on PATH, so that nothing emitted was compiled");
        return;
    }
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = |path: &str| -> Vec<Utf8PathBuf> {
        let entries = root.join(path).read_dir_utf8().expect("a folder").map(|entry| entry.expect("an entry"));
        entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.path().to_owned()).collect()
    };
    let mut compared = 0;
    for example in folders("examples") {
        compare(&example);
        compared += 1;
    }
    // `extern` says that somebody else defines a name, and here nobody does.
    let sound = |folder: &Utf8PathBuf| folder.join("tree.txt").exists() && !folder.ends_with("extern");
    for input in folders("tests/golden/inputs").into_iter().filter(sound) {
        compare(&input.join("input.hermes"));
        compared += 1;
    }
    eprintln!("live: s6-rc-compile accepts {compared} emitted trees, and its databases say what was meant");
    assert!(compared > 10);
}
