//! Services and bundles.

use std::collections::HashSet;

use camino::Utf8Path;

use crate::language::{self, Place};
use crate::model::{Definition, Extends, Flag, Kind, Number, Reference, ReferenceOrigin, Signal};
use crate::print::program::Home;
use crate::print::text::{name, quoted};
use crate::print::{Printer, TooLarge, extends, list, pipelines};

const INDENT: &str = "    ";
/// Spaces in front of a text inside of a definition.
const DEEP: usize = 8;

impl Printer<'_> {
    pub(super) fn service(&mut self, number: usize, definition: &Definition) -> Result<(), TooLarge> {
        let mut body = self.dependencies(definition);
        body.push_str(&self.plain_files(definition)?);
        body.push_str(&self.programs(definition)?);
        body.push_str(&self.links(number, definition)?);
        body.push_str(&self.carried(definition)?);
        let kind = if definition.extends == Extends::Service { "service" } else { definition.kind.word() };
        let head =
            format!("{}{}{kind} {}", documentation(definition), extends(definition.extends), name(&definition.name));
        self.paragraph(&block(&head, &body));
        Ok(())
    }

    pub(super) fn bundle(&mut self, definition: &Definition) -> Result<(), TooLarge> {
        let mut body = self.plain_files(definition)?;
        body.push_str(&self.carried(definition)?);
        let members = names(&definition.contents, definition, "contents.d");
        let head =
            format!("{}{}bundle {}", documentation(definition), extends(definition.extends), name(&definition.name));
        let line = format!(" {{ {} }}\n", members.join(", "));
        let width = head.lines().last().unwrap_or_default().chars().count() + line.chars().count();
        let text = if body.is_empty() && !members.is_empty() && width <= pipelines::WIDTH {
            format!("{head}{line}")
        } else {
            let lines: String = members.iter().map(|member| format!("{INDENT}{member}\n")).collect();
            block(&head, &format!("{lines}{body}"))
        };
        self.paragraph(&text);
        Ok(())
    }

    /// Whether a statement may stand in a definition, under the target.
    fn allowed(&self, definition: &Definition, keyword: &str) -> bool {
        let place = match definition.kind {
            Kind::Longrun => Place::Longrun,
            Kind::Oneshot => Place::Oneshot,
            Kind::Bundle => Place::Bundle,
        };
        language::find(keyword).is_some_and(|statement| {
            statement.places.contains(&place)
                && statement.since.is_none_or(|(tool, version)| self.model.target.tool(tool) >= version)
        })
    }

    fn dependencies(&self, definition: &Definition) -> String {
        // Only a service that the set itself defines has one, and none of the target's own.
        let has_default =
            definition.extends == Extends::Nothing && self.model.target.built_in(&definition.name).is_none();
        let default = self.model.target.default_dependency().filter(|_| has_default);
        let written = |reference: &&Reference| reference.origin != ReferenceOrigin::Flat;
        let has = |name: &str| definition.dependencies.iter().filter(written).any(|reference| reference.name == name);
        let mut lines = String::new();
        if default.is_some_and(|default| !has(default)) {
            lines.push_str("    depends-on none\n");
        }
        let mut others = definition.dependencies.clone();
        others.retain(|reference| default.is_none_or(|default| reference.name != default));
        let names = names(&others, definition, "dependencies.d");
        if !names.is_empty() {
            lines.push_str(&list("depends-on ", &names, INDENT));
        }
        lines
    }

    /// Numbers, signals and flags.
    fn plain_files(&mut self, definition: &Definition) -> Result<String, TooLarge> {
        let mut lines = String::new();
        for number in Number::ALL {
            // Of two, the last one is written.
            let Some((_, value)) = definition.numbers.iter().rev().find(|(which, _)| which == number) else { continue };
            let said = if number.is_duration() { duration(value.value) } else { value.value.to_string() };
            lines.push_str(&self.plain(definition, number.file(), &said, &format!("{}\n", value.value))?);
        }
        for signal in [Signal::Down, Signal::Reload] {
            let Some((_, value)) = definition.signals.iter().rev().find(|(which, _)| *which == signal) else {
                continue;
            };
            lines.push_str(&self.plain(
                definition,
                signal.file(),
                &name(&value.value),
                &format!("{}\n", value.value),
            )?);
        }
        for flag in Flag::ALL.iter().filter(|flag| definition.flag(**flag).is_some()) {
            lines.push_str(&self.plain(definition, flag.file(), "", "")?);
        }
        Ok(lines)
    }

    /// A statement that is a file's name and what it says; the file as it is where the statement is not to be had.
    fn plain(&mut self, definition: &Definition, file: &str, said: &str, content: &str) -> Result<String, TooLarge> {
        if definition.carries(file) {
            return Ok(String::new());
        }
        if self.allowed(definition, file) {
            return Ok(format!("{}\n", format!("{INDENT}{file} {said}").trim_end()));
        }
        self.raw(definition, file, content.as_bytes(), 0o644)
    }

    fn raw(&mut self, definition: &Definition, file: &str, bytes: &[u8], mode: u32) -> Result<String, TooLarge> {
        let path = Utf8Path::new(&definition.name).join(file);
        let content = self.program(Home::File, bytes, mode, &path, DEEP)?;
        Ok(format!("{INDENT}raw {} {content}\n", quoted(file.as_bytes())))
    }

    fn programs(&mut self, definition: &Definition) -> Result<String, TooLarge> {
        let mut lines = String::new();
        for (file, program) in definition.programs.iter().filter(|(file, _)| !definition.carries(file)) {
            if !self.allowed(definition, file) {
                lines.push_str(&self.raw(definition, file, &program.bytes, program.mode)?);
                continue;
            }
            let path = Utf8Path::new(&definition.name).join(file);
            let said = self.program(Home::Service(definition.kind, file), &program.bytes, program.mode, &path, DEEP)?;
            lines.push_str(&format!("{INDENT}{file} {said}\n"));
        }
        Ok(lines)
    }

    /// Ends of pipelines that no `pipeline` can say.
    fn links(&mut self, number: usize, definition: &Definition) -> Result<String, TooLarge> {
        let (producer, consumer, title) = (
            definition.producer_for.as_ref().filter(|_| !self.pipelines.writes_producer(number)),
            definition.consumer_for.iter().filter(|_| !self.pipelines.writes_consumer(number)),
            definition.pipeline_name.as_ref().filter(|_| !self.pipelines.writes_name(number)),
        );
        let links = [
            ("producer-for", producer.map(|link| format!("{}\n", link.name)).unwrap_or_default()),
            ("consumer-for", consumer.map(|link| format!("{}\n", link.name)).collect()),
            ("pipeline-name", title.map(|name| format!("{}\n", name.value)).unwrap_or_default()),
        ];
        let mut lines = String::new();
        for (file, content) in
            links.into_iter().filter(|(file, content)| !content.is_empty() && !definition.carries(file))
        {
            lines.push_str(&self.raw(definition, file, content.as_bytes(), 0o644)?);
        }
        Ok(lines)
    }

    /// Files that are carried as they are.
    fn carried(&mut self, definition: &Definition) -> Result<String, TooLarge> {
        const BELOW: &[(&str, &str)] = &[("data/", "data"), ("env/", "envdir"), ("template/", "instance-template")];
        let mut lines = String::new();
        for (path, file) in &definition.files {
            let below = BELOW.iter().filter(|(_, keyword)| self.allowed(definition, keyword));
            let found = below
                .filter_map(|(prefix, keyword)| Some((*keyword, path.as_str().strip_prefix(prefix)?)))
                .find(|(_, rest)| !rest.is_empty());
            let (keyword, shown) = found.unwrap_or(("raw", path.as_str()));
            let shown = if keyword == "raw" { quoted(shown.as_bytes()) } else { name(shown) };
            let content = self.content(file, &Utf8Path::new(&definition.name).join(path), DEEP)?;
            lines.push_str(&format!("{INDENT}{keyword} {shown} {content}\n"));
        }
        Ok(lines)
    }
}

/// The names that a list says, without those whose files are carried.
fn names(references: &[Reference], definition: &Definition, directory: &str) -> Vec<String> {
    let mut known = HashSet::new();
    let said = references.iter().filter(|reference| reference.origin != ReferenceOrigin::Flat);
    said.filter(|reference| !definition.carries(&format!("{directory}/{}", reference.name)))
        .filter(|reference| known.insert(&reference.name))
        .map(|reference| name(&reference.name))
        .collect()
}

fn documentation(definition: &Definition) -> String {
    let lines = definition.documentation.iter().flat_map(|text| text.split('\n'));
    lines.map(|line| format!("{}\n", format!("## {line}").trim_end())).collect()
}

fn block(head: &str, body: &str) -> String {
    if body.is_empty() { format!("{head} {{}}\n") } else { format!("{head} {{\n{body}}}\n") }
}

/// Milliseconds in the largest unit in which they are a whole number.
fn duration(milliseconds: u32) -> String {
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    match units.into_iter().find(|(unit, _)| milliseconds.is_multiple_of(*unit)) {
        _ if milliseconds == 0 => "never".to_owned(),
        Some((unit, word)) => format!("{}{word}", milliseconds / unit),
        None => format!("{milliseconds}ms"),
    }
}
