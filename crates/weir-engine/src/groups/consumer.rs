//! The consumer group protocol (KIP-848), as a state machine without clock, log or lock of its own.
//!
//! A step looks at the group and returns a [`Step`]: [`Change`]s to be written to
//! `__consumer_offsets`, and what follows for timers. Its owner writes the changes, then calls
//! [`ConsumerGroup::commit`]; so nothing is in memory that is not in the log. Members of the classic
//! protocol may be among the others while a group migrates.

mod assignor;
mod change;
mod classic_member;
mod config;
mod heartbeat;
mod leave;
mod member;
mod migrate;
mod offsets;
mod reconcile;
mod records;
mod subscription;
mod target;
mod timers;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use weir_wire::{Str, Uuid};

pub(crate) use assignor::ASSIGNORS;
pub(crate) use change::{Change, Resolved};
pub(crate) use config::{ConsumerConfig, MigrationPolicy};
pub(crate) use heartbeat::validate as validate_heartbeat;
pub(crate) use member::{ConsumerMember, Partitions};
pub(crate) use migrate::Downgrade;
pub(crate) use records::{KINDS, encode, load};
pub(crate) use subscription::validate_regex;

use super::deadlines::{Deadlines, Timer};

/// What a step knows beside its request.
pub(crate) type StepContext<'a> = super::step::StepContext<'a, ConsumerConfig>;

/// What a step decided.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// To be written, in this order.
    pub(crate) changes: Vec<Change>,
    pub(crate) timers: Vec<Timer>,
    /// The metadata that the group's subscriptions were compared with.
    metadata_seen: Option<i64>,
    /// Set when only members of the classic protocol are left: the group becomes a classic one.
    pub(crate) downgrade: Option<Box<Downgrade>>,
}

/// Where a group stands. The names are those that clients are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsumerState {
    Empty,
    Assigning,
    Reconciling,
    Stable,
}

impl ConsumerState {
    /// Kafka's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
        }
    }
}

/// One consumer group.
#[derive(Debug)]
pub(crate) struct ConsumerGroup {
    id: Str,
    epoch: i32,
    /// Of the topics that it subscribes to.
    metadata_hash: i64,
    target_epoch: i32,
    /// When the target was computed (wall, ms); 0: never, or for an empty group.
    target_at_ms: i64,
    members: BTreeMap<Str, ConsumerMember>,
    /// Instance id to member id.
    statics: BTreeMap<Str, Str>,
    targets: BTreeMap<Str, Arc<Partitions>>,
    regexes: BTreeMap<Str, Resolved>,
    /// Who has a partition, or is still giving it up.
    owners: HashMap<(Uuid, i32), Str>,
    deadlines: Deadlines,
    metadata_seen: i64,
}

impl ConsumerGroup {
    /// A group nobody has joined.
    pub(crate) fn new(id: &Str) -> Self {
        Self {
            id: id.detached(),
            // As Kafka's: the first member's subscription makes it 2.
            epoch: 1,
            metadata_hash: 0,
            target_epoch: 1,
            target_at_ms: 0,
            members: BTreeMap::new(),
            statics: BTreeMap::new(),
            targets: BTreeMap::new(),
            regexes: BTreeMap::new(),
            owners: HashMap::new(),
            deadlines: Deadlines::default(),
            metadata_seen: -1,
        }
    }

    /// Takes over what a step decided and what is in the log by now.
    pub(crate) fn commit(&mut self, step: Step) {
        for change in step.changes {
            self.apply(change);
        }
        if let Some(seen) = step.metadata_seen {
            self.metadata_seen = seen;
        }
        step.timers.into_iter().for_each(|timer| self.set_timer(timer));
    }

    pub(crate) fn epoch(&self) -> i32 {
        self.epoch
    }

    pub(crate) fn target_epoch(&self) -> i32 {
        self.target_epoch
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &ConsumerMember> {
        self.members.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn state(&self) -> ConsumerState {
        if self.members.is_empty() {
            ConsumerState::Empty
        } else if self.epoch > self.target_epoch {
            ConsumerState::Assigning
        } else if self.members.values().all(|m| m.current.is_reconciled_to(self.target_epoch)) {
            ConsumerState::Stable
        } else {
            ConsumerState::Reconciling
        }
    }

    /// The target of one member.
    pub(crate) fn target(&self, member_id: &str) -> Arc<Partitions> {
        self.targets.get(member_id).cloned().unwrap_or_default()
    }

    /// Whether a member subscribes to `topic`.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        self.members.values().any(|member| member.subscription.topics.contains(topic))
            || self.regexes.values().any(|resolved| resolved.topics.contains(topic))
    }

    /// Ends the group: a tombstone for each of its records.
    pub(crate) fn tombstones(&self) -> Vec<Change> {
        let ids = || self.members.keys().cloned();
        let mut changes: Vec<Change> = ids().map(|id| Change::Current(id, None)).collect();
        changes.extend(ids().map(|id| Change::Target(id, None)));
        changes.push(Change::TargetEpoch(None));
        changes.extend(ids().map(|id| Change::Member(id, None)));
        changes.extend(self.regexes.keys().cloned().map(|regex| Change::Regex(regex, None)));
        changes.push(Change::Epoch(None));
        changes
    }
}
