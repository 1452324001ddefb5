//! Source directories: the rules' examples, and what is asked of whole trees on the command line.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use camino::Utf8PathBuf;
use hermesc::compile::check_directories;
use hermesc::diagnostic::{Edit, Fix, Safety, Severity};
use hermesc::policy::Policy;
use hermesc::rules::{Example, TreeContent, all, tree_entries};
use hermesc::s6rc::read::{Request, recognise, source};
use hermesc::s6rc::target::Target;
use hermesc::source::SourceMap;
use tempfile::TempDir;

use crate::cli::hermesc;

/// Writes a tree in the form of the examples.
pub fn write(root: &Path, text: &str) {
    for entry in tree_entries(text) {
        let path = root.join(&entry.path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
        match entry.content {
            TreeContent::Directory => std::fs::create_dir_all(&path).expect("made"),
            TreeContent::Link(target) => std::os::unix::fs::symlink(target, &path).expect("linked"),
            TreeContent::File(content, mode) => {
                std::fs::write(&path, content).expect("written");
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
            }
        }
    }
}

/// The codes that hermesc finds in a tree.
fn codes(text: &str) -> Vec<&'static str> {
    let directory = TempDir::new().expect("made");
    write(directory.path(), text);
    let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("UTF-8");
    let layouts = vec![recognise(&path).expect("looked at").unwrap_or_else(|| source(&path))];
    let checked = check_directories(&Request { layouts, ..Request::default() }, &Policy::default()).expect("read");
    checked.diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect()
}

#[test]
fn bad_trees_trigger_their_rule_alone_and_good_ones_nothing() {
    let mut tried = 0;
    for rule in all() {
        if let Example::Tree(text) = rule.bad {
            let found = codes(text);
            assert!(found.contains(&rule.id), "{}: the bad example gives {found:?}", rule.id);
            tried += 1;
        }
        if let Example::Tree(text) = rule.good {
            let found = codes(text);
            assert!(found.is_empty(), "{}: the good example gives {found:?}", rule.id);
        }
    }
    assert!(tried >= 25, "only {tried} rules have a tree as example");
}

/// Applies the edits of a fix, as they are meant.
fn apply(fix: &Fix, sources: &SourceMap) {
    for edit in &fix.edits {
        match edit {
            Edit::Replace { location, with } => {
                let source = sources.get(location.file).expect("a source");
                let mut bytes = source.bytes.to_vec();
                bytes.splice(location.span.range(), with.iter().copied());
                std::fs::write(&source.path, bytes).expect("written");
            }
            Edit::SetMode { path, mode } => {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode)).expect("set");
            }
            Edit::Create { path, bytes, mode } => {
                assert!(!path.exists(), "{path} is there already");
                std::fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
                std::fs::write(path, bytes).expect("written");
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode)).expect("set");
            }
            Edit::Remove { path } => std::fs::remove_file(path).expect("removed"),
        }
    }
}

#[test]
fn a_safe_fix_of_a_bad_tree_mends_it_and_breaks_nothing() {
    let mut applied = 0;
    for rule in all() {
        let Example::Tree(text) = rule.bad else { continue };
        let directory = TempDir::new().expect("made");
        write(directory.path(), text);
        let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("UTF-8");
        let check = || {
            let layouts = vec![recognise(&path).expect("looked at").unwrap_or_else(|| source(&path))];
            check_directories(&Request { layouts, ..Request::default() }, &Policy::default()).expect("read")
        };
        let before = check();
        let found = before.diagnostics.iter().find(|diagnostic| diagnostic.rule == rule).expect("found");
        let Some(fix) = found.fixes.iter().find(|fix| fix.safety == Safety::Safe) else { continue };
        apply(fix, &before.sources);
        let after = check();
        let left: Vec<&str> = after.diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect();
        assert!(!left.contains(&rule.id), "{}: still there after its fix: {left:?}", rule.id);
        assert!(after.errors() <= before.errors(), "{}: more errors after its fix: {left:?}", rule.id);
        applied += 1;
    }
    assert!(applied >= 11, "only {applied} rules have a sure fix");
}

/// The codes that hermesc finds in an image for a target.
fn codes_for(text: &str, target: (&str, &str)) -> Vec<&'static str> {
    let directory = TempDir::new().expect("made");
    write(directory.path(), text);
    let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("UTF-8");
    let layouts = vec![recognise(&path).expect("looked at").expect("an image")];
    let target = Target::find(target.0, Some(target.1)).ok();
    let checked =
        check_directories(&Request { layouts, target, ..Request::default() }, &Policy::default()).expect("read");
    checked.diagnostics.iter().map(|diagnostic| diagnostic.rule.id).collect()
}

#[test]
fn where_user_may_lie_depends_on_the_version() {
    let services = "== etc/s6-overlay/s6-rc.d/web/type\nlongrun\n== etc/s6-overlay/s6-rc.d/web/run\n#!/bin/sh\n\
                    == etc/s6-overlay/s6-rc.d/web/dependencies.d/base\n";
    let old = format!("{services}== etc/s6-overlay/s6-rc.d/user/contents.d/web\n");
    let new = format!("{services}== etc/s6-overlay/user-bundles.d/user/contents.d/web\n");
    assert_eq!(codes_for(&old, ("s6-overlay", "3.2.3.0")), [""; 0]);
    assert_eq!(codes_for(&old, ("s6-overlay", "3.2.3.1")), ["deprecated-user-layout", "missing-type"]);
    assert_eq!(codes_for(&old, ("s6-overlay", "3.2.3.2")), ["deprecated-user-layout"]);
    assert_eq!(codes_for(&new, ("s6-overlay", "3.2.3.2")), [""; 0]);
    assert!(codes_for(&new, ("s6-overlay", "3.2.3.0")).contains(&"both-user-layouts"));
    assert!(
        codes_for(&format!("{old}{new}"), ("s6-overlay", "3.2.3.2")).iter().all(|code| *code != "both-user-layouts")
    );
}

#[test]
fn the_version_in_the_image_is_the_target() {
    let text = "== package/admin/s6-overlay-3.1.6.2/x\n== etc/s6-overlay/s6-rc.d/user/contents.d/web\n\
                == etc/s6-overlay/s6-rc.d/web/type\nlongrun\n== etc/s6-overlay/s6-rc.d/web/dependencies.d/base\n\
                == etc/s6-overlay/s6-rc.d/web/run\n#!/bin/sh\n";
    assert_eq!(codes(text), [""; 0]);
}

const LAYER: &str = "== etc/s6-overlay/s6-rc.d/user/contents.d/web
== etc/s6-overlay/s6-rc.d/init/dependencies.d/setup
== etc/s6-overlay/s6-rc.d/setup/type
oneshot
== etc/s6-overlay/s6-rc.d/setup/up
echo
== etc/s6-overlay/s6-rc.d/setup/dependencies.d/base
== etc/s6-overlay/s6-rc.d/web/type
longrun
== etc/s6-overlay/s6-rc.d/web/dependencies.d/init
== etc/s6-overlay/s6-rc.d/web/dependencies.d/other
== etc/s6-overlay/s6-rc.d/web/run
#!/bin/sh
exec httpd -f
";
const BASE: &str = "== etc/s6-overlay/s6-rc.d/init/type
oneshot
== etc/s6-overlay/s6-rc.d/init/dependencies.d/base
== etc/s6-overlay/s6-rc.d/init/up
exit-badly &&
== etc/s6-overlay/s6-rc.d/other/type
bundle
== etc/s6-overlay/s6-rc.d/other/contents.d/
";

#[test]
fn a_layer_is_checked_on_what_lies_beneath_it() {
    let (layer, base) = (TempDir::new().expect("made"), TempDir::new().expect("made"));
    write(layer.path(), LAYER);
    write(base.path(), BASE);
    let (layer, base) = (layer.path().to_str().expect("UTF-8"), base.path().to_str().expect("UTF-8"));
    let alone = hermesc(&["check", layer]);
    let text = String::from_utf8_lossy(&alone.stdout).into_owned();
    assert_eq!(alone.status.code(), Some(1), "{text}");
    assert!(text.contains("`init` has no `type`") && text.contains("`other` is not defined"), "{text}");
    let allowed = hermesc(&["check", layer, "--allow-unknown", "in?t", "--allow-unknown", "oth*"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", String::from_utf8_lossy(&allowed.stdout));
    let beneath = hermesc(&["check", layer, "--against", base]);
    let text = String::from_utf8_lossy(&beneath.stdout).into_owned();
    assert_eq!(beneath.status.code(), Some(0), "{text}");
    assert!(!text.contains("has no `type`") && !text.contains("not defined"), "{text}");
}

#[test]
fn fifos_loops_and_links_out_of_the_tree_are_not_followed() {
    let directory = TempDir::new().expect("made");
    let text = "== src/web/type\nlongrun\n== src/web/run\n#!/bin/sh\n== src/web/data/loop -> ..\n== src/web/env -> env\n\
                == src/web/finish -> ../../secret\n== src/up -> up\n== secret\n#!/bin/sh\r\n";
    write(directory.path(), text);
    let src = directory.path().join("src");
    for path in ["pipe", "web/timeout-up", "web/dependencies"] {
        let made = std::process::Command::new("mkfifo").arg(src.join(path)).status().expect("mkfifo starts");
        assert!(made.success());
    }
    let output = hermesc(&["check", src.to_str().expect("UTF-8")]);
    let text = String::from_utf8_lossy(&output.stdout).replace('│', "");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the link `up` leads nowhere"), "{text}");
    assert!(text.contains("the `timeout-up` of `web` cannot be read: not a regular file"), "{text}");
    assert!(text.contains("a link that leads out of what is checked"), "{text}");
    assert!(!text.contains("carriage return"), "{text}");
}

#[test]
fn a_directory_with_language_files_stays_input_of_the_language() {
    let directory = TempDir::new().expect("made");
    write(directory.path(), "== web/run\n== all.hermes\nlongrun web { run exec httpd }\nbundle user { web }\n");
    let output = hermesc(&["check", directory.path().to_str().expect("UTF-8")]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("missing-type"), "{text}");
    let definition = TempDir::new().expect("made");
    write(definition.path(), "== type\nlongrun\n");
    let output = hermesc(&["check", definition.path().to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is a single definition"));
}

/// What is found in an image for the newest s6-overlay: codes and severities.
fn severities(text: &str) -> Vec<(&'static str, Severity)> {
    let directory = TempDir::new().expect("made");
    write(directory.path(), text);
    let path = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("UTF-8");
    let layouts = vec![recognise(&path).expect("looked at").expect("an image")];
    let checked = check_directories(&Request { layouts, ..Request::default() }, &Policy::default()).expect("read");
    checked.diagnostics.iter().map(|diagnostic| (diagnostic.rule.id, diagnostic.severity)).collect()
}

/// What makes an image whole.
const WHOLE: &str = "== package/admin/s6-overlay-3.2.3.2/x\n== init 755\n== bin/sh 755\n== command/with-contenv 755\n\
                     == command/execlineb 755\n";
const SETUP: &str = "== etc/s6-overlay/user-bundles.d/user/contents.d/setup\n\
                     == etc/s6-overlay/s6-rc.d/setup/type\noneshot\n\
                     == etc/s6-overlay/s6-rc.d/setup/dependencies.d/base\n\
                     == etc/s6-overlay/s6-rc.d/setup/up\n/etc/s6-overlay/scripts/setup\n";
const SCRIPT: &str = "#!/bin/sh\nmkdir -p /data\n";

#[test]
fn what_is_sure_in_a_whole_image_is_less_sure_in_a_layer() {
    let plain = format!("{SETUP}== etc/s6-overlay/scripts/setup 644\n{SCRIPT}");
    assert_eq!(severities(&plain), [("script-not-executable", Severity::Warning)]);
    assert_eq!(severities(&format!("{WHOLE}{plain}")), [("script-not-executable", Severity::Error)]);
    assert_eq!(severities(SETUP), [("script-missing", Severity::Hint)]);
    assert_eq!(severities(&format!("{WHOLE}{SETUP}")), [("script-missing", Severity::Warning)]);
    let executable = format!("{SETUP}== etc/s6-overlay/scripts/setup 755\n{SCRIPT}");
    assert_eq!(severities(&format!("{WHOLE}{executable}")), []);
    let old = executable.replace("#!/bin/sh", "#!/usr/bin/with-contenv sh");
    assert_eq!(severities(&old), [("old-with-contenv-path", Severity::Hint)]);
}

#[test]
fn waiting_for_base_matters_where_scripts_run_before() {
    let web = "== etc/s6-overlay/user-bundles.d/user/contents.d/web\n== etc/s6-overlay/s6-rc.d/web/type\nlongrun\n\
               == etc/s6-overlay/s6-rc.d/web/run\n#!/bin/sh\nexec httpd -f\n";
    assert_eq!(severities(web), [("missing-base", Severity::Hint)]);
    let early = format!("{web}== etc/cont-init.d/10-config 755\n#!/bin/sh\n");
    assert_eq!(severities(&early), [("missing-base", Severity::Warning)]);
}

#[test]
fn a_service_that_a_script_switches_on_is_not_forgotten() {
    let set = format!(
        "{SETUP}== etc/s6-overlay/scripts/setup 755\n{SCRIPT}== etc/s6-overlay/s6-rc.d/tunnel/type\nlongrun\n\
         == etc/s6-overlay/s6-rc.d/tunnel/dependencies.d/base\n\
         == etc/s6-overlay/s6-rc.d/tunnel/run\n#!/bin/sh\nexec /run/service/tunnel\n"
    );
    assert_eq!(severities(&set), [("unreachable-service", Severity::Warning)]);
    let enabled = format!(
        "{set}== etc/s6-overlay/scripts/enable 755\n#!/bin/sh\n\
         touch /etc/s6-overlay/s6-rc.d/user/contents.d/tunnel\n"
    );
    assert_eq!(severities(&enabled), []);
    let held = format!(
        "{set}== etc/s6-overlay/s6-rc.d/later/type\nbundle\n== etc/s6-overlay/s6-rc.d/later/contents.d/tunnel\n"
    );
    assert_eq!(severities(&held), [("unreachable-service", Severity::Hint)]);
}
