//! Where things are in a picture: a column a wave, a band a bundle, and rows in which nodes stand next to what they need.
//!
//! All nodes are on rows that go through the whole picture, so that between two rows there is room for long edges in every
//! column: see [`crate::draw::route`].

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::draw::wrap::wrapped;
use crate::draw::{Link, Picture, Shape, visible};

/// Height of a node, in the unit of the picture, which is a pixel where nobody zooms.
pub(super) const HEIGHT: f64 = 28.0;
/// From one row to the next.
pub(super) const PITCH: f64 = 46.0;
/// Between two columns.
pub(super) const CHANNEL: f64 = 64.0;
/// Around everything.
const MARGIN: f64 = 24.0;
/// Above the first row: the names of the waves.
const HEAD: f64 = 34.0;
/// In a box, around its rows; its name stands above.
const PAD: f64 = 14.0;
const TITLE: f64 = 22.0;
/// Names are cut to so many characters.
const LONGEST: usize = 28;
/// Width of a character on average, at the size of the font.
const CHARACTER: f64 = 7.3;
/// Times that every cell is put in order anew.
const SWEEPS: usize = 8;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A column of the picture.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) x: f64,
    pub(super) width: f64,
    /// Its wave; a wave may have several columns.
    pub(super) wave: Option<usize>,
}

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Of each node that is drawn, by its number.
    pub(super) nodes: HashMap<usize, Area>,
    /// Of each node that is drawn, its name as it is shown.
    pub(super) labels: HashMap<usize, String>,
    /// Of each node that is drawn, its column.
    pub(super) column_of: HashMap<usize, usize>,
    /// The bundles that are boxes.
    pub(super) boxes: Vec<(usize, Area)>,
    pub(super) columns: Vec<Column>,
    /// The middles of the gaps between rows, from the top.
    pub(super) gaps: Vec<f64>,
}

/// A node while it is placed.
#[derive(Debug, Clone, Copy, Default)]
struct Spot {
    band: usize,
    column: usize,
    /// Within the band.
    row: usize,
    /// Within the column, where that has several.
    part: usize,
}

/// Lays a picture out.
pub(super) fn layout(picture: &Picture) -> Layout {
    let ranks = ranks(picture);
    let bands: Vec<Option<usize>> = std::iter::once(None).chain(picture.boxes().into_iter().map(Some)).collect();
    let mut waves: Vec<usize> = ranks.values().copied().collect();
    waves.sort_unstable();
    waves.dedup();
    let mut spots: BTreeMap<usize, Spot> = BTreeMap::new();
    let mut cells: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    let titles = titles(picture);
    let band_of: HashMap<Option<usize>, usize> = bands.iter().enumerate().map(|(at, band)| (*band, at)).collect();
    for (number, node) in picture.shown().filter(|(number, _)| !titles.contains(number)) {
        let rank = ranks.get(&number).copied().unwrap_or_default();
        let column = waves.binary_search(&rank).unwrap_or_default();
        let band = band_of.get(&node.home).copied().unwrap_or_default();
        spots.insert(number, Spot { band, column, row: 0, part: 0 });
        cells.entry((column, band)).or_default().push(number);
    }
    let shape = wrapped(&cells, bands.len(), waves.len());
    let (parts, heights) = (&shape.parts, &shape.heights);
    let parts_of = |column: usize, band: usize, count: usize| shape.parts_of(column, band, count);
    let starts: Vec<usize> = heights
        .iter()
        .scan(0, |next, height| {
            let start = *next;
            *next += height;
            Some(start)
        })
        .collect();
    let neighbours = neighbours(picture);
    let mut order: Vec<usize> = (0..waves.len()).collect();
    for _ in 0..SWEEPS {
        for column in &order {
            for ((_, band), nodes) in cells.range_mut((*column, 0)..(column + 1, 0)) {
                let start = starts.get(*band).copied().unwrap_or_default();
                let height = heights.get(*band).copied().unwrap_or_default();
                let parts = parts_of(*column, *band, nodes.len());
                place(nodes, (start, height, parts), &mut spots, &neighbours, &starts);
            }
        }
        order.reverse();
    }
    measure(picture, &spots, &bands, heights, (&waves, parts))
}

/// The bundles that are seen as their boxes only: nothing leads to them.
fn titles(picture: &Picture) -> HashSet<usize> {
    let mut titles: HashSet<usize> = picture.boxes().into_iter().collect();
    for (_, edge) in picture.lines() {
        titles.remove(&edge.from);
        titles.remove(&edge.to);
    }
    // A box needs something in it.
    let filled: HashSet<usize> =
        picture.shown().filter(|(number, node)| node.home != Some(*number)).filter_map(|(_, node)| node.home).collect();
    titles.retain(|bundle| filled.contains(bundle));
    titles
}

/// In which column each node is, that of wave 0 being the second: by its wave; what has none is behind what it needs, as far as it is not in a circle.
fn ranks(picture: &Picture) -> HashMap<usize, usize> {
    let mut ranks: HashMap<usize, usize> =
        picture.shown().filter_map(|(number, node)| Some((number, node.wave?))).collect();
    let mut needs: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
    let mut needers: HashMap<usize, Vec<usize>> = HashMap::new();
    let of = |number: usize| picture.nodes.get(number);
    let mut open: HashMap<usize, usize> = HashMap::new();
    for edge in picture.edges.iter().filter(|edge| edge.from != edge.to) {
        let unranked = |number: usize| of(number).is_some_and(|node| node.drawn && node.wave.is_none());
        if unranked(edge.from) && of(edge.to).is_some_and(|node| node.drawn) {
            needs.entry(edge.from).or_default().push((edge.to, usize::from(edge.link != Link::Contains)));
            if unranked(edge.to) {
                needers.entry(edge.to).or_default().push(edge.from);
                *open.entry(edge.from).or_default() += 1;
            }
        }
    }
    let waiting: Vec<usize> = picture.shown().filter(|(_, node)| node.wave.is_none()).map(|(at, _)| at).collect();
    let mut ready: Vec<usize> = waiting.iter().copied().filter(|node| !open.contains_key(node)).collect();
    let mut rest = waiting.into_iter();
    // Where everything left is in a circle or behind one, the circle is cut at the first.
    while let Some(node) = ready.pop().or_else(|| rest.find(|node| !ranks.contains_key(node))) {
        if ranks.contains_key(&node) {
            continue;
        }
        let after = |(to, step): &(usize, usize)| ranks.get(to).map(|rank| rank + step);
        let rank = needs.get(&node).into_iter().flatten().filter_map(after).max().unwrap_or_default();
        ranks.insert(node, rank);
        for needer in needers.get(&node).into_iter().flatten() {
            if let Some(count) = open.get_mut(needer).filter(|count| **count > 0) {
                *count -= 1;
                if *count == 0 && !ranks.contains_key(needer) {
                    ready.push(*needer);
                }
            }
        }
    }
    // One column to the left of all waves is for names that are missing there: each stands before what needs it.
    for rank in ranks.values_mut() {
        *rank += 1;
    }
    let mut before: HashMap<usize, usize> = HashMap::new();
    for edge in picture.edges.iter().filter(|edge| edge.broken) {
        let missing = of(edge.to).is_some_and(|node| node.shape == Shape::Missing);
        if let Some(rank) = ranks.get(&edge.from).filter(|_| missing) {
            let first = before.entry(edge.to).or_insert(*rank);
            *first = (*first).min(*rank);
        }
    }
    ranks.extend(before.into_iter().map(|(missing, rank)| (missing, rank.saturating_sub(1))));
    ranks
}

/// What each node is joined to by a line, and how much it matters that the line is straight.
fn neighbours(picture: &Picture) -> HashMap<usize, Vec<(usize, usize)>> {
    let mut neighbours: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
    let mut seen = HashSet::new();
    for (_, edge) in picture.lines().filter(|(_, edge)| edge.from != edge.to && seen.insert((edge.from, edge.to))) {
        let weight = if edge.link == Link::Feeds { 8 } else { 1 };
        neighbours.entry(edge.from).or_default().push((edge.to, weight));
        neighbours.entry(edge.to).or_default().push((edge.from, weight));
    }
    neighbours
}

/// Puts the nodes of a cell into the order of what they are joined to, each as near to it as there is room.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // rows are few
fn place(
    nodes: &mut [usize],
    (start, height, parts): (usize, usize, usize),
    spots: &mut BTreeMap<usize, Spot>,
    neighbours: &HashMap<usize, Vec<(usize, usize)>>,
    starts: &[usize],
) {
    let row = |number: usize| {
        spots
            .get(&number)
            .map_or(0.0, |spot| starts.get(spot.band).copied().unwrap_or_default() as f64 + spot.row as f64)
    };
    let wanted = |number: usize| {
        let joined = neighbours.get(&number).map(Vec::as_slice).unwrap_or_default();
        let weight: usize = joined.iter().map(|(_, weight)| weight).sum();
        if weight == 0 {
            return row(number);
        }
        joined.iter().map(|(other, weight)| row(*other) * *weight as f64).sum::<f64>() / weight as f64
    };
    let mut wishes: Vec<(f64, usize)> = nodes.iter().map(|number| (wanted(*number), *number)).collect();
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rows = wishes.len().div_ceil(parts);
    let mut next = 0;
    for (at, (wish, number)) in wishes.iter().enumerate() {
        let (row, part) = (at / parts, at % parts);
        if part == 0 {
            let wish = (wish - start as f64).round().max(0.0) as usize;
            // Below the last one, and so that those behind it have room.
            next = wish.max(next).min(height.saturating_sub(rows - row));
        }
        if let Some(spot) = spots.get_mut(number) {
            (spot.row, spot.part) = (next, part);
        }
        if part + 1 == parts {
            next += 1;
        }
    }
    for (slot, (_, number)) in nodes.iter_mut().zip(wishes) {
        *slot = number;
    }
}

/// From rows and columns to coordinates.
#[allow(clippy::cast_precision_loss)] // small numbers
fn measure(
    picture: &Picture,
    spots: &BTreeMap<usize, Spot>,
    bands: &[Option<usize>],
    heights: &[usize],
    (waves, parts): (&[usize], &[usize]),
) -> Layout {
    let mut layout = Layout::default();
    let homes = picture.at_home();
    let has_wave: HashSet<usize> = picture.shown().filter_map(|(_, node)| node.wave).collect();
    let mut firsts = Vec::new();
    let mut widths: Vec<f64> = Vec::new();
    for count in parts {
        firsts.push(widths.len());
        widths.extend(std::iter::repeat_n(60.0, *count));
    }
    for (number, spot) in spots {
        let name = picture.nodes.get(*number).map(|node| visible(&node.name)).unwrap_or_default();
        let label = shortened(&name);
        let column = firsts.get(spot.column).copied().unwrap_or_default() + spot.part;
        if let Some(width) = widths.get_mut(column) {
            *width = (label.chars().count() as f64 * CHARACTER + 26.0).max(*width);
        }
        layout.labels.insert(*number, label);
        layout.column_of.insert(*number, column);
    }
    let boxed = bands.len() > 1;
    let mut x = MARGIN + if boxed { PAD } else { 0.0 };
    for (at, width) in widths.iter().enumerate() {
        let wave = waves.get(firsts.partition_point(|first| *first <= at).saturating_sub(1)).copied();
        let wave = wave.and_then(|rank| rank.checked_sub(1)).filter(|wave| has_wave.contains(wave));
        layout.columns.push(Column { x, width: *width, wave });
        x += width + CHANNEL;
    }
    layout.width = (x - CHANNEL + MARGIN + if boxed { PAD } else { 0.0 }).max(2.0 * MARGIN);
    let mut y = MARGIN + HEAD;
    let mut tops = Vec::new();
    for (band, height) in bands.iter().zip(heights) {
        let top = y;
        if band.is_some() {
            y += TITLE + PAD / 2.0;
        }
        tops.push(y);
        for row in 0..*height {
            layout.gaps.push(y + row as f64 * PITCH - (PITCH - HEIGHT) / 2.0);
        }
        if *height > 0 {
            y += *height as f64 * PITCH - (PITCH - HEIGHT);
            layout.gaps.push(y + (PITCH - HEIGHT) / 2.0);
        }
        if let Some(bundle) = band {
            y += PAD;
            let nodes = homes.get(&Some(*bundle)).into_iter().flatten().filter(|(at, _)| spots.contains_key(at));
            let columns: Vec<&Column> =
                nodes.filter_map(|(at, _)| layout.columns.get(*layout.column_of.get(at)?)).collect();
            let left = columns.iter().map(|column| column.x).fold(f64::INFINITY, f64::min) - PAD;
            let right = columns.iter().map(|column| column.x + column.width).fold(0.0, f64::max) + PAD;
            layout.boxes.push((*bundle, Area { x: left, y: top, width: right - left, height: y - top }));
        }
        if *height > 0 {
            y += PITCH - HEIGHT + 6.0;
        }
    }
    layout.height = y + MARGIN / 2.0;
    for (number, spot) in spots {
        let column = layout.column_of.get(number).and_then(|column| layout.columns.get(*column));
        let (Some(column), Some(top)) = (column, tops.get(spot.band)) else { continue };
        let area = Area { x: column.x, y: top + spot.row as f64 * PITCH, width: column.width, height: HEIGHT };
        layout.nodes.insert(*number, area);
    }
    layout
}

/// A name as it fits into a node: of a long one, the beginning and the end.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let beginning: String = name.chars().take(LONGEST - 10).collect();
    let end: String = name.chars().skip(count - 9).collect();
    format!("{beginning}…{end}")
}
