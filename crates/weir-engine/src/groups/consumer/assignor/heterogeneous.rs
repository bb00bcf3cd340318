//! `uniform` where subscriptions differ: whoever has a partition keeps it, free ones go to the
//! subscriber with the fewest, and partitions move while that makes two loads more equal.

use std::collections::HashMap;

use weir_wire::Uuid;

use super::{Spec, Targets};

/// How often all partitions are looked at again. Each pass makes loads more equal; a few suffice.
const PASSES_MAX: usize = 10;

pub(super) fn assign(spec: &Spec) -> Targets {
    let mut balance = Balance::new(spec);
    balance.keep();
    balance.fill();
    for _ in 0..PASSES_MAX {
        if !balance.level() {
            break;
        }
    }
    balance.targets()
}

struct Balance<'a> {
    spec: &'a Spec,
    /// Of each topic, the indices of those who subscribe to it; the most constrained topics first.
    topics: Vec<(Uuid, i32, Vec<usize>)>,
    owners: HashMap<(Uuid, i32), usize>,
    loads: Vec<usize>,
}

impl<'a> Balance<'a> {
    fn new(spec: &'a Spec) -> Self {
        let subscribers = |topic: &Uuid| {
            let all = spec.consumers.iter().enumerate();
            all.filter(|(_, consumer)| consumer.topics.contains(topic)).map(|(at, _)| at).collect()
        };
        let mut topics: Vec<(Uuid, i32, Vec<usize>)> =
            spec.topics.iter().map(|(topic, count)| (*topic, *count, subscribers(topic))).collect();
        topics.retain(|(_, _, subscribers)| !subscribers.is_empty());
        topics.sort_by_key(|(_, _, subscribers)| subscribers.len());
        Self { spec, topics, owners: HashMap::new(), loads: vec![0; spec.consumers.len()] }
    }

    fn keep(&mut self) {
        for (topic, count, subscribers) in &self.topics {
            for at in subscribers {
                let had = self.spec.consumers[*at].target.get(topic).into_iter().flatten();
                for index in had.copied().filter(|index| index < count) {
                    if self.owners.insert((*topic, index), *at).is_none() {
                        self.loads[*at] += 1;
                    }
                }
            }
        }
    }

    fn fill(&mut self) {
        for (topic, count, subscribers) in &self.topics {
            for index in 0..*count {
                if self.owners.contains_key(&(*topic, index)) {
                    continue;
                }
                if let Some(at) = least(&self.loads, subscribers) {
                    self.owners.insert((*topic, index), at);
                    self.loads[at] += 1;
                }
            }
        }
    }

    /// Moves partitions from those with more to those with fewer. Says whether any moved.
    fn level(&mut self) -> bool {
        let mut moved = false;
        for (topic, count, subscribers) in &self.topics {
            for index in 0..*count {
                let Some(owner) = self.owners.get_mut(&(*topic, index)) else { continue };
                let Some(at) = least(&self.loads, subscribers) else { continue };
                if self.loads[at] + 1 < self.loads[*owner] {
                    self.loads[*owner] -= 1;
                    self.loads[at] += 1;
                    *owner = at;
                    moved = true;
                }
            }
        }
        moved
    }

    fn targets(self) -> Targets {
        let mut targets: Targets = self
            .spec
            .consumers
            .iter()
            .map(|consumer| (consumer.id.clone(), Default::default()))
            .collect();
        for ((topic, index), at) in self.owners {
            let id = &self.spec.consumers[at].id;
            targets.entry(id.clone()).or_default().entry(topic).or_default().insert(index);
        }
        targets
    }
}

fn least(loads: &[usize], subscribers: &[usize]) -> Option<usize> {
    subscribers.iter().copied().min_by_key(|at| loads[*at])
}
