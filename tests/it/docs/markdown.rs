//! A page of Markdown: its fenced blocks, links, anchors and commands, found by a parser of Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What stands behind the opening fence: `hermes file=web.hermes error=empty-user`.
#[derive(Default)]
pub struct Info {
    pub kind: String,
    /// A word alone has an empty value. A value may stand in double quotes.
    pub attributes: BTreeMap<String, String>,
}

/// A fenced block.
pub struct Block {
    pub info: Info,
    /// The line of its opening fence, from 1.
    pub line: usize,
    pub text: String,
    /// Where the text is in the page; exact where the block is not indented.
    pub range: Range<usize>,
}

/// A file of Markdown.
pub struct Page {
    pub path: PathBuf,
    /// Relative to the repository, for messages.
    pub name: String,
    pub text: String,
    pub blocks: Vec<Block>,
    /// Lines of blocks that are code by their indentation alone.
    pub indented: Vec<usize>,
    /// Targets of links and images, with their lines.
    pub links: Vec<(usize, String)>,
    /// What `#…` may name.
    pub anchors: Vec<String>,
    /// Code within a line of text, with its line.
    pub spans: Vec<(usize, String)>,
}

impl Info {
    fn new(text: &str) -> Self {
        let mut rest = text.trim();
        let mut info = Self::default();
        while !rest.is_empty() {
            let end = rest.find(|sign: char| sign.is_whitespace() || sign == '=').unwrap_or(rest.len());
            let (key, behind) = rest.split_at(end);
            let (value, behind) = match behind.strip_prefix('=') {
                None => ("", behind),
                Some(quoted) if quoted.starts_with('"') => quoted[1..].split_once('"').expect("a closing quote"),
                Some(bare) => bare.split_at(bare.find(char::is_whitespace).unwrap_or(bare.len())),
            };
            if info.kind.is_empty() {
                key.clone_into(&mut info.kind);
            } else {
                info.attributes.insert(key.to_owned(), value.to_owned());
            }
            rest = behind.trim_start();
        }
        info
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }

    /// The words of a value, with commas between them.
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.get(key).map(|value| value.split(',').collect()).unwrap_or_default()
    }
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.strip_prefix(root()).expect("in the repository").to_string_lossy().into_owned();
        let mut page = Self {
            path: path.to_owned(),
            name,
            blocks: Vec::new(),
            indented: Vec::new(),
            links: Vec::new(),
            anchors: Vec::new(),
            spans: Vec::new(),
            text: String::new(),
        };
        page.fill(&text);
        page.text = text;
        page
    }

    fn fill(&mut self, text: &str) {
        let line = |offset: usize| text[..offset].matches('\n').count() + 1;
        let mut block: Option<Block> = None;
        let mut heading: Option<String> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let start = range.start + text[range.start..].find('\n').map_or(0, |end| end + 1);
                    let (line, info) = (line(range.start), Info::new(&info));
                    block = Some(Block { info, line, text: String::new(), range: start..start });
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => self.indented.push(line(range.start)),
                Event::End(TagEnd::CodeBlock) => self.blocks.extend(block.take()),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = slug(&heading.take().unwrap_or_default());
                    let again = self.anchors.iter().filter(|known| **known == anchor).count();
                    self.anchors.push(if again == 0 { anchor } else { format!("{anchor}-{again}") });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    self.links.push((line(range.start), dest_url.to_string()));
                }
                Event::Text(part) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&part);
                        block.range.end = range.end;
                    }
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::Code(part) => {
                    self.spans.push((line(range.start), part.to_string()));
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The anchor of a heading, as GitHub makes it.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the repository, in order of name.
pub fn pages() -> Vec<Page> {
    let foreign = ["target", "node_modules"];
    let walk = walkdir::WalkDir::new(root()).sort_by_file_name().into_iter();
    let entries = walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || foreign.contains(&name.as_ref()))
    });
    let paths = entries.map(|entry| entry.expect("an entry").into_path());
    let pages = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| Page::read(&path)).collect()
}

#[test]
fn pages_are_read_as_they_are_meant() {
    let info = Info::new("hermes file=a/b.hermes fragment error=x,y not-run=\"it has no end\" last");
    assert_eq!(info.kind, "hermes");
    assert_eq!(info.get("file"), Some("a/b.hermes"));
    assert_eq!(info.list("error"), ["x", "y"]);
    assert_eq!(info.get("not-run"), Some("it has no end"));
    assert_eq!((info.get("fragment"), info.get("last"), info.get("none")), (Some(""), Some(""), None));
    for (heading, anchor) in [
        ("prepare, cleanup", "prepare-cleanup"),
        ("main, cont-init, stage2-hook", "main-cont-init-stage2-hook"),
        ("Why `up` is not a script?", "why-up-is-not-a-script"),
    ] {
        assert_eq!(slug(&heading.replace('`', "")), anchor);
    }
}
