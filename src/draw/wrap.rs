//! How many nodes of one wave stand side by side, so that a picture is about as wide as a screen is.

use std::collections::BTreeMap;

use crate::draw::layout::PITCH;

/// A column with the room to its left, about.
const COLUMN: f64 = 165.0;
/// What a box takes beside its rows.
const FRAME: f64 = 60.0;
/// A picture is to be so much wider than high.
const WIDER: f64 = 1.4;
/// A picture of fewer rows fits as it is.
const FEW: usize = 20;

/// The nodes of each column and band.
type Cells = BTreeMap<(usize, usize), Vec<usize>>;

/// The form of a picture.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrapped {
    /// Rows that a cell of each band may have before it has several nodes a row.
    limits: Vec<usize>,
    /// Nodes that each wave has side by side.
    pub(super) parts: Vec<usize>,
    /// The rows of each band.
    pub(super) heights: Vec<usize>,
}

impl Wrapped {
    fn new(cells: &Cells, limits: Vec<usize>, columns: usize) -> Self {
        let mut form = Self { parts: vec![1; columns], heights: vec![0; limits.len()], limits };
        for ((column, band), nodes) in cells {
            let wanted = form.wanted(*band, nodes.len());
            if let Some(parts) = form.parts.get_mut(*column) {
                *parts = wanted.max(*parts);
            }
        }
        for ((column, band), nodes) in cells {
            let rows = nodes.len().div_ceil(form.parts_of(*column, *band, nodes.len()));
            if let Some(height) = form.heights.get_mut(*band) {
                *height = rows.max(*height);
            }
        }
        form
    }

    fn wanted(&self, band: usize, count: usize) -> usize {
        count.div_ceil(self.limits.get(band).copied().unwrap_or(1).max(1))
    }

    /// The nodes that a cell has side by side.
    pub(super) fn parts_of(&self, column: usize, band: usize, count: usize) -> usize {
        self.wanted(band, count).min(self.parts.get(column).copied().unwrap_or(1)).max(1)
    }

    /// How much wider than high it is, about.
    #[allow(clippy::cast_precision_loss)] // small numbers
    fn ratio(&self) -> f64 {
        let rows: usize = self.heights.iter().sum();
        let columns: usize = self.parts.iter().sum();
        columns as f64 * COLUMN / (rows as f64 * PITCH + self.heights.len() as f64 * FRAME)
    }
}

/// The first form that is wide enough, from one node a row on; else the widest.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small numbers
pub(super) fn wrapped(cells: &Cells, bands: usize, columns: usize) -> Wrapped {
    let mut form = Wrapped::new(cells, vec![usize::MAX; bands], columns);
    if form.heights.iter().sum::<usize>() <= FEW {
        return form;
    }
    let mut sizes = vec![0_usize; bands];
    for ((_, band), nodes) in cells {
        if let Some(size) = sizes.get_mut(*band) {
            *size += nodes.len();
        }
    }
    let mut factor = 8.0;
    while form.ratio() < WIDER && factor > 0.1 {
        let limit = |size: &usize| ((*size as f64).sqrt() * factor).round().max(1.0) as usize;
        form = Wrapped::new(cells, sizes.iter().map(limit).collect(), columns);
        factor *= 0.85;
    }
    form
}
