//! One `use` of a template that stands in no file: what `hermesc instantiate` asks for.

use std::sync::Arc;

use std::io;

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;
use crate::resolve::scope::Scope;
use crate::resolve::values::Pattern;
use crate::resolve::{Files, Loaded, Resolved, Resolver, load};
use crate::rules::reading;
use crate::s6rc::target::Target;
use crate::source::Location;
use crate::syntax::ast::{self, DefinitionKind, Part, Parts};
use crate::syntax::parse;

/// The name under which the `use` is shown in diagnostics.
const COMMAND_LINE: &str = "command line";

/// Resolves what `use TEMPLATE(NAME = "VALUE", …)` makes, and nothing else of the files. A parameter that is part of a
/// service's name must be a `name`, whether the template says so or not.
///
/// # Errors
///
/// A path of `roots` that cannot be read, with the reason.
pub fn instantiate(
    files: &dyn Files,
    roots: &[Utf8PathBuf],
    target: Option<Target>,
    template: &str,
    values: &[(String, String)],
    around: &[Utf8PathBuf],
) -> Result<Resolved, (Utf8PathBuf, io::Error)> {
    let Loaded { mut sources, mut trees, mut diagnostics, bounds } = load(files, roots, around)?;
    let given: Vec<String> = values.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
    let text = format!("use {template}({})\n", given.join(", "));
    let file = sources.add(Utf8PathBuf::from(COMMAND_LINE), text.clone().into_bytes());
    let parsed = parse(file, &text);
    diagnostics.extend(parsed.diagnostics);
    trees.push((file, Arc::new(parsed.tree)));
    let mut resolver = Resolver::new(files, &sources, &trees, diagnostics, bounds);
    resolver.collect_targets(target, None);
    resolver.collect_names();
    if let Some((_, tree)) = trees.last() {
        for definition in &tree.definitions {
            if let DefinitionKind::Use { template, arguments } = &definition.kind {
                resolver.check_names(file, template, arguments);
            }
        }
        resolver.definitions(&Scope::file(file), &tree.definitions);
    }
    let (model, diagnostics) = resolver.finish();
    Ok(Resolved { model, sources, diagnostics, allows: Vec::new() })
}

impl Resolver<'_> {
    /// Reports values that cannot be part of a name where a service's name holds them.
    fn check_names(&mut self, file: crate::source::FileId, template: &ast::Ident, arguments: &[ast::GivenArgument]) {
        let Some(known) = self.templates.get(&template.name) else { return };
        let mut found = Vec::new();
        for definition in known.definitions {
            let DefinitionKind::Service { name, .. } = &definition.kind else { continue };
            let Parts::Mixed(parts) = &name.parts else { continue };
            for part in parts {
                let Part::Interpolation(ident) = part else { continue };
                let parameter = known.parameters.iter().find(|parameter| parameter.name.name == ident.name);
                // The template asks for it itself.
                if parameter.is_none_or(|found| found.pattern.as_ref().is_some_and(|word| word.name == "name")) {
                    continue;
                }
                found.push((ident.name.clone(), Location::new(known.file, ident.span)));
            }
        }
        let scope = Scope::file(file);
        for argument in arguments {
            let Some(ident) = &argument.name else { continue };
            let Some((_, place)) = found.iter().find(|(name, _)| *name == ident.name) else { continue };
            let ast::Value::Text(text) = &argument.value else { continue };
            let Some(value) = self.bytes(&scope, text) else { continue };
            if let Err(why) = Pattern::Name.check(&value.bytes) {
                self.diagnostics.push(
                    Diagnostic::new(
                        &reading::TEMPLATE_ARGUMENTS,
                        format!("the value of `{}` cannot be part of a service's name", ident.name),
                    )
                    .at(scope.at(text.span), why)
                    .at(*place, "part of the name here"),
                );
            }
        }
    }
}

/// A value as a text of the language.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '{' => out.push_str("\\x7b"),
            _ if char.is_control() || char.is_ascii_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}
