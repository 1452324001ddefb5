//! Every link within the repository leads somewhere, and the site's table of contents is whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::markdown::{Page, pages, root};

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(out.pop(), "{} leaves everything", path.display()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// The file that a link names, and the anchor in it; nothing for a link out of the repository.
fn target(page: &Page, link: &str) -> Option<(PathBuf, Option<String>)> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    let directory = page.path.parent().expect("a directory");
    let path = if path.is_empty() { page.path.clone() } else { plain(&directory.join(path)) };
    Some((path, anchor))
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in &pages {
        for (line, link) in &page.links {
            let Some((path, anchor)) = target(page, link) else { continue };
            seen += 1;
            if !path.exists() {
                wrong.push(format!("{}:{line}: there is no {link}", page.name));
            } else if let Some(anchor) = anchor {
                let there = pages.iter().find(|other| other.path == path);
                if !there.is_some_and(|there| there.anchors.contains(&anchor)) {
                    wrong.push(format!("{}:{line}: {link}: there is no such heading", page.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} links were found");
}

#[test]
fn links_of_the_site_stay_in_it() {
    // What lies outside of docs/ is not on the site: a link to it would lead nowhere there.
    let docs = root().join("docs");
    let mut wrong = Vec::new();
    for page in pages().iter().filter(|page| page.path.starts_with(&docs)) {
        for (line, link) in &page.links {
            match target(page, link) {
                Some((path, _)) if !path.starts_with(&docs) || path.is_dir() => {
                    wrong.push(format!("{}:{line}: {link}", page.name));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "links to what is not on the site:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_of_contents_names_every_page_once() {
    let docs = root().join("docs");
    let contents = docs.join("SUMMARY.md");
    let pages = pages();
    let summary = pages.iter().find(|page| page.path == contents).expect("docs/SUMMARY.md");
    let listed: Vec<PathBuf> =
        summary.links.iter().filter_map(|(_, link)| target(summary, link)).map(|to| to.0).collect();
    let all: BTreeSet<PathBuf> = pages
        .iter()
        .map(|page| page.path.clone())
        .filter(|path| path.starts_with(&docs) && *path != contents)
        .collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(listed.len(), all.len(), "a page is listed twice");
}

#[test]
fn the_site_is_built_with_all_its_links() {
    let site = tempfile::tempdir().expect("a directory");
    let built =
        Command::new("mdbook").arg("build").arg(root().join("docs")).arg("--dest-dir").arg(site.path()).output();
    let Ok(output) = built else {
        eprintln!("docs: the site was not built: there is no mdbook here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let docs = root().join("docs");
    let html =
        |path: &Path| site.path().join(path.strip_prefix(&docs).expect("a page of docs/")).with_extension("html");
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let pages = pages();
    for page in pages.iter().filter(|page| page.path.starts_with(&docs) && !page.name.ends_with("SUMMARY.md")) {
        let text = fs::read_to_string(html(&page.path)).unwrap_or_else(|error| panic!("{}: {error}", page.name));
        for (line, link) in &page.links {
            let Some((path, anchor)) = target(page, link) else { continue };
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            seen += 1;
            let there = fs::read_to_string(html(&path)).unwrap_or_default();
            let named = anchor.as_ref().is_none_or(|anchor| there.contains(&format!("id=\"{anchor}\"")));
            let shown = link.replace(".md", ".html");
            if there.is_empty() || !named || !text.contains(&format!("href=\"{shown}\"")) {
                wrong.push(format!("{}:{line}: {link}", page.name));
            }
        }
    }
    assert!(wrong.is_empty(), "links that do not lead there on the site:\n{}", wrong.join("\n"));
    assert!(seen > 50, "only {seen} links were found");
}
