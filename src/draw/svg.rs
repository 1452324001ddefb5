//! A picture as SVG, drawn by nobody else.

use crate::draw::layout::{Layout, layout};
use crate::draw::route::route;
use crate::draw::style::style;
use crate::draw::{Edge, Link, Node, Picture, markup, visible};

/// More lines than these are faint: one by one they say little.
const MANY: usize = 600;

/// Whether there are so many lines that they are drawn faintly.
pub(super) fn is_crowded(picture: &Picture) -> bool {
    picture.lines().count() > MANY
}

/// The picture as one file in SVG.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let layout = layout(picture);
    let (width, height) = (layout.width, layout.height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"system-ui,sans-serif\"{}>\n<style>\n{}</style>\n\
         <rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
        if is_crowded(picture) { " class=\"many\"" } else { "" },
        style(),
        drawing(picture, &layout)
    )
}

/// Everything in the `svg` element but its style: what the page holds too.
pub(super) fn drawing(picture: &Picture, layout: &Layout) -> String {
    let mut out = String::from("<defs>");
    for tip in ["tip", "tip-pipe", "tip-red", "tip-box"] {
        out.push_str(&format!(
            "<marker id=\"{tip}\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{tip}\" d=\"M0 .5 8 4 0 7.5z\"/></marker>"
        ));
    }
    out.push_str("</defs>\n");
    for columns in layout.columns.chunk_by(|a, b| a.wave == b.wave) {
        let (Some(first), Some(last)) = (columns.first(), columns.last()) else { continue };
        let Some(wave) = first.wave else { continue };
        out.push_str(&format!(
            "<rect class=\"col\" x=\"{:.1}\" y=\"16\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>\
             <text class=\"wave\" x=\"{:.1}\" y=\"36\" text-anchor=\"middle\"><tspan class=\"word\">wave </tspan>{wave}</text>\n",
            first.x - 8.0,
            last.x + last.width - first.x + 16.0,
            layout.height - 28.0,
            f64::midpoint(first.x, last.x + last.width),
        ));
    }
    // Lines may cross a box, and not its title.
    let mut titles = String::new();
    for (bundle, area) in &layout.boxes {
        let name = picture.nodes.get(*bundle).map(|node| markup(&visible(&node.name))).unwrap_or_default();
        out.push_str(&format!(
            "<rect class=\"box\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"9\"/>\n",
            area.x, area.y, area.width, area.height,
        ));
        let title = format!("<text class=\"title\" x=\"12\" y=\"17\">{name}</text>");
        let at = format!("transform=\"translate({:.1} {:.1})\"", area.x, area.y);
        if layout.nodes.contains_key(bundle) {
            titles.push_str(&format!("<g {at}>{title}</g>\n"));
        } else {
            titles.push_str(&format!("<g class=\"n\" data-n=\"{bundle}\" {at}>{title}</g>\n"));
        }
    }
    // Red on top.
    for red in [false, true] {
        for (number, edge) in picture.lines().filter(|(_, edge)| (edge.broken || edge.cycle) == red) {
            let Some(path) = route(layout, number, edge) else { continue };
            let (class, tip) = look(edge);
            out.push_str(&format!(
                "<path class=\"e {class}\" data-e=\"{number}\" d=\"{path}\" marker-end=\"url(#{tip})\"/>\n"
            ));
        }
    }
    out.push_str(&titles);
    for (number, node) in picture.shown() {
        out.push_str(&one(number, node, layout).unwrap_or_default());
    }
    out
}

fn look(edge: &Edge) -> (&'static str, &'static str) {
    match (edge.broken, edge.cycle, edge.link) {
        (true, _, _) => ("broken", "tip-red"),
        (_, true, _) => ("loop", "tip-red"),
        (_, _, Link::Feeds) => ("feeds", "tip-pipe"),
        (_, _, Link::Contains) => ("contains", "tip-box"),
        _ => ("depends", "tip"),
    }
}

fn one(number: usize, node: &Node, layout: &Layout) -> Option<String> {
    let (area, label) = (layout.nodes.get(&number)?, layout.labels.get(&number)?);
    let idle = if node.started == Some(false) { " idle" } else { "" };
    let circle = if node.tangled { " circle" } else { "" };
    let radius = match node.shape {
        crate::draw::Shape::Oneshot => 14,
        _ => 5,
    };
    let mut tip = format!("{} {}", node.shape.word(), visible(&node.name));
    if let Some(text) = &node.documentation {
        tip.push_str(&format!("\n{}", text.lines().map(visible).collect::<Vec<_>>().join("\n")));
    }
    Some(format!(
        "<g class=\"n {}{idle}{circle}\" data-n=\"{number}\" transform=\"translate({:.1} {:.1})\"><title>{}</title>\
         <rect width=\"{:.1}\" height=\"{}\" rx=\"{radius}\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text></g>\n",
        node.shape.word(),
        area.x,
        area.y,
        markup(&tip),
        area.width,
        area.height,
        area.width / 2.0,
        area.height / 2.0 + 4.3,
        markup(label),
    ))
}
