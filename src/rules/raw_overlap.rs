//! Files written with `raw` where something else needs a directory.

use camino::{Utf8Path, Utf8PathBuf};
use foldhash::{HashMap, HashSet, HashSetExt};

use crate::diagnostic::Diagnostic;
use crate::model::{Definition, Extra, ExtraFile};
use crate::rules::{Context, Rule};
use crate::s6rc::plan::{Entry, FileTree, plan_definition};
use crate::source::Location;

/// Reports each file in which another one, or a definition, would have to lie.
pub(super) fn check(rule: &'static Rule, context: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (below, place, (around, file)) in Paths::of(context).overlaps() {
        diagnostics.push(
            Diagnostic::new(rule, format!("`{around}` is written as a file, and `{below}` lies in it"))
                .at(file, "a file here")
                .at(place, "needs a directory there")
                .help("give one of them another path, or delete it"),
        );
    }
}

/// Paths below the directory that is emitted into, as far as some of them may lie in others.
#[derive(Default)]
struct Paths {
    /// What is a file or a link.
    files: HashMap<Utf8PathBuf, Location>,
    /// What needs the directories around it.
    needed: Vec<(Utf8PathBuf, Location)>,
}

impl Paths {
    fn of(context: &Context<'_>) -> Self {
        let (model, mut paths) = (context.model, Self::default());
        for (path, file) in &model.files {
            paths.written(path.clone(), file);
        }
        let outside = paths.needed.len();
        let mut touched: HashSet<Utf8PathBuf> = HashSet::new();
        for above in paths.needed.iter().flat_map(|(path, _)| path.ancestors().skip(1)) {
            touched.insert(above.to_owned());
        }
        for definition in model.definitions.iter().filter(|definition| definition.directory.is_none()) {
            let directory = Utf8PathBuf::from(model.target.directory_of(&definition.name));
            let is_nested = definition.files.iter().any(|(path, _)| path.components().nth(1).is_some());
            if is_nested || touched.contains(&directory) {
                paths.inside(&directory, definition);
            } else if outside > 0 {
                paths.needed.push((directory.join("type"), definition.place));
            }
        }
        paths
    }

    /// Adds what a definition has.
    fn inside(&mut self, directory: &Utf8Path, definition: &Definition) {
        for (path, file) in &definition.files {
            self.written(directory.join(path), file);
        }
        let bare = Definition { files: Vec::new(), ..definition.clone() };
        let mut tree = FileTree::default();
        plan_definition(&mut tree, directory, &bare);
        for (path, entry) in tree.entries.into_iter().filter(|(path, _)| path.starts_with(directory)) {
            if !matches!(entry, Entry::Directory) {
                self.files.entry(path.clone().into()).or_insert(definition.place);
            }
            self.needed.push((path.into(), definition.place));
        }
    }

    fn written(&mut self, path: Utf8PathBuf, file: &ExtraFile) {
        if !matches!(file.content, Extra::Directory) {
            self.files.insert(path.clone(), file.place);
        }
        self.needed.push((path, file.place));
    }

    /// What lies in a file, and the uppermost such file.
    fn overlaps(&self) -> impl Iterator<Item = (&Utf8Path, Location, (&Utf8Path, Location))> {
        self.needed.iter().filter_map(|(path, place)| {
            let above = path.ancestors().skip(1).filter_map(|above| self.files.get_key_value(above)).last();
            above.map(|(around, file)| (path.as_path(), *place, (around.as_path(), *file)))
        })
    }
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
                "`s6-rc.d` is written as a file, and `s6-rc.d/web/type` lies in it",
            ),
            (
                format!("{web}\nraw \"more\" text \"\"; raw \"more/a\" text \"\" }}\n"),
                "`s6-rc.d/web/more` is written as a file, and `s6-rc.d/web/more/a` lies in it",
            ),
            (
                format!("{web}\nraw \"run/a\" text \"\" }}\n"),
                "`s6-rc.d/web/run` is written as a file, and `s6-rc.d/web/run/a` lies in it",
            ),
            (
                format!("{web} }}\nraw \"s6-rc.d/web/run/a\" text \"\"\n"),
                "`s6-rc.d/web/run` is written as a file, and `s6-rc.d/web/run/a` lies in it",
            ),
            (
                format!("{web}; data a/b text \"\" }}\nraw \"s6-rc.d/web/data\" text \"\"\n"),
                "`s6-rc.d/web/data` is written as a file, and `s6-rc.d/web/data/a/b` lies in it",
            ),
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
