//! The classic consumer group: members, generations and the join/sync protocol, as a state machine
//! without clock, log or lock of its own.
//!
//! Every step takes the current time. Parked JoinGroup and SyncGroup requests are [`Promise`]s kept
//! by their members; what a step needs written to `__consumer_offsets` it returns as a [`Store`],
//! and the owner calls [`ClassicGroup::stored`] with the outcome. Answers that depend on the record
//! are given only then.
//!
//! Source: Kafka's rebalance protocol; KIP-134 (initial delay), KIP-345 (static members), KIP-394
//! (member id required), KIP-800 (reasons), KIP-814 (skip assignment), KIP-848's classic half as of
//! Apache Kafka 4.4.

mod convert;
mod heartbeat;
mod join;
mod leave;
mod member;
mod protocols;
mod rebalance;
mod record;
mod static_member;
mod sync;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{ErrorCode, Str};

pub(crate) use convert::ConvertedMember;
pub(crate) use join::JoinContext;
pub(crate) use member::{Member, join_error, sync_error};
pub(crate) use rebalance::Then;
pub(crate) use record::{Store, owned};

/// What the consumer's embedded protocol calls its type.
pub(crate) const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

/// No deadline.
pub(crate) const NEVER: i64 = i64::MAX;

/// The two clocks at one moment, in milliseconds: monotonic for timeouts, wall for what is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) monotonic_ms: i64,
    pub(crate) wall_ms: i64,
}

/// Limits of every classic group, from the broker's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupLimits {
    /// `group.max.size`.
    pub(crate) size_max: usize,
    /// `group.initial.rebalance.delay.ms`.
    pub(crate) initial_rebalance_delay_ms: i32,
    /// How long a new member may stay in a parked JoinGroup (Kafka: five minutes, not
    /// configurable).
    pub(crate) new_member_join_timeout_ms: i32,
}

impl Default for GroupLimits {
    fn default() -> Self {
        Self {
            size_max: i32::MAX as usize,
            initial_rebalance_delay_ms: 3_000,
            new_member_join_timeout_ms: 5 * 60 * 1_000,
        }
    }
}

/// Where a group stands. The names are those that DescribeGroups and ListGroups answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

impl State {
    /// Kafka's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }
}

/// The timer that ends the join phase.
#[derive(Debug, Clone, Copy)]
enum JoinTimer {
    /// The first rebalance of an empty group: prolonged while new members arrive.
    Initial { at: i64, delay_ms: i32, remaining_ms: i32 },
    /// Any other: members that have not rejoined by then are dropped.
    Complete { at: i64 },
}

impl JoinTimer {
    fn at(self) -> i64 {
        match self {
            Self::Initial { at, .. } | Self::Complete { at } => at,
        }
    }
}

/// One classic group.
#[derive(Debug)]
pub(crate) struct ClassicGroup {
    id: Str,
    state: State,
    previous: State,
    /// Wall time of the last change of state; `None` for a group loaded from an old record.
    state_since_ms: Option<i64>,
    protocol_type: Option<Str>,
    protocol: Option<Str>,
    generation: i32,
    leader: Option<Str>,
    members: BTreeMap<Str, Member>,
    /// Instance id to member id.
    static_members: BTreeMap<Str, Str>,
    /// Members that were given an id (KIP-394) and have not come back with it, with their deadline.
    pending_join: BTreeMap<Str, i64>,
    /// Members whose SyncGroup of this generation has not come.
    pending_sync: BTreeSet<Str>,
    subscribed_topics: Option<BTreeSet<Str>>,
    new_member_added: bool,
    /// No record tells of it yet: its first JoinGroup leaves one.
    is_unwritten: bool,
    /// The log has a record of it.
    is_recorded: bool,
    join_timer: Option<JoinTimer>,
    sync_deadline: i64,
    /// Never later than the earliest deadline of the group; tells the owner when to call `tick`.
    wake_at: i64,
    limits: GroupLimits,
}

impl ClassicGroup {
    /// A group nobody has joined.
    pub(crate) fn new(id: &str, limits: GroupLimits, now: Now) -> Self {
        Self {
            id: owned(id),
            state: State::Empty,
            previous: State::Dead,
            state_since_ms: Some(now.wall_ms),
            protocol_type: None,
            protocol: None,
            generation: 0,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_join: BTreeMap::new(),
            pending_sync: BTreeSet::new(),
            subscribed_topics: None,
            new_member_added: false,
            is_unwritten: false,
            is_recorded: false,
            join_timer: None,
            sync_deadline: NEVER,
            wake_at: NEVER,
            limits,
        }
    }

    /// A group that a JoinGroup makes.
    pub(crate) fn unwritten(id: &str, limits: GroupLimits, now: Now) -> Self {
        Self { is_unwritten: true, ..Self::new(id, limits, now) }
    }

    /// Whether the log has a record of it.
    pub(crate) fn is_recorded(&self) -> bool {
        self.is_recorded || self.protocol_type.is_some()
    }

    /// Whether nobody ever joined.
    pub(crate) fn is_unused(&self) -> bool {
        self.is_empty() && !self.is_recorded() && self.pending_join.is_empty()
    }

    pub(crate) fn id(&self) -> &Str {
        &self.id
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn generation(&self) -> i32 {
        self.generation
    }

    pub(crate) fn protocol_type(&self) -> Option<&Str> {
        self.protocol_type.as_ref()
    }

    pub(crate) fn protocol(&self) -> Option<&Str> {
        self.protocol.as_ref()
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Nobody uses the group's management: it can be deleted, its offsets expire.
    pub(crate) fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    pub(crate) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    /// When [`ClassicGroup::tick`] must next be called, at the latest; [`NEVER`] when nothing is
    /// pending.
    pub(crate) fn wake_at(&self) -> i64 {
        self.wake_at
    }

    fn is(&self, state: State) -> bool {
        self.state == state
    }

    fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn has(&self, member_id: &str) -> bool {
        self.members.contains_key(member_id)
    }

    fn transition(&mut self, to: State, now: Now) {
        self.previous = self.state;
        self.state = to;
        self.state_since_ms = Some(now.wall_ms);
    }

    fn awaiting_join(&self) -> usize {
        self.members.values().filter(|member| member.join.is_some()).count()
    }

    fn all_joined(&self) -> bool {
        self.pending_join.is_empty() && self.members.values().all(|member| member.join.is_some())
    }

    /// The longest rebalance timeout of the members: how long a rebalance waits for all of them.
    fn rebalance_timeout_ms(&self) -> i32 {
        self.members.values().map(|member| member.rebalance_timeout_ms).max().unwrap_or(0)
    }

    /// A static member must be the one registered under its instance id; any must be a member.
    fn validate_member(&self, id: &str, instance: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            match self.static_members.get(instance) {
                None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
                Some(registered) if registered.as_ref() as &str != id => {
                    return Err(ErrorCode::FENCED_INSTANCE_ID);
                }
                Some(_) => {}
            }
        }
        if self.has(id) { Ok(()) } else { Err(ErrorCode::UNKNOWN_MEMBER_ID) }
    }

    /// Whether an offset commit of this member and generation is to be taken (OffsetCommit;
    /// `version` is its own).
    pub(crate) fn validate_commit(
        &self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        if self.is(State::Dead) {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        if generation < 0 && self.is(State::Empty) {
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance.is_none() {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        self.validate_member(member_id, instance)?;
        if generation != self.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        if self.is(State::CompletingRebalance) {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    /// The same for TxnOffsetCommit: a producer that names no member is trusted, and an assignment
    /// that is awaited does not stand in the way (KIP-447).
    pub(crate) fn validate_transactional_commit(
        &self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        let names_member = generation >= 0 || !member_id.is_empty() || instance.is_some();
        match self.validate_commit(member_id, instance, generation) {
            Err(ErrorCode::REBALANCE_IN_PROGRESS) => Ok(()),
            Err(ErrorCode::UNKNOWN_MEMBER_ID) if !names_member => Ok(()),
            result => result,
        }
    }

    /// A commit keeps its member alive, except while the assignment is awaited.
    pub(crate) fn committed(&mut self, member_id: &str, now: Now) {
        if matches!(self.state, State::Stable | State::PreparingRebalance) {
            self.restart_session(member_id, now);
        }
    }

    /// Whether the group may be deleted.
    pub(crate) fn validate_delete(&self) -> Result<(), ErrorCode> {
        match self.state {
            State::Dead => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            State::Empty => Ok(()),
            _ => Err(ErrorCode::NON_EMPTY_GROUP),
        }
    }

    /// Whether offsets may be deleted at all; whether of one topic, `is_subscribed_to` tells.
    pub(crate) fn validate_offset_delete(&self) -> Result<(), ErrorCode> {
        match self.state {
            State::Dead => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            State::Empty => Ok(()),
            _ if self.uses_consumer_protocol() => Ok(()),
            _ => Err(ErrorCode::NON_EMPTY_GROUP),
        }
    }

    /// Whether a member consumes `topic`. When the subscriptions cannot be read: of a consumer
    /// group, yes.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed_topics {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }

    /// The moment from which retention of an offset committed at `commit_ms` counts, in wall
    /// milliseconds; `None` while offsets do not expire.
    pub(crate) fn expiry_base_ms(&self, commit_ms: i64) -> Option<i64> {
        if self.protocol_type.is_none() {
            return Some(commit_ms);
        }
        if self.is(State::Empty) {
            return Some(self.state_since_ms.unwrap_or(commit_ms));
        }
        let aware = self.uses_consumer_protocol() && self.subscribed_topics.is_some();
        (aware && self.is(State::Stable)).then_some(commit_ms)
    }

    /// The group is being deleted, or its coordinator moves: whoever is parked is told `error`.
    pub(crate) fn close(&mut self, error: ErrorCode, now: Now) {
        self.transition(State::Dead, now);
        for member in self.members.values_mut() {
            member.fail_join(error);
            member.fail_sync(error);
        }
        self.wake_at = NEVER;
    }
}
