//! A picture as one page that needs nothing else: no network, no other file.

use crate::draw::json::document;
use crate::draw::layout::layout;
use crate::draw::style::style;
use crate::draw::svg::{drawing, is_crowded};
use crate::draw::{Edge, Link, Picture, Shape, markup};
use crate::report::json::escaped;

const CSS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A kind of line in the legend: its class, what it is called, and which edges are of it.
type Key = (&'static str, &'static str, fn(&Edge) -> bool);

/// The picture as a page: a click shows what is known of a service and lights up what it needs and what needs it.
///
/// What stands behind `#` in its address is done at once: `#select=NAME` as a click, `#search=TEXT` as if it were typed.
#[must_use]
pub fn html(picture: &Picture) -> String {
    let layout = layout(picture);
    let count = |shape: Shape| picture.nodes.iter().filter(|node| node.drawn && node.shape == shape).count();
    let legend: String = Shape::ALL
        .iter()
        .map(|shape| (shape.word(), count(*shape)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("<span class=\"key {word}\"><i></i>{count} {word}</span>"))
        .collect();
    let kinds: &[Key] = &[
        ("pipe", "pipeline", |edge| edge.link == Link::Feeds),
        ("holds", "holds", |edge| edge.link == Link::Contains && !edge.broken && !edge.cycle),
        ("circle", "circle", |edge| edge.cycle),
    ];
    let lines: String = kinds
        .iter()
        .filter(|(_, _, is)| picture.lines().any(|(_, edge)| is(edge)))
        .map(|(class, word, _)| format!("<span class=\"key line {class}\"><i></i>{word}</span>"))
        .collect();
    // Nothing in the data can end the script that holds it.
    let data = escaped(document(picture).to_string()).replace('<', "\\u003c");
    let (width, height) = (layout.width, layout.height);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>Services for {target}</title>\n\
         <style>\n{}{CSS}</style>\n</head>\n<body>\n\
         <header><input id=\"search\" type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search services\" \
         autocomplete=\"off\" spellcheck=\"false\">\
         <span class=\"zoom\"><button id=\"out\" title=\"Smaller ( - )\" aria-label=\"Smaller\">−</button>\
         <button id=\"in\" title=\"Larger ( + )\" aria-label=\"Larger\">+</button>\
         <button id=\"fit\" title=\"All of it ( 0 )\">Fit</button></span>\
         <span id=\"found\" role=\"status\"></span>\
         <span class=\"legend\">{legend}{lines}<span class=\"key arrow\">a → b: a needs b</span></span></header>\n\
         <main><svg id=\"picture\"{many} viewBox=\"0 0 {width:.0} {height:.0}\" data-width=\"{width:.0}\" \
         data-height=\"{height:.0}\" role=\"group\" aria-label=\"Services and what they need\">\n{}</svg>\n\
         <aside id=\"details\" aria-live=\"polite\" hidden></aside></main>\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        style(),
        drawing(picture, &layout),
        many = if is_crowded(picture) { " class=\"many\"" } else { "" },
        target = markup(&picture.target),
    )
}
