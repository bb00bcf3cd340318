//! What can change in a streams group. Each change is one record of `__consumer_offsets`.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;

use super::StreamsGroup;
use super::member::{About, Current, StreamsMember};
use super::tasks::Tasks;
use super::topology::Topology;

/// A group's epoch, with what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupEpoch {
    pub(crate) epoch: i32,
    /// Of the topics that the topology needs.
    pub(crate) metadata_hash: i64,
    /// The topology epoch that fits the topics; -1: none does.
    pub(crate) validated: i32,
    /// The configurations that the assignment was made with.
    pub(crate) assignment_configs: BTreeMap<Str, Str>,
}

impl Default for GroupEpoch {
    fn default() -> Self {
        // As Kafka's: the first member makes it 2.
        Self { epoch: 1, metadata_hash: 0, validated: -1, assignment_configs: BTreeMap::new() }
    }
}

/// One change; `None` ends what it names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// What a member told of itself.
    Member(Str, Option<About>),
    Epoch(Option<GroupEpoch>),
    Topology(Option<Arc<Topology>>),
    /// A member's target assignment.
    Target(Str, Option<Arc<Tasks>>),
    /// The epoch of the target assignment, with the wall time (ms) at which it was computed.
    TargetEpoch(Option<(i32, i64)>),
    /// What a member has.
    Current(Str, Option<Current>),
}

impl Change {
    /// Whether it only takes something away: a tombstone.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Member(_, value) => value.is_none(),
            Self::Epoch(value) => value.is_none(),
            Self::Topology(value) => value.is_none(),
            Self::Target(_, value) => value.is_none(),
            Self::TargetEpoch(value) => value.is_none(),
            Self::Current(_, value) => value.is_none(),
        }
    }
}

impl StreamsGroup {
    /// Takes a change over.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Member(id, Some(about)) => self.set_about(&id, about),
            Change::Member(id, None) => self.remove_member(&id),
            Change::Epoch(epoch) => self.epoch = epoch.unwrap_or_default(),
            Change::Topology(topology) => {
                self.topology = topology;
                self.configured = None;
            }
            Change::Target(id, Some(target)) => drop(self.targets.insert(id, target)),
            Change::Target(id, None) => drop(self.targets.remove(&id)),
            Change::TargetEpoch(Some((epoch, at_ms))) => {
                (self.target_epoch, self.target_at_ms) = (epoch, at_ms);
            }
            Change::TargetEpoch(None) => (self.target_epoch, self.target_at_ms) = (1, 0),
            Change::Current(id, Some(current)) => self.member_entry(&id).current = current,
            Change::Current(id, None) => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.current = Current::left();
                }
            }
        }
    }

    fn set_about(&mut self, id: &Str, about: About) {
        let instance = about.instance.clone();
        let before = std::mem::replace(&mut self.member_entry(id).about, about);
        if let Some(before) = &before.instance
            && self.statics.get(before) == Some(id)
        {
            self.statics.remove(before);
        }
        if let Some(instance) = instance {
            self.statics.insert(instance, id.clone());
        }
    }

    fn remove_member(&mut self, id: &Str) {
        let Some(member) = self.members.remove(id) else { return };
        self.deadlines.remove(id);
        self.offsets.remove(id);
        if let Some(instance) = &member.about.instance
            && self.statics.get(instance) == Some(id)
        {
            self.statics.remove(instance);
        }
        if self.members.is_empty() {
            self.shutdown_by = None;
        }
    }

    fn member_entry(&mut self, id: &Str) -> &mut StreamsMember {
        self.members
            .entry(id.clone())
            .or_insert_with(|| StreamsMember { id: id.clone(), ..Default::default() })
    }
}
