//! One member of a consumer group: what it subscribes to, and what it has.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use weir_wire::{Str, Uuid};

use crate::groups::step::LEAVE_EPOCH;

/// Partitions by topic.
pub(crate) type Partitions = BTreeMap<Uuid, BTreeSet<i32>>;
/// Partitions by topic, each with the epoch at which it was assigned.
pub(crate) type Owned = BTreeMap<Uuid, BTreeMap<i32, i32>>;

/// Where a member stands between its assignment and the target. The numbers are the log's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberState {
    Stable = 0,
    /// It is to give partitions up, and has not told yet that it did.
    UnrevokedPartitions = 1,
    /// It waits for partitions that others still have.
    UnreleasedPartitions = 2,
    /// Written by a later version.
    Unknown = 127,
}

impl MemberState {
    pub(crate) fn from_id(id: i8) -> Self {
        match id {
            0 => Self::Stable,
            1 => Self::UnrevokedPartitions,
            2 => Self::UnreleasedPartitions,
            _ => Self::Unknown,
        }
    }
}

/// What a member told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) instance: Option<Str>,
    pub(crate) rack: Option<Str>,
    pub(crate) client_id: Str,
    /// As Java prints an address: `/127.0.0.1`.
    pub(crate) client_host: Str,
    pub(crate) topics: BTreeSet<Str>,
    /// RE2 syntax; an empty one counts as none.
    pub(crate) regex: Option<Str>,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) assignor: Option<Str>,
    /// Set while it speaks the classic protocol.
    pub(crate) classic: Option<ClassicSide>,
}

/// What a member of the classic protocol told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClassicSide {
    pub(crate) session_timeout_ms: i32,
    /// Assignor names with the member's metadata, most wanted first.
    pub(crate) protocols: Vec<(Str, Bytes)>,
}

impl Subscription {
    /// The regular expression, if there is one.
    pub(crate) fn regex(&self) -> Option<&Str> {
        self.regex.as_ref().filter(|regex| !regex.is_empty())
    }
}

/// What a member has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) state: MemberState,
    pub(crate) assigned: Owned,
    /// To be given up.
    pub(crate) revoking: Owned,
}

impl Default for Current {
    fn default() -> Self {
        Self {
            epoch: 0,
            previous_epoch: LEAVE_EPOCH,
            state: MemberState::Stable,
            assigned: Owned::new(),
            revoking: Owned::new(),
        }
    }
}

impl Current {
    /// A member of which nothing is known any more.
    pub(crate) fn left() -> Self {
        Self { epoch: LEAVE_EPOCH, ..Self::default() }
    }

    /// Moves to `epoch`, remembering the one before.
    pub(crate) fn at(&self, epoch: i32) -> Self {
        let mut next = self.clone();
        next.previous_epoch = next.epoch;
        next.epoch = epoch;
        next
    }

    pub(crate) fn is_reconciled_to(&self, target_epoch: i32) -> bool {
        self.state == MemberState::Stable && self.epoch == target_epoch
    }

    /// Every partition that nobody else may have yet.
    pub(crate) fn held(&self) -> impl Iterator<Item = (Uuid, i32)> {
        partitions_of(&self.assigned).chain(partitions_of(&self.revoking))
    }

    /// The epoch at which a partition was assigned, if the member has it.
    pub(crate) fn assignment_epoch(&self, topic: Uuid, partition: i32) -> Option<i32> {
        let of = |owned: &Owned| owned.get(&topic)?.get(&partition).copied();
        of(&self.assigned).or_else(|| of(&self.revoking))
    }
}

/// All partitions of an assignment.
pub(crate) fn partitions_of(owned: &Owned) -> impl Iterator<Item = (Uuid, i32)> {
    owned.iter().flat_map(|(topic, partitions)| partitions.keys().map(|index| (*topic, *index)))
}

/// Whether two assignments are of the same partitions, whatever their epochs.
pub(crate) fn same_partitions(a: &Owned, b: &Owned) -> bool {
    partitions_of(a).eq(partitions_of(b))
}

/// One member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConsumerMember {
    pub(crate) id: Str,
    pub(crate) subscription: Subscription,
    pub(crate) current: Current,
}

impl ConsumerMember {
    pub(crate) fn uses_classic(&self) -> bool {
        self.subscription.classic.is_some()
    }
}
