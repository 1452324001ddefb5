//! Words and variables arrive at the program as the other tool would have handed them over.

use std::process::Command;

use hermesc::init::from::Kind;
use hermesc::s6rc::target::{Family, Target};
use proptest::prelude::*;

use crate::exec::{has_execline, start};
use crate::memory::check;

use super::converted;

/// A word as a person would quote it for Python's `shlex`, with `%` doubled.
fn for_supervisord(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\"'\"'").replace('%', "%%"))
}

/// The arguments that the one service of a text gives to its program, when execline runs it.
fn arguments(kind: Kind, file: &str) -> Vec<String> {
    let converted =
        converted(kind, file, Target::newest(Family::S6Rc)).unwrap_or_else(|fault| panic!("{fault:?}\n{file}"));
    let checked = check(&converted.text);
    let run = &checked.model.definitions[0].programs.run.as_ref().expect("a run").bytes;
    let host = [("HOST", "a  b")];
    let out = if run.starts_with(b"#!/bin/sh\n") {
        Command::new("sh").arg("-c").arg(String::from_utf8_lossy(run).as_ref()).envs(host).output().expect("sh").stdout
    } else {
        let (code, out, err) = start(run, &host);
        assert_eq!(code, Some(0), "{err}\n{}", converted.text);
        out
    };
    String::from_utf8(out).expect("UTF-8").strip_suffix('\0').expect("an end").split('\0').map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(crate::properties::config(40))]

    #[test]
    fn words_arrive_as_they_were_written(words in prop::collection::vec(r#"[ -"$-:<-~é☃]{0,10}|\$\{HOST\}|\$\$?[A-Z]{1,3}\$|\{\{a\}\}"#, 1..5)) {
        if has_execline() {
            let quoted: Vec<String> = words.iter().map(|word| for_supervisord(word)).collect();
            let file = format!("[program:a]\ncommand=printf '%%s\\0' {}\n", quoted.join(" "));
            prop_assert_eq!(arguments(Kind::Supervisord, &file), words.clone());

            let mut all = vec!["printf".to_owned(), "%s\\0".to_owned()];
            all.extend(words.iter().cloned());
            let list = serde_json::to_string(&all).expect("JSON");
            let file = format!("FROM x\nCMD {list}\n");
            prop_assert_eq!(arguments(Kind::Dockerfile, &file), words.clone());
            let file = format!("services:\n  a:\n    command: {}\n", list.replace('$', "$$"));
            prop_assert_eq!(arguments(Kind::Compose, &file), words);
        }
    }
}

#[test]
fn variables_are_the_containers() {
    if !has_execline() {
        return;
    }
    let file = "[program:a]\ncommand=printf '%%s\\0' x%(ENV_HOST)s \"%(ENV_OWN)s\" %(program_name)s-%(process_num)02d\nenvironment=OWN=\"it's\"\n";
    assert_eq!(arguments(Kind::Supervisord, file), ["xa  b", "it's", "a-00"]);
    let file = "services:\n  a:\n    command: printf '%s\\0' $HOST ${HOST:-x} \"${NONE:-a;b}\" $$HOST\n";
    // go-shellwords takes `\0` for `0` outside of quotes only.
    let found = arguments(Kind::Compose, file);
    assert_eq!(found, ["a  b", "a  b", "a;b", "$HOST"]);
    let file =
        "services:\n  a:\n    command: [sh, -c, 'printf \"%s\\0\" \"$$A\"']\n    environment: {A: \"<${HOST}>\"}\n";
    assert_eq!(arguments(Kind::Compose, file), ["<a  b>"]);
    let file = "FROM x\nCMD printf '%s\\0' \"$HOST\" | cat\n";
    assert_eq!(arguments(Kind::Dockerfile, file), ["a  b"]);
}
