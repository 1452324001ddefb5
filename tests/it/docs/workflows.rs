//! Workflows and hooks that pages show use what the repository has: `action.yml` and `.pre-commit-hooks.yaml`.

use std::fs;

use yaml_rust2::{Yaml, YamlLoader};

use super::markdown::root;

/// What the repository offers to workflows.
pub struct Offered {
    inputs: Vec<String>,
    hooks: Vec<String>,
}

fn read(name: &str) -> Yaml {
    let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")).swap_remove(0)
}

fn keys(yaml: &Yaml) -> Vec<String> {
    let keys = yaml.as_hash().into_iter().flat_map(|hash| hash.keys());
    keys.filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

impl Offered {
    pub fn ask() -> Self {
        let hooks = read(".pre-commit-hooks.yaml");
        let hooks = hooks.as_vec().expect("a list").iter().filter_map(|hook| hook["id"].as_str().map(str::to_owned));
        Self { inputs: keys(&read("action.yml")["inputs"]), hooks: hooks.collect() }
    }

    /// What is wrong with a YAML text that a page shows.
    pub fn mistakes(&self, text: &str) -> Vec<String> {
        match YamlLoader::load_from_str(text) {
            Ok(documents) => documents.iter().flat_map(|document| self.wrong(document)).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn wrong(&self, yaml: &Yaml) -> Vec<String> {
        let version = concat!("v", env!("CARGO_PKG_VERSION"));
        let mut wrong = Vec::new();
        if let Some((_, at)) = yaml["uses"].as_str().and_then(|uses| uses.split_once("/hermesc@")) {
            let unknown = keys(&yaml["with"]).into_iter().filter(|key| !self.inputs.contains(key));
            wrong.extend(unknown.map(|key| format!("the action has no input `{key}`")));
            wrong.extend((at != version).then(|| format!("{at} is not {version}")));
        }
        if yaml["repo"].as_str().is_some_and(|repository| repository.ends_with("/hermesc")) {
            let named = yaml["hooks"].as_vec().into_iter().flatten().filter_map(|hook| hook["id"].as_str());
            let unknown = named.filter(|id| !self.hooks.iter().any(|known| known == id));
            wrong.extend(unknown.map(|id| format!("there is no hook `{id}`")));
            wrong.extend((yaml["rev"].as_str() != Some(version)).then(|| format!("`rev` is not {version}")));
        }
        match yaml {
            Yaml::Hash(hash) => wrong.extend(hash.values().flat_map(|value| self.wrong(value))),
            Yaml::Array(items) => wrong.extend(items.iter().flat_map(|item| self.wrong(item))),
            _ => {}
        }
        wrong
    }
}

#[test]
fn what_the_repository_does_not_offer_is_found() {
    let offered = Offered::ask();
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let step = |with: &str, at: &str| format!("steps:\n  - uses: OWNER/hermesc@{at}\n    with: {{ {with}: x }}\n");
    assert_eq!(offered.mistakes(&step("paths", version)), Vec::<String>::new());
    assert_eq!(offered.mistakes(&step("pathes", version)).len(), 1);
    assert_eq!(offered.mistakes(&step("paths", "v0.0.1")).len(), 1);
    let hooks =
        format!("- repo: https://x/hermesc\n  rev: {version}\n  hooks: [{{ id: hermesc-check }}, {{ id: other }}]\n");
    assert_eq!(offered.mistakes(&hooks), ["there is no hook `other`"]);
    assert_eq!(offered.mistakes("a: [1").len(), 1);
}
