//! Files of other tools that are given by mistake: told once, instead of word by word.
//!
//! Only a text that is no file of the language is looked at, so that nobody's services are taken for something else.

use camino::Utf8Path;
use serde::de::IgnoredAny;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::reading;
use crate::source::{FileId, Location, Span};
use crate::syntax::ast::{DefinitionKind, Tree};

/// What a file is instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// What it is called, with its article: "a Dockerfile".
    pub what: String,
    /// Where it shows, in bytes.
    pub span: Span,
    /// What to do next.
    pub help: String,
}

impl Foreign {
    /// What is said of it.
    pub(super) fn diagnostic(&self, file: FileId) -> Diagnostic {
        Diagnostic::new(&reading::OTHER_LANGUAGE, format!("this is {}, not text of the hermes language", self.what))
            .at(Location::new(file, self.span), "")
            .help(&self.help)
    }
}

/// What a text is that was read as the language, where it is of another: it has errors, and describes nothing.
pub(super) fn instead(path: &Utf8Path, text: &str, tree: &Tree, found: &[Diagnostic]) -> Option<Foreign> {
    let describes = |kind: &DefinitionKind| {
        !matches!(
            kind,
            DefinitionKind::Include { .. } | DefinitionKind::Target { .. } | DefinitionKind::Constant { .. }
        )
    };
    let is_broken = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if !is_broken || tree.definitions.iter().any(|definition| describes(&definition.kind)) {
        return None;
    }
    of_text(path, text)
}

/// Lines of a text that say something, with their places.
fn lines(text: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let span = Span::new(start, start + line.trim_end().len());
        start += line.len();
        (span, line.trim_end())
    });
    lines.filter(|(_, line)| !line.trim_start().is_empty() && !line.trim_start().starts_with(['#', ';']))
}

/// Texts above this many bytes (1 MiB) are not looked at: that would take longer than to read them.
const LOOKED_AT: usize = 1 << 20;

/// What a text is, if it is one of the usual other ones.
#[must_use]
pub fn of_text(path: &Utf8Path, text: &str) -> Option<Foreign> {
    if text.len() > LOOKED_AT {
        return None;
    }
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let (mark, found) = (text.len() - rest.len(), of_text(path, rest)?);
        let Span { start, end } = found.span;
        return Some(Foreign { span: Span::new(start as usize + mark, end as usize + mark), ..found });
    }
    if let Some(interpreter) = text.lines().next().and_then(|line| line.strip_prefix("#!")) {
        let program = interpreter.split_whitespace().next().unwrap_or_default();
        let what = format!("a script for {program}");
        let name = path.file_name().unwrap_or("SCRIPT");
        let help = format!("it is for a service to run: `longrun NAME {{ run exec DIRECTORY/{name} }}`");
        return (!program.is_empty()).then(|| Foreign { what, span: Span::new(0, 2 + interpreter.len()), help });
    }
    let (first, line) = lines(text).next()?;
    let begins = |starts: &[&str]| {
        lines(text).find(|(_, line)| starts.iter().any(|start| line.starts_with(start))).map(|(span, _)| span)
    };
    let made =
        |what: &str, span: Span, help: &str| Some(Foreign { what: what.to_owned(), span, help: help.to_owned() });
    let from = format!("`hermesc init --from {path}` writes what is sure of it as services");
    let write = "write a `longrun` for each program; `hermesc init` writes a file to begin with";
    if line.starts_with("FROM ") || (line.starts_with("ARG ") && begins(&["FROM "]).is_some()) {
        let help = format!("`hermesc check SERVICES --dockerfile {path}` checks it with its services; {from}");
        return made("a Dockerfile", first, &help);
    }
    if let Some(span) = begins(&["[supervisord]", "[program:"]) {
        return made("a configuration of supervisord", span, &from);
    }
    if let Some(span) = begins(&["[Unit]", "[Service]", "[Timer]", "[Socket]"]) {
        return made(
            "a unit of systemd",
            span,
            "what stands behind its `ExecStart=` becomes the `run exec …` of a `longrun`",
        );
    }
    if let Some(span) = begins(&["services:"]).filter(|_| is_yaml(text)) {
        return made("a Compose file", span, &from);
    }
    if line.starts_with("<?xml") || line.starts_with("<!DOCTYPE") {
        return made("XML or HTML", first, write);
    }
    if line.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return made("JSON", first, write);
    }
    if path.file_name() == Some("hermesc.toml") {
        return made("a file of settings", first, "name the services: settings are found in their directory and above");
    }
    if toml::from_str::<toml::Table>(text).is_ok_and(|table| !table.is_empty()) {
        return made("TOML", first, write);
    }
    if is_yaml(text) {
        return made("YAML", first, write);
    }
    let is_section = line.starts_with('[') && line.ends_with(']');
    (is_section && lines(text).skip(1).any(|(_, line)| line.contains('='))).then_some(())?;
    made("an INI file", first, write)
}

/// Whether nearly all of a text are lines of YAML: `key: value`, `- item`, and what goes on from the line above.
fn is_yaml(text: &str) -> bool {
    let is_key = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        let key = line.split_once(':').filter(|(_, rest)| rest.is_empty() || rest.starts_with(' '));
        key.is_some_and(|(key, _)| {
            !key.is_empty() && key.chars().all(|char| char.is_alphanumeric() || "_-./\"'".contains(char))
        })
    };
    let (mut keys, mut others) = (0, 0);
    for (_, line) in lines(text) {
        if is_key(line) || line == "---" {
            keys += 1;
        } else if !line.trim_start().starts_with("- ") {
            others += 1;
        }
    }
    keys > 0 && keys >= 3 * others
}

/// What bytes are that are no UTF-8, by what they begin with (the magic numbers of `file`(1)).
pub(super) fn of_bytes(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const UNPACK: &str = "unpack it, and name a file or directory of it";
    const NO_TEXT: &str =
        "name the `.hermes` file that describes it: `run exec PROGRAM` is how a service starts a program";
    const RECODE: &str = "save it as UTF-8: `iconv -f UTF-16 -t UTF-8 OLD > NEW`";
    let magic: &[(&[u8], &str, &str)] = &[
        (b"\x7fELF", "a program", NO_TEXT),
        (b"\x1f\x8b", "compressed with gzip", UNPACK),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd", UNPACK),
        (b"\xfd7zXZ", "compressed with xz", UNPACK),
        (b"BZh", "compressed with bzip2", UNPACK),
        (b"PK\x03\x04", "a zip archive", UNPACK),
        (b"\xff\xfe", "UTF-16", RECODE),
        (b"\xfe\xff", "UTF-16", RECODE),
    ];
    magic.iter().find(|(start, ..)| bytes.starts_with(start)).map(|(_, what, help)| (*what, *help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        for (text, what) in [
            ("# syntax=docker/dockerfile:1\nARG V=1\nFROM alpine:$V\nRUN x\n", Some("a Dockerfile")),
            ("#!/bin/sh -e\nset -x\n", Some("a script for /bin/sh")),
            ("; of mine\n[program:web]\ncommand=web\n", Some("a configuration of supervisord")),
            ("[Service]\nExecStart=/usr/bin/web\n", Some("a unit of systemd")),
            ("services:\n  web:\n    image: web\n    command: >\n      web --port 80\n", Some("a Compose file")),
            ("apiVersion: v1\nkind: Pod\nspec:\n  - name: web\n", Some("YAML")),
            ("<?xml version=\"1.0\"?>\n<plist/>\n", Some("XML or HTML")),
            ("[1, {\"a\": 2}]\n", Some("JSON")),
            ("[web]\nrun = \"web\"\n", Some("TOML")),
            ("[main]\n@type = classic\n", Some("an INI file")),
            ("", None),
            ("# only a comment\n", None),
            ("a few words that mean nothing\n", None),
            ("longrun web\n    run exec web\n", None),
            ("#!\n", None),
        ] {
            let found = of_text(Utf8Path::new("web"), text);
            assert_eq!(found.as_ref().map(|foreign| foreign.what.as_str()), what, "{text}");
            let span = found.map_or(Span::default(), |foreign| foreign.span);
            assert!(text.get(span.range()).is_some(), "{text}");
        }
    }
}
