//! What can change in a consumer group. Each change is one record of `__consumer_offsets`: a step
//! decides changes, they are written, and only then applied; loading applies them in the log's order.

use std::collections::BTreeSet;
use std::sync::Arc;

use weir_wire::Str;

use super::ConsumerGroup;
use super::member::{Current, Partitions, Subscription};

/// The topics that a regular expression stood for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) topics: BTreeSet<Str>,
    /// The metadata offset at which it was resolved.
    pub(crate) version: i64,
    /// Wall time, ms.
    pub(crate) at_ms: i64,
}

/// One change; `None` ends what it names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// A member's subscription.
    Member(Str, Option<Subscription>),
    /// The group's epoch, with the hash of the metadata of its topics.
    Epoch(Option<(i32, i64)>),
    /// A member's target assignment.
    Target(Str, Option<Arc<Partitions>>),
    /// The epoch of the target assignment, with the wall time (ms) at which it was computed.
    TargetEpoch(Option<(i32, i64)>),
    /// What a member has.
    Current(Str, Option<Current>),
    /// What a regular expression stands for.
    Regex(Str, Option<Resolved>),
}

impl Change {
    /// Whether it only takes something away: a tombstone.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Member(_, value) => value.is_none(),
            Self::Epoch(value) | Self::TargetEpoch(value) => value.is_none(),
            Self::Target(_, value) => value.is_none(),
            Self::Current(_, value) => value.is_none(),
            Self::Regex(_, value) => value.is_none(),
        }
    }
}

impl ConsumerGroup {
    /// Takes a change over.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Member(id, Some(subscription)) => self.set_subscription(&id, subscription),
            Change::Member(id, None) => self.remove_member(&id),
            Change::Epoch(Some((epoch, hash))) => (self.epoch, self.metadata_hash) = (epoch, hash),
            Change::Epoch(None) => (self.epoch, self.metadata_hash) = (0, 0),
            Change::Target(id, Some(target)) => drop(self.targets.insert(id, target)),
            Change::Target(id, None) => drop(self.targets.remove(&id)),
            Change::TargetEpoch(Some((epoch, at_ms))) => {
                (self.target_epoch, self.target_at_ms) = (epoch, at_ms);
            }
            Change::TargetEpoch(None) => (self.target_epoch, self.target_at_ms) = (0, 0),
            Change::Current(id, Some(current)) => self.set_current(&id, current),
            Change::Current(id, None) => {
                if self.members.contains_key(&id) {
                    self.set_current(&id, Current::left());
                }
            }
            Change::Regex(regex, Some(resolved)) => drop(self.regexes.insert(regex, resolved)),
            Change::Regex(regex, None) => drop(self.regexes.remove(&regex)),
        }
    }

    fn set_subscription(&mut self, id: &Str, subscription: Subscription) {
        let member = self.member_entry(id);
        let before = std::mem::replace(&mut member.subscription, subscription);
        let instance = member.subscription.instance.clone();
        if let Some(before) = &before.instance
            && self.statics.get(before) == Some(id)
        {
            self.statics.remove(before);
        }
        if let Some(instance) = instance {
            self.statics.insert(instance, id.clone());
        }
    }

    fn set_current(&mut self, id: &Str, current: Current) {
        let member = self.member_entry(id);
        let before = std::mem::replace(&mut member.current, current.clone());
        self.release(id, &before);
        self.owners.extend(current.held().map(|partition| (partition, id.clone())));
    }

    /// Partitions are free again, where nobody else has taken them since.
    fn release(&mut self, id: &Str, current: &Current) {
        for partition in current.held() {
            if self.owners.get(&partition) == Some(id) {
                self.owners.remove(&partition);
            }
        }
    }

    fn remove_member(&mut self, id: &Str) {
        let Some(member) = self.members.remove(id) else { return };
        self.release(id, &member.current);
        self.deadlines.remove(id);
        if let Some(instance) = &member.subscription.instance
            && self.statics.get(instance) == Some(id)
        {
            self.statics.remove(instance);
        }
    }

    fn member_entry(&mut self, id: &Str) -> &mut super::ConsumerMember {
        self.members
            .entry(id.clone())
            .or_insert_with(|| super::ConsumerMember { id: id.clone(), ..Default::default() })
    }
}
