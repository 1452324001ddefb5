//! What is told of a service set, and what is mended in it, whatever it is.

use std::cell::RefCell;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use hermesc::compile::{self, Checked};
use hermesc::diagnostic::Safety;
use hermesc::fix::{self, Overlay};
use hermesc::inspect::{self, Answer};
use hermesc::report::human::{self, Style};
use hermesc::report::{Found, Set, json, lines, sarif};
use hermesc::resolve::Disk;
use hermesc::{draw, graph};
use serde_json::Value;

use super::{check, text};

/// Nothing that a terminal obeys, or that changes the order in which text is read.
fn is_safe(what: &str, shown: &str) {
    let obeyed = |char: char| {
        (char.is_control() && char != '\n' && char != '\t')
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    assert!(!shown.contains(obeyed), "{what}: {}", shown.escape_debug());
}

fn is_json(what: &str, shown: &str) {
    is_safe(what, shown);
    let read: Result<Value, _> = serde_json::from_str(shown);
    assert!(read.is_ok(), "{what}: {read:?}");
}

/// A text, or bytes that are none, are told of in every format.
pub fn told(bytes: &[u8]) {
    let (text, raw) = text(bytes);
    of(&check(text.as_bytes()));
    of(&check(raw));
}

fn of(checked: &Checked) {
    let Checked { model, sources, diagnostics } = checked;
    for unicode in [false, true] {
        is_safe("human", &human::render(diagnostics, sources, Style { color: false, unicode, width: 60 }));
    }
    let _ = human::render(diagnostics, sources, Style { color: true, unicode: true, width: 100 });
    is_safe("short", &lines::short(diagnostics, sources));
    is_safe("github", &lines::github(diagnostics, sources));
    assert_eq!(lines::short(diagnostics, sources).lines().count(), diagnostics.len());
    assert_eq!(lines::github(diagnostics, sources).lines().count(), diagnostics.len());
    let roots = [Utf8PathBuf::from("set.hermes")];
    let found = Found { target: model.target.to_string(), diagnostics, sources };
    let sets = [Set { roots: &roots, found: Ok(found) }, Set { roots: &roots, found: Err("not read".to_owned()) }];
    is_json("json", &json::json(&sets));
    is_json("sarif", &sarif::sarif(&sets));

    // The questions, of the first names and of one that nobody has.
    let set = inspect::Set::new(model, sources, diagnostics.len() % 2 == 0);
    let answer = |answer: Answer| is_safe("answer", &answer.text);
    answer(inspect::plan(&set, None));
    answer(inspect::plan(&set, Some(5_000)));
    answer(inspect::list(&set));
    let known = graph::Graph::new(model);
    let names: Vec<String> = known.nodes().map(|node| known.name(node).to_owned()).take(5).collect();
    for name in names.iter().map(String::as_str).chain(["nobody"]) {
        let _ = inspect::show(&set, name).map(answer);
        let _ = inspect::what_if(&set, &[name.to_owned()]).map(answer);
        for other in &names {
            let _ = inspect::why(&set, name, other).map(answer);
        }
    }

    let picture = draw::picture(model, sources);
    is_safe("dot", &draw::dot(&picture));
    is_safe("mermaid", &draw::mermaid(&picture));
    is_safe("svg", &draw::svg(&picture));
    is_safe("html", &draw::html(&picture));
    is_json("picture", &draw::json(&picture));
}

thread_local! {
    /// A file that is mended, where files are quick.
    static HOME: RefCell<Option<Utf8PathBuf>> = const { RefCell::new(None) };
}

fn home() -> Utf8PathBuf {
    let make = || {
        let memory = Utf8Path::new("/dev/shm");
        let above = if memory.is_dir() { memory.to_owned() } else { "/tmp".into() };
        let home = above.join(format!("hermesc-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(&home).expect("a directory for one file");
        home.join("set.hermes")
    };
    HOME.with(|home| home.borrow_mut().get_or_insert_with(make).clone())
}

/// The fixes of a text end, leave no more errors than there were, and leave a text.
pub fn mended(bytes: &[u8]) {
    let text = text(bytes).0;
    let before = check(text.as_bytes());
    if !before.diagnostics.iter().flat_map(|found| &found.fixes).any(|fix| fix.safety == Safety::Safe) {
        return;
    }
    let path = home();
    fs::write(&path, &text).expect("a file that can be written");
    let roots = [path.clone()];
    let outcome = fix::run(&|changes| compile::check(&Overlay { files: &Disk, changes }, &roots, None), &|touched| {
        Ok(touched == path)
    });
    let outcome = outcome.expect("the file can be read");
    let errors = outcome.checked.errors();
    assert!(errors <= before.errors(), "{} errors, then {errors}: {:?}\n{text}", before.errors(), outcome.applied);
    for (_, change) in outcome.changes.iter() {
        let after = change.after.as_ref().expect("a text is not removed");
        let after = str::from_utf8(&after.bytes).expect("a fix leaves text");
        assert_eq!(check(after.as_bytes()).errors(), errors, "{after}");
    }
}
