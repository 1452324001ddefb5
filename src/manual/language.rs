//! The page of the language.

use crate::language::{self, DEFINITIONS, Place, STATEMENTS};
use crate::manual::Page;
use crate::manual::roff::{Roff, bold, form};
use crate::s6rc::target::{Target, show_version};

/// What the page is called.
pub(super) const NAME: &str = "hermes";

const EXAMPLE: &str = r#"target s6-overlay 3.2.3.2

## Keeps what people order.
longrun database {
    user postgres
    run exec postgres -D /srv/data
    timeout-kill 30s
}

## One shop for each town.
template shop(town, port = "8080") {
    longrun shop-{{town}} {
        depends-on database
        run exec shop --town {{town}} --port ${SHOP_PORT:-{{port}}}
        log to "/var/log/shop/{{town}}" { keep 10; rotate-at 1MB }
        in user
    }
}
use shop("york")
use shop("bath", port = "8081")
"#;

const DESCRIPTION: &[&str] = &[
    "A file of the language ends in `.hermes` and is a list of definitions, in any order. `hermesc`(1) takes several files, or \
     directories whose `.hermes` files are read in order of name, as one service set, and writes the source directories that \
     s6-rc and s6-overlay read.",
    "A newline or `;` ends a statement. A `\\` at the end of a line joins it with the next. `#` at a word's start begins a \
     comment, up to the end of the line; `##` above a definition documents it. Names are bare words; anything unusual stands \
     between `\"`. A statement that has a file in a source directory is called what the file is called.",
    "A `PROGRAM` is `exec WORD …`, which no shell reads and in which `${VARIABLE}` and `${VARIABLE:-default}` are \
     replaced; the name of an interpreter and a text between `\"\"\"`, such as `sh`; or `file \"PATH\"`. `{{name}}` puts in a \
     constant or a parameter.",
    "A `DURATION` is a number with `ms`, `s`, `m` or `h`; a `SIZE` one with `B`, `kB`, `MB` and so on. A number without \
     a unit is refused.",
];

/// The page.
pub(super) fn page() -> Page {
    let mut page = Roff::new(NAME, "5", "a small language for services of s6-rc and s6-overlay");
    page.heading("DESCRIPTION");
    for text in DESCRIPTION {
        page.paragraph(text);
    }
    page.heading("DEFINITIONS");
    for (_, written) in DEFINITIONS {
        page.listed(&form(written));
    }
    page.heading("STATEMENTS");
    for (title, place) in [
        ("In a longrun", Place::Longrun),
        ("In a oneshot", Place::Oneshot),
        ("In a bundle", Place::Bundle),
        ("In main", Place::Main),
        ("In cont-init and stage2-hook", Place::Script),
    ] {
        page.subheading(title);
        statements(&mut page, place);
    }
    for keyword in STATEMENTS.iter().map(|statement| statement.keyword) {
        if language::options(keyword).is_empty() {
            continue;
        }
        page.heading(&format!("OPTIONS OF {keyword}"));
        for option in language::options(keyword) {
            page.item(&form(option.form), &said(option.about, option.repeats));
        }
    }
    page.heading("TARGETS");
    for newest in Target::NAMES.iter().filter_map(|name| Target::find(name, None).ok()) {
        let versions: Vec<String> = Target::versions(newest.family).map(show_version).collect();
        page.item(&bold(&newest.family.to_string()), &format!("{}.", versions.join(", ")));
    }
    page.heading("EXAMPLES");
    page.verbatim(EXAMPLE.trim());
    page.heading("SEE ALSO");
    page.raw(&format!("{}(1),\n{}(1),\n{}(8)", bold("hermesc"), bold("hermesc-explain"), bold("s6-rc-compile")));
    Page { name: NAME.to_owned(), section: "5", text: page.finish() }
}

/// The statements of a place; what was said of one above is not said again.
fn statements(page: &mut Roff, place: Place) {
    let here = STATEMENTS.iter().filter(|statement| statement.places.contains(&place));
    let (own, known): (Vec<_>, Vec<_>) = here.partition(|statement| statement.places.first() == Some(&place));
    for statement in own {
        let since = match statement.since {
            Some((tool, version)) => format!(" Since {tool} {}.", show_version(version)),
            None => String::new(),
        };
        let about = format!("{}{since}", said(statement.about, statement.repeats));
        page.item(&form(statement.form), &format!("{about} Writes {}.", statement.writes));
    }
    if !known.is_empty() {
        let known: Vec<String> = known.iter().map(|statement| format!("`{}`", statement.keyword)).collect();
        page.paragraph(&format!("As said above: {}.", known.join(", ")));
    }
}

fn said(about: &str, repeats: bool) -> String {
    if repeats { format!("{about} May stand more than once.") } else { about.to_owned() }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;
    use crate::compile::check;
    use crate::resolve::Disk;

    #[test]
    fn the_example_is_sound() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(directory.path().join("example.hermes")).unwrap();
        std::fs::write(&path, EXAMPLE).unwrap();
        let checked = check(&Disk, &[path], None).unwrap();
        assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
        assert!(EXAMPLE.lines().all(|line| line.chars().count() <= 69));
    }
}
