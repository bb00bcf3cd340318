//! A share group and its members, as the log has them.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{Str, Uuid};

use super::records::Change;

/// Partitions by topic.
pub(crate) type Assignment = BTreeMap<Uuid, BTreeSet<i32>>;

/// Who sends a heartbeat.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) client_id: Str,
    pub(crate) host: Str,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Member {
    pub(crate) rack: Option<Str>,
    pub(crate) client_id: Str,
    pub(crate) client_host: Str,
    /// Sorted.
    pub(crate) topics: Vec<Str>,
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) assigned: Assignment,
    /// When its session ends (monotonic, ms); not in the log.
    pub(crate) until_ms: i64,
}

/// The partitions of a topic whose state was initialized.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Initialized {
    pub(crate) name: Str,
    pub(crate) partitions: BTreeSet<i32>,
}

/// One share group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShareGroup {
    pub(crate) id: Str,
    pub(crate) epoch: i32,
    /// Of the subscribed topics as they were when the epoch was last raised.
    pub(crate) metadata_hash: i64,
    pub(crate) assignment_epoch: i32,
    pub(crate) members: BTreeMap<Str, Member>,
    pub(crate) target: BTreeMap<Str, Assignment>,
    pub(crate) initialized: BTreeMap<Uuid, Initialized>,
}

impl ShareGroup {
    pub(crate) fn new(id: Str) -> Self {
        Self {
            id,
            // As Kafka counts: the first member raises it.
            epoch: 1,
            metadata_hash: 0,
            assignment_epoch: 1,
            members: BTreeMap::new(),
            target: BTreeMap::new(),
            initialized: BTreeMap::new(),
        }
    }

    /// Kafka's name of its state.
    pub(crate) fn state(&self) -> &'static str {
        if self.members.is_empty() { "Empty" } else { "Stable" }
    }

    /// Takes a change over.
    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Epoch(Some((epoch, hash))) => (self.epoch, self.metadata_hash) = (epoch, hash),
            Change::Epoch(None) => {}
            Change::AssignmentEpoch(epoch) => self.assignment_epoch = epoch.unwrap_or(0),
            Change::Member(id, Some(told)) => {
                let member = self.members.entry(id).or_default();
                member.rack = told.rack;
                member.client_id = told.client_id;
                member.client_host = told.client_host;
                member.topics = told.topics;
            }
            Change::Member(id, None) => drop(self.members.remove(&id)),
            Change::Target(id, Some(target)) => drop(self.target.insert(id, target)),
            Change::Target(id, None) => drop(self.target.remove(&id)),
            Change::Current(id, Some((epoch, previous, assigned))) => {
                let member = self.members.entry(id).or_default();
                member.epoch = epoch;
                member.previous_epoch = previous;
                member.assigned = assigned;
            }
            Change::Current(id, None) => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.epoch = 0;
                    member.assigned.clear();
                }
            }
            Change::Initialized(initialized) => self.initialized = initialized,
        }
    }

    /// Members whose session is over.
    pub(super) fn silent(&self, now_ms: i64) -> impl Iterator<Item = &Str> {
        self.members.iter().filter(move |(_, m)| m.until_ms <= now_ms).map(|(id, _)| id)
    }

    pub(super) fn keep_until(&mut self, id: &str, until_ms: i64) {
        if let Some(member) = self.members.get_mut(id) {
            member.until_ms = until_ms;
        }
    }
}
