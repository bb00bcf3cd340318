//! A group of the streams protocol under its lock: steps, their records, their timers.

use weir_wire::messages::streams_group_heartbeat_request::StreamsGroupHeartbeatRequest;
use weir_wire::{ErrorCode, Str};

use super::classic::Now;
use super::group::{Group, GroupState};
use super::modern::{RETRY_MS, Surroundings, failed, unencodable};
use super::records::{self, GroupRecord};
use super::shard::Shard;
use super::step::Caller;
use super::streams::{Beaten, Change, Step, StreamsConfig, StreamsGroup, encode};
use crate::controller::Refusal;

impl Group {
    /// A StreamsGroupHeartbeat of one version. Answers with the high watermark at which it is committed.
    pub(crate) fn streams_heartbeat(
        &self,
        shard: &Shard,
        request: &StreamsGroupHeartbeatRequest,
        version: i16,
        caller: &Caller,
    ) -> Result<(Beaten, i64), Refusal> {
        let around = self
            .streams_surroundings(shard)
            .ok_or_else(|| failed(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS))?;
        let mut state = self.lock();
        if request.member_epoch < 0 {
            let group = state.streams.as_ref().ok_or_else(|| self.no_streams_group())?;
            let (step, response) = group.leave(request)?;
            let required = self.settle_streams(shard, &mut state, step).map_err(failed)?;
            return Ok((Beaten { response, topics: Vec::new() }, required));
        }
        let context = around.context();
        if let Some(group) = state.streams.as_ref() {
            let (step, beaten) = group.heartbeat(request, version, caller, false, context)?;
            let required = self.settle_streams(shard, &mut state, step).map_err(failed)?;
            return Ok((beaten, required));
        }
        // Only a group that nobody uses becomes a streams group.
        if request.member_epoch != 0 || state.is_modern() || !state.classic.is_empty() {
            return Err(self.no_streams_group());
        }
        let mut group = StreamsGroup::new(self.id());
        let (step, beaten) = group.heartbeat(request, version, caller, true, context)?;
        let mut records = Vec::new();
        if state.classic.is_recorded() {
            records.push(records::group_tombstone(self.id()).map_err(|_| unencodable())?);
        }
        self.encode_streams(&step.changes, &mut records).map_err(failed)?;
        let required = shard.write(&records).map_err(failed)?;
        group.commit(step);
        state.streams = Some(Box::new(group));
        self.arm(shard, &mut state);
        Ok((beaten, required))
    }

    fn streams_surroundings(&self, shard: &Shard) -> Option<Surroundings<StreamsConfig>> {
        Surroundings::of(shard, self.id(), &shard.env.streams_configs)
    }

    fn no_streams_group(&self) -> Refusal {
        let message = format!("Group {} is not a streams group.", self.id());
        Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message)
    }

    fn encode_streams(
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
    fn settle_streams(
        &self,
        shard: &Shard,
        state: &mut GroupState,
        step: Step,
    ) -> Result<i64, ErrorCode> {
        let mut records = Vec::with_capacity(step.changes.len());
        self.encode_streams(&step.changes, &mut records)?;
        let required = if records.is_empty() { shard.written() } else { shard.write(&records)? };
        if let Some(group) = &mut state.streams {
            group.commit(step);
        }
        self.arm(shard, state);
        Ok(required)
    }

    /// What is due happens: members that missed a deadline are out, a delayed target is computed.
    pub(super) fn tick_streams(&self, shard: &Shard, state: &mut GroupState, now: Now) {
        while state.streams.as_ref().is_some_and(|group| group.wake_at() <= now.monotonic_ms) {
            let Some(around) = self.streams_surroundings(shard) else { return };
            let around = Surroundings { now, ..around };
            let Some(group) = &mut state.streams else { return };
            let Some((member, step)) = group.expired(around.context()) else { continue };
            if let Some(member) = member.as_ref().map(Str::as_str) {
                tracing::info!(group = %self.id(), member, "member is out: a deadline passed");
            }
            if let Err(error) = self.settle_streams(shard, state, step) {
                tracing::warn!(group = %self.id(), error = error.name(), "group could not be written");
                if let Some(group) = &mut state.streams {
                    group.postpone(now.monotonic_ms + RETRY_MS);
                }
            }
        }
    }

    /// Sessions of a loaded group begin.
    pub(super) fn start_streams(&self, shard: &Shard) {
        let Some(around) = self.streams_surroundings(shard) else { return };
        let mut state = self.lock();
        if let Some(group) = &mut state.streams {
            group.start(around.context());
        }
        self.arm(shard, &mut state);
    }
}
