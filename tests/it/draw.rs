//! `hermesc graph`: what each format says, and that the page works in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::hermesc;
use crate::golden::compare;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/draw")
}

fn drawn(directory: &Path, path: &str, format: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_hermesc"))
        .args(["graph", "--format", format, "--", path])
        .current_dir(directory)
        .output()
        .expect("hermesc starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn pictures_are_as_recorded() {
    let mut differences = Vec::new();
    for (format, file) in [("dot", "dot.txt"), ("mermaid", "mermaid.txt"), ("json", "json.txt"), ("svg", "picture.svg")]
    {
        let (code, text) = drawn(&folder(), "input.hermes", format);
        assert_eq!(code, Some(1), "there are errors, and they are drawn");
        compare(&folder().join(file), Some(&text), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn directories_are_drawn_like_text() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("set.hermes");
    fs::write(&source, "longrun a { run exec a }\nlongrun b { depends-on a; run exec b; in user }\n").expect("written");
    let tree = directory.path().join("tree");
    let (source, tree) = (source.to_str().expect("UTF-8"), tree.to_str().expect("UTF-8"));
    assert_eq!(hermesc(&["emit", source, "-o", tree]).status.code(), Some(0));
    let (code, text) = drawn(directory.path(), source, "mermaid");
    let (code_of_tree, text_of_tree) = drawn(directory.path(), tree, "mermaid");
    assert_eq!((code, code_of_tree), (Some(0), Some(0)));
    let edges = |text: &str| text.lines().filter(|line| line.contains("-->")).count();
    assert_eq!((edges(&text), edges(&text_of_tree)), (1, 1), "{text}{text_of_tree}");
    for name in ["\"a\"", "\"b\"", "\"user\""] {
        assert!(text.contains(name) && text_of_tree.contains(name), "{name}: {text}{text_of_tree}");
    }
}

#[test]
fn a_file_is_written_whole_and_several_sets_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("picture.svg");
    let input = folder().join("input.hermes");
    let (input, out) = (input.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    let output = hermesc(&["graph", "--format", "svg", "-o", out, input]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 errors"), "{output:?}");
    assert!(fs::read_to_string(&file).expect("written").ends_with("</svg>\n"));
    let tree = directory.path().join("tree/s6-rc.d/a");
    fs::create_dir_all(&tree).expect("made");
    fs::write(tree.join("type"), "longrun\n").expect("written");
    let output = hermesc(&["graph", input, directory.path().join("tree").to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 service sets"), "{output:?}");
}

/// The text of what only an XML or HTML parser would show is well-formed: every element that opens also closes.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for part in text.split('<').skip(1) {
        let tag = part.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty()
}

#[test]
fn names_cannot_leave_their_places() {
    let directory = tempfile::tempdir().expect("a directory");
    for name in ["a\"]; evil [x=\"", "</script><b>", "x\u{1b}[31m\n&"] {
        let service = directory.path().join("src").join(name.replace('/', "\u{2215}"));
        fs::create_dir_all(&service).expect("made");
        fs::write(service.join("type"), "longrun\n").expect("written");
        fs::write(service.join("run"), "#!/bin/execlineb -P\ntrue\n").expect("written");
    }
    let (_, svg) = drawn(directory.path(), "src", "svg");
    assert_eq!(svg.matches("<g class=\"n ").count(), 3, "{svg}");
    assert!(is_balanced(&svg) && !svg.contains('\u{1b}'), "{svg}");
    let (_, dot) = drawn(directory.path(), "src", "dot");
    assert!(dot.contains(r#"label="a\"]; evil [x=\"""#) && !dot.contains('\u{1b}'), "{dot}");
    let (_, mermaid) = drawn(directory.path(), "src", "mermaid");
    assert!(mermaid.lines().all(|line| line.matches('"').count() % 2 == 0), "{mermaid}");
    let (_, html) = drawn(directory.path(), "src", "html");
    assert_eq!(html.matches("</script>").count(), 2, "{html}");
}

#[test]
fn a_large_set_is_about_as_wide_as_high() {
    let directory = tempfile::tempdir().expect("a directory");
    let text: String = (0..2000)
        .map(|at| {
            let needs = if at % 10 == 0 { String::new() } else { format!("depends-on s{}; ", at - 1) };
            format!("longrun s{at} {{ {needs}run exec s; in tier-{} }}\n", at / 50)
        })
        .chain((0..40).map(|at| format!("bundle tier-{at} {{ }}\n")))
        .collect();
    fs::write(directory.path().join("large.hermes"), text).expect("written");
    let (_, svg) = drawn(directory.path(), "large.hermes", "svg");
    let number = |attribute: &str| -> f64 {
        let (_, rest) = svg.split_once(&format!(" {attribute}=\"")).expect("the attribute");
        rest.split('"').next().expect("a value").parse().expect("a number")
    };
    assert_eq!(svg.matches("<g class=\"n longrun").count(), 2000);
    let ratio = number("width") / number("height");
    assert!((0.5..4.0).contains(&ratio), "{ratio}");
}

/// What a browser makes of a page, and what it says on the way; nothing where there is no browser.
fn browse(page: &Path, hash: &str, options: &[&str]) -> Option<(String, String)> {
    let profile = tempfile::tempdir().expect("a directory");
    for browser in ["chromium", "chromium-browser", "google-chrome"] {
        let output = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"])
            .args(options)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}{hash}", page.display()))
            .output();
        if let Ok(output) = output {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            return Some((text(&output.stdout), text(&output.stderr)));
        }
    }
    eprintln!("no Chromium is installed: the page was not tried in a browser");
    None
}

/// What a person's work on a page makes of its title; nothing where there is no browser.
fn worked(page: &Path, html: &str, work: &str, options: &[&str]) -> Option<String> {
    let text = html.replace("</body>", &format!("<script>{work}</script></body>"));
    fs::write(page, text).expect("written");
    let (dom, said) = browse(page, "", options)?;
    assert!(!said.contains("CONSOLE"), "{said}");
    let (_, rest) = dom.split_once("<title>").expect("a title");
    Some(rest.split("</title>").next().expect("an end").to_owned())
}

/// The text in the details of a page, without its tags.
fn details(dom: &str) -> String {
    let (_, rest) = dom.split_once("<aside id=\"details\"").expect("the details");
    let inner = rest.split_once("</aside>").expect("an end").0;
    inner.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| format!("{text} ")).collect()
}

#[test]
fn the_page_works_in_a_browser() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let (_, html) = drawn(&folder(), "input.hermes", "html");
    // A page that reaches for nothing: the only address in it is the name of SVG's namespace.
    assert!(!html.replace("http://www.w3.org/2000/svg", "").contains("://"), "an address in the page");
    fs::write(&page, &html).expect("written");
    let Some((dom, said)) = browse(&page, "#select=web", &[]) else { return };
    assert!(!said.contains("CONSOLE"), "{said}");
    let told = details(&dom);
    for part in [
        "web",
        "longrun",
        "Serves the pages.",
        "\"Quotes\", &lt;tags&gt; &amp; all.",
        "databse",
        "not defined",
        "s6-rc.d/web/run",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let (dom, said) = browse(&page, "#search=chick", &[]).expect("a browser");
    assert!(!said.contains("CONSOLE") && dom.contains("1 found"), "{said}");
    // A person at work: what is typed and clicked is done as the browser would.
    let number = html.split("data-n=\"").skip(1).find(|part| part.contains("<title>longrun egg</title>"));
    let number = number.and_then(|part| part.split('"').next()).expect("egg is drawn");
    let work = format!(
        "<script>const box = document.getElementById('search'); box.value = 'schema'; \
         box.dispatchEvent(new Event('input')); box.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter' }})); \
         const first = document.querySelector('aside h2').textContent; \
         document.querySelector('[data-n=\"{number}\"] rect').dispatchEvent(new MouseEvent('click', {{ bubbles: true }})); \
         document.title = first + ' then ' + document.querySelector('aside h2').textContent + ' with ' + \
         document.querySelectorAll('.n.on').length;</script></body>"
    );
    fs::write(&page, html.replace("</body>", &work)).expect("written");
    let (dom, said) = browse(&page, "", &[]).expect("a browser");
    assert!(!said.contains("CONSOLE"), "{said}");
    assert!(dom.contains("<title>schema then egg with 2</title>"), "{}", dom.get(..600).unwrap_or_default());
    assert!(details(&dom).contains("It is in a circle, and can never start."), "{}", details(&dom));
}

/// Presses a key where the focus is.
const PRESS: &str = "const press = (key) => document.activeElement.dispatchEvent( \
                     new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); \
                     const view = () => document.getElementById('picture').getAttribute('viewBox'); \
                     const chosen = () => document.getElementById('details').hidden ? 'none' : \
                     document.querySelector('aside h2').textContent;";

#[test]
fn the_page_works_without_a_mouse() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let (_, html) = drawn(&folder(), "input.hermes", "html");
    let work = format!(
        "{PRESS} const said = []; press('/'); said.push(document.activeElement.id); \
         document.activeElement.blur(); const first = document.querySelector('.n.longrun'); first.focus(); \
         press(' '); said.push(chosen() === first.getAttribute('aria-label')); press('Escape'); said.push(chosen()); \
         press('Enter'); said.push(chosen() === first.getAttribute('aria-label')); \
         const link = document.querySelector('aside li a'); link.focus(); press('Enter'); \
         said.push(chosen() === link.textContent, document.activeElement.id); press('Escape'); \
         const before = view(); press('ArrowRight'); said.push(before !== view()); press('+'); press('0'); \
         document.title = said.join(' ');"
    );
    let Some(title) = worked(&page, &html, &work, &[]) else { return };
    assert_eq!(title, "search true none true true close true");
}

#[test]
fn two_fingers_make_the_picture_larger() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let (_, html) = drawn(&folder(), "input.hermes", "html");
    let work = "const picture = document.getElementById('picture'); \
                const finger = (kind, pointerId, clientX) => picture.dispatchEvent(new PointerEvent(`pointer${kind}`, \
                { pointerId, clientX, clientY: 300, pointerType: 'touch', bubbles: true })); \
                const width = () => Number(picture.getAttribute('viewBox').split(' ')[2]); const before = width(); \
                finger('down', 1, 200); finger('down', 2, 300); finger('move', 2, 400); const after = width(); \
                finger('up', 2, 400); finger('up', 1, 200); finger('move', 1, 900); \
                document.title = (before / after).toFixed(1) + ' ' + (after === width());";
    let Some(title) = worked(&page, &html, work, &["--window-size=800,700"]) else { return };
    assert_eq!(title, "2.0 true");
}

#[test]
fn the_page_is_dark_where_the_reader_likes_it_dark() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let (_, html) = drawn(&folder(), "input.hermes", "html");
    let work = "const color = (name) => getComputedStyle(document.querySelector(name)); \
                document.title = color('body').backgroundColor + ' ' + color('.n.longrun text').fill;";
    let Some(light) = worked(&page, &html, work, &["--blink-settings=preferredColorScheme=1"]) else { return };
    let dark = worked(&page, &html, work, &["--blink-settings=preferredColorScheme=0"]).expect("a browser");
    assert_eq!(light, "rgb(255, 255, 255) rgb(27, 31, 36)");
    assert_eq!(dark, "rgb(20, 23, 28) rgb(230, 233, 238)");
}

#[test]
fn a_long_chain_begins_where_it_can_be_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let needs = |at: usize| if at == 0 { String::new() } else { format!("depends-on step-{}; ", at - 1) };
    let text: String =
        (0..60).map(|at| format!("longrun step-{at} {{ {}run exec s; in user }}\n", needs(at))).collect();
    fs::write(directory.path().join("chain.hermes"), text).expect("written");
    let (_, html) = drawn(directory.path(), "chain.hermes", "html");
    let work = "const [x, , width] = document.getElementById('picture').getAttribute('viewBox').split(' ').map(Number); \
                const room = document.getElementById('picture').getBoundingClientRect().width; \
                const scale = room / width; document.getElementById('fit').click(); \
                const all = Number(document.getElementById('picture').getAttribute('viewBox').split(' ')[2]); \
                document.title = [x === 0, scale > 0.5, all > width * 3].join(' ');";
    let Some(title) = worked(&page, &html, work, &["--window-size=1280,800"]) else { return };
    assert_eq!(title, "true true true");
}

#[test]
fn two_thousand_services_are_searched_and_chosen() {
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    let needs = |at: usize| if at.is_multiple_of(10) { String::new() } else { format!("depends-on s{}; ", at / 2) };
    let text: String = (0..2000)
        .map(|at| format!("longrun s{at} {{ {}run exec s; in tier-{} }}\n", needs(at), at / 50))
        .chain((0..40).map(|at| format!("bundle tier-{at} {{ }}\n")))
        .collect();
    fs::write(directory.path().join("large.hermes"), text).expect("written");
    let (_, html) = drawn(directory.path(), "large.hermes", "html");
    let work = format!(
        "{PRESS} press('/'); const box = document.activeElement; box.value = 's1999'; \
         box.dispatchEvent(new Event('input')); press('Enter'); \
         document.title = document.querySelectorAll('.n.hit').length + ' ' + chosen() + ' ' + \
         document.querySelectorAll('.n.on').length;"
    );
    let Some(title) = worked(&page, &html, &work, &[]) else { return };
    // s1999 needs s999, s499, s249, s124, s62, s31, s15, s7, s3 and s1; its bundle holds it, and the bundle is a box.
    assert!(title.starts_with("1 s1999 "), "{title}");
    let lit: usize = title.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number");
    assert!((12..=13).contains(&lit), "{title}");
}
