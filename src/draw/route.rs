//! The way of an edge: straight to the next column, and between two rows to one that is farther away.

use crate::draw::Edge;
use crate::draw::layout::{Area, CHANNEL, Layout};

/// Edges in one gap are so far apart, and so many have a place of their own there.
const APART: f64 = 2.6;
const PLACES: usize = 5;

/// The path of an edge in the form of SVG, from what needs to what is needed.
#[allow(clippy::cast_precision_loss)] // small numbers
pub(super) fn route(layout: &Layout, number: usize, edge: &Edge) -> Option<String> {
    let (from, to) = (layout.nodes.get(&edge.from)?, layout.nodes.get(&edge.to)?);
    let (start, end) = (layout.column_of.get(&edge.from)?, layout.column_of.get(&edge.to)?);
    let middle = |area: &Area| area.y + area.height / 2.0;
    let (sy, ty) = (middle(from), middle(to));
    if start == end {
        // In one column: out and in on the right.
        let x = from.x + from.width;
        if edge.from == edge.to {
            let (top, bottom) = (sy - 7.0, sy + 7.0);
            return Some(format!(
                "M{x:.1} {top:.1}C{0:.1} {1:.1} {0:.1} {2:.1} {x:.1} {bottom:.1}",
                x + 42.0,
                top - 12.0,
                bottom + 12.0
            ));
        }
        let out = x + 26.0 + ((sy - ty).abs() / 14.0).min(CHANNEL / 2.0);
        return Some(format!("M{x:.1} {sy:.1}C{out:.1} {sy:.1} {out:.1} {ty:.1} {x:.1} {ty:.1}"));
    }
    let leftward = end < start;
    let (sx, tx) = if leftward { (from.x, to.x + to.width) } else { (from.x + from.width, to.x) };
    let way = if leftward { -1.0 } else { 1.0 };
    if start.abs_diff(*end) == 1 {
        let bend = (tx - sx).abs() / 2.0;
        let (one, two) = (sx + way * bend, tx - way * bend);
        return Some(format!("M{sx:.1} {sy:.1}C{one:.1} {sy:.1} {two:.1} {ty:.1} {tx:.1} {ty:.1}"));
    }
    let gap = nearest(&layout.gaps, f64::midpoint(sy, ty));
    let y = gap + ((number % PLACES) as f64 - (PLACES / 2) as f64) * APART;
    // Where the columns on the way begin and end.
    let (near, far) = if leftward { (start - 1, end + 1) } else { (start + 1, end - 1) };
    let (near, far) = (layout.columns.get(near)?, layout.columns.get(far)?);
    let (on, off) = if leftward { (near.x + near.width, far.x) } else { (near.x, far.x + far.width) };
    let (half, other) = (f64::midpoint(sx, on), f64::midpoint(off, tx));
    Some(format!(
        "M{sx:.1} {sy:.1}C{half:.1} {sy:.1} {half:.1} {y:.1} {on:.1} {y:.1}L{off:.1} {y:.1}C{other:.1} {y:.1} {other:.1} {ty:.1} {tx:.1} {ty:.1}"
    ))
}

fn nearest(gaps: &[f64], y: f64) -> f64 {
    let at = gaps.partition_point(|gap| *gap < y);
    let candidates = [at.checked_sub(1).and_then(|at| gaps.get(at)), gaps.get(at)];
    let found = candidates.into_iter().flatten().copied();
    found.min_by(|a, b| (a - y).abs().total_cmp(&(b - y).abs())).unwrap_or(y)
}
