//! Pipelines, found again in the links between definitions.

use std::collections::HashSet;

use crate::model::{Definition, Model};
use crate::print::text::name;

/// Lines longer than so many characters are broken.
pub(super) const WIDTH: usize = crate::format::WIDTH;

/// The links that `pipeline` can say, and how it says them.
pub(super) struct Pipelines<'m> {
    model: &'m Model,
    /// The numbers of the consumers whose producers name them, all of them, and nobody else.
    sound: HashSet<usize>,
    /// The numbers of their producers.
    feeding: HashSet<usize>,
}

impl<'m> Pipelines<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let sound: HashSet<usize> =
            (0..model.definitions.len()).filter(|consumer| is_sound(model, *consumer)).collect();
        let feeding = sound.iter().flat_map(|consumer| producers(model, *consumer)).collect();
        Self { model, sound, feeding }
    }

    /// Whether `pipeline` writes the `consumer-for` of a definition.
    pub(super) fn writes_consumer(&self, number: usize) -> bool {
        self.sound.contains(&number)
    }

    /// Whether `pipeline` writes the `producer-for` of a definition.
    pub(super) fn writes_producer(&self, number: usize) -> bool {
        // Whoever names a producer is the one that the producer names.
        self.feeding.contains(&number)
    }

    /// Whether `pipeline` writes the `pipeline-name` of a definition.
    pub(super) fn writes_name(&self, number: usize) -> bool {
        self.name_of(number).is_some()
    }

    fn name_of(&self, number: usize) -> Option<&'m str> {
        let definition = self.model.definitions.get(number).filter(|_| self.sound.contains(&number))?;
        definition
            .pipeline_name
            .as_ref()
            .filter(|_| !definition.carries("pipeline-name"))
            .filter(|name| !name.value.contains('/') && !name.value.starts_with('.'))
            .map(|name| name.value.as_str())
    }

    /// The consumer that goes on with what this one writes, in the same `pipeline`.
    fn next(&self, number: usize) -> Option<usize> {
        if self.name_of(number).is_some() {
            return None;
        }
        let consumer = self.model.definitions.get(number)?.producer_for.as_ref()?;
        let consumer = self.model.find(&consumer.name).filter(|consumer| self.sound.contains(consumer))?;
        producers(self.model, consumer).eq([number]).then_some(consumer)
    }

    /// The statements, in order of the definitions.
    pub(super) fn statements(&self) -> Vec<String> {
        let mut numbers: Vec<usize> = self.sound.iter().copied().collect();
        numbers.sort_unstable();
        let goes_on: HashSet<usize> = numbers.iter().filter_map(|number| self.next(*number)).collect();
        let mut done = HashSet::new();
        let mut statements = Vec::new();
        for first in numbers.iter().copied().filter(|number| !goes_on.contains(number)) {
            let mut chain = vec![first];
            let mut at = first;
            done.insert(first);
            while let Some(next) = self.next(at).filter(|next| done.insert(*next)) {
                chain.push(next);
                at = next;
            }
            statements.push(self.statement(&chain));
        }
        // What is left feeds itself in a circle.
        statements
            .extend(numbers.iter().filter(|number| !done.contains(*number)).map(|number| self.statement(&[*number])));
        statements
    }

    fn statement(&self, chain: &[usize]) -> String {
        let word = |number: usize| self.model.definitions.get(number).map_or_else(String::new, |one| name(&one.name));
        let first: Vec<String> =
            chain.first().map(|first| producers(self.model, *first).map(word).collect()).unwrap_or_default();
        let mut stages = vec![first.join(", ")];
        stages.extend(chain.iter().map(|number| word(*number)));
        let title = chain.last().and_then(|last| self.name_of(*last)).map(|title| format!("{} = ", name(title)));
        let head = format!("pipeline {}", title.unwrap_or_default());
        let line = format!("{head}{}", stages.join(" | "));
        if line.chars().count() <= WIDTH {
            return format!("{line}\n");
        }
        let first = first.join(",\n    ");
        let rest: String = stages.iter().skip(1).map(|stage| format!(" |\n    {stage}")).collect();
        format!("{head}{first}{rest}\n")
    }
}

/// Who a consumer reads from.
fn producers(model: &Model, consumer: usize) -> impl Iterator<Item = usize> {
    let producers = model.definitions.get(consumer).map(|definition| definition.consumer_for.as_slice());
    producers.unwrap_or_default().iter().filter_map(|producer| model.find(&producer.name))
}

fn is_sound(model: &Model, number: usize) -> bool {
    let Some(consumer) = model.definitions.get(number) else { return false };
    if consumer.consumer_for.is_empty() || !is_first(model, number) || consumer.carries("consumer-for") {
        return false;
    }
    let mut seen = HashSet::new();
    let feeds = |definition: &Definition| {
        let named = definition.producer_for.as_ref().is_some_and(|link| link.name == consumer.name);
        named && !definition.carries("producer-for")
    };
    consumer
        .consumer_for
        .iter()
        .all(|producer| seen.insert(&producer.name) && model.get(&producer.name).is_some_and(feeds))
}

/// Whether a definition is the one that its name means.
fn is_first(model: &Model, number: usize) -> bool {
    model.definitions.get(number).is_some_and(|definition| model.find(&definition.name) == Some(number))
}
