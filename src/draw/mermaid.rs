//! A picture as a Mermaid flowchart, which GitHub and GitLab show in Markdown.

use crate::draw::{Link, Node, Picture, Shape, visible};

/// The picture for Mermaid.
#[must_use]
pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("flowchart RL\n");
    let homes = picture.at_home();
    for bundle in picture.boxes() {
        let Some(node) = picture.nodes.get(bundle) else { continue };
        out.push_str(&format!("    subgraph b{bundle}[\"{}\"]\n", text(&node.name)));
        for (number, node) in homes.get(&Some(bundle)).into_iter().flatten() {
            out.push_str(&format!("        {}\n", node_line(*number, node)));
        }
        out.push_str("    end\n");
    }
    for (number, node) in homes.get(&None).into_iter().flatten() {
        out.push_str(&format!("    {}\n", node_line(*number, node)));
    }
    let mut red = Vec::new();
    for (at, (_, edge)) in picture.lines().enumerate() {
        let arrow = match (edge.broken, edge.link) {
            (true, _) => "-.->",
            (_, Link::Feeds) => "==>",
            (_, Link::Contains) => "-.-o",
            _ => "-->",
        };
        out.push_str(&format!("    n{} {arrow} n{}\n", edge.from, edge.to));
        if edge.broken || edge.cycle {
            red.push(at.to_string());
        }
    }
    // Both themes: colours of lines only, and no text on a fill that a dark page would not have.
    for (class, style) in [
        ("longrun", "stroke:#2563eb"),
        ("oneshot", "stroke:#15803d"),
        ("bundle", "stroke:#7c3aed"),
        ("external", "stroke:#6b7280,stroke-dasharray:4"),
        ("missing", "stroke:#dc2626,stroke-dasharray:4"),
        ("circle", "stroke:#dc2626,stroke-width:3px"),
    ] {
        out.push_str(&format!("    classDef {class} {style}\n"));
    }
    if !red.is_empty() {
        out.push_str(&format!("    linkStyle {} stroke:#dc2626\n", red.join(",")));
    }
    out
}

fn node_line(number: usize, node: &Node) -> String {
    let name = text(&node.name);
    let class = if node.tangled { "circle" } else { node.shape.word() };
    match node.shape {
        Shape::Oneshot => format!("n{number}([\"{name}\"]):::{class}"),
        Shape::Bundle => format!("n{number}[[\"{name}\"]]:::{class}"),
        _ => format!("n{number}[\"{name}\"]:::{class}"),
    }
}

/// Text between quotes: what Mermaid would read, and Markdown in it, as numbered entities.
fn text(name: &str) -> String {
    let mut out = String::new();
    for char in visible(name).chars() {
        if char.is_alphanumeric() || matches!(char, '-' | '.' | '_' | '@' | ':' | '/' | ' ' | '+') {
            out.push(char);
        } else {
            out.push_str(&format!("#{};", u32::from(char)));
        }
    }
    out
}
