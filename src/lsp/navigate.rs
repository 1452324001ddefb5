//! From a name to its definition and its other places, and to another name.

use camino::Utf8Path;
use lsp_types::{GotoDefinitionResponse, Location as Link, PrepareRenameResponse, WorkspaceEdit};

use crate::compile::Checked;
use crate::diagnostic::Severity;
use crate::lsp::actions::{Replacement, after, edit};
use crate::lsp::diagnostics::Places;
use crate::lsp::documents::Documents;
use crate::lsp::names::{Index, Occurrence, Role, Space};
use crate::lsp::sets::Set;
use crate::model::Definition;
use crate::print::written_name;
use crate::resolve::normal;
use crate::source::{FileId, Location};

/// A place in an open text of the language.
pub(super) struct Cursor<'s> {
    /// The set.
    pub(super) set: &'s Set,
    /// The texts.
    pub(super) documents: &'s Documents,
    /// What is known of the set.
    pub(super) checked: &'s Checked,
    /// Its names.
    pub(super) index: &'s Index,
    /// The file.
    pub(super) file: FileId,
    /// The byte in it.
    pub(super) offset: u32,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(set: &'s Set, documents: &'s Documents, path: &Utf8Path, offset: usize) -> Option<Self> {
        let checked = set.checked.as_ref().ok().filter(|_| set.is_language)?;
        let (file, _) = checked.sources.iter().find(|(_, source)| normal(&source.path) == path)?;
        let offset = u32::try_from(offset).ok()?;
        Some(Self { set, documents, checked, index: set.index(documents), file, offset })
    }

    /// The places of the files of the set. Each file's lines are looked for once.
    pub(super) fn places(&self) -> Places<'s> {
        Places::new(self.checked, self.documents)
    }

    /// The name here.
    pub(super) fn name(&self) -> Option<&'s Occurrence> {
        self.index.at(self.file, self.offset)
    }

    /// The definitions whose names stand at a place.
    pub(super) fn at_place(&self, place: Location) -> Vec<&'s Definition> {
        self.set.at_place(place)
    }

    /// The place of a name, without its quotes.
    fn inner(&self, name: &Occurrence) -> Location {
        let text = self.checked.sources.text(name.place);
        let mut place = name.place;
        if text.len() > 1 && text.starts_with('"') && text.ends_with('"') && !text.starts_with("\"\"\"") {
            place.span.start += 1;
            place.span.end -= 1;
        }
        place
    }

    fn links(&self, names: impl Iterator<Item = &'s Occurrence>) -> Vec<Link> {
        let mut places = Places::new(self.checked, self.documents);
        let mut links: Vec<Link> = names.filter_map(|name| places.link(self.inner(name))).collect();
        links.dedup();
        links
    }
}

/// Where a name is defined; where nobody here does, where it is said that somebody else does.
pub(super) fn definition(cursor: &Cursor<'_>) -> Option<GotoDefinitionResponse> {
    let name = cursor.name()?;
    let with = |role: Role| cursor.links(cursor.index.same(name).filter(|other| other.role == role));
    let mut links = with(Role::Definition);
    if links.is_empty() && name.space == Space::Service {
        // A logger, say, is defined by the statement that asks for it.
        let mut places = cursor.places();
        links.extend(cursor.checked.model.get(&name.name).and_then(|definition| places.link(definition.place)));
    }
    if links.is_empty() {
        links = with(Role::External);
    }
    (!links.is_empty()).then_some(GotoDefinitionResponse::Array(links))
}

/// Every place of a name.
pub(super) fn references(cursor: &Cursor<'_>, declared: bool) -> Option<Vec<Link>> {
    let name = cursor.name()?;
    Some(cursor.links(cursor.index.same(name).filter(|other| declared || other.role == Role::Reference)))
}

/// Whether a name can be changed here; where not, why.
fn refused(cursor: &Cursor<'_>, name: &Occurrence) -> Result<(), String> {
    let word = &name.name;
    if cursor.index.same(name).any(|other| other.role == Role::External) {
        return Err(format!("`{word}` is declared with `extern`: somebody else defines it"));
    }
    if !cursor.index.same(name).any(|other| other.role == Role::Definition) {
        return Err(match cursor.checked.model.target.built_in(word) {
            Some(_) => format!("`{word}` is one of the target's own names"),
            None => format!("`{word}` is not defined in these files"),
        });
    }
    if cursor.index.same(name).any(|other| other.made) {
        return Err(format!("a constant or a parameter is part of `{word}`: change it there"));
    }
    Ok(())
}

/// The name that would be changed.
pub(super) fn prepare_rename(cursor: &Cursor<'_>) -> Result<Option<PrepareRenameResponse>, String> {
    let Some(name) = cursor.name() else { return Ok(None) };
    refused(cursor, name)?;
    let range = cursor.places().range(cursor.inner(name));
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.name.to_string() }))
}

/// Gives a name another name, in all files of the set.
pub(super) fn rename(cursor: &Cursor<'_>, new: &str) -> Result<WorkspaceEdit, String> {
    let name = cursor.name().ok_or("there is no name here")?;
    refused(cursor, name)?;
    let mut begins = new.chars();
    let word = begins.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && begins.all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-');
    if name.space != Space::Service && !word {
        return Err(format!("`{new}` is not a word: letters, digits, `-` and `_`, and a letter first"));
    }
    let taken = cursor.index.names.iter().any(|other| other.space == name.space && other.name == new);
    let model = &cursor.checked.model;
    let known = model.get(new).is_some() || model.target.built_in(new).is_some();
    if taken || (name.space == Space::Service && known) {
        return Err(format!("there is a `{new}` already"));
    }
    let edits: Vec<Replacement> = cursor
        .index
        .same(name)
        .map(|other| {
            let text = cursor.checked.sources.text(other.place);
            let with = if other.word { new.to_owned() } else { written_name(new) };
            // Who quoted a name gets it quoted again.
            let with = if text.starts_with('"') && !with.starts_with('"') { format!("\"{with}\"") } else { with };
            (other.place, with)
        })
        .collect();
    let after = after(cursor.set, cursor.checked, cursor.documents, &edits).ok_or("the files cannot be read")?;
    if after.errors() > cursor.checked.errors() {
        let known = |message: &str| cursor.checked.diagnostics.iter().any(|known| known.message == message);
        let mut errors = after.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let new_one = errors.find(|diagnostic| !known(&diagnostic.message)).map(|error| error.message.clone());
        return Err(new_one.unwrap_or_else(|| "this would be an error".to_owned()));
    }
    edit(&mut cursor.places(), &edits).ok_or_else(|| "a file has no address".to_owned())
}
