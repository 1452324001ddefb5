//! Definitions that have another name and are the same. What only looks alike is told as removed and added.

use std::collections::{BTreeMap, HashMap, HashSet};

use smol_str::SmolStr;

use crate::compare::facts::{Facts, Names};

/// After so many rounds, nothing is sure.
const MAX_ROUNDS: usize = 16;

/// The new names of definitions, where that is sure: one definition went and one came, both are the same but for names that
/// changed so themselves, and none of the others that went or came is like them.
pub(super) fn find(before: &BTreeMap<SmolStr, Facts>, after: &BTreeMap<SmolStr, Facts>) -> Names {
    let gone: Vec<(&SmolStr, &Facts)> = before.iter().filter(|(name, _)| !after.contains_key(*name)).collect();
    let come: Vec<(&SmolStr, &Facts)> = after.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
    let open: HashSet<&SmolStr> = gone.iter().chain(&come).map(|(name, _)| *name).collect();
    // Names that went or came may be each other's.
    let mask: Names = open.iter().map(|name| ((*name).clone(), SmolStr::new("\n"))).collect();
    let (old, new) = (alike(&gone, &mask), alike(&come, &mask));
    let mut names: Names = old
        .iter()
        .filter_map(|(facts, olds)| match (olds.as_slice(), new.get(facts).map(Vec::as_slice)) {
            ([old], Some([new])) => Some(((*old).clone(), (*new).clone())),
            _ => None,
        })
        .collect();
    // Each pair rests on the names of others: where one falls, those that need it fall with it.
    for _ in 0..MAX_ROUNDS {
        let fits = |(old, new): &(&SmolStr, &SmolStr)| {
            before.get(*old).map(|facts| facts.clone().renamed(&names)).as_ref() == after.get(*new)
        };
        let kept: Names = names.iter().filter(fits).map(|(old, new)| (old.clone(), new.clone())).collect();
        if kept.len() == names.len() {
            return names;
        }
        names = kept;
    }
    Names::new()
}

/// Names of definitions that are the same but for some names in them.
fn alike<'d>(definitions: &[(&'d SmolStr, &Facts)], mask: &Names) -> HashMap<Facts, Vec<&'d SmolStr>> {
    let mut found: HashMap<Facts, Vec<&SmolStr>> = HashMap::new();
    for (name, facts) in definitions {
        found.entry((*facts).clone().renamed(mask)).or_default().push(name);
    }
    found
}
