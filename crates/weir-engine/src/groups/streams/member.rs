//! One member of a streams group: what it told of itself, and the tasks it has.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;

use super::tasks::{Assigned, TaskOffsets};
use crate::groups::step::LEAVE_EPOCH;

/// Where a member stands between its tasks and the target. The numbers are the log's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MemberState {
    #[default]
    Stable = 1,
    /// It is to give tasks up, and has not told yet that it did.
    UnrevokedTasks = 2,
    /// It waits for tasks that others still have.
    UnreleasedTasks = 3,
    /// Written by a later version.
    Unknown = 127,
}

impl MemberState {
    pub(crate) fn from_id(id: i8) -> Self {
        match id {
            1 => Self::Stable,
            2 => Self::UnrevokedTasks,
            3 => Self::UnreleasedTasks,
            _ => Self::Unknown,
        }
    }
}

/// What a member told of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) instance: Option<Str>,
    pub(crate) rack: Option<Str>,
    pub(crate) client_id: Str,
    /// As Java prints an address: `/127.0.0.1`.
    pub(crate) client_host: Str,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) topology_epoch: i32,
    /// Members of one process share its local state.
    pub(crate) process_id: Str,
    /// Where it answers interactive queries.
    pub(crate) endpoint: Option<(Str, u16)>,
    pub(crate) tags: BTreeMap<Str, Str>,
}

impl Default for About {
    fn default() -> Self {
        Self {
            instance: None,
            rack: None,
            client_id: Str::default(),
            client_host: Str::default(),
            rebalance_timeout_ms: -1,
            topology_epoch: -1,
            process_id: Str::default(),
            endpoint: None,
            tags: BTreeMap::new(),
        }
    }
}

impl About {
    /// Whether assignments depend on what differs.
    pub(crate) fn assigns_like(&self, other: &Self) -> bool {
        self.topology_epoch == other.topology_epoch
            && self.rack == other.rack
            && self.tags == other.tags
            && self.process_id == other.process_id
    }
}

/// The tasks of a member and how far it is with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) state: MemberState,
    pub(crate) assigned: Assigned,
    /// What it is to give up.
    pub(crate) revoking: Assigned,
}

impl Current {
    pub(crate) fn left() -> Self {
        Self { epoch: LEAVE_EPOCH, ..Self::default() }
    }

    pub(crate) fn is_reconciled_to(&self, target_epoch: i32) -> bool {
        self.state == MemberState::Stable && self.epoch == target_epoch
    }
}

/// One member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StreamsMember {
    pub(crate) id: Str,
    pub(crate) about: About,
    pub(crate) current: Current,
}

/// How far the local state of a member's tasks is, and where their changelogs end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MemberOffsets {
    pub(crate) positions: Arc<TaskOffsets>,
    pub(crate) ends: Arc<TaskOffsets>,
}
