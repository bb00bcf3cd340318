//! `uniform` where all subscribe to the same topics: equal shares, and whoever has a partition keeps
//! it as far as its share allows.

use std::collections::HashSet;

use weir_wire::Uuid;

use super::{Consumer, Partitions, Spec, Targets};

pub(super) fn assign(spec: &Spec) -> Targets {
    let Some(first) = spec.consumers.first() else { return Targets::new() };
    let topics: Vec<(Uuid, i32)> =
        spec.topics.iter().copied().filter(|(topic, _)| first.topics.contains(topic)).collect();
    let total: usize = topics.iter().map(|(_, count)| usize::try_from(*count).unwrap_or(0)).sum();
    let (quota, extra) = (total / spec.consumers.len(), total % spec.consumers.len());
    let mut kept = HashSet::with_capacity(total);
    let mut targets = Targets::new();
    let mut unfilled = Vec::new();
    for (at, consumer) in spec.consumers.iter().enumerate() {
        let share = quota + usize::from(at < extra);
        let target = keep(consumer, &topics, share, &mut kept);
        let has: usize = target.values().map(|partitions| partitions.len()).sum();
        if has < share {
            unfilled.push((consumer.id.clone(), share - has));
        }
        targets.insert(consumer.id.clone(), target);
    }
    let all = topics.iter().flat_map(|(topic, count)| (0..*count).map(|index| (*topic, index)));
    let mut free = all.filter(|partition| !kept.contains(partition));
    for (id, missing) in unfilled {
        let target = targets.entry(id).or_default();
        for (topic, index) in free.by_ref().take(missing) {
            target.entry(topic).or_default().insert(index);
        }
    }
    targets
}

/// The part of a consumer's target that it keeps: existing partitions, up to its share.
fn keep(
    consumer: &Consumer,
    topics: &[(Uuid, i32)],
    share: usize,
    kept: &mut HashSet<(Uuid, i32)>,
) -> Partitions {
    let mut target = Partitions::new();
    let mut left = share;
    for (topic, count) in topics {
        let had = consumer.target.get(topic).into_iter().flatten();
        for index in had.copied().filter(|index| index < count) {
            if left == 0 {
                return target;
            }
            // Two may claim one: a target that was loaded from a damaged log.
            if kept.insert((*topic, index)) {
                target.entry(*topic).or_default().insert(index);
                left -= 1;
            }
        }
    }
    target
}
