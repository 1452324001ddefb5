//! `hermesc init`: the templates.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use camino::Utf8PathBuf;
use hermesc::compile;
use hermesc::format::format;
use hermesc::init::{FILE, TEMPLATES};
use hermesc::resolve::Disk;
use hermesc::s6rc::plan::plan;
use hermesc::s6rc::target::{Target, show_version};

fn hermesc(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hermesc"));
    command.args(arguments).current_dir(directory).env("NO_COLOR", "1").output().expect("hermesc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn templates_are_sound_for_every_target_of_their_family() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = Utf8PathBuf::from_path_buf(directory.path().join(FILE)).expect("UTF-8");
    for template in TEMPLATES {
        for version in Target::versions(template.family) {
            let target = Target::find(&template.family.to_string(), Some(&show_version(version))).expect("a target");
            let text = template.text(&target, FILE);
            assert!(text.contains(&format!("\ntarget {target}\n")), "{}: {target}", template.name);
            assert_eq!(format(&text).text, text, "{}", template.name);
            fs::write(&path, &text).expect("written");
            let checked = compile::check(&Disk, std::slice::from_ref(&path), None).expect("read");
            assert!(checked.diagnostics.is_empty(), "{}, {target}: {:#?}", template.name, checked.diagnostics);
            assert!(plan(&checked.model).entries.len() > 10, "{}", template.name);
        }
    }
}

#[test]
fn what_is_written_passes_the_commands_that_it_names() {
    for template in TEMPLATES {
        let directory = tempfile::tempdir().expect("a directory");
        let output = hermesc(directory.path(), &["init", "--template", template.name]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let said = text(&output.stdout);
        let steps: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  hermesc ")).collect();
        assert_eq!(steps.len(), 2, "{said}");
        for step in steps.into_iter().chain(["fmt --check services.hermes"]) {
            let output = hermesc(directory.path(), &step.split(' ').collect::<Vec<_>>());
            assert_eq!(output.status.code(), Some(0), "{step}: {output:?}");
            assert!(!text(&output.stderr).contains("warning"), "{step}: {output:?}");
        }
        let written = fs::read_to_string(directory.path().join(FILE)).expect("the file");
        let output = hermesc(directory.path(), &["init", "--template", template.name, "-"]);
        assert_eq!(text(&output.stdout), written);
        // The commands in its comments are those that are named.
        for step in said.lines().filter(|line| line.starts_with("  hermesc")) {
            assert!(written.contains(&format!("#   {step}\n")), "{step}\n{written}");
        }
    }
}

#[test]
fn nothing_that_is_there_is_lost() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(FILE);
    fs::write(&path, "mine").expect("written");
    for arguments in [&["init"][..], &["init", "."], &["init", "services.hermes"]] {
        let output = hermesc(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains("services.hermes is there already"), "{output:?}");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "mine");
    }
    // A link that leads nowhere is there as well.
    std::os::unix::fs::symlink("nowhere", directory.path().join("link.hermes")).expect("a link");
    let output = hermesc(directory.path(), &["init", "link.hermes"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let output = hermesc(directory.path(), &["init", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(fs::read_to_string(&path).expect("the file").starts_with("# The services of an image"));
}

#[test]
fn paths_and_targets_are_as_they_were_given() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("image")).expect("a directory");
    let output = hermesc(directory.path(), &["init", "image", "--target", "s6-rc@0.6.1.0"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("template `machine` for s6-rc 0.6.1.0"), "{said}");
    assert!(said.contains("  hermesc emit image/services.hermes -o source\n"), "{said}");
    let output = hermesc(directory.path(), &["init", "shop.hermes"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        fs::read_to_string(directory.path().join("shop.hermes")).expect("text").contains("hermesc check shop.hermes")
    );
    for (arguments, expected) in [
        (&["--template", "wbe"][..], "did you mean `web`?"),
        (&["--template", "nothing-like-it"], "`hermesc init --template list` names what there is"),
        (&["--template", "web", "--target", "s6-rc"], "for s6-rc there is machine"),
        (&["services.txt"], "name it services.hermes"),
        (&["image/services.hermes/x.hermes"], "cannot"),
    ] {
        let output = hermesc(directory.path(), &[&["init"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains(expected), "{output:?}");
    }
}
