//! A group of one of the newer protocols under its lock: steps, their records, their timers, and the
//! ways from and to the classic protocol.

use std::sync::Arc;

use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::leave_group_request::MemberIdentity;
use weir_wire::messages::leave_group_response::MemberResponse;
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::classic::{ClassicGroup, JoinContext, Now, join_error, sync_error};
use super::consumer::{Change, ConsumerConfig, ConsumerGroup, Step, encode};
use super::group::{Group, GroupState};
use super::records::{self, GroupRecord};
use super::shard::Shard;
use super::step::{Caller, ConfigCache, GroupConfig, StepContext};
use crate::controller::Refusal;
use crate::image::Image;

/// How long a step that could not be written waits for its next try.
pub(super) const RETRY_MS: i64 = 1_000;

/// What one step needs: the metadata it decides against and the group's configuration.
pub(super) struct Surroundings<C> {
    pub(super) image: Arc<Image>,
    pub(super) config: Arc<C>,
    pub(super) now: Now,
}

impl<C: GroupConfig> Surroundings<C> {
    /// `None` only before the shard is loaded.
    pub(super) fn of(shard: &Shard, group: &str, configs: &ConfigCache<C>) -> Option<Self> {
        let image = shard.image()?;
        let config = configs.of_group(&image, group);
        Some(Self { image, config, now: shard.env.now() })
    }

    pub(super) fn context(&self) -> StepContext<'_, C> {
        StepContext { image: &self.image, now: self.now, config: &self.config }
    }
}

pub(super) fn failed(code: ErrorCode) -> Refusal {
    Refusal::new(code, code.name())
}

impl Group {
    /// A ConsumerGroupHeartbeat. Answers with the high watermark at which it is committed.
    pub(crate) fn consumer_heartbeat(
        &self,
        shard: &Shard,
        request: &ConsumerGroupHeartbeatRequest,
        caller: &Caller,
    ) -> Result<(ConsumerGroupHeartbeatResponse, i64), Refusal> {
        let around = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)
            .ok_or_else(|| failed(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS))?;
        let mut state = self.lock();
        if request.member_epoch < 0 {
            let group = state.consumer.as_ref().ok_or_else(|| self.no_consumer_group())?;
            let (step, response) = group.leave(request, around.context())?;
            let required = self.settle(shard, &mut state, step, around.now).map_err(failed)?;
            return Ok((response, required));
        }
        if state.consumer.is_none() {
            return self.first_heartbeat(shard, &mut state, request, caller, &around);
        }
        let group = state.consumer.as_ref().ok_or_else(|| self.no_consumer_group())?;
        let (step, response) = group.heartbeat(request, caller, around.context())?;
        let required = self.settle(shard, &mut state, step, around.now).map_err(failed)?;
        Ok((response, required))
    }

    fn no_consumer_group(&self) -> Refusal {
        let message = format!("Group {} is not a consumer group.", self.id());
        Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message)
    }

    /// The first member of the consumer protocol: an empty group just becomes one, a classic group
    /// with members is taken over.
    fn first_heartbeat(
        &self,
        shard: &Shard,
        state: &mut GroupState,
        request: &ConsumerGroupHeartbeatRequest,
        caller: &Caller,
        around: &Surroundings<ConsumerConfig>,
    ) -> Result<(ConsumerGroupHeartbeatResponse, i64), Refusal> {
        if request.member_epoch != 0 || state.is_modern() {
            return Err(self.no_consumer_group());
        }
        let context = around.context();
        let (group, mut changes) = match state.classic.members().next() {
            None => (ConsumerGroup::new(self.id()), Vec::new()),
            Some(_) => ConsumerGroup::from_classic(&state.classic, context)?,
        };
        let (step, response) = group.heartbeat(request, caller, context)?;
        changes.extend(step.changes.iter().cloned());
        let mut records = Vec::new();
        if state.classic.is_recorded() {
            records.push(records::group_tombstone(self.id()).map_err(|_| unencodable())?);
        }
        self.encode_all(&changes, &mut records).map_err(failed)?;
        let required = shard.write(&records).map_err(failed)?;
        self.become_consumer(shard, state, group, step, around);
        Ok((response, required))
    }

    /// Whoever is parked in the classic group is told to rejoin: it will, as a member of this one.
    fn become_consumer(
        &self,
        shard: &Shard,
        state: &mut GroupState,
        mut group: ConsumerGroup,
        step: Step,
        around: &Surroundings<ConsumerConfig>,
    ) {
        state.classic.close(ErrorCode::REBALANCE_IN_PROGRESS, around.now);
        state.classic = ClassicGroup::new(self.id(), shard.limits(), around.now);
        group.start(around.context());
        group.commit(step);
        state.consumer = Some(Box::new(group));
        self.arm(shard, state);
    }

    fn encode_all(
        &self,
        changes: &[Change],
        records: &mut Vec<GroupRecord>,
    ) -> Result<(), ErrorCode> {
        for change in changes {
            records.push(encode(self.id(), change).map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?);
        }
        Ok(())
    }

    /// Writes what a step decided, and takes it over.
    fn settle(
        &self,
        shard: &Shard,
        state: &mut GroupState,
        mut step: Step,
        now: Now,
    ) -> Result<i64, ErrorCode> {
        let mut records = Vec::with_capacity(step.changes.len());
        self.encode_all(&step.changes, &mut records)?;
        let Some(downgrade) = step.downgrade.take() else {
            let required =
                if records.is_empty() { shard.written() } else { shard.write(&records)? };
            if let Some(group) = &mut state.consumer {
                group.commit(step);
            }
            self.arm(shard, state);
            return Ok(required);
        };
        let classic = ClassicGroup::converted(
            self.id(),
            downgrade.generation,
            downgrade.members,
            shard.limits(),
            now,
        );
        let value = classic.to_value(None);
        let record = records::group_metadata(self.id(), &value);
        records.push(record.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?);
        let required = shard.write(&records)?;
        state.consumer = None;
        state.classic = classic;
        let store = state.classic.start(now);
        self.drive(shard, state, store, now);
        if downgrade.rebalance {
            let store = state.classic.prepare_rebalance(now);
            self.drive(shard, state, store, now);
        }
        self.arm(shard, state);
        Ok(required)
    }

    /// A JoinGroup to a group that may be of the consumer protocol. `None`: it is a classic one.
    pub(crate) fn join_modern(
        &self,
        shard: &Shard,
        join: &JoinContext,
        request: &JoinGroupRequest,
    ) -> Option<(JoinGroupResponse, i64)> {
        let around = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)?;
        let mut state = self.lock();
        if state.streams.as_ref().is_some_and(|group| !group.is_empty()) {
            return Some((join_error(Str::default(), ErrorCode::INCONSISTENT_GROUP_PROTOCOL), 0));
        }
        if state.is_modern() && state.is_empty() {
            return match self.become_classic(shard, &mut state) {
                Ok(()) => None,
                Err(error) => Some((join_error(request.member_id.clone(), error), 0)),
            };
        }
        let group = state.consumer.as_ref()?;
        let joined = group.join_classic(join, request, around.context());
        Some(match joined {
            // As Kafka answers for a consumer group: without the member's id.
            Err(error) => (join_error(Str::default(), error), 0),
            Ok((step, answer)) => match self.settle(shard, &mut state, step, around.now) {
                Ok(required) => (answer, required),
                Err(error) => (join_error(request.member_id.clone(), error), 0),
            },
        })
    }

    /// An empty group takes any protocol.
    fn become_classic(&self, shard: &Shard, state: &mut GroupState) -> Result<(), ErrorCode> {
        shard.write(&state.modern_tombstones(self.id())?)?;
        (state.consumer, state.streams) = (None, None);
        state.classic = ClassicGroup::unwritten(self.id(), shard.limits(), shard.env.now());
        Ok(())
    }

    /// A SyncGroup of a classic member in a consumer group.
    pub(crate) fn sync_modern(
        &self,
        shard: &Shard,
        request: &SyncGroupRequest,
    ) -> Option<SyncGroupResponse> {
        let around = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)?;
        let mut state = self.lock();
        if state.streams.is_some() {
            return Some(sync_error(ErrorCode::UNKNOWN_MEMBER_ID));
        }
        let (step, answer) = match state.consumer.as_ref()?.sync_classic(request, around.context())
        {
            Ok((step, answer)) => (step, answer),
            Err((step, error)) => (step, sync_error(error)),
        };
        let settled = self.settle(shard, &mut state, step, around.now);
        Some(settled.map_or_else(sync_error, |_| answer))
    }

    /// A Heartbeat of a classic member in a consumer group.
    pub(crate) fn heartbeat_modern(
        &self,
        shard: &Shard,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Option<Result<(), ErrorCode>> {
        let around = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)?;
        let mut state = self.lock();
        if state.streams.is_some() {
            return Some(Err(ErrorCode::UNKNOWN_MEMBER_ID));
        }
        let group = state.consumer.as_ref()?;
        let beat = group.heartbeat_classic(member_id, instance, generation, around.context());
        Some(beat.and_then(|(step, error)| {
            self.settle(shard, &mut state, step, around.now)?;
            if error == ErrorCode::NONE { Ok(()) } else { Err(error) }
        }))
    }

    /// A LeaveGroup to a consumer group, with the high watermark at which it is committed.
    pub(crate) fn leave_modern(
        &self,
        shard: &Shard,
        members: &[MemberIdentity],
    ) -> Option<Result<(Vec<MemberResponse>, i64), ErrorCode>> {
        let around = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)?;
        let mut state = self.lock();
        if state.streams.is_some() {
            return Some(Err(ErrorCode::UNKNOWN_MEMBER_ID));
        }
        let (step, answers) = state.consumer.as_ref()?.leave_classic(members, around.context());
        let settled = self.settle(shard, &mut state, step, around.now);
        Some(settled.map(|required| (answers, required)))
    }

    /// Members that missed a deadline are out.
    pub(super) fn tick_modern(&self, shard: &Shard, state: &mut GroupState, now: Now) {
        while state.consumer.as_ref().is_some_and(|group| group.wake_at() <= now.monotonic_ms) {
            let Some(around) = Surroundings::of(shard, self.id(), &shard.env.consumer_configs)
            else {
                return;
            };
            let around = Surroundings { now, ..around };
            let Some(group) = &mut state.consumer else { return };
            let Some((member, step)) = group.expired(around.context()) else { continue };
            tracing::info!(group = %self.id(), %member, "member is out: a deadline passed");
            if let Err(error) = self.settle(shard, state, step, now) {
                tracing::warn!(group = %self.id(), error = error.name(), "group could not be written");
                if let Some(group) = &mut state.consumer {
                    group.postpone(now.monotonic_ms + RETRY_MS);
                }
            }
        }
    }

    /// Sessions of a loaded group begin.
    pub(super) fn start_modern(&self, shard: &Shard) {
        let Some(around) = Surroundings::of(shard, self.id(), &shard.env.consumer_configs) else {
            return;
        };
        let mut state = self.lock();
        if let Some(group) = &mut state.consumer {
            group.start(around.context());
        }
        self.arm(shard, &mut state);
    }
}

pub(super) fn unencodable() -> Refusal {
    failed(ErrorCode::UNKNOWN_SERVER_ERROR)
}
