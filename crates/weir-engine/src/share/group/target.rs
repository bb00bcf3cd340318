//! What follows from a changed membership or changed topics: initialized share-partitions, a new
//! epoch, a new target for every member.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{Str, Uuid};

use super::assignor::{Subscribers, assign};
use super::member::{Initialized, ShareGroup};
use super::records::Change;
use crate::image::Image;
use crate::share::Share;
use crate::share::key::ShareKey;
use crate::share::state::UNINITIALIZED;

/// Topics that members subscribe to, by member.
pub(super) type Subscriptions = BTreeMap<Str, Vec<Str>>;

impl ShareGroup {
    pub(super) fn subscriptions(&self) -> Subscriptions {
        self.members.iter().map(|(id, member)| (id.clone(), member.topics.clone())).collect()
    }

    /// Initializes the state of subscribed share-partitions that have none yet; what cannot be
    /// reached now is tried at the next heartbeat. `None` when nothing was added.
    pub(super) fn initialize(
        &self,
        subscriptions: &Subscriptions,
        image: &Image,
        share: &Share,
    ) -> Option<BTreeMap<Uuid, Initialized>> {
        let mut all = self.initialized.clone();
        let names: BTreeSet<&Str> = subscriptions.values().flatten().collect();
        for topic in names.into_iter().filter_map(|name| image.topic(name)) {
            for index in (0..).take(topic.partitions().len()) {
                let known = all.get(&topic.id());
                if known.is_some_and(|known| known.partitions.contains(&index)) {
                    continue;
                }
                let key = ShareKey { group: self.id.clone(), topic: topic.id(), partition: index };
                if share.begin(&key).is_ok() {
                    let entry = all.entry(topic.id()).or_default();
                    entry.name = topic.name().clone();
                    entry.partitions.insert(index);
                }
            }
        }
        (all != self.initialized).then_some(all)
    }

    /// The next epoch, with a target for everyone in `subscriptions`.
    pub(super) fn next_epoch(
        &self,
        subscriptions: &Subscriptions,
        initialized: &BTreeMap<Uuid, Initialized>,
        image: &Image,
    ) -> Vec<Change> {
        let epoch = self.epoch + 1;
        let mut changes = vec![Change::Epoch(Some((epoch, hash_of(subscriptions, image))))];
        let ids_of = |names: &Vec<Str>| {
            names.iter().filter_map(|name| image.topic(name)).map(|topic| topic.id()).collect()
        };
        let members: Subscribers<'_> =
            subscriptions.iter().map(|(id, names)| (id, ids_of(names))).collect();
        let live = initialized.iter().filter(|(id, _)| image.topic_by_id(**id).is_some());
        let partitions: Vec<(Uuid, i32)> = live
            .flat_map(|(id, topic)| topic.partitions.iter().map(|index| (*id, *index)))
            .collect();
        let target = assign(&members, &partitions, &self.target);
        for (id, target) in target {
            if self.target.get(&id) != Some(&target) {
                changes.push(Change::Target(id, Some(target)));
            }
        }
        changes.push(Change::AssignmentEpoch(Some(epoch)));
        changes
    }

    /// The group without `gone`.
    pub(super) fn without(&self, gone: &[Str], share: &Share) -> Vec<Change> {
        let mut subscriptions = self.subscriptions();
        let mut changes = Vec::new();
        for id in gone {
            subscriptions.remove(id);
            changes.push(Change::Current(id.clone(), None));
            changes.push(Change::Target(id.clone(), None));
            changes.push(Change::Member(id.clone(), None));
        }
        if let Ok(image) = share.image() {
            changes.extend(self.next_epoch(&subscriptions, &self.initialized, &image));
        }
        changes
    }
}

/// A hash of the subscribed topics: another one means that topics or partitions came or went.
pub(super) fn hash_of(subscriptions: &Subscriptions, image: &Image) -> i64 {
    let names: BTreeSet<&Str> = subscriptions.values().flatten().collect();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let mut found = false;
    for topic in names.into_iter().filter_map(|name| image.topic(name)) {
        found = true;
        feed(&topic.id().0);
        feed(&topic.partitions().len().to_be_bytes());
    }
    if found { hash.cast_signed() } else { 0 }
}

impl Share {
    /// Initializes the state of a share-partition, unless there is one.
    pub(crate) fn begin(&self, key: &ShareKey) -> Result<(), weir_wire::ErrorCode> {
        let shard = self.state_shard(key)?;
        let now_ms = self.env().clock.wall_ms();
        if shard.summary(key).is_some() {
            // An earlier life of the group record was lost, or the record could not be written.
            return Ok(());
        }
        shard.initialize(key, 0, UNINITIALIZED, now_ms).map(drop).map_err(|error| error.code)
    }
}
