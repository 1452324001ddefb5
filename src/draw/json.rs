//! A picture for programs.

use serde_json::{Value, json as value};

use crate::draw::Picture;
use crate::report::json::text;

/// The picture as one document in JSON, with everything that is known of each node.
#[must_use]
pub fn json(picture: &Picture) -> String {
    text(&document(picture))
}

/// As a value: what the page holds too.
pub(super) fn document(picture: &Picture) -> Value {
    let nodes: Vec<Value> = picture
        .nodes
        .iter()
        .enumerate()
        .map(|(number, node)| {
            value!({
                "id": number,
                "name": node.name,
                "kind": node.shape.word(),
                "defined": node.own,
                "wave": node.wave,
                "started": node.started,
                "circle": node.tangled,
                "bundles": node.bundles,
                "pipeline": node.pipeline,
                "documentation": node.documentation,
                "place": node.place,
                "files": node.files,
                "drawn": node.drawn,
            })
        })
        .collect();
    let edges: Vec<Value> = picture
        .edges
        .iter()
        .map(|edge| {
            value!({
                "from": edge.from,
                "to": edge.to,
                "kind": edge.link.word(),
                "broken": edge.broken,
                "circle": edge.cycle,
                "drawn": edge.drawn,
            })
        })
        .collect();
    let pipelines: Vec<Value> = picture
        .pipelines
        .iter()
        .map(|pipeline| value!({ "name": pipeline.name, "members": pipeline.members }))
        .collect();
    value!({
        "version": 1,
        "target": picture.target,
        "nodes": nodes,
        "edges": edges,
        "pipelines": pipelines,
    })
}
