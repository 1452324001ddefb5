//! A picture in the language of Graphviz.

use crate::draw::{Edge, Link, Node, Picture, Shape, visible};

/// The picture for `dot`.
#[must_use]
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from(
        "digraph services {\n    rankdir=RL;\n    node [fontname=\"sans-serif\", fontsize=11, style=filled];\n    \
         edge [fontname=\"sans-serif\", fontsize=9, color=\"#6b7280\"];\n",
    );
    let (boxes, homes) = (picture.boxes(), picture.at_home());
    for number in &boxes {
        let Some(bundle) = picture.nodes.get(*number) else { continue };
        out.push_str(&format!(
            "    subgraph cluster_{number} {{\n        label={};\n        style=rounded;\n        color=\"#7c3aed\";\n",
            quoted(&bundle.name)
        ));
        for (number, node) in homes.get(&Some(*number)).into_iter().flatten() {
            out.push_str(&format!("        {}", node_line(*number, node)));
        }
        out.push_str("    }\n");
    }
    for (number, node) in homes.get(&None).into_iter().flatten() {
        out.push_str(&format!("    {}", node_line(*number, node)));
    }
    for (_, edge) in picture.lines() {
        out.push_str(&format!("    n{} -> n{}{};\n", edge.from, edge.to, edge_style(edge)));
    }
    out.push_str("}\n");
    out
}

fn node_line(number: usize, node: &Node) -> String {
    let style = match node.shape {
        Shape::Longrun => "shape=box, fillcolor=\"#dbeafe\", color=\"#2563eb\"",
        Shape::Oneshot => "shape=box, style=\"filled,rounded\", fillcolor=\"#dcfce7\", color=\"#15803d\"",
        Shape::Bundle => "shape=folder, fillcolor=\"#f3e8ff\", color=\"#7c3aed\"",
        Shape::External => "shape=box, style=\"filled,dashed\", fillcolor=\"#f3f4f6\", color=\"#6b7280\"",
        Shape::Missing => "shape=box, style=\"filled,dashed\", fillcolor=\"#fee2e2\", color=\"#dc2626\"",
    };
    let circle = if node.tangled { ", penwidth=2, color=\"#dc2626\"" } else { "" };
    let tip = node.documentation.as_deref().map(tooltip).unwrap_or_default();
    format!("n{number} [label={}, {style}{circle}{tip}];\n", quoted(&node.name))
}

fn tooltip(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    format!(", tooltip=\"{}\"", lines.join("\\n"))
}

fn edge_style(edge: &Edge) -> &'static str {
    match (edge.broken, edge.cycle, edge.link) {
        (true, _, _) => " [style=dashed, color=\"#dc2626\"]",
        (_, true, Link::Contains) => " [color=\"#dc2626\", penwidth=2, arrowhead=odiamond]",
        (_, true, _) => " [color=\"#dc2626\", penwidth=2]",
        (_, _, Link::Feeds) => " [color=\"#0d9488\", penwidth=2.5]",
        (_, _, Link::Contains) => " [style=dotted, color=\"#7c3aed\", arrowhead=odiamond]",
        _ => "",
    }
}

/// A string of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The inside of a string, in which a backslash begins an escape too.
fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}
