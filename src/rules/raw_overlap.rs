//! Files written with `raw` where something else needs a directory.

use camino::{Utf8Path, Utf8PathBuf};
use foldhash::HashMap;

use crate::diagnostic::Diagnostic;
use crate::model::{Definition, Extra, ExtraFile};
use crate::rules::{Context, Rule};
use crate::s6rc::plan::{Entry, FileTree, plan_definition};
use crate::source::Location;

/// Reports each file in which another one, or a definition, would have to lie.
pub(super) fn check(rule: &'static Rule, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let model = context.model;
    let written: Vec<(&Utf8Path, &ExtraFile)> = model.files.iter().map(|(path, file)| (path.as_path(), file)).collect();
    let files = plain_files(&written);
    let mut report = |around: &Utf8Path, place: Location, below: &str, other: Location| {
        diagnostics.push(
            Diagnostic::new(rule, format!("`{around}` is written as a file, and `{below}` lies in it"))
                .at(place, "a file here")
                .at(other, "needs a directory there")
                .help("give one of them another path, or delete it"),
        );
    };
    for (path, file) in &written {
        if let Some((around, place)) = around(path, &files) {
            report(around, place, path.as_str(), file.place);
        }
    }
    if !files.is_empty() {
        for definition in &model.definitions {
            let directory = Utf8PathBuf::from(model.target.directory_of(&definition.name));
            if let Some((around, place)) = around(&directory.join("type"), &files) {
                report(around, place, directory.as_str(), definition.place);
            }
        }
    }
    for definition in model.definitions.iter().filter(|definition| definition.directory.is_none()) {
        let written: Vec<(&Utf8Path, &ExtraFile)> =
            definition.files.iter().map(|(path, file)| (path.as_path(), file)).collect();
        if written.iter().all(|(path, _)| path.components().nth(1).is_none()) {
            continue;
        }
        let mut files = plain_files(&written);
        let made = made(definition);
        files.extend(made.iter().map(|path| (path.as_path(), definition.place)));
        for (path, file) in &written {
            if let Some((around, place)) = around(path, &files) {
                report(around, place, path.as_str(), file.place);
            }
        }
    }
}

/// What is a file, or a link, and where that is said.
fn plain_files<'m>(written: &[(&'m Utf8Path, &ExtraFile)]) -> HashMap<&'m Utf8Path, Location> {
    let plain = written.iter().filter(|(_, file)| !matches!(file.content, Extra::Directory));
    plain.map(|(path, file)| (*path, file.place)).collect()
}

/// The uppermost file around a path.
fn around<'f>(path: &Utf8Path, files: &HashMap<&'f Utf8Path, Location>) -> Option<(&'f Utf8Path, Location)> {
    let found = path.ancestors().skip(1).filter_map(|above| files.get_key_value(above)).last();
    found.map(|(path, place)| (*path, *place))
}

/// The files that a definition has without those.
fn made(definition: &Definition) -> Vec<Utf8PathBuf> {
    let bare = Definition { files: Vec::new(), ..definition.clone() };
    let mut tree = FileTree::default();
    plan_definition(&mut tree, Utf8Path::new(""), &bare);
    let files = tree.entries.into_iter().filter(|(_, entry)| !matches!(entry, Entry::Directory));
    files.map(|(path, _)| path.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile;
    use crate::resolve::Disk;

    fn found(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("set.hermes")).unwrap();
        std::fs::write(&path, text).unwrap();
        let checked = compile::check(&Disk, &[path], None).unwrap();
        checked
            .diagnostics
            .into_iter()
            .map(|diagnostic| diagnostic.message)
            .filter(|it| it.contains("lies in"))
            .collect()
    }

    #[test]
    fn what_would_lie_in_a_file_is_told() {
        let web = "longrun web { run exec web; in user";
        for (text, expected) in [
            (
                "raw \"x/a\" text \"\"\nraw \"x\" text \"\"\n".to_owned(),
                "`x` is written as a file, and `x/a` lies in it",
            ),
            (
                "raw \"x\" text \"\"\nraw \"x/y/a\" text \"\"\n".to_owned(),
                "`x` is written as a file, and `x/y/a` lies in it",
            ),
            (
                format!("raw \"s6-rc.d\" text \"\"\n{web} }}\n"),
                "`s6-rc.d` is written as a file, and `s6-rc.d/web` lies in it",
            ),
            (
                format!("{web}\nraw \"more\" text \"\"; raw \"more/a\" text \"\" }}\n"),
                "`more` is written as a file, and `more/a` lies in it",
            ),
            (format!("{web}\nraw \"run/a\" text \"\" }}\n"), "`run` is written as a file, and `run/a` lies in it"),
        ] {
            assert_eq!(found(&text).first().map(String::as_str), Some(expected), "{text}");
        }
        for text in
            ["raw \"x\" directory\nraw \"x/a\" text \"\"\n".to_owned(), format!("{web}; data a/b text \"\" }}\n")]
        {
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}
