//! The streams group protocol (KIP-1071), as a state machine without clock, log or lock of its own.
//!
//! A member brings its application's topology; the coordinator works out the tasks (one for each
//! partition of a subtopology), wants its internal topics to exist, assigns the tasks, and takes
//! members there epoch by epoch. As with consumer groups a step returns changes that are written to
//! `__consumer_offsets` before [`StreamsGroup::commit`] applies them.

mod assignor;
mod change;
mod config;
mod configured;
mod endpoints;
mod heartbeat;
mod leave;
mod member;
mod offsets;
mod partition_counts;
mod reconcile;
mod records;
mod statuses;
mod target;
mod tasks;
mod timers;
mod topology;
mod validate;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::Str;

pub(crate) use assignor::ASSIGNOR;
pub(crate) use change::{Change, GroupEpoch};
pub(crate) use config::StreamsConfig;
pub(crate) use configured::Configured;
pub(crate) use heartbeat::Beaten;
pub(crate) use member::StreamsMember;
pub(crate) use records::{KINDS, encode, load};
pub(crate) use statuses::creation_failed;
pub(crate) use tasks::{TaskIds, TaskOffsets, Tasks};
pub(crate) use topology::{InternalTopic, Topology};
pub(crate) use validate::{validate_heartbeat, validate_topics};

use super::deadlines::{Deadlines, Timer};
use member::MemberOffsets;

/// What a step knows beside its request.
pub(crate) type StepContext<'a> = super::step::StepContext<'a, StreamsConfig>;

/// What a step decided.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// To be written, in this order.
    pub(crate) changes: Vec<Change>,
    pub(crate) timers: Vec<Timer>,
    /// The topology against the metadata of that offset.
    configured: Option<(Arc<Configured>, i64)>,
    /// The first target waits until then (monotonic, ms).
    delay_until: Option<i64>,
    /// A member asks the whole application to stop.
    shutdown_by: Option<Str>,
    offsets: Option<(Str, MemberOffsets)>,
    /// Somebody's endpoint serves other partitions than before.
    has_endpoints_changed: bool,
}

/// Where a group stands. The names are those that clients are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamsState {
    Empty,
    /// The topology does not fit the topics yet.
    NotReady,
    Assigning,
    Reconciling,
    Stable,
}

impl StreamsState {
    /// Kafka's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::NotReady => "NotReady",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
        }
    }
}

/// One streams group.
#[derive(Debug)]
pub(crate) struct StreamsGroup {
    id: Str,
    epoch: GroupEpoch,
    target_epoch: i32,
    /// When the target was computed (wall, ms); 0: never, or for an empty group.
    target_at_ms: i64,
    topology: Option<Arc<Topology>>,
    members: BTreeMap<Str, StreamsMember>,
    /// Instance id to member id.
    statics: BTreeMap<Str, Str>,
    targets: BTreeMap<Str, Arc<Tasks>>,
    deadlines: Deadlines,
    // What follows is not in the log: it is told or worked out anew after a load.
    /// The topology against the topics there are, with the metadata's offset.
    configured: Option<(Arc<Configured>, i64)>,
    delay_until: Option<i64>,
    shutdown_by: Option<Str>,
    offsets: BTreeMap<Str, MemberOffsets>,
    endpoint_epoch: i32,
}

impl StreamsGroup {
    /// A group nobody has joined.
    pub(crate) fn new(id: &Str) -> Self {
        Self {
            id: id.detached(),
            epoch: GroupEpoch::default(),
            target_epoch: 1,
            target_at_ms: 0,
            topology: None,
            members: BTreeMap::new(),
            statics: BTreeMap::new(),
            targets: BTreeMap::new(),
            deadlines: Deadlines::default(),
            configured: None,
            delay_until: None,
            shutdown_by: None,
            offsets: BTreeMap::new(),
            endpoint_epoch: 0,
        }
    }

    /// Takes over what a step decided and what is in the log by now.
    pub(crate) fn commit(&mut self, step: Step) {
        if step.shutdown_by.is_some() {
            self.shutdown_by = step.shutdown_by;
        }
        for change in step.changes {
            self.apply(change);
        }
        if step.configured.is_some() {
            self.configured = step.configured;
        }
        if let Some((id, offsets)) = step.offsets
            && self.members.contains_key(&id)
        {
            self.offsets.insert(id, offsets);
        }
        self.delay_until = self.delay_until.or(step.delay_until);
        self.endpoint_epoch += i32::from(step.has_endpoints_changed);
        step.timers.into_iter().for_each(|timer| self.set_timer(timer));
    }

    pub(crate) fn epoch(&self) -> i32 {
        self.epoch.epoch
    }

    pub(crate) fn target_epoch(&self) -> i32 {
        self.target_epoch
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &StreamsMember> {
        self.members.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn topology(&self) -> Option<&Topology> {
        self.topology.as_deref()
    }

    /// The topology against the topics, as it was last looked at.
    pub(crate) fn configured(&self) -> Option<&Configured> {
        self.configured.as_ref().map(|(configured, _)| &**configured)
    }

    /// The target of one member.
    pub(crate) fn target(&self, member_id: &str) -> Arc<Tasks> {
        self.targets.get(member_id).cloned().unwrap_or_default()
    }

    /// How far a member's local state is, as it last told.
    pub(crate) fn offsets_of(&self, member_id: &str) -> MemberOffsets {
        self.offsets.get(member_id).cloned().unwrap_or_default()
    }

    pub(crate) fn state(&self) -> StreamsState {
        let is_validated =
            self.topology.as_ref().is_some_and(|topology| topology.epoch == self.epoch.validated);
        if self.members.is_empty() {
            StreamsState::Empty
        } else if !is_validated {
            StreamsState::NotReady
        } else if self.epoch.epoch > self.target_epoch {
            StreamsState::Assigning
        } else if self.members.values().all(|m| m.current.is_reconciled_to(self.target_epoch)) {
            StreamsState::Stable
        } else {
            StreamsState::Reconciling
        }
    }

    /// Whether a member consumes `topic`.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        let topology = self.topology.as_ref().filter(|_| !self.members.is_empty());
        topology.is_some_and(|topology| topology.subtopology_of(topic).is_some())
    }

    /// Ends the group: a tombstone for each of its records.
    pub(crate) fn tombstones(&self) -> Vec<Change> {
        let ids = || self.members.keys().cloned();
        let mut changes: Vec<Change> = ids().map(|id| Change::Current(id, None)).collect();
        changes.extend(ids().map(|id| Change::Target(id, None)));
        changes.push(Change::TargetEpoch(None));
        changes.extend(ids().map(|id| Change::Member(id, None)));
        changes.extend([Change::Epoch(None), Change::Topology(None)]);
        changes
    }
}
