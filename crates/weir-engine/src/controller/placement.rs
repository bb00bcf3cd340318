//! Which brokers hold a new partition: leaders spread evenly, replicas over racks.

use std::collections::BTreeMap;

use weir_wire::{ErrorCode, Str};

use super::refusal::Refusal;
use crate::image::Image;

/// Places partitions on the registered brokers, as Kafka's striped placer does: racks in turn,
/// leaders in turn, followers shifted by one after each round.
#[derive(Debug)]
pub(crate) struct Placer {
    /// Live brokers with racks interleaved, then fenced ones.
    brokers: Vec<i32>,
    live: usize,
    next: usize,
}

impl Placer {
    /// `start` chooses where the first leader goes.
    pub(crate) fn new(image: &Image, start: u64) -> Self {
        let mut brokers = interleaved(image, true);
        let live = brokers.len();
        brokers.extend(interleaved(image, false));
        let next = usize::try_from(start % brokers.len().max(1) as u64).unwrap_or(0);
        Self { brokers, live, next }
    }

    /// The brokers of the next partition, its leader first.
    pub(crate) fn place(&mut self, replication_factor: usize) -> Result<Vec<i32>, Refusal> {
        let (count, live) = (self.brokers.len(), self.live);
        if live == 0 {
            return Err(refused(
                "All brokers are currently fenced.".to_owned(),
                replication_factor,
            ));
        }
        if replication_factor > count {
            let reason = format!(
                "The target replication factor of {replication_factor} cannot be reached because \
                 only {count} broker(s) are registered or some brokers have all their log directories cordoned."
            );
            return Err(refused(reason, replication_factor));
        }
        let (first, round) = (self.next % live, self.next / live);
        self.next += 1;
        let mut replicas = vec![self.brokers[first]];
        let followers = live - 1;
        for i in 0..followers.min(replication_factor - 1) {
            let shift = 1 + (round + i) % followers;
            replicas.push(self.brokers[(first + shift) % live]);
        }
        let fenced = self.brokers[live..].iter().copied();
        replicas.extend(fenced.take(replication_factor - replicas.len()));
        Ok(replicas)
    }
}

fn refused(reason: String, replication_factor: usize) -> Refusal {
    let message =
        format!("Unable to replicate the partition {replication_factor} time(s): {reason}");
    Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, message)
}

/// Brokers of one state, one of each rack in turn.
fn interleaved(image: &Image, alive: bool) -> Vec<i32> {
    let mut racks: BTreeMap<Option<&Str>, Vec<i32>> = BTreeMap::new();
    let usable = image.brokers().filter(|broker| !image.is_cordoned(broker));
    for broker in usable.filter(|broker| broker.may_lead() == alive) {
        racks.entry(broker.rack.as_ref()).or_default().push(broker.id);
    }
    let longest = racks.values().map(Vec::len).max().unwrap_or(0);
    let rows = (0..longest).flat_map(|i| racks.values().filter_map(move |ids| ids.get(i)));
    rows.copied().collect()
}
