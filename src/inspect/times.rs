//! How long a start may take.

use foldhash::{HashMap, HashMapExt};

use petgraph::graph::NodeIndex;

use crate::inspect::Set;
use crate::model::{Kind, Number};

/// How long the start of one service may take while it does not count as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// No time to speak of: up means that it was spawned.
    AtOnce,
    /// So many milliseconds.
    UpTo(u32),
    /// s6-rc waits for ever.
    Never,
    /// Somebody else defines it.
    Unknown,
}

impl Limit {
    /// In words.
    pub(super) fn words(self) -> String {
        match self {
            Self::AtOnce => "at once".to_owned(),
            Self::UpTo(milliseconds) => format!("up to {}", duration(u64::from(milliseconds))),
            Self::Never => "no limit".to_owned(),
            Self::Unknown => "not known here".to_owned(),
        }
    }
}

/// When a node is up at the latest, as far as there are limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    /// Milliseconds from the start of the boot.
    pub(super) milliseconds: u64,
    /// Starts without a limit on the way.
    pub(super) without_limit: usize,
    /// Starts on the way.
    steps: usize,
}

/// The longest way to each node that can start, and the node before it on that way.
pub(super) type Ends = HashMap<NodeIndex, (End, Option<NodeIndex>)>;

impl Set<'_> {
    /// How long a node's start may take: a oneshot until its `up` has ended, a longrun with `notification-fd` until it is
    /// ready, another one no time (s6-rc 0.7.0.0).
    pub(super) fn limit(&self, node: NodeIndex) -> Limit {
        let Some(definition) = self.definition(node) else {
            return if self.kind(node) == Some(Kind::Bundle) { Limit::AtOnce } else { Limit::Unknown };
        };
        let waits = match definition.kind {
            Kind::Bundle => false,
            Kind::Oneshot => true,
            Kind::Longrun => definition.number(Number::NotificationFd).is_some(),
        };
        match definition.number(Number::TimeoutUp).map(|number| number.value) {
            _ if !waits => Limit::AtOnce,
            None | Some(0) => Limit::Never,
            Some(milliseconds) => Limit::UpTo(milliseconds),
        }
    }

    /// When each node is up at the latest; those in circles and behind them never are.
    pub(super) fn ends(&self) -> Ends {
        let mut ends: Ends = HashMap::new();
        for root in self.graph.nodes().filter(|node| self.waves.contains_key(node)) {
            let mut stack = vec![root];
            while let Some(node) = stack.last().copied() {
                if ends.contains_key(&node) {
                    stack.pop();
                    continue;
                }
                let needs = self.needs(node);
                let open: Vec<NodeIndex> =
                    needs.iter().map(|(need, _)| *need).filter(|need| !ends.contains_key(need)).collect();
                if !open.is_empty() {
                    stack.extend(open);
                    continue;
                }
                stack.pop();
                let before = needs.iter().filter_map(|(need, _)| Some((ends.get(need)?.0, *need))).max();
                let (mut end, before) = before.map_or((End::default(), None), |(end, need)| (end, Some(need)));
                match self.limit(node) {
                    Limit::UpTo(milliseconds) => end.milliseconds += u64::from(milliseconds),
                    Limit::Never => end.without_limit += 1,
                    Limit::AtOnce | Limit::Unknown => {}
                }
                end.steps += 1;
                ends.insert(node, (end, before));
            }
        }
        ends
    }
}

/// Milliseconds as people say them.
pub(crate) fn duration(milliseconds: u64) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"), (rest, "ms")];
    let words: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}")).collect();
    if words.is_empty() { "no time".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_largest_units() {
        assert_eq!([0, 250, 90_000, 3_600_500].map(duration), ["no time", "250 ms", "1 min 30 s", "1 h 500 ms"]);
    }
}
