//! What is shipped: the package, the GitHub action, the hooks of pre-commit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> toml::Table {
    fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml").parse().expect("TOML")
}

/// A version as numbers: `1.89` and `1.89.0` are the same.
fn numbers(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').map(|part| part.parse().expect("a number")).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_crate_needs_a_newer_compiler_than_we_say() {
    // Only of this machine: what the build did not need may not be here.
    let compiler = Command::new("rustc").arg("-vV").output().expect("rustc starts").stdout;
    let compiler = String::from_utf8(compiler).expect("UTF-8");
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).expect("the machine");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ours = manifest()["package"]["rust-version"].as_str().expect("rust-version").to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50);
    for package in packages {
        if let Some(needed) = package["rust_version"].as_str() {
            assert!(numbers(needed) <= numbers(&ours), "{} needs Rust {needed}", package["name"]);
        }
    }
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.contains(&format!("Rust {ours} or newer")), "README.md names another version of Rust than {ours}");
}

#[test]
fn what_the_package_holds_is_there() {
    let manifest = manifest();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().expect("assets").clone();
    assert!(assets.len() > 10);
    for asset in &assets {
        let (from, to) = (asset[0].as_str().expect("a path"), asset[1].as_str().expect("a path"));
        assert!(!to.starts_with('/'), "{to}");
        // What `.ci/dist` makes.
        if from.starts_with("target/") {
            continue;
        }
        let found = glob::glob(root().join(from).to_str().expect("UTF-8")).expect("a pattern").count();
        assert!(found > 0, "there is no {from}");
    }
    for path in manifest["package"]["include"].as_array().expect("include") {
        let path = path.as_str().expect("a path");
        assert!(root().join(path.trim_start_matches('/')).exists(), "there is no {path}");
    }
}

/// Runs the action's check as GitHub does, and gives what it wrote for later steps.
fn action(directory: &Path, paths: &str, arguments: &str) -> (Output, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_hermesc")).parent().expect("a directory");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
    let said = directory.join("output");
    fs::write(&said, "").expect("a written file");
    let output = Command::new(root().join(".ci/action"))
        .arg("check")
        .current_dir(directory)
        .envs([("PATH", path.as_str()), ("PATHS", paths), ("ARGUMENTS", arguments)])
        .env("GITHUB_OUTPUT", &said)
        .env("RUNNER_TEMP", directory)
        .output()
        .expect("the action starts");
    (output, fs::read_to_string(said).expect("what was said"))
}

#[test]
fn the_action_tells_problems_to_people_and_to_code_scanning() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("my services")).expect("a directory");
    let file = directory.path().join("my services/web.hermes");
    fs::write(&file, "longrun web { run exec web; in user }\nlet unused = \"x\"\n").expect("a written file");

    let (output, said) = action(directory.path(), "my services\n", "");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("::warning file=my services/web.hermes"), "{output:?}");
    let sarif = directory.path().join("hermesc.sarif");
    assert_eq!(said, format!("status=0\nsarif={}\n", sarif.display()));
    let log: Value = serde_json::from_slice(&fs::read(&sarif).expect("a log")).expect("JSON");
    assert_eq!(log["runs"][0]["results"].as_array().expect("results").len(), 1);

    // Problems are uploaded first; the last step fails.
    let (output, said) = action(directory.path(), "my services", "--deny\nwarnings\n");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said.starts_with("status=1\n"), "{said}");

    let (output, said) = action(directory.path(), "not there", "");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said.starts_with("status=2\n"), "{said}");
}

/// The command lines of the hooks, `args` included.
fn hooks() -> Vec<Vec<String>> {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("hooks");
    let mut found: Vec<Vec<String>> = Vec::new();
    for line in hooks.lines().map(str::trim) {
        if let Some(entry) = line.strip_prefix("entry: ") {
            found.push(entry.split(' ').map(str::to_owned).collect());
        } else if let (Some(arguments), Some(hook)) = (line.strip_prefix("args: ["), found.last_mut()) {
            let arguments = arguments.trim_end_matches(']').split(", ");
            hook.extend(arguments.map(|argument| argument.trim_matches('"').to_owned()));
        }
    }
    found
}

#[test]
fn the_hooks_are_commands_that_end_well_where_all_is_well() {
    let directory = tempfile::tempdir().expect("a directory");
    let path: PathBuf = directory.path().join("web.hermes");
    fs::write(&path, "longrun web {\n    run exec web\n    in user\n}\n").expect("a written file");
    let hooks = hooks();
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        assert_eq!(hook[0], "hermesc");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
        command.args(&hook[1..]).current_dir(directory.path());
        if hook[1] == "fmt" {
            command.arg("web.hermes");
        }
        let output = command.output().expect("hermesc starts");
        assert!(output.status.success(), "{hook:?}: {output:?}");
    }
}
