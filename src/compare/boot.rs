//! What a boot starts with one set, and not with the other.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::compare::Side;
use crate::compare::facts::Names;
use crate::graph::Graph;
use crate::model::Kind;

/// What the boot does otherwise.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// Services that it starts now and did not before, and whether each is new.
    pub starts: Vec<(SmolStr, bool)>,
    /// Services that it starts no more, and whether each is gone.
    pub no_more: Vec<(SmolStr, bool)>,
}

impl Boot {
    /// Compares what two sets start; nothing where one of the targets has no bundle that is brought up at boot.
    pub(super) fn new(old: &Side, new: &Side, names: &Names) -> Option<Self> {
        let before = started(old)?;
        let before: BTreeMap<SmolStr, bool> =
            before.into_iter().map(|(name, is)| (names.get(&name).cloned().unwrap_or(name), is)).collect();
        let after = started(new)?;
        let only = |these: &BTreeMap<SmolStr, bool>, those: &BTreeMap<SmolStr, bool>| -> Vec<(SmolStr, bool)> {
            let here = these.iter().filter(|(name, started)| **started && those.get(*name) != Some(&true));
            here.map(|(name, _)| (name.clone(), !those.contains_key(name))).collect()
        };
        Some(Self { starts: only(&after, &before), no_more: only(&before, &after) })
    }

    /// Whether it does the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.no_more.is_empty()
    }
}

/// The services of a set, and whether the boot starts each.
fn started(side: &Side) -> Option<BTreeMap<SmolStr, bool>> {
    side.model.target.boot_bundle()?;
    let graph = Graph::new(&side.model);
    let services = side.model.definitions.iter().enumerate().filter(|(_, definition)| definition.kind != Kind::Bundle);
    Some(services.map(|(at, one)| (one.name.clone(), graph.is_started(at) == Some(true))).collect())
}
