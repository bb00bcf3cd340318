//! `range`: each topic's partitions in runs, to its subscribers in order: static members by
//! instance first, then others by id. Topics with equally many partitions and the same subscribers
//! are co-partitioned.

use std::collections::BTreeMap;

use weir_wire::Uuid;

use super::{Consumer, Spec, Targets};

/// What is left of one topic.
struct Left {
    partitions: i32,
    subscribers: i32,
    next: i32,
    /// How many more subscribers get one partition beyond the quota.
    extra: i32,
}

pub(super) fn assign(spec: &Spec) -> Targets {
    let mut ordered: Vec<&Consumer> = spec.consumers.iter().collect();
    ordered.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut topics: BTreeMap<Uuid, Left> = BTreeMap::new();
    for (topic, partitions) in &spec.topics {
        let subscribers = ordered.iter().filter(|consumer| consumer.topics.contains(topic)).count();
        let subscribers = i32::try_from(subscribers).unwrap_or(i32::MAX);
        if subscribers > 0 {
            let extra = partitions % subscribers;
            topics.insert(*topic, Left { partitions: *partitions, subscribers, next: 0, extra });
        }
    }
    let targets = ordered.into_iter().map(|consumer| {
        let taken = consumer.topics.iter().filter_map(|topic| {
            let run = topics.get_mut(topic)?.take();
            (!run.is_empty()).then(|| (*topic, run.collect()))
        });
        (consumer.id.clone(), taken.collect())
    });
    targets.collect()
}

fn order(consumer: &Consumer) -> (bool, &str) {
    match &consumer.instance {
        Some(instance) => (false, instance),
        None => (true, &consumer.id),
    }
}

impl Left {
    fn take(&mut self) -> std::ops::Range<i32> {
        let mut quota = self.partitions / self.subscribers;
        if self.extra > 0 {
            quota += 1;
            self.extra -= 1;
        }
        let start = self.next;
        self.next = (start + quota).min(self.partitions);
        start..self.next
    }
}
